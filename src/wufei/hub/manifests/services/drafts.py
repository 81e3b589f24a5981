"""Drafts 草稿 and patterns 常用模板: the issuing form as far as it was filled in.

They are their author's organisation's alone: nobody else sees them, officers neither.
"""

import json
from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import NotFound, Refusal
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.manifests.models import Draft, Manifest
from wufei.hub.registry.models import Organisation

VIEW, EDIT = "manifests.draft.view", "manifests.draft.edit"
# Beginning of the fields that name a container.
LOT = "lot-"
NAME_MAX = 80
CONTENT_MAX = 20_000
KEPT_MAX = 300
# What a pattern leaves open: it differs from load to load.
_OF_ONE_LOAD = ("authority_no", "at", "device")


class TooManyDrafts(Refusal):
    code = "manifest_too_many_drafts"
    message = gettext_noop(
        "%(organisation)s keeps %(most)s drafts and patterns already. Delete some that nobody "
        "needs any more."
    )


class DraftTooLong(Refusal):
    code = "manifest_draft_too_long"
    status = 422
    message = gettext_noop("This is too much for a draft. Shorten the remarks, or issue it.")


def visible(actor: Actor, act: str = VIEW) -> "QuerySet[Draft]":
    """Those of the actor's own organisations, the latest first; nobody's scope reaches further."""
    if actor.scope(act) is Scope.NONE:
        return Draft.objects.none()
    rows = Draft.objects.filter(organisation__in=sorted(actor.organisation_ids))
    return rows.select_related("organisation")


def save(
    id: UUID,
    organisation: Organisation,
    content: Mapping[str, str],
    *,
    kind: str = Draft.Kind.DRAFT,
    name: str = "",
    by: Actor,
) -> Draft:
    """Keep ``content`` under ``id``, new or instead of what was kept there.

    ``content`` are fields of the issuing form as they were written, finished or not. Raises
    ``NotFound`` for an organisation or a draft that is not the actor's own.
    """
    by.require(EDIT)
    told = _kept(content, kind)
    if len(json.dumps(told)) > CONTENT_MAX:
        raise DraftTooLong()
    values = {"kind": kind, "content": told, "name": name.strip()[:NAME_MAX] or "—"}
    try:
        with transaction.atomic():
            if organisation.pk not in by.organisation_ids:
                raise NotFound()
            draft = Draft.objects.select_for_update().filter(uuid=id).first()
            if draft is None:
                draft = _new(id, organisation, by)
            elif draft.organisation_id not in by.organisation_ids:
                raise NotFound()
            for column, value in values.items():
                setattr(draft, column, value)
            draft.organisation = organisation
            draft.save()
            _record(by, "save", draft)
    except IntegrityError as error:
        if "manifests_draft_uuid" not in str(error):
            raise
        # Sent twice at the same moment: the other one has made it.
        return save(id, organisation, content, kind=kind, name=name, by=by)
    return draft


def _new(id: UUID, organisation: Organisation, by: Actor) -> Draft:
    if Draft.objects.filter(organisation=organisation).count() >= KEPT_MAX:
        raise TooManyDrafts(organisation=organisation.name, most=KEPT_MAX)
    return Draft(uuid=id, organisation=organisation, author=by.id)


def _kept(content: Mapping[str, str], kind: str) -> dict[str, str]:
    told = {str(name): str(value) for name, value in content.items() if str(value).strip()}
    if kind == Draft.Kind.PATTERN:
        told = {
            name: value
            for name, value in told.items()
            if name not in _OF_ONE_LOAD and not name.startswith(LOT)
        }
    return told


def delete(draft: Draft, *, by: Actor) -> None:
    """Throw it away; doing it twice is the same as once."""
    by.require(EDIT)
    if draft.organisation_id not in by.organisation_ids:
        raise NotFound()
    with transaction.atomic():
        gone, _of = Draft.objects.filter(pk=draft.pk).delete()
        if gone:
            _record(by, "delete", draft)


def issued(id: UUID, by: Actor) -> None:
    """The manifest of a draft is issued: the draft has served. Patterns stay."""
    for draft in visible(by, EDIT).filter(uuid=id, kind=Draft.Kind.DRAFT):
        delete(draft, by=by)


def content_of(manifest: Manifest) -> dict[str, str]:
    """What the issuing form would say to issue ``manifest`` again: without containers and times."""
    line = manifest.lines.select_related("waste").order_by("position")[0]
    told = {
        "site": str(manifest.consignor_site.uuid),
        "waste": line.waste.slug,
        "method": line.method,
        "consignee_site": str(manifest.consignee_site.uuid),
        "vehicle": str(manifest.vehicle.uuid) if manifest.vehicle else "",
        "containers": str(line.containers or ""),
        "note": manifest.note,
        "value_0": f"{line.declared_g / GRAMS_PER_T:.6f}".rstrip("0").rstrip("."),
        "unit_0": "t",
    }
    carriers = [leg.carrier for leg in manifest.legs.select_related("carrier")]
    for number, carrier in enumerate(carriers or [manifest.carrier], start=1):
        told["carrier" if number == 1 else f"carrier_{number}"] = str(carrier.uuid)
    if manifest.leg > 1:
        # Its vehicle is the last carrier's, not the first one's.
        del told["vehicle"]
    return told


def _record(by: Actor, action: str, draft: Draft) -> None:
    # Only that there is one: what it says is nobody's business yet.
    subject = f"manifests.draft:{draft.uuid}"
    audit.record(by, f"manifests:draft:{action}", subject=subject, values={"kind": draft.kind})
