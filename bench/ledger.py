"""Benchmark of the mass ledger; prints one table. ``--quick``: small; ``--full``: to 10 million.

    .venv/bin/python bench/ledger.py [--quick | --full]

A server of its own with production's settings (fsync on) in a temporary folder, removed at the
end. What each line compares is said in docs/performance.md.
"""

import argparse
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from wufei.testing import scratch_server

COLUMNS = """uuid, group_uuid, kind, source_id, target_id, mass_g, sign, happened_at, recorded_at,
    source_from_g, target_from_g, original_value, original_unit, density_kg_m3, cause, actor,
    reverses_id, digest"""
BATCH_ROWS = 20_000
METHOD = "building_materials"


class Bench:
    """One run: a district on a server of its own, and the lines of the table."""

    def __init__(self, home: Path) -> None:
        import _district

        from wufei.cli.postgres import Postgres
        from wufei.hub.base.actor import system

        self.lines: list[tuple[str, str, str]] = []
        self.by = system("bench")
        self.made = _district
        self.district = _district.build(_district.STREAMS)
        self.owner = Postgres(home).connect("wufei")

    def say(self, work: str, figure: str, against: str = "") -> None:
        self.lines.append((work, figure, against))
        print(f"  {work}: {figure} {against}", file=sys.stderr, flush=True)

    def scalar(self, statement: str, *values: Any) -> Any:
        row = self.owner.execute(statement, values).fetchone()
        return row[0] if row else None

    # Import against COPY.
    def import_against_copy(self, rows: int, *, lines: bool = False) -> None:
        """Batches by turns: imported, then the same rows by COPY into identical tables."""
        from wufei.hub.ledger.services import import_movements

        twins = {"without foreign keys": self._twin(rows, keys=False)}
        twins["with foreign keys"] = self._twin(rows, keys=True)
        entries = self.made.history(self.district, METHOD, rows, lines=lines)
        import_s, count = 0.0, 0
        copy_s = dict.fromkeys(twins, 0.0)
        while batch := list(islice(entries, BATCH_ROWS)):
            last = self.scalar("SELECT coalesce(max(id), 0) FROM ledger_movement")
            started = time.perf_counter()
            result = import_movements(batch, by=self.by, cause="import:bench")
            import_s += time.perf_counter() - started
            assert result.recorded == len(batch), result.refused[:1]
            data = self._recorded(last)
            for name, twin in twins.items():
                copy_s[name] += self._copy(data, twin)
            count += len(batch)
        what = "import, a road account for every load" if lines else "import, all checks"
        for name, twin in twins.items():
            self.owner.execute(f"DROP TABLE {twin}")
            self.say(
                f"{what}, {count:,} rows",
                f"{count / import_s:,.0f} rows/s",
                f"{copy_s[name] / import_s:.2f} of COPY into an identical table {name} "
                f"({count / copy_s[name]:,.0f} rows/s)",
            )

    def _twin(self, rows: int, *, keys: bool) -> str:
        twin = f"twin_{rows}_{int(keys)}"
        self.owner.execute(f"CREATE TABLE {twin} (LIKE ledger_movement INCLUDING ALL)")
        if keys:
            for column in ("source_id", "target_id"):
                self.owner.execute(
                    f"ALTER TABLE {twin} ADD FOREIGN KEY ({column}) REFERENCES ledger_account "
                    "DEFERRABLE INITIALLY DEFERRED"
                )
        return twin

    def _recorded(self, last: int) -> bytes:
        source = f"(SELECT {COLUMNS} FROM ledger_movement WHERE id > {last} ORDER BY id)"
        with self.owner.cursor().copy(f"COPY {source} TO STDOUT") as out:
            return b"".join(bytes(part) for part in out)

    def _copy(self, data: bytes, twin: str) -> float:
        started = time.perf_counter()
        with self.owner.cursor().copy(f"COPY {twin} ({COLUMNS}) FROM STDIN") as into:
            into.write(data)
        return time.perf_counter() - started

    # Single postings.
    def postings(self, count: int) -> None:
        from wufei.hub.ledger.services import post

        entries = list(islice(self.made.history(self.district, METHOD, 10**6), count))
        started = time.perf_counter()
        for entry in entries:
            post([entry], by=self.by, cause="bench:single")
        post_s = time.perf_counter() - started
        bare_s = self._bare(count)
        self.say(
            f"single postings, {count:,}",
            f"{count / post_s:,.0f}/s",
            f"{bare_s / post_s:.2f} of the bare ORM inserts of the same rows "
            f"({count / bare_s:,.0f}/s)",
        )
        self._postings_together(count, writers=4)

    def _bare(self, count: int) -> float:
        """The same rows by ``Model.save`` in a transaction each: a movement and its balances."""
        from django.db import transaction
        from uuid_utils.compat import uuid7

        from wufei.hub.ledger.models import Balance, Movement

        rows = list(Movement.objects.order_by("-pk")[:count])
        started = time.perf_counter()
        for row in rows:
            row.pk, row.uuid = None, uuid7()
            with transaction.atomic():
                row.save(force_insert=True)
                for account in (row.source_id, row.target_id):
                    Balance.objects.filter(pk=account).update(booked_g=0)
        return time.perf_counter() - started

    def _postings_together(self, count: int, *, writers: int) -> None:
        from django.db import connection

        from wufei.hub.ledger.services import post

        entries = list(islice(self.made.history(self.district, METHOD, 10**6), count))

        def write(mine: Sequence[Any]) -> None:
            for entry in mine:
                post([entry], by=self.by, cause="bench:together")
            connection.close()

        # Whole turns of three (arises, goes, is used), so that everyone brings what he takes.
        part = count // writers // 3 * 3
        threads = [
            threading.Thread(target=write, args=[entries[n * part : (n + 1) * part]])
            for n in range(writers)
        ]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started
        self.say(f"single postings, {writers} writers", f"{part * writers / seconds:,.0f}/s")

    # Queries at a size.
    def grow(self, rows: int) -> None:
        """Bring the ledger to about ``rows`` movements: by import, the larger sizes by SQL."""
        from wufei.hub.ledger.services import import_movements

        standing = self.scalar("SELECT count(*) FROM ledger_movement")
        if rows > 200_000 and rows >= 2 * standing:
            self._multiply(rows)
        elif rows > standing:
            entries = self.made.history(self.district, METHOD, rows - standing)
            import_movements(entries, by=self.by, cause="import:bench")
        self.owner.execute("VACUUM ANALYZE")

    def _multiply(self, rows: int) -> None:
        """Every movement again and again, a second later each time, facts and balances with it.

        Only for the size of tables and indexes: an import of ten million rows takes a quarter of
        an hour. Positions run on, so that statements, stock and traces see a true stream.
        """
        times = rows // self.scalar("SELECT count(*) FROM ledger_movement")
        run = self.owner.execute
        run("SET synchronous_commit = off")
        run("ALTER TABLE ledger_movement DISABLE TRIGGER ALL")
        run("CREATE TEMP TABLE first AS SELECT * FROM ledger_movement")
        run("CREATE TEMP TABLE ends AS SELECT * FROM ledger_balance")
        for n in range(1, times):
            run(
                f"""INSERT INTO ledger_movement ({COLUMNS})
                SELECT gen_random_uuid(), f.group_uuid, f.kind, f.source_id, f.target_id, f.mass_g,
                    f.sign, f.happened_at + interval '{n} s', f.recorded_at,
                    f.source_from_g + {n} * s.out_g, f.target_from_g + {n} * t.in_g,
                    f.original_value, f.original_unit, f.density_kg_m3, f.cause, f.actor,
                    NULL, f.digest
                FROM first f LEFT JOIN ends s ON s.account_id = f.source_id
                LEFT JOIN ends t ON t.account_id = f.target_id WHERE f.sign = 1"""
            )
        run("ALTER TABLE ledger_movement ENABLE TRIGGER ALL")
        run(f"UPDATE ledger_balance SET in_g = in_g * {times}, out_g = out_g * {times}")
        for table in ("flowday", "flowmonth"):
            run(f"UPDATE ledger_{table} SET in_g = in_g * {times}, out_g = out_g * {times}")
        run(
            f"UPDATE ledger_flowday SET in_count = in_count * {times}, "
            f"out_count = out_count * {times}"
        )
        run("DROP TABLE first, ends")
        # Rewritten, as if they had been written once: an update leaves the old row's room behind.
        run("VACUUM FULL ledger_flowday")
        run("VACUUM FULL ledger_flowmonth")
        run("SET synchronous_commit = on")

    def leave_unfolded(self, count: int) -> None:
        """Movements of a busy minute that nobody has folded yet."""
        from wufei.hub.ledger.services import post

        for entry in islice(self.made.history(self.district, METHOD, 10**6), count):
            post([entry], by=self.by, cause="bench:unfolded")

    def queries(self, repeats: int) -> dict[str, tuple[float, float]]:
        """Milliseconds at p50 and p99 of each query."""
        choose = random.Random(1)
        return {name: _timed(query, choose, repeats) for name, query in self._queries().items()}

    def _queries(self) -> dict[str, Callable[[random.Random], Any]]:
        from wufei.hub.ledger.models import Account
        from wufei.hub.ledger.queries.facts import By, Of, Period
        from wufei.hub.ledger.queries.movements import Cell, movements
        from wufei.hub.ledger.queries.one_account import one_account
        from wufei.hub.ledger.queries.statements import statement
        from wufei.hub.ledger.queries.stock import stock

        wastes = [waste.pk for waste in self.district.wastes]
        stores = list(Account.objects.filter(kind="stock").select_related("holder"))
        year = Period(date(2025, 1, 1), date(2025, 12, 31))

        def month(choose: random.Random) -> Period:
            first = date(2025, choose.randint(1, 11), 1)
            return Period(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))

        def any_days(choose: random.Random) -> Period:
            first = date(2025, 1, 1) + timedelta(days=choose.randrange(300))
            return Period(first, first + timedelta(days=choose.randrange(65)))

        def one_waste(choose: random.Random) -> Of:
            return Of(wastes=[choose.choice(wastes)])

        return {
            "one account, year by domain": lambda r: one_account(Of(), year, By.DOMAIN),
            "one account, month by holder": lambda r: one_account(Of(), month(r), By.HOLDER),
            "one account, any days by waste": lambda r: one_account(Of(), any_days(r), By.WASTE),
            "one account, year by month": lambda r: one_account(one_waste(r), year, By.MONTH),
            "drill-down, a month's page": lambda r: movements(
                Cell(one_waste(r), month(r), kind="recovered", side="in")
            ),
            "statement of a store, a month": lambda r: statement(r.choice(stores), month(r)),
            "stock with age": lambda r: stock(Of()),
        }

    def show(self) -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table("work", "figure", "against")
        for line in self.lines:
            table.add_row(*line)
        Console(width=150).print(table)


