"""Benchmark of traces among a million manifests; prints one table. ``--quick``: 20 thousand.

    .venv/bin/python bench/trace.py [--quick]

A server of its own with production's settings in a temporary folder, removed at the end. The rows
are written by COPY straight into the ledger's tables, as services would have left them; what each
line measures is said in docs/performance.md.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from wufei.testing import scratch_server

FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
HOPS = 10
SITES = 40
DRUM_G, LOAD_G = 200_000, 10_000_000
# Two drums are fetched (3 hops each), poured together, carried on (2), treated; the residue is
# carried once, drawn off into two, and those are carried (4 hops each): 10 hops for every drum.
MANIFESTS_A_STORY = 2 * 3 + 2 + 1 + 2 * 4
BULK_SHARE = 10
FLUSH_ROWS = 50_000
TABLES = {
    "account": "id, kind, holder_id, place_id, waste_id, region_id, method, line, tracking",
    "balance": "account_id, in_g, out_g, booked_g",
    "movement": "id, uuid, group_uuid, kind, source_id, target_id, mass_g, sign, happened_at, "
    "recorded_at, source_from_g, target_from_g, cause, actor",
    "lot": "id, uuid, account_id, label, mass_g, remaining_g, booked_g, arisen_at, since",
    "lotentry": "id, movement_id, lot_id, parent_id, side, mass_g, attributed",
    "treatment": "id, uuid, place_id, happened_at, recorded_at, input_g, additive_g, product_g, "
    "secondary_g, loss_g, products, additives, note, actor",
    "regrouping": "id, uuid, account_id, mass_g, happened_at, recorded_at, note, actor",
    "regroupedpart": "id, regrouping_id, parent_id, lot_id, mass_g, attributed",
}


class Writer:
    """Rows of every table, written by COPY as they fill a buffer."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.rows: dict[str, list[str]] = {table: [] for table in TABLES}
        self.last = dict.fromkeys(TABLES, 0)
        self.uuids = 0x0190_0000_0000_7000_8000_0000_0000_0000

    def id(self, table: str) -> int:
        self.last[table] += 1
        return self.last[table]

    def uuid(self) -> UUID:
        self.uuids += 1
        return UUID(int=self.uuids)

    def add(self, table: str, *values: Any) -> None:
        rows = self.rows[table]
        rows.append("\t".join(r"\N" if value is None else str(value) for value in values))
        if len(rows) >= FLUSH_ROWS:
            self.flush(table)

    def flush(self, table: str) -> None:
        with self.owner.cursor().copy(f"COPY ledger_{table} ({TABLES[table]}) FROM STDIN") as into:
            into.write("\n".join(self.rows[table]) + "\n" if self.rows[table] else "")
        self.rows[table].clear()

    def close(self) -> None:
        for table in TABLES:
            self.flush(table)
            if "id" in TABLES[table].split(", "):
                self.owner.execute(
                    f"SELECT setval(pg_get_serial_sequence('ledger_{table}', 'id'), %s)",
                    [self.last[table] + 1],
                )


