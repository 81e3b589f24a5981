"""Lots that may be labelled: what stands in storage within the actor's reach."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from wufei.hub.base.actor import Actor
from wufei.hub.labels.models import ContainerLabel
from wufei.hub.labels.rules import Facts
from wufei.hub.ledger.models import AccountKind, Lot, LotEntry
from wufei.hub.ledger.queries.reach import accounts_of, reach
from wufei.hub.registry.models import OrganisationContact

PRINT = "labels.label.print"


def lots_for(actor: Actor, act: str = PRINT) -> "QuerySet[Lot]":
    """What stands in storage, the latest first. ``arrived``: it came here in its container."""
    came = LotEntry.objects.filter(
        lot=OuterRef("pk"), side="in", parent__account__kind=AccountKind.CUSTODY
    )
    return (
        Lot.objects.filter(
            accounts_of(reach(actor, act), "account__"),
            account__kind=AccountKind.STOCK,
            remaining_g__gt=0,
        )
        .select_related("account__waste", "account__holder", "account__place", "container_label")
        .annotate(arrived=Exists(came))
        .order_by("-since", "-pk")
    )


def chosen(actor: Actor, uuids: Iterable[UUID]) -> list[Lot]:
    """Those of ``uuids`` that the actor may label, in the order of the list."""
    return list(lots_for(actor).filter(uuid__in=list(uuids)))


def usual(holder_id: int, waste_id: int) -> Facts:
    """What the latest label of this organisation and waste says; so nobody types it twice.

    Without one: the hazard properties of the waste, and whom one calls at the organisation.
    """
    latest = ContainerLabel.objects.filter(holder=holder_id, waste=waste_id).first()
    if latest is not None:
        return facts_of(latest)
    same_holder = ContainerLabel.objects.filter(holder=holder_id).exclude(contact="").first()
    if same_holder is not None:
        return Facts(contact=same_holder.contact, phone=same_holder.phone)
    main = OrganisationContact.objects.filter(organisation=holder_id, main=True).first()
    return Facts(contact=main.name, phone=main.phone) if main else Facts()


def facts_of(label: ContainerLabel) -> Facts:
    """What a person said of the container."""
    return Facts(
        volume_l=label.volume_l,
        container=label.container,
        form=label.form,
        hazard=label.hazard,
        components=label.components,
        harmful=label.harmful,
        precautions=label.precautions,
        contact=label.contact,
        phone=label.phone,
        note=label.note,
    )
