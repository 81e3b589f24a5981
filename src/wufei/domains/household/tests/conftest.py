"""A town with an estate, a village, a hotel, a works, a station, a plant, and their month."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import Actor, Scope, system
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Statistic, Version
from wufei.hub.filings.periods import span_of
from wufei.hub.filings.services.checking import form_of
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.tests.conftest import District, Firm, build

SHANGHAI = ZoneInfo("Asia/Shanghai")
BY = system("test")
MAY = date(2026, 5, 1)
_KINDS = {
    "estate": ("community", "collection"),
    "village": ("village_point", "collection"),
    "hotel": ("catering", "collection"),
    "works": ("sewage", "production"),
    "station": ("station", "transfer"),
    "trucks": ("carrier", "yard"),
    "plant": ("plant", "treatment"),
}
_CODES = {
    "household_residual": "LC-residual",
    "household_kitchen": "LC-kitchen",
    "catering_kitchen": "LC-catering",
    "sewage_sludge": "LC-sewage-sludge",
    "faeces": "LC-faeces",
}


@dataclass
class Town:
    """Verbs that read as sentences; every firm is of household waste."""

    district: District
    made: dict[str, Firm] = field(default_factory=dict)

    def firm(self, name: str) -> Firm:
        if name not in self.made:
            firm = self.district.firm(name, *_KINDS.get(name, ("enterprise", "storage")))
            firm.organisation.domains = ["household"]
            firm.organisation.save()
            self.made[name] = firm
        return self.made[name]

    def person(self, name: str) -> Actor:
        acts = {"filings.filing.edit": Scope.OWN, "filings.filing.view": Scope.OWN}
        known = self.firm(name).person
        return replace(known, acts={**known.acts, **acts})

    def waste(self, stream: str) -> WasteType:
        return WasteType.objects.get(code=_CODES[stream])

    def account(self, kind: str, name: str, stream: str, **more: Any) -> AccountKey:
        firm = self.firm(name)
        place = None if kind == AccountKind.CUSTODY else firm.site.pk
        return AccountKey(
            AccountKind(kind), firm.organisation.pk, self.waste(stream).pk, place, **more
        )

    def moves(self, source: AccountKey, target: AccountKey, mass_t: float, day: date) -> None:
        at = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
        ledger.post([Entry(uuid7(), source, target, tonnes(mass_t), at)], by=BY, cause="test")

    def fetched(
        self, name: str, stream: str, mass_t: float, to: str = "plant", day: int = 5
    ) -> None:
        """It leaves where it arises, on the carrier's truck, and arrives at the plant."""
        on = MAY + timedelta(days=day - 1)
        road = self.account("custody", "trucks", stream, line=uuid7())
        self.moves(self.account("origin", name, stream), road, mass_t, on)
        self.moves(road, self.account("stock", to, stream), mass_t, on)

    def treats(
        self, stream: str, method: str, mass_t: float, day: int = 6, kind: str = "disposed"
    ) -> None:
        on = MAY + timedelta(days=day - 1)
        target = self.account(kind, "plant", stream, method=method)
        self.moves(self.account("stock", "plant", stream), target, mass_t, on)

    # Forms.
    def begin(self, code: str, name: str, day: date = MAY) -> Filing:
        form_type, firm = filing_type(code), self.firm(name)
        site = firm.site if form_type.per_site else None
        span = span_of(form_type.period, day)
        by = self.person(name)
        return services.start(form_type, firm.organisation, span=span, site=site, id=uuid7(), by=by)

    def draft(self, filing: Filing, name: str) -> Form:
        return form_of(services.draft_of(filing, by=self.person(name)))

    def hand_in(
        self, filing: Filing, name: str, values: Any = None, rows: Any = None, reasons: Any = None
    ) -> Version:
        by = self.person(name)
        draft = services.draft_of(filing, by=by)
        form = form_of(draft)
        form = Form({**form.values, **(values or {})}, {**form.rows, **(rows or {})})
        services.save_draft(draft, form, edition=draft.edition, by=by)
        version = services.submit(filing, id=uuid7(), reasons=reasons, by=by)
        filing.refresh_from_db()
        return version

    def figure(self, code: str, dimension: str | None = None) -> Decimal:
        rows = Statistic.objects.filter(code=code, replaced_at=None)
        if dimension is not None:
            rows = rows.filter(dimension=dimension)
        return sum((row.value for row in rows), Decimal(0))


@pytest.fixture
def town(db: None) -> Town:
    return Town(build())


@pytest.fixture
def chance() -> Random:
    return Random("household")
