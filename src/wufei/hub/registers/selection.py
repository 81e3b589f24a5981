"""Which register a page or a file shows: organisation, table, stream, period and filters."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.forms import WasteChoiceField
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.forms.fields import HolderField
from wufei.hub.ledger.forms.selection import LAST_DAY
from wufei.hub.ledger.models import AccountKind, MovementKind
from wufei.hub.ledger.queries.facts import FIRST_DAY, Of, Period
from wufei.hub.ledger.queries.reach import narrow, reach
from wufei.hub.registers import declarations
from wufei.hub.registers.declarations import Kind, RegisterTable
from wufei.hub.registers.queries.sides import Filters, Picked, Within
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.queries import visible_organisations

VIEW = "registers.register.view"
EXPORT = "registers.register.export"
FIRST_TABLE = "stored"
# What an address may say; the rest is left out of links and files.
NAMES = (
    "holder",
    "table",
    "stream",
    "from",
    "to",
    "site",
    "waste",
    "movement",
    "counterparty",
    "manifest",
    "plate",
    "label",
    "standing",
)
_ORGANISATIONS_MAX = 50


def _stream_choices() -> list[tuple[Any, Any]]:
    groups: list[tuple[Any, Any]] = [
        (domain.name, [(stream.code, stream.name) for stream in domain.streams])
        for domain in catalogue.domains()
    ]
    return [("", _("all streams")), *groups]


def _table_choices() -> list[tuple[Any, Any]]:
    """Tables under the standard that they come from, the platform's own ones first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in declarations.tables():
        edition = str(one.source.edition if one.source else _("Every stream"))
        groups.setdefault(edition, []).append((one.code, one.name))
    return list(groups.items())


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=60)


class SelectionForm(forms.Form):
    """All of it stands in the address; what cannot be read is said and left out."""

    holder = HolderField(label=_("Organisation"), required=False, act=VIEW)
    table = forms.ChoiceField(label=_("Register"), required=False, choices=_table_choices)
    stream = forms.ChoiceField(label=_("Stream"), required=False, choices=_stream_choices)
    waste = WasteChoiceField(required=False, help_text="")
    site = forms.ChoiceField(label=_("Site"), required=False)
    movement = forms.ChoiceField(
        label=_("Kind of movement"),
        required=False,
        choices=[("", _("all kinds")), *MovementKind.choices],
    )
    counterparty = _text(_("Other party or carrier"))
    manifest = _text(_("Manifest number"))
    plate = _text(_("Plate"))
    label = _text(_("Container label"))
    standing = forms.BooleanField(label=_("Without what was corrected"), required=False)

    def __init__(self, data: Any, actor: Actor) -> None:
        super().__init__(data)
        for name, label in (("from", _("From")), ("to", _("To"))):
            widget = forms.DateInput({"type": "date"})
            self.fields[name] = forms.DateField(label=label, required=False, widget=widget)
        self.order_fields(NAMES)
        holder = self.fields["holder"]
        assert isinstance(holder, HolderField)
        holder.actor = actor
        self._offer_sites(holder, data.get("holder", ""))

    def _offer_sites(self, field: HolderField, text: str) -> None:
        """The sites of the organisation that is chosen."""
        try:
            found = field.clean(text)
        except forms.ValidationError:
            found = None
        sites = Site.objects.filter(organisation=found) if found else Site.objects.none()
        choice = self.fields["site"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("all sites")), *((str(one.uuid), one.name) for one in sites)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and first > last:
            self.add_error("to", _("The last day is before the first."))
        for name, day in (("from", first), ("to", last)):
            if day and not FIRST_DAY <= day <= LAST_DAY:
                self.add_error(name, _("Write a year from 1996 to 2100."))
        for name in ("counterparty", "manifest", "plate", "label"):
            cleaned[name] = (cleaned.get(name) or "").replace("\0", "")
        return cleaned

    def name_holder(self, holder: Organisation) -> None:
        """Show the organisation by its name, where no other one has it; a link names it by key."""
        field = self.fields["holder"]
        assert isinstance(field, HolderField)
        assert field.actor is not None
        same = visible_organisations(field.actor, field.act).filter(name=holder.name)
        if len(same[:2]) == 1:
            self.data = {**self.data, "holder": holder.name}

    @property
    def shown(self) -> list[Any]:
        """The fields that one always needs."""
        return [self[name] for name in ("holder", "table", "stream", "from", "to")]

    @property
    def more(self) -> list[Any]:
        return [self[name] for name in NAMES if name not in _ALWAYS]


_ALWAYS = ("holder", "table", "stream", "from", "to")