def _timed(
    query: Callable[[random.Random], Any], choose: random.Random, repeats: int
) -> tuple[float, float]:
    times = []
    for n in range(repeats + 5):
        started = time.perf_counter()
        query(choose)
        if n >= 5:  # the first ones warm the cache and the plans
            times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.99))]


def run(sizes: Sequence[int], *, import_rows: int, singles: int, repeats: int) -> None:
    with scratch_server() as home:
        os.environ["DJANGO_SETTINGS_MODULE"] = "wufei.config.settings"
        import django

        django.setup()
        bench = Bench(home)
        base: dict[str, tuple[float, float]] = {}
        for size in sizes:
            if size == sizes[0]:
                bench.grow(size)
            elif size == sizes[1]:
                bench.import_against_copy(import_rows)
                bench.grow(size)
            else:
                bench.grow(size)
            bench.leave_unfolded(60)
            for name, (p50, p99) in bench.queries(repeats).items():
                first = base.setdefault(name, (p50, p99))
                bench.say(
                    f"{name}, {size:,} movements",
                    f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
                    "" if first == (p50, p99) else f"{p50 / first[0]:.2f} x of {sizes[0]:,} (p50)",
                )
        bench.postings(singles)
        bench.import_against_copy(import_rows // 5, lines=True)
        bench.show()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 thousand movements at most")
    parser.add_argument("--full", action="store_true", help="up to 10 million movements (4 GB)")
    given = parser.parse_args()
    if given.quick:
        run((20_000, 100_000), import_rows=60_000, singles=200, repeats=40)
    elif given.full:
        run((10**5, 10**6, 10**7), import_rows=400_000, singles=1_000, repeats=200)
    else:
        run((10**5, 10**6), import_rows=400_000, singles=1_000, repeats=100)


if __name__ == "__main__":
    main()