class History:
    """Stories of drums and of bulk loads, over one year."""

    def __init__(self, owner: Any) -> None:
        self.write = Writer(owner)
        self.accounts: dict[tuple[Any, ...], int] = {}
        self.came_g: dict[int, int] = {}
        self.went_g: dict[int, int] = {}
        self.choose = random.Random(1)
        self.sites, self.wastes = _district()
        self.first: list[int] = []
        self.tanks: list[int] = []
        self.last: list[int] = []
        self.bulk: list[int] = []

    def grow(self, manifests: int) -> None:
        """More of the same, until there are about ``manifests``."""
        drums = (manifests - manifests // BULK_SHARE) // MANIFESTS_A_STORY
        for number in range(len(self.tanks), drums):
            self._story(number)
        for number in range(len(self.bulk), manifests // BULK_SHARE // HOPS):
            self._load(number)
        stocks = [number for key, number in self.accounts.items() if key[0] == "stock"]
        self.write.owner.execute("DELETE FROM ledger_balance WHERE account_id = ANY(%s)", [stocks])
        for stock in stocks:
            self.write.add(
                "balance", stock, self.came_g.get(stock, 0), self.went_g.get(stock, 0), 0
            )
        self.write.close()

    # Stories.
    def _story(self, number: int) -> None:
        at = FIRST_DAY + timedelta(minutes=number * 525_600 // 80_000)
        way = [self.choose.randrange(SITES) for _ in range(HOPS + 1)]
        drums = []
        for _ in range(2):
            way[0] = self.choose.randrange(SITES)
            lot = self._arise(way[0], "origin", "oil", DRUM_G, at)
            self.first.append(lot)
            drums.append(self._carry(lot, way[:4], "oil", DRUM_G, at))
        tank = self._regroup(drums, [2 * DRUM_G], way[3], "oil", at)[0]
        self.tanks.append(tank)
        tank = self._carry(tank, way[3:6], "oil", 2 * DRUM_G, at)
        residue = self._treat(tank, way[5], at)
        residue = self._carry(residue, way[5:7], "residue", DRUM_G, at)
        for lot in self._regroup([residue], [DRUM_G // 2] * 2, way[6], "residue", at):
            lot = self._carry(lot, way[6:], "residue", DRUM_G // 2, at)
            self.last.append(lot)
            end = self.account("disposed", way[-1], "residue", method="landfill")
            move = self._move(self.stock(way[-1], "residue"), end, DRUM_G // 2, "treatment", at)
            self._entry(move, lot, None, "out", DRUM_G // 2)

    def _carry(self, lot: int, way: list[int], waste: str, mass_g: int, at: datetime) -> int:
        """Hand a lot on from store to store, each time under a manifest of its own."""
        for tail, head in pairwise(way):
            road, cause = self._road(tail, waste, mass_g), f"manifest:{self.write.uuid()}"
            on = self._lot(road, mass_g, 0, at)
            load = self._move(self.stock(tail, waste), road, mass_g, "loading", at, cause)
            self._entry(load, lot, None, "out", mass_g)
            self._entry(load, on, lot, "in", mass_g)
            lot = self._lot(self.stock(head, waste), mass_g, 0, at)
            accept = self._move(road, self.stock(head, waste), mass_g, "reception", at, cause)
            self._entry(accept, on, None, "out", mass_g)
            self._entry(accept, lot, on, "in", mass_g)
        return lot

    def _treat(self, lot: int, site: int, at: datetime) -> int:
        """Half becomes oil again, half a residue."""
        write, uuid, mass_g = self.write, self.write.uuid(), 2 * DRUM_G
        used = self.account("recovered", site, "oil", method="oil_refining")
        move = self._move(self.stock(site, "oil"), used, mass_g, "treatment", at, group=uuid)
        self._entry(move, lot, None, "out", mass_g)
        residue = self._arise(site, "secondary_origin", "residue", DRUM_G, at, group=uuid)
        products = f'[{{"name": "base oil", "mass_g": {DRUM_G}, "original": ""}}]'
        masses = (mass_g, 0, DRUM_G, DRUM_G, 0)
        place = self.sites[site].pk
        row = (write.id("treatment"), uuid, place, at, at, *masses, products, "[]", "", "b")
        write.add("treatment", *row)
        return residue

    def _regroup(
        self, lots: list[int], masses_g: list[int], site: int, waste: str, at: datetime
    ) -> list[int]:
        write, account = self.write, self.stock(site, waste)
        number = write.id("regrouping")
        write.add("regrouping", number, write.uuid(), account, sum(masses_g), at, at, "", "b")
        made = [self._lot(account, mass_g, 0, at) for mass_g in masses_g]
        part_g = sum(masses_g) // len(lots) // len(made)
        for parent in lots:
            for lot in made:
                row = (write.id("regroupedpart"), number, parent, lot, part_g, "f")
                write.add("regroupedpart", *row)
        return made

    def _load(self, number: int) -> None:
        """A load of ash through bulk stocks: first in, first out, one load after the other."""
        at = FIRST_DAY + timedelta(minutes=number * 525_600 // 20_000)
        origin = self.account("origin", 0, "ash")
        move = self._move(origin, self.stock(0, "ash"), LOAD_G, "arising", at)
        self.bulk.append(move)
        for site in range(HOPS):
            road, cause = self._road(site, "ash", LOAD_G), f"manifest:{self.write.uuid()}"
            self._move(self.stock(site, "ash"), road, LOAD_G, "loading", at, cause)
            self._move(road, self.stock(site + 1, "ash"), LOAD_G, "reception", at, cause)

    # Rows.
    def stock(self, site: int, waste: str) -> int:
        return self.account("stock", site, waste)

    def _road(self, site: int, waste: str, mass_g: int) -> int:
        """The account of one manifest's line: all comes in once and leaves once."""
        road = self._account("custody", site, waste, "", self.write.uuid())
        self.write.add("balance", road, mass_g, mass_g, 0)
        return road

    def account(self, kind: str, site: int, waste: str, *, method: str = "") -> int:
        key = (kind, site, waste, method)
        if key not in self.accounts:
            self.accounts[key] = self._account(*key, None)
        return self.accounts[key]

    def _account(self, kind: str, site: int, waste: str, method: str, line: UUID | None) -> int:
        place, number = self.sites[site], self.write.id("account")
        where = (place.organisation_id, None if line else place.pk, self.wastes[waste].pk)
        tracking = "bulk" if waste == "ash" else "lots"
        row = (number, kind, *where, place.region_id, method, line, tracking)
        self.write.add("account", *row)
        return number

    def _arise(
        self,
        site: int,
        kind: str,
        waste: str,
        mass_g: int,
        at: datetime,
        group: UUID | None = None,
    ) -> int:
        source, store = self.account(kind, site, waste), self.stock(site, waste)
        name = "secondary" if kind == "secondary_origin" else "arising"
        move = self._move(source, store, mass_g, name, at, group=group)
        lot = self._lot(store, mass_g, 0, at)
        self._entry(move, lot, None, "in", mass_g)
        return lot

    def _move(
        self,
        source: int,
        target: int,
        mass_g: int,
        kind: str,
        at: datetime,
        cause: str = "bench",
        group: UUID | None = None,
    ) -> int:
        number = self.write.id("movement")
        # On the road a mass begins at 0; only stocks are counted.
        went = came = 0
        if kind != "reception":
            went = self.went_g.get(source, 0)
            self.went_g[source] = went + mass_g
        if kind != "loading":
            came = self.came_g.get(target, 0)
            self.came_g[target] = came + mass_g
        ends = (source, target, mass_g, 1, at, at, went, came)
        self.write.add("movement", number, self.write.uuid(), group, kind, *ends, cause, "b")
        return number

    def _lot(self, account: int, mass_g: int, left_g: int, at: datetime) -> int:
        number = self.write.id("lot")
        row = (number, self.write.uuid(), account, f"D{number}", mass_g, left_g, 0, at, at)
        self.write.add("lot", *row)
        return number

    def _entry(self, move: int, lot: int, parent: int | None, side: str, mass_g: int) -> None:
        row = (self.write.id("lotentry"), move, lot, parent, side, mass_g, "f")
        self.write.add("lotentry", *row)


def _district() -> tuple[list[Any], dict[str, Any]]:
    import _district

    from wufei.hub.catalogue.models import WasteType
    from wufei.hub.registry.validity import period

    district = _district.build(("coal_ash",))
    wastes = {"ash": district.wastes[0]}
    for name in ("oil", "residue"):
        wastes[name] = WasteType.objects.create(
            code=f"bench-{name}",
            edition="bench",
            name=name,
            pinyin=name,
            domain="hazardous",
            stream="hazardous_industrial",
            validity=period(),
        )
    return [*district.firms, *district.plants], wastes


class Bench:
    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.history = History(owner)
        self.lines: list[tuple[str, str, str]] = []

    def grow(self, manifests: int) -> None:
        tables = [f"ledger_{table}" for table in TABLES]
        started = time.perf_counter()
        self.owner.execute("SET synchronous_commit = off")
        for table in tables:
            self.owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        self.history.grow(manifests)
        for table in tables:
            self.owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
            self.owner.execute(f"VACUUM ANALYZE {table}")
        took_s = time.perf_counter() - started
        print(f"  {manifests:,} manifests written in {took_s:.0f} s", file=sys.stderr, flush=True)

    def ask(self, manifests: int, repeats: int, small: dict[str, float]) -> dict[str, float]:
        """p50 of each question; prints it, and how it compares to the small history."""
        medians = {}
        for name, query in self._queries().items():
            best, medians[name], p99 = _timed(query, repeats)
            figure = f"best {best:.1f}, p50 {medians[name]:.1f}, p99 {p99:.1f} ms"
            against = f"{medians[name] / small[name]:.2f} x" if name in small else ""
            self.lines.append((name, f"{manifests:,}", figure, against))
            print(f"  {name}, {manifests:,}: {figure} {against}", file=sys.stderr, flush=True)
        return medians

    def _queries(self) -> dict[str, Callable[[random.Random], Any]]:
        from wufei.hub.accounts.permissions import ACTS
        from wufei.hub.base.actor import Actor, ActorKind, Scope
        from wufei.hub.ledger.queries.told import tell
        from wufei.hub.ledger.queries.trace import Node, NodeKind, back, forward, lot_node

        told, acts = self.history, dict.fromkeys(ACTS, Scope.ALL)
        officer = Actor(ActorKind.PERSON, "person:bench", "Officer", acts=acts)

        def bulk(r: random.Random) -> list[Node]:
            return [Node(NodeKind.FLOW, r.choice(told.bulk), 0, LOAD_G)]

        def onward(r: random.Random) -> None:
            found = forward([lot_node(r.choice(told.first))])
            assert max(edge.hop for edge in found.edges) >= 2 * HOPS, found.edges[-1]

        def backward(r: random.Random) -> None:
            found = back([lot_node(r.choice(told.last))])
            assert max(edge.hop for edge in found.edges) >= 2 * HOPS, found.edges[-1]

        def both(r: random.Random) -> None:
            tank = [lot_node(r.choice(told.tanks))]
            assert len(back(tank).edges) + len(forward(tank).edges) > 2 * HOPS

        def shown(r: random.Random) -> None:
            tank = [lot_node(r.choice(told.tanks))]
            assert len(tell(back(tank), forward(tank), officer).steps) > 2 * HOPS

        def through_bulk(r: random.Random) -> None:
            assert len(forward(bulk(r)).edges) == 2 * HOPS

        return {
            "a query that only says 1": lambda r: self.owner.execute("SELECT 1").fetchone(),
            "a drum forward over 10 hops": onward,
            "a landfilled residue back over 10 hops": backward,
            "a tank, back and forward": both,
            "the same with names and documents": shown,
            "a bulk load forward over 10 hops": through_bulk,
        }


def _timed(query: Callable[[random.Random], Any], repeats: int) -> tuple[float, float, float]:
    """Milliseconds: the best one, p50 and p99."""
    choose, times = random.Random(2), []
    for n in range(repeats + 10):
        started = time.perf_counter()
        query(choose)
        if n >= 10:  # the first ones warm the plans
            times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return times[0], times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.99))]


def run(sizes: tuple[int, int], repeats: int) -> None:
    with scratch_server() as home:
        os.environ["DJANGO_SETTINGS_MODULE"] = "wufei.config.settings"
        import django

        django.setup()
        from wufei.cli.postgres import Postgres

        bench = Bench(Postgres(home).connect("wufei"))
        medians: dict[str, float] = {}
        for size in sizes:
            bench.grow(size)
            medians = bench.ask(size, repeats, medians)
        _show(bench.lines)


def _show(lines: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("question", "manifests", "figure (wanted: p99 ≤ 20 ms)", "p50 of the small one")
    for line in lines:
        table.add_row(*line)
    Console(width=150).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 thousand manifests")
    given = parser.parse_args()
    run((2_000, 20_000) if given.quick else (10_000, 1_000_000), 100 if given.quick else 400)


if __name__ == "__main__":
    main()
