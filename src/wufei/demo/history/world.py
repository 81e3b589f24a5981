"""What the history is told about: places, wastes, the seed, and the clock of the district."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from random import Random
from uuid import NAMESPACE_OID, UUID, uuid5

from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.units import GRAMS_PER_T, Mass

BASE_YEAR, TARGET_YEAR = 2021, 2025
# From here on the books are kept load by load; before, by totals of several days.
IN_DETAIL_FROM = date(2026, 1, 1)
# Asia/Shanghai has had no summer time since 1991.
OFFSET = timedelta(hours=8)
# From when to when; no end: it goes on.
Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation and its site, by their primary keys."""

    holder_id: int
    site_id: int


@dataclass(frozen=True)
class World:
    """``places`` by the keys of ``organisations.csv``, ``wastes`` by code, both as keys of rows.

    During the ``live`` spans the trips of sources that are ``simulated`` are driven by the
    simulator, so the history does not tell them. ``gone`` are containers that left on a manifest:
    the history cannot carry them away again.
    """

    seed: int
    places: Mapping[str, Place]
    wastes: Mapping[str, int]
    first: date
    live: tuple[Span, ...] = ()
    gone: frozenset[UUID] = frozenset()
    _keys: dict[tuple[object, ...], AccountKey] = field(default_factory=dict)

    def lives(self, at: datetime) -> bool:
        """Is the simulator at work at this moment?"""
        return any(begin <= at and (end is None or at < end) for begin, end in self.live)

    @cached_property
    def namespace(self) -> UUID:
        return uuid5(NAMESPACE_OID, f"wufei-demo:{self.seed}")

    def id(self, text: str) -> UUID:
        """The same text has the same id in every run with this seed."""
        return uuid5(self.namespace, text)

    def random(self, what: str) -> Random:
        return Random(f"{self.seed}:{what}")  # noqa: S311 - invented data

    def account(self, kind: AccountKind, place: str, waste: str, method: str = "") -> AccountKey:
        name = (kind, place, waste, method)
        if (key := self._keys.get(name)) is None:
            at = self.places[place]
            key = AccountKey(kind, at.holder_id, self.wastes[waste], at.site_id, method)
            self._keys[name] = key
        return key

    def custody(self, carrier: str, waste: str, line: UUID) -> AccountKey:
        holder_id = self.places[carrier].holder_id
        return AccountKey(AccountKind.CUSTODY, holder_id, self.wastes[waste], line=line)


def moment(day: date, hour: float) -> datetime:
    """``hour`` o'clock of ``day`` in the district, to the minute; above 24 is the next morning."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - OFFSET
    return midnight + timedelta(minutes=round(hour * 60))


@lru_cache(maxsize=16)
def along(day: date, *, stops: bool = True) -> float:
    """How far the district is on its way: 0 in the base year, 1 in the target year.

    Then it ``stops``, or goes on as before.
    """
    year = day.year + (day.timetuple().tm_yday - 183) / 365.25
    way = max((year - BASE_YEAR) / (TARGET_YEAR - BASE_YEAR), 0.0)
    return min(way, 1.05) if stops else way


def pace(day: date) -> int:
    """How many times rarer the books were kept on ``day`` than they are today."""
    return 1 if day >= IN_DETAIL_FROM else 3


def between(ends: tuple[float, float], way: float) -> float:
    """A value of the base year and one of the target year, and how far along."""
    return ends[0] + (ends[1] - ends[0]) * way


def tonnes(value: float) -> int:
    """Grams of ``value`` tonnes."""
    return round(value * GRAMS_PER_T)


def weighed(mass_g: int) -> Mass:
    """A mass as a weighbridge prints it."""
    return Mass(mass_g, Decimal(mass_g).scaleb(-6), "t")
