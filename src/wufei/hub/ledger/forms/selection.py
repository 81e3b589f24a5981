"""What a page of the ledger shows: period, domain, region, organisation, waste, grouping."""

from collections.abc import Container, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.forms import WasteChoiceField
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.forms.fields import HolderField
from wufei.hub.ledger.queries.facts import FIRST_DAY, By, Of, Period
from wufei.hub.ledger.queries.reach import narrow, reach, region_ids
from wufei.hub.registry.models import Region

LAST_DAY = date(2100, 12, 31)
BY_LABELS: dict[By, str | Promise] = {
    By.DOMAIN: _("domain"),
    By.STREAM: _("stream"),
    By.WASTE: _("waste"),
    By.REGION: _("town"),
    By.HOLDER: _("organisation"),
    By.MONTH: _("month"),
}


def _domain_choices() -> list[tuple[str, Any]]:
    return [("", _("all domains"))] + [(d.code, d.name) for d in declarations.domains()]


def _stream_choices() -> list[tuple[Any, Any]]:
    groups: list[tuple[Any, Any]] = [
        (domain.name, [(stream.code, stream.name) for stream in domain.streams])
        for domain in declarations.domains()
    ]
    return [("", _("all streams")), *groups]


def _region_choices() -> list[tuple[str, Any]]:
    towns = Region.objects.filter(within=True).exclude(level=Region.Level.VILLAGE).order_by("path")
    return [("", _("whole district"))] + [
        (town.code, town.name) for town in towns if town.level != Region.Level.ZONE
    ]


def known(text: str, known: Container[str]) -> tuple[str, ...]:
    """Codes of a list with commas; what nobody declares is left out."""
    return tuple(code for code in text.split(",") if code in known)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))


class SelectionForm(forms.Form):
    """The filters, all of them in the address; what cannot be read is said and left out."""

    domain = forms.ChoiceField(label=_("Domain"), required=False, choices=_domain_choices)
    stream = forms.ChoiceField(label=_("Stream"), required=False, choices=_stream_choices)
    region = forms.ChoiceField(label=_("Region"), required=False, choices=_region_choices)
    holder = HolderField(label=_("Organisation"), required=False, act="ledger.account.view")
    waste = WasteChoiceField(required=False, help_text="")

    def __init__(self, data: Any, actor: Actor, act: str) -> None:
        super().__init__(data)
        self.fields["from"] = _day(_("From"))
        self.fields["to"] = _day(_("To"))
        self.order_fields(["from", "to", "domain", "stream", "region", "holder", "waste"])
        holder = self.fields["holder"]
        assert isinstance(holder, HolderField)
        holder.actor, holder.act = actor, act

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and first > last:
            self.add_error("to", _("The last day is before the first."))
        for name, day in (("from", first), ("to", last)):
            if day and not FIRST_DAY <= day <= LAST_DAY:
                self.add_error(name, _("Write a year from 1996 to 2100."))
        return cleaned


class Selection:
    """The filters of a request, cut to what ``act`` of the actor reaches."""

    def __init__(self, data: Any, actor: Actor, act: str, *, by: By = By.DOMAIN) -> None:
        # The fields show the period that is in force, not only one that somebody wrote.
        today = timezone.localdate()
        filled = data.copy()
        for name, day in (("to", today), ("from", today.replace(month=1, day=1))):
            if not filled.get(name):
                filled[name] = day.isoformat()
        self.form = SelectionForm(filled, actor, act)
        self.form.is_valid()
        self.reach = reach(actor, act)
        cleaned = getattr(self.form, "cleaned_data", {})
        last = cleaned.get("to") or today
        first = cleaned.get("from") or min(today, last).replace(month=1, day=1)
        self.period = Period(min(first, last), last)
        self.domain: str = cleaned.get("domain") or ""
        self.stream: str = cleaned.get("stream") or ""
        # Several streams come from a number that counts them together; no field shows them.
        self.streams = known(data.get("streams", ""), declarations.streams())
        self.region: str = cleaned.get("region") or ""
        self.holder = cleaned.get("holder")
        self.waste: WasteType | None = cleaned.get("waste")
        asked = data.get("by", "")
        self.by = By(asked) if asked in BY_LABELS else by

    @cached_property
    def of(self) -> Of:
        return narrow(
            self.reach,
            Of(
                wastes=self._wastes(),
                regions=region_ids([self.region]) if self.region else None,
                holders=[self.holder.pk] if self.holder else None,
            ),
        )

    @property
    def hazardous(self) -> bool:
        """Whether everything shown is hazardous waste, which is told to three decimals."""
        if self.waste is not None:
            return self.waste.domain == "hazardous"
        streams = [self.stream] if self.stream else self.streams
        domains = {declarations.domain_of(stream).code for stream in streams} or {self.domain}
        return domains == {"hazardous"}

    @property
    def narrowed(self) -> bool:
        return self.filters_set > 0

    @property
    def filters_set(self) -> int:
        """How many filters are on, the period aside: that is always there."""
        chosen = (self.domain, self.stream, self.streams, self.region, self.holder, self.waste)
        return sum(1 for one in chosen if one)

    def query(self, **changes: Any) -> str:
        """Address parameters of this selection with ``changes``; None leaves one out."""
        values: dict[str, Any] = {
            "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(),
            "domain": self.domain,
            "stream": self.stream,
            "streams": ",".join(self.streams),
            "region": self.region,
            "holder": self.holder.uuid if self.holder else "",
            "waste": self.waste.code if self.waste else "",
        } | changes
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def words(self) -> list[str]:
        """The filters that are on, as people say them."""
        region = dict(_region_choices()).get(self.region, "") if self.region else ""
        parts: Sequence[Any] = (
            region,
            declarations.domain(self.domain).name if self.domain else "",
            declarations.stream(self.stream).name if self.stream else self._streams_words(),
            self.holder or "",
            self.waste or "",
        )
        return [str(part) for part in parts if part]

    def _streams_words(self) -> str:
        return ", ".join(str(declarations.stream(code).name) for code in self.streams)

    def presets(self) -> list[tuple[Any, str, bool]]:
        """Label, address and whether it is on: today, month, year, last year."""
        today = timezone.localdate()
        year = today.replace(month=1, day=1)
        choices = (
            (_("today"), today, today),
            (_("this month"), today.replace(day=1), today),
            (_("this year"), year, today),
            (
                _("last year"),
                year.replace(year=year.year - 1),
                year - timedelta(days=1),
            ),
        )
        return [
            (
                label,
                self.query(**{"from": first.isoformat(), "to": last.isoformat(), "by": self.by}),
                self.period == Period(first, last),
            )
            for label, first, last in choices
        ]

    def _wastes(self) -> list[int] | None:
        if self.waste is not None:
            return [self.waste.pk]
        rows = WasteType.objects.order_by()
        if self.stream:
            return list(rows.filter(stream=self.stream).values_list("pk", flat=True))
        if self.streams:
            rows = rows.filter(stream__in=self.streams)
        if self.domain:
            rows = rows.filter(domain=self.domain)
        return list(rows.values_list("pk", flat=True)) if self.streams or self.domain else None
