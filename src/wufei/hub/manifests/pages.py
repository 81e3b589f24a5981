"""The list of manifests: columns, filters, files."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Resource, Total
from wufei.hub.base.pages.lists import ROWS_COUNTED_MAX
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.ledger.tables import method_label
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.manifests import crossing, followed, queries
from wufei.hub.manifests.crossing import Crossing
from wufei.hub.manifests.declarations import templates
from wufei.hub.manifests.figures import difference, tolerance_of
from wufei.hub.manifests.models import OPEN, Line, Manifest, Relation, Status
from wufei.hub.manifests.reading import with_everything
from wufei.hub.registry.models import Organisation

CODE = "manifests.manifest"
VIEW, EXPORT = f"{CODE}.view", f"{CODE}.export"
_TONES = {
    Status.ISSUED: "info",
    Status.LOADED: "attention",
    Status.ARRIVED: "attention",
    Status.ACCEPTED: "good",
    Status.PARTLY_ACCEPTED: "attention",
    Status.REFUSED: "bad",
    Status.CLOSED: "",
    Status.CANCELLED: "",
    Status.EXPIRED: "",
}


def rows(actor: Actor) -> "QuerySet[Manifest]":
    found: QuerySet[Manifest] = with_everything(queries.visible(actor, VIEW))
    return found


def late(manifest: Manifest) -> bool:
    return (
        manifest.due_at is not None and manifest.status in OPEN and manifest.due_at < timezone.now()
    )


def status_tone(manifest: Manifest) -> str:
    return "bad" if late(manifest) else _TONES[Status(manifest.status)]


def _mass(name: str) -> Callable[[Manifest], Decimal | None]:
    """Tonnes of all lines together; None while nothing was weighed."""

    def value(manifest: Manifest) -> Decimal | None:
        masses = [getattr(line, name) for line in manifest.lines.all()]
        known = [mass_g for mass_g in masses if mass_g is not None]
        return Decimal(sum(known)) / GRAMS_PER_T if known else None

    return value


def _mass_column(name: str, label: Any, **more: Any) -> Column:
    """Of all lines together, tonnes; ``name`` is their column without the unit."""
    value = _mass(f"{name}_g")
    return Column(name, label, Kind.DECIMAL, unit="t", decimals=3, value=value, **more)


def _difference_kg(manifest: Manifest) -> Decimal | None:
    found = [difference(line, 0) for line in manifest.lines.all()]
    known = [one.mass_kg for one in found if one is not None]
    return sum(known, Decimal(0)) if known else None


def _difference_tone(manifest: Manifest) -> str:
    tolerance = tolerance_of(manifest)
    found = [difference(line, tolerance) for line in manifest.lines.all()]
    return "bad" if any(one is not None and one.beyond for one in found) else ""


def _wastes(manifest: Manifest) -> str:
    return "、".join(line.waste.label for line in manifest.lines.all())


def domain_choices() -> list[tuple[str, Any]]:
    """Domains that declare a manifest."""
    codes = {catalogue.domain_of(template.streams[0]).code for template in templates()}
    return [(one.code, one.name) for one in catalogue.domains() if one.code in codes]


def _name(field: str) -> Callable[[Manifest], str]:
    return lambda manifest: str(getattr(manifest, field))


COLUMNS = (
    Column(
        "local_id",
        _("Number"),
        link=lambda obj: reverse(f"{CODE}.detail", args=[obj.uuid]),
    ),
    Column("authority_no", _("Number of the authority"), listed=False),
    Column(
        "status",
        _("State"),
        Kind.CHOICE,
        choices=lambda: list(Status.choices),
        tone=status_tone,
    ),
    Column("domain", _("Domain"), Kind.CHOICE, choices=domain_choices, listed=False),
    Column("waste", _("Waste"), value=_wastes),
    Column(
        "codes",
        _("Waste codes"),
        value=lambda obj: " ".join(line.waste.code for line in obj.lines.all()),
        listed=False,
    ),
    Column("consignor", _("Consignor"), value=_name("consignor"), sort="consignor__name"),
    Column("consignor_site", _("From"), value=_name("consignor_site"), listed=False),
    Column(
        "consignee", _("Consignee"), value=_name("consignee"), sort="consignee__name", folded=False
    ),
    Column("consignee_site", _("To"), value=_name("consignee_site"), listed=False),
    Column(
        "crossing",
        _("Crosses"),
        Kind.CHOICE,
        choices=lambda: list(Crossing.choices),
        value=crossing.of,
        listed=False,
    ),
    Column(
        "carrier",
        pgettext_lazy("manifest", "Carrier"),
        value=_name("carrier"),
        sort="carrier__name",
        listed=False,
    ),
    Column(
        "plate",
        _("Plate"),
        value=lambda obj: obj.vehicle.plate if obj.vehicle else None,
        sort="vehicle__plate",
    ),
    _mass_column("declared", _("Declared"), listed=False),
    _mass_column("weighed_out", _("Weighed out")),
    _mass_column("weighed_in", _("Weighed in"), folded=True),
    _mass_column("accepted", _("Accepted mass"), listed=False),
    _mass_column("refused", _("Refused mass"), listed=False),
    Column("refusal_reason", _("Reason for refusing"), listed=False),
    Column(
        "relation",
        _("Relation"),
        Kind.CHOICE,
        choices=lambda: list(Relation.choices),
        listed=False,
    ),
    Column(
        "follows",
        _("Follows"),
        value=lambda obj: str(obj.follows) if obj.follows else None,
        sort="follows__local_id",
        listed=False,
    ),
    Column(
        "difference",
        _("Difference"),
        Kind.DECIMAL,
        unit="kg",
        decimals=0,
        value=_difference_kg,
        tone=_difference_tone,
    ),
    Column(
        "method",
        _("Method"),
        value=lambda obj: "、".join(
            method_label(line.method) for line in obj.lines.all() if line.method
        ),
        listed=False,
    ),
    Column("issued_at", _("Issued at"), Kind.DATETIME),
    Column("loaded_at", _("Loaded at"), Kind.DATETIME, listed=False),
    Column("arrived_at", _("Arrived at"), Kind.DATETIME, listed=False),
    Column("accepted_at", _("Accepted at"), Kind.DATETIME, listed=False),
    Column("closed_at", _("Closed at"), Kind.DATETIME, listed=False),
    Column(
        "due_at",
        _("Next step due"),
        Kind.DATETIME,
        value=lambda obj: obj.due_at if obj.status in OPEN else None,
        sort="due_at",
        tone=lambda obj: "bad" if late(obj) else "",
    ),
)
TABLE = register(
    Table(
        code=CODE,
        title=_("Manifests"),
        columns=COLUMNS,
        rows=rows,
        search=(
            "local_id__icontains",
            "authority_no__icontains",
            "vehicle__plate__icontains",
            "consignor__name__icontains",
            "consignor__pinyin__icontains",
            "consignee__name__icontains",
            "consignee__pinyin__icontains",
        ),
    )
)


def _day(label: Any, method: str) -> Any:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(label=label, method=method, widget=widget)


def _carriers(request: Any) -> "QuerySet[Organisation]":
    """Carriers of the manifests that the reader sees."""
    if request is None:
        return Organisation.objects.none()
    mine = queries.visible(request.actor, VIEW).order_by().values("carrier")
    return Organisation.objects.filter(pk__in=mine).order_by("name")


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("All"),
        choices=[
            ("open", _("not closed yet")),
            ("late", _("overdue")),
            ("unsent", _("refused, to be sent back or on")),
            *Status.choices,
        ],
        method="by_state",
    )
    domain = django_filters.ChoiceFilter(
        label=_("Domain"), empty_label=_("All"), choices=domain_choices
    )
    carrier = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("manifest", "Carrier"),
        empty_label=_("All"),
        queryset=_carriers,
        to_field_name="uuid",
    )
    crossing = django_filters.ChoiceFilter(
        label=_("Crosses"), empty_label=_("All"), choices=Crossing.choices, method="by_crossing"
    )
    since = _day(_("Issued from"), "by_since")
    until = _day(_("Issued until"), "by_until")

    def by_state(self, found: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        if value == "open":
            return found.filter(status__in=OPEN)
        if value == "late":
            return found.filter(status__in=OPEN, due_at__lt=timezone.now())
        if value == "unsent":
            return found.filter(followed.unsent())
        return found.filter(status=value)

    def by_crossing(self, found: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return crossing.filtered(found, value)

    def by_since(self, found: "QuerySet[Any]", name: str, value: date) -> "QuerySet[Any]":
        return found.filter(issued_at__gte=day_start(value))

    def by_until(self, found: "QuerySet[Any]", name: str, value: date) -> "QuerySet[Any]":
        return found.filter(issued_at__lt=day_start(value, after=1))


def totals(found: "QuerySet[Manifest]") -> Sequence[Total]:
    """What the filtered manifests carry: weighed out, and accepted at the other end.

    None above a selection that is too long to be summed while somebody waits.
    """
    chosen = list(found.order_by().values_list("pk", flat=True)[: ROWS_COUNTED_MAX + 1])
    if len(chosen) > ROWS_COUNTED_MAX:
        return ()
    lines = Line.objects.filter(manifest__in=chosen)
    sums = lines.aggregate(out_g=Sum("weighed_out_g", default=0), in_g=Sum("accepted_g", default=0))
    return (
        Total(_("Weighed out"), Decimal(sums["out_g"]) / GRAMS_PER_T, "t", 3),
        Total(_("Accepted mass"), Decimal(sums["in_g"]) / GRAMS_PER_T, "t", 3),
    )


def _exported(actor: Actor) -> None:
    audit.record(actor, "manifests:manifest:export", subject=f"{CODE}:*")


RESOURCE = Resource(
    code=CODE,
    path="",
    title=_("Manifests"),
    singular=_("manifest"),
    table=TABLE,
    filters=Filters,
    empty=_("A manifest appears here as soon as somebody issues one or a gate scans a truck."),
    exported=_exported,
    totals=totals,
)