class Selection:
    """What is asked for, cut to what ``act`` of the actor reaches."""

    def __init__(self, data: Mapping[str, Any], actor: Actor, act: str = VIEW) -> None:
        self.actor, self.act = actor, act
        self.form = SelectionForm(self._filled(data), actor)
        self.form.is_valid()
        cleaned = getattr(self.form, "cleaned_data", {})
        today = timezone.localdate()
        last = cleaned.get("to") or today
        first = cleaned.get("from") or min(today, last).replace(month=1, day=1)
        self.period = Period(min(first, last), last)
        self.holder: Organisation | None = cleaned.get("holder")
        if self.holder is not None:
            self.form.name_holder(self.holder)
        self.table: RegisterTable = declarations.table(cleaned.get("table") or FIRST_TABLE)
        self.stream: str = cleaned.get("stream") or ""
        self.waste: WasteType | None = cleaned.get("waste")
        site = cleaned.get("site")
        self.site = Site.objects.filter(uuid=site).first() if site else None
        self.filters = Filters(
            movement=cleaned.get("movement") or "",
            counterparty=cleaned.get("counterparty") or "",
            manifest=cleaned.get("manifest") or "",
            plate=cleaned.get("plate") or "",
            label=cleaned.get("label") or "",
            standing=bool(cleaned.get("standing")),
        )

    def _filled(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What is asked for, with the period in force and the one organisation of a clerk."""
        filled = {name: data.get(name, "") for name in NAMES}
        today = timezone.localdate()
        for name, day in (("to", today), ("from", today.replace(month=1, day=1))):
            filled[name] = filled[name] or day.isoformat()
        filled["table"] = filled["table"] or FIRST_TABLE
        own = self.actor.organisation_ids
        if not filled["holder"] and len(own) == 1:
            rows = visible_organisations(self.actor, self.act).filter(pk__in=own)
            filled["holder"] = str(next(iter(rows.values_list("uuid", flat=True)), ""))
        return filled

    @cached_property
    def of(self) -> Of:
        return narrow(reach(self.actor, self.act), Of(wastes=self._wastes()))

    def _wastes(self) -> list[int] | None:
        """Those of the table, of the stream and the one waste; None if nothing narrows them."""
        table, rows = self.table, WasteType.objects.order_by()
        if self.waste is not None:
            rows = rows.filter(pk=self.waste.pk)
        if self.stream:
            rows = rows.filter(stream=self.stream)
        if table.streams:
            rows = rows.filter(stream__in=table.streams)
        elif table.domain:
            rows = rows.filter(domain=table.domain)
        narrowed = self.waste or self.stream or table.streams or table.domain
        return list(rows.values_list("pk", flat=True)) if narrowed else None

    @property
    def within(self) -> Within:
        assert self.holder is not None
        site = self.site.pk if self.site else None
        return Within(self.holder.pk, self.of, self.period, site)

    @property
    def picked(self) -> Picked:
        return Picked(self.table.kind, self.within, self.filters)

    @property
    def is_summary(self) -> bool:
        return self.table.kind is Kind.SUMMARY

    @property
    def limited_kind(self) -> AccountKind:
        """Where mass stands that this register tells of: on the road, else in storage."""
        on_the_road = self.table.kind is Kind.CARRIED
        return AccountKind.CUSTODY if on_the_road else AccountKind.STOCK

    @property
    def narrowed(self) -> bool:
        return self.filters_set > 0

    @property
    def filters_set(self) -> int:
        """How many filters are on, the organisation, the table and the period aside."""
        return sum(1 for one in (self.stream, self.waste, self.site) if one) + self.filters.on

    @property
    def parameters(self) -> dict[str, str]:
        """What stands in an address, or waits in a queue, to ask for the same again."""
        cleaned: Mapping[str, Any] = {
            "holder": str(self.holder.uuid) if self.holder else "",
            "table": self.table.code,
            "stream": self.stream,
            "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(),
            "site": str(self.site.uuid) if self.site else "",
            "waste": self.waste.code if self.waste else "",
            "movement": self.filters.movement,
            "counterparty": self.filters.counterparty,
            "manifest": self.filters.manifest,
            "plate": self.filters.plate,
            "label": self.filters.label,
            "standing": "on" if self.filters.standing else "",
        }
        return {name: value for name, value in cleaned.items() if value}

    def query(self, **changes: Any) -> str:
        values = {**self.parameters, **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def presets(self) -> list[tuple[Any, str, bool]]:
        """Label, address and whether it is on: this month, this year, last year."""
        today = timezone.localdate()
        year = today.replace(month=1, day=1)
        month = today.replace(day=1)
        choices: tuple[tuple[Any, date, date], ...] = (
            (_("this month"), month, today),
            (
                _("last month"),
                (month - timedelta(days=1)).replace(day=1),
                month - timedelta(days=1),
            ),
            (_("this year"), year, today),
            (_("last year"), year.replace(year=year.year - 1), year - timedelta(days=1)),
        )
        return [
            (
                label,
                self.query(**{"from": first.isoformat(), "to": last.isoformat()}),
                self.period == Period(first, last),
            )
            for label, first, last in choices
        ]

    def words(self) -> list[tuple[str, str]]:
        """The filters that are on, as label and value."""
        fields = self.form.fields
        named: tuple[tuple[str, Any], ...] = (
            ("stream", catalogue.stream(self.stream).name if self.stream else ""),
            ("waste", self.waste or ""),
            ("site", self.site or ""),
            (
                "movement",
                MovementKind(self.filters.movement).label if self.filters.movement else "",
            ),
            ("counterparty", self.filters.counterparty),
            ("manifest", self.filters.manifest),
            ("plate", self.filters.plate),
            ("label", self.filters.label),
            ("standing", _("Yes") if self.filters.standing else ""),
        )
        return [(str(fields[name].label), str(value)) for name, value in named if value]

    def organisations(self) -> list[Organisation]:
        """To choose from where none is chosen: one's own, or the first ones that one sees."""
        rows = visible_organisations(self.actor, self.act)
        if self.actor.organisation_ids:
            rows = rows.filter(pk__in=self.actor.organisation_ids)
        return list(rows[:_ORGANISATIONS_MAX])
