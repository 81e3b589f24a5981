"""A district for the ledger's benchmarks: firms that make ash and slag, plants that use them.

Days, holders and wastes stay the same at every size; more rows are more loads a day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.units import Mass, tonnes
from wufei.hub.registry.models import Organisation, Region, Site
from wufei.hub.registry.validity import period

DAYS, FIRMS, PLANTS = 365, 36, 4
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
# Firms keep two of these each; a plant uses all of them.
STREAMS = ("coal_ash", "boiler_slag", "desulphurisation_gypsum", "tailings")
ROWS_A_ROUND = DAYS * FIRMS * 2 * 3
ROWS_WITH_LINES = DAYS * FIRMS * 2 * 4


@dataclass(frozen=True)
class District:
    firms: list[Site]
    plants: list[Site]
    wastes: list[WasteType]


def build(streams: tuple[str, ...]) -> District:
    """Four towns, 36 firms and 4 plants with a store each."""
    towns = [
        Region.objects.create(
            code=f"B{n}", name=f"Town {n}", level="town", path=f"B{n}", pinyin="t"
        )
        for n in range(4)
    ]
    wastes = [
        WasteType.objects.create(
            code=f"bench-{stream}",
            edition="bench",
            name=stream,
            pinyin=stream,
            domain="industrial",
            stream=stream,
            validity=period(),
        )
        for stream in streams
    ]
    sites = [_site(n, towns[n % 4]) for n in range(FIRMS + PLANTS)]
    return District(sites[:FIRMS], sites[FIRMS:], wastes)


def _site(number: int, town: Region) -> Site:
    owner = Organisation.objects.create(
        name=f"Firm {number}", pinyin="f", kind="enterprise", region=town, validity=period()
    )
    return Site.objects.create(
        organisation=owner, name="store", pinyin="s", kind="storage", region=town, validity=period()
    )


def history(district: District, method: str, rows: int, *, lines: bool = False) -> Iterator[Entry]:
    """About ``rows`` movements over one year, in the order in which they happened.

    A round is: waste arises, goes to a plant, is recovered there. With ``lines`` every load is
    on the road for a while, with an account of its own.
    """
    rounds = max(1, round(rows / (ROWS_WITH_LINES if lines else ROWS_A_ROUND)))
    made = _Maker(district, method, lines)
    for day in range(DAYS):
        for round_ in range(rounds):
            # A minute for a round, so that everything stays in one day.
            yield from made.loads(FIRST_DAY + timedelta(days=day, seconds=round_ * 60 % 40_000))


class _Maker:
    def __init__(self, district: District, method: str, lines: bool) -> None:
        self.lines = lines
        self.masses = [tonnes(f"{10 + n * 7 % 13}.{n:03}") for n in range(97)]
        self.count = 0
        self.keys = []
        for number, firm in enumerate(district.firms):
            plant = district.plants[number % PLANTS]
            for waste in (district.wastes[number % 4], district.wastes[(number + 1) % 4]):
                origin = AccountKey(AccountKind.ORIGIN, firm.organisation_id, waste.pk, firm.pk)
                store = AccountKey(AccountKind.STOCK, firm.organisation_id, waste.pk, firm.pk)
                there = AccountKey(AccountKind.STOCK, plant.organisation_id, waste.pk, plant.pk)
                used = AccountKey(
                    AccountKind.RECOVERED, plant.organisation_id, waste.pk, plant.pk, method
                )
                self.keys.append((origin, store, there, used))

    def loads(self, at: datetime) -> Iterator[Entry]:
        loaded, arrived, used_at = (at + timedelta(hours=h) for h in (1, 2, 3))
        for origin, store, there, used in self.keys:
            mass = self._mass()
            yield Entry(uuid7(), origin, store, mass, at)
            if self.lines:
                yield from self._by_road(store, there, mass, loaded, arrived)
            else:
                yield Entry(uuid7(), store, there, mass, arrived)
            yield Entry(uuid7(), there, used, mass, used_at)

    def _by_road(
        self, store: AccountKey, there: AccountKey, mass: Mass, loaded: datetime, arrived: datetime
    ) -> Iterator[Entry]:
        line: UUID = uuid7()
        road = AccountKey(AccountKind.CUSTODY, store.holder_id, store.waste_id, line=line)
        yield Entry(uuid7(), store, road, mass, loaded)
        yield Entry(uuid7(), road, there, mass, arrived)

    def _mass(self) -> Mass:
        self.count += 1
        return self.masses[self.count % len(self.masses)]
