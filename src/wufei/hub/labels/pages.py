"""The list of lots with their labels: columns, filters, files."""

from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Resource
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.catalogue.models import WasteType
from wufei.hub.labels.models import ContainerLabel
from wufei.hub.labels.queries.lots import PRINT, lots_for
from wufei.hub.ledger.models import Lot
from wufei.hub.registry.models import Site

CODE = "labels.label"
EXPORT = f"{CODE}.export"
WITHOUT, UNPRINTED, OUTDATED, PRINTED, ARRIVED = (
    "without",
    "unprinted",
    "outdated",
    "printed",
    "arrived",
)
STATES = {
    WITHOUT: _("no label yet"),
    UNPRINTED: _("not printed yet"),
    OUTDATED: _("changed since it was printed"),
    PRINTED: _("printed"),
    ARRIVED: _("came in its container"),
}
TONES = {WITHOUT: "attention", UNPRINTED: "attention", OUTDATED: "attention", PRINTED: "good"}


def label_on(lot: Lot) -> ContainerLabel | None:
    """The label that was made for this very lot."""
    found: ContainerLabel | None = getattr(lot, "container_label", None)
    return found


def state_of(lot: Lot) -> str:
    label = label_on(lot)
    if label is None:
        return ARRIVED if getattr(lot, "arrived", False) else WITHOUT
    if label.outdated:
        return OUTDATED
    return PRINTED if label.prints else UNPRINTED


def _of_label(name: str) -> Any:
    def value(lot: Lot) -> Any:
        label = label_on(lot)
        return getattr(label, name) if label else None

    return value


COLUMNS = (
    Column(
        "lot",
        _("Container or lot"),
        value=str,
        sort="label",
        link=lambda lot: reverse(f"{CODE}.detail", args=[lot.uuid]),
    ),
    Column(
        "state",
        _("Label"),
        Kind.CHOICE,
        choices=lambda: list(STATES.items()),
        value=state_of,
        tone=lambda lot: TONES.get(state_of(lot), ""),
    ),
    Column("waste", _("Waste"), value=lambda lot: lot.account.waste.label),
    Column("waste_code", _("Waste code"), value=lambda lot: lot.account.waste.code, listed=False),
    Column(
        "holder", _("Organisation"), value=lambda lot: lot.account.holder, sort="account__holder"
    ),
    Column("site", _("Site"), value=lambda lot: lot.account.place, sort="account__place__name"),
    Column(
        "remaining",
        _("Mass"),
        Kind.DECIMAL,
        unit="kg",
        decimals=1,
        value=lambda lot: lot.remaining_g / 1000,
        sort="remaining_g",
    ),
    Column("since", _("Here since"), Kind.DATETIME),
    Column("code", _("Digital code"), value=_of_label("code"), listed=False),
    Column(
        "volume_l", _("Volume"), Kind.DECIMAL, unit="L", value=_of_label("volume_l"), listed=False
    ),
    Column(
        "prints",
        pgettext_lazy("label", "Printed"),
        Kind.INTEGER,
        value=_of_label("prints"),
        sort="container_label__prints",
    ),
    Column(
        "printed_at", _("Printed at"), Kind.DATETIME, value=_of_label("printed_at"), listed=False
    ),
)
TABLE = register(
    Table(
        code=CODE,
        title=_("Labels"),
        columns=COLUMNS,
        rows=lots_for,
        search=(
            "label__icontains",
            "container_label__code__icontains",
            "account__waste__code__icontains",
            "account__waste__name__icontains",
            "account__holder__name__icontains",
            "account__holder__pinyin__icontains",
        ),
    )
)


def _mine(request: Any, column: str) -> Any:
    """Keys of what stands in the lots that the reader may label."""
    return lots_for(request.actor).order_by().values(column)


def _sites(request: Any) -> "QuerySet[Site]":
    if request is None:
        return Site.objects.none()
    return Site.objects.filter(pk__in=_mine(request, "account__place")).order_by("name")


def _wastes(request: Any) -> "QuerySet[WasteType]":
    if request is None:
        return WasteType.objects.none()
    return WasteType.objects.filter(pk__in=_mine(request, "account__waste")).order_by("code")


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(
        label=_("Label"), empty_label=_("All"), choices=list(STATES.items()), method="by_state"
    )
    site = django_filters.ModelChoiceFilter(
        label=_("Site"),
        empty_label=_("All"),
        queryset=_sites,
        to_field_name="uuid",
        field_name="account__place",
    )
    waste = django_filters.ModelChoiceFilter(
        label=_("Waste"),
        empty_label=_("All"),
        queryset=_wastes,
        to_field_name="slug",
        field_name="account__waste",
    )

    def by_state(self, found: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        match value:
            case "without":
                return found.filter(container_label=None, arrived=False)
            case "arrived":
                return found.filter(container_label=None, arrived=True)
            case "unprinted":
                return found.filter(container_label__prints=0)
            case "outdated":
                return found.filter(
                    container_label__changed_at__gt=F("container_label__printed_at")
                )
            case _:
                return found.filter(container_label__prints__gt=0)


def _exported(actor: Actor) -> None:
    audit.record(actor, "labels:label:export", subject=f"{CODE}:*")


RESOURCE = Resource(
    code=CODE,
    path="",
    title=_("Labels"),
    singular=_("label"),
    table=TABLE,
    filters=Filters,
    empty=_("What arises or is received in containers shows here as soon as it is recorded."),
    exported=_exported,
    list_template="labels/list.html",
)
ACT = PRINT
