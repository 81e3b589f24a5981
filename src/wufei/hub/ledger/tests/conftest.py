"""A small district for the ledger's tests: named places, and verbs that read as sentences."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import Actor, system
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import Account, AccountKind, Movement
from wufei.hub.ledger.queries.statements import standing_g
from wufei.hub.ledger.units import GRAMS_PER_T, grams
from wufei.hub.registry.models import Organisation, Region, Site
from wufei.hub.registry.validity import period

BULK, LOTS = "coal_ash", "hazardous_industrial"
METHODS = {"recovered": "building_materials", "disposed": "landfill"}
LOT_METHODS = {"recovered": "oil_refining", "disposed": "incineration"}


@dataclass
class District:
    """Invented places; masses in tonnes, whole grams inside."""

    region: Region
    by: Actor = field(default_factory=lambda: system("test"))
    places: dict[str, Site] = field(default_factory=dict)
    wastes: dict[str, WasteType] = field(default_factory=dict)

    def place(self, name: str) -> Site:
        if name not in self.places:
            owner = Organisation.objects.create(
                name=name, pinyin=name, kind="enterprise", region=self.region, validity=period()
            )
            self.places[name] = Site.objects.create(
                organisation=owner,
                name=name,
                pinyin=name,
                kind="storage",
                region=self.region,
                validity=period(),
            )
        return self.places[name]

    def waste(self, stream: str = BULK) -> WasteType:
        if stream not in self.wastes:
            self.wastes[stream] = WasteType.objects.create(
                code=f"test-{stream}",
                edition="test",
                name=stream,
                pinyin=stream,
                domain="hazardous" if stream == LOTS else "industrial",
                stream=stream,
                validity=period(),
            )
        return self.wastes[stream]

    def key(self, kind: str, place: str, *, waste: str = BULK, line: UUID | None = None):
        site = self.place(place)
        methods = LOT_METHODS if waste == LOTS else METHODS
        return AccountKey(
            AccountKind(kind),
            site.organisation_id,
            self.waste(waste).pk,
            None if kind == "custody" else site.pk,
            method=methods.get(kind, ""),
            line=line,
        )

    def entry(self, source: AccountKey, target: AccountKey, t: float, **more) -> Entry:
        mass_g = int(Decimal(str(t)) * GRAMS_PER_T)
        return Entry(
            more.pop("id", None) or uuid7(),
            source,
            target,
            grams(mass_g),
            more.pop("at", None) or timezone.now() - timedelta(minutes=1),
            **more,
        )

    def move(self, source: AccountKey, target: AccountKey, t: float, **more) -> Movement:
        how = {name: more.pop(name) for name in ("on_lack", "group") if name in more}
        cause = more.pop("cause", "test")
        entry = self.entry(source, target, t, **more)
        (movement,) = services.post([entry], by=self.by, cause=cause, **how)
        return movement

    def arise(self, place: str, t: float, *, waste: str = BULK, **more) -> Movement:
        return self.move(
            self.key("origin", place, waste=waste), self.key("stock", place, waste=waste), t, **more
        )

    def recover(self, place: str, t: float, *, waste: str = BULK, **more) -> Movement:
        return self.move(
            self.key("stock", place, waste=waste),
            self.key("recovered", place, waste=waste),
            t,
            **more,
        )

    def account(self, key: AccountKey) -> Account:
        return Account.objects.get(
            kind=key.kind,
            holder=key.holder_id,
            waste=key.waste_id,
            place=key.place_id,
            method=key.method,
            line=key.line,
        )

    def stock_t(self, place: str, *, waste: str = BULK) -> float:
        return standing_g(self.account(self.key("stock", place, waste=waste))) / GRAMS_PER_T


def t(tonnes: float) -> int:
    return int(Decimal(str(tonnes)) * GRAMS_PER_T)


def days_ago(count: int) -> datetime:
    return timezone.now() - timedelta(days=count)


def _district() -> District:
    region, _ = Region.objects.get_or_create(
        code="T1", defaults={"name": "Test town", "level": "town", "path": "T1", "pinyin": "tt"}
    )
    return District(region)


@pytest.fixture
def district(db: None) -> District:
    return _district()


@pytest.fixture
def real_district(committed: str) -> District:
    """A district whose commits are real, in a database of the test's own."""
    return _district()
