"""Benchmark of the registers; prints one table. ``--quick``: a tenth of the rows.

    .venv/bin/python bench/registers.py [--quick] [--pages]

One works' storage register: half of its rows arise in labelled drums, half leave under a manifest
each. Its pages are opened, and those of the carrier and of what left. Then it is written as CSV and
as Excel by the worker's own code, a process for each file, at a tenth of the rows and at all of
them: what memory each process had at most shows whether it is flat. The same query by a bare
``COPY … TO`` is what the database alone needs.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

FIRST_DAY = date(2025, 1, 1)
# The first tenth of the rows happens on the first day of the year, the others later.
TENTH = FIRST_DAY
LAST_DAY = date(2025, 12, 31)


# The district, by SQL: only what the register reads.
class Works:
    """A works with ``rows`` movements in its store, half of them arising, half leaving."""

    def __init__(self, home: Path, rows: int) -> None:
        from wufei.cli.postgres import Postgres

        self.pairs = rows // 2
        self.owner = Postgres(home).connect("wufei")
        self.owner.execute("SET synchronous_commit = off")
        self.firm, self.site, self.waste = self._names()
        self._manifests()
        self._accounts()
        self._movements()
        self._lots()
        self.owner.execute("VACUUM ANALYZE")

    def _names(self) -> tuple[Any, Any, Any]:
        from wufei.hub.catalogue.models import WasteType
        from wufei.hub.registry.models import Organisation, Region, Site
        from wufei.hub.registry.validity import period

        town = Region.objects.create(code="B1", name="Town", level="town", path="B1", pinyin="t")
        common = {"pinyin": "f", "region": town, "validity": period(FIRST_DAY)}
        firm = Organisation.objects.create(name="湖畔铝材有限公司", kind="enterprise", **common)
        site = Site.objects.create(organisation=firm, name="危废库", kind="storage", **common)
        waste = WasteType.objects.filter(stream="hazardous_industrial").order_by("pk").first()
        return firm, site, waste

    def _manifests(self) -> None:
        """One by the models, the others as copies of it with numbers of their own."""
        from django.utils import timezone
        from uuid_utils.compat import uuid7

        from wufei.hub.manifests.models import Line, Manifest
        from wufei.hub.registry.models import Vehicle
        from wufei.hub.registry.validity import period

        vehicle = Vehicle.objects.create(
            plate="鲁P88888", kind="dangerous", carrier=self.firm, validity=period(FIRST_DAY)
        )
        first = Manifest.objects.create(
            uuid=uuid7(),
            template="hazardous",
            domain="hazardous",
            local_id="WF-0",
            consignor=self.firm,
            consignor_site=self.site,
            carrier=self.firm,
            consignee=self.firm,
            consignee_site=self.site,
            vehicle=vehicle,
            issued_at=timezone.now(),
        )
        line = Line.objects.create(
            uuid=uuid7(),
            manifest=first,
            position=1,
            waste=self.waste,
            method="oil_refining",
            declared_g=1_000_000,
            weighed_out_g=1_000_000,
        )
        last = self.pairs - 1
        self._copies(
            "manifests_manifest",
            first.pk,
            last,
            {"uuid": "gen_random_uuid()", "local_id": "'WF-' || n", "authority_no": "NULL"},
        )
        ids = "(SELECT id FROM manifests_manifest WHERE local_id = 'WF-' || n)"
        self._copies(
            "manifests_line", line.pk, last, {"uuid": "gen_random_uuid()", "manifest_id": ids}
        )

    def _copies(self, table: str, pk: int, count: int, changes: dict[str, str]) -> None:
        rows = self.owner.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = %s AND column_name <> 'id'",
            [table],
        ).fetchall()
        names = [name for (name,) in rows]
        values = ", ".join(changes.get(name, f't."{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        self.owner.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} "
            f"FROM {table} t, generate_series(1, {count}) n WHERE t.id = {pk}"
        )

    def _accounts(self) -> None:
        self.owner.execute(
            """INSERT INTO ledger_account
                (holder_id, place_id, waste_id, kind, method, line, region_id, tracking)
            SELECT %(firm)s, NULL, %(waste)s, 'custody', '', uuid, %(region)s, 'lots'
            FROM manifests_line
            UNION ALL SELECT %(firm)s, %(site)s, %(waste)s, kind, '', NULL, %(region)s, 'lots'
            FROM unnest(ARRAY['origin', 'stock']) AS kind""",
            self._ids,
        )

    @property
    def _ids(self) -> dict[str, Any]:
        return {
            "firm": self.firm.pk,
            "site": self.site.pk,
            "waste": self.waste.pk,
            "region": self.firm.region_id,
            "pairs": self.pairs,
            "first": FIRST_DAY,
        }

    def _movements(self) -> None:
        """A tenth of both halves on the first day; ``n`` counts the pairs."""
        moment = """(%(first)s::date + CASE WHEN n < %(pairs)s / 10 THEN 0
            ELSE 1 + n::int %% 360 END)::timestamp AT TIME ZONE 'Asia/Shanghai'"""
        insert = """INSERT INTO ledger_movement (uuid, kind, source_id, target_id, mass_g, sign,
            happened_at, source_from_g, target_from_g, original_value, original_unit, cause,
            actor)"""
        stock = "(SELECT id FROM ledger_account WHERE kind = 'stock')"
        self.owner.execute(
            f"""{insert} SELECT gen_random_uuid(), 'arising',
                (SELECT id FROM ledger_account WHERE kind = 'origin'), {stock}, 1000000, 1,
                {moment} + interval '1 h', NULL, n::bigint * 1000000, 1000, 'kg',
                'form:bench', %(actor)s
            FROM generate_series(0, %(pairs)s - 1) n""",
            self._ids | {"actor": "system:bench"},
        )
        self.owner.execute(
            f"""{insert} SELECT gen_random_uuid(), 'loading', {stock}, a.id, 1000000, 1,
                {moment} + interval '2 h', n::bigint * 1000000, 0, 1, 't', 'form:bench', %(actor)s
            FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM ledger_account
                  WHERE kind = 'custody') a""",
            self._ids | {"actor": "system:bench"},
        )
        self.owner.execute(
            """INSERT INTO ledger_balance (account_id, in_g, out_g, booked_g)
            SELECT id, CASE kind WHEN 'stock' THEN %(pairs)s::bigint ELSE 1 END * 1000000,
                CASE kind WHEN 'stock' THEN %(pairs)s::bigint ELSE 0 END * 1000000, 0
            FROM ledger_account WHERE kind <> 'origin'""",
            self._ids,
        )

    def _lots(self) -> None:
        """A drum for each arising and for each load."""
        self.owner.execute(
            """WITH lots AS (
                INSERT INTO ledger_lot (uuid, account_id, label, mass_g, remaining_g, booked_g,
                    arisen_at, since)
                SELECT m.uuid, m.target_id, 'HW-' || m.id, m.mass_g, 0, 0, m.happened_at,
                    m.happened_at FROM ledger_movement m RETURNING id, uuid)
            INSERT INTO ledger_lotentry (movement_id, lot_id, side, mass_g, attributed)
            SELECT m.id, l.id, s.side, m.mass_g, false
            FROM ledger_movement m JOIN lots l ON l.uuid = m.uuid
            JOIN unnest(ARRAY['in', 'out']) AS s(side) ON s.side = 'in' OR m.kind = 'loading'"""
        )


# What is measured.
def selection(works: Any, last: date, table: str = "stored", **asked: str) -> Any:
    from wufei.hub.base.actor import system
    from wufei.hub.registers.selection import Selection

    asked |= {"holder": str(works), "table": table, "from": str(FIRST_DAY), "to": str(last)}
    return Selection(asked, system("bench"))


def found_by(chosen: Any) -> Any:
    from wufei.hub.registers.register import register

    return register(chosen)


def write(form: str, holder: str, last: str) -> None:
    """In a process of its own: write one file as the worker does; tell time, rows and memory."""
    import django

    django.setup()
    from wufei.hub.base.actor import system
    from wufei.hub.base.tables import export_runs
    from wufei.hub.registers import exporting

    chosen = selection(holder, date.fromisoformat(last))
    before = _peak_mb()
    run = exporting.order(chosen, system("bench"), form)
    started = time.perf_counter()
    export_runs.work_off(run.uuid)
    seconds = time.perf_counter() - started
    run.refresh_from_db()
    assert run.state == "done", run.reason
    told = {"rows": run.rows_done, "s": seconds, "mb": _peak_mb(), "idle_mb": before}
    print(json.dumps(told | {"file_mb": run.size / 1e6}))
    export_runs.path_of(run).unlink()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _in_a_process(*arguments: str) -> dict[str, float]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "wufei.config.settings"}
    command = [sys.executable, __file__, "--write", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr[-3000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


class Bench:
    def __init__(self, works: Works) -> None:
        self.works = works
        self.holder = str(works.firm.uuid)
        self.lines: list[tuple[str, str, str]] = []

    def say(self, work: str, figure: str, against: str = "") -> None:
        self.lines.append((work, figure, against))
        print(f"  {work}: {figure} {against}", file=sys.stderr, flush=True)

    def files(self) -> None:
        copied = self.copy()
        for form in ("csv", "xlsx"):
            part = _in_a_process(form, self.holder, str(TENTH))
            whole = _in_a_process(form, self.holder, str(LAST_DAY))
            speed = whole["rows"] / whole["s"]
            self.say(
                f"{form}, {whole['rows']:,} rows ({whole['file_mb']:,.0f} MB)",
                f"{speed:,.0f} rows/s",
                f"{speed / copied:.2f} of COPY TO of the same query ({copied:,.0f} rows/s)",
            )
            self.say(
                f"{form}, peak memory of the process",
                f"{whole['mb']:.0f} MB at {whole['rows']:,} rows",
                f"{part['mb']:.0f} MB at {part['rows']:,}; {whole['idle_mb']:.0f} MB before",
            )

    def copy(self) -> float:
        """Rows a second of the bare query."""
        from wufei.hub.registers.queries.rows import statement
        from wufei.hub.registers.register import register

        chosen = selection(self.holder, LAST_DAY)
        found = register(chosen, whole=True)
        text, parameters = statement(chosen.picked, found.layout)
        self.works.owner.execute("SET work_mem = '64MB'")
        started, size = time.perf_counter(), 0
        with self.works.owner.cursor().copy(f"COPY ({text}) TO STDOUT", parameters) as out:
            for part in out:
                size += len(part)
        return float(found.count / (time.perf_counter() - started))

    def pages(self) -> None:
        """A tenth and all of the rows: each part of the page that opens first; then other pages."""
        for name, last in (("a tenth", TENTH), ("all", LAST_DAY)):
            self.page(f"page, {name}", last)
        self.page("page of what left", LAST_DAY, "outgoing")
        self.page("page of the carrier", LAST_DAY, "carried")
        chosen = selection(self.holder, LAST_DAY)
        count = found_by(chosen).count
        for name, first in (("in the middle", count // 2), ("the last", count - 50)):
            took = _ms(lambda first=first: found_by(chosen).page(first, 50))
            self.say(f"page {name}, rows and totals", f"{took:,.0f} ms")
        for name, value in (("movement", "loading"), ("plate", "88888"), ("manifest", "WF-77")):
            asked = selection(self.holder, LAST_DAY, **{name: value})
            took = _ms(lambda asked=asked: found_by(asked).page(0, 50), 1)
            rows = found_by(asked).count
            self.say(f"page of one {name}, rows and totals", f"{took:,.0f} ms", f"{rows:,} rows")

    def page(self, name: str, last: date, table: str = "stored") -> None:
        from wufei.hub.registers.queries.reconciling import below_zero, reconcile

        chosen = selection(self.holder, last, table)
        within, kind = chosen.within, chosen.limited_kind
        parts: dict[str, Callable[[], Any]] = {
            "rows and totals": lambda: found_by(chosen).page(0, 50),
            "reconciliation": lambda: reconcile(within, kind),
            "days below zero": lambda: below_zero(within, kind),
        }
        times = {what: _ms(work) for what, work in parts.items()}
        told = ", ".join(f"{what} {ms:,.0f}" for what, ms in times.items())
        count = found_by(chosen).count
        self.say(f"{name}: {count:,} rows", f"{sum(times.values()):,.0f} ms", told)
        assert reconcile(within, kind).holds

    def show(self) -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table("work", "figure", "against")
        for line in self.lines:
            table.add_row(*line)
        Console(width=150).print(table)


def _ms(work: Callable[[], Any], times: int = 3) -> float:
    """The middle one of some times."""
    best = []
    for _time in range(times):
        started = time.perf_counter()
        work()
        best.append((time.perf_counter() - started) * 1000)
    return sorted(best)[times // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundred thousand rows")
    parser.add_argument("--pages", action="store_true", help="pages only, no files")
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write(*given.write)
        return
    # Names the home of tests when it is imported; the writing processes have one already.
    from wufei.testing import scratch_server

    with scratch_server() as home:
        os.environ["DJANGO_SETTINGS_MODULE"] = "wufei.config.settings"
        import django

        django.setup()
        bench = Bench(Works(home, 100_000 if given.quick else 1_000_000))
        bench.pages()
        if not given.pages:
            bench.files()
        bench.show()


if __name__ == "__main__":
    main()
