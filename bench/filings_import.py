"""Benchmark of forms handed in as tables; prints one table. ``--quick``: a tenth of the rows.

    .venv/bin/python bench/filings_import.py [--quick]

A ledger of containers, twelve columns, in three shapes: many firms with a hundred rows each, one
firm with all of them, and a form for each row. Each workbook is worked off by the worker's own
code in a process of its own, once at a tenth of the rows and once at all of them, so that the most
memory that each process had shows whether it is flat. COPY puts the very rows that the import wrote
into tables with the same indexes, in the same run.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

ROWS = 50_000
FIRMS = 500
TABLES = ("filings_filing", "filings_version", "filings_row")


def forms() -> dict[str, Any]:
    """The forms of this benchmark, by the shape of their file; made known to the platform."""
    from wufei.hub.base.tables import spec
    from wufei.hub.filings import declarations as d
    from wufei.hub.filings.periods import Period
    from wufei.hub.filings.sheets.columns import tables_of

    kinds = d.FieldKind
    fields = (
        d.Field("container", "Container", required=True),
        d.Field("waste", "Waste", kinds.WASTE, required=True),
        d.Field("mass", "Mass", kinds.MASS, unit="t", required=True),
        d.Field("arisen", "Arisen", kinds.DATE, required=True),
        d.Field("method", "Method", kinds.CHOICE, choices=lambda: [("store", "Stored")]),
        d.Field("pieces", "Pieces", kinds.INTEGER),
        d.Field("share", "Share", kinds.DECIMAL),
        d.Field("keeper", "Keeper"),
        d.Field("place", "Place"),
        d.Field("note", "Note"),
    )
    table = d.Section("lines", "Lines", fields, table=True, rows_min=1, rows_max=ROWS)
    common: dict[str, Any] = {"domain": "hazardous", "kind": d.Kind.NOTIFY, "authority": "Bench"}
    common |= {"sections": (table,), "basis": d.Basis("Bench")}
    found = {
        "monthly": d.FilingType(
            "bench_month", name="Month", period=Period.MONTH, number_prefix="BM", **common
        ),
        "event": d.FilingType(
            "bench_event", name="Event", period=Period.EVENT, number_prefix="BE", **common
        ),
    }
    d.fill(found.values())
    for form in found.values():
        for one in tables_of(form):
            spec.put(one)
    return found


def people(count: int) -> Any:
    from wufei.hub.base.actor import system
    from wufei.hub.catalogue.models import WasteType
    from wufei.hub.registry.models import Organisation, Region
    from wufei.hub.registry.validity import period

    town = Region.objects.create(code="B1", name="Town", level="town", path="B1", pinyin="t")
    Organisation.objects.bulk_create(
        Organisation(
            name=f"Firm {n:04}",
            pinyin="f",
            kind="enterprise",
            region=town,
            validity=period(date(2020, 1, 1)),
        )
        for n in range(count)
    )
    WasteType.objects.create(
        code="X-1",
        edition="b",
        name="x",
        pinyin="x",
        domain="hazardous",
        stream="hazardous_industrial",
        validity=period(date(2020, 1, 1)),
    )
    return system("bench")


def workbook(path: Path, rows: int, *, firms: int, event: bool, month: str) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Lines")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    keys = ["filed by", "filed for", *(["number of the record"] if event else [])]
    sheet.write_row(
        0,
        0,
        [
            *keys,
            "Container",
            "Waste",
            "Mass",
            "Arisen",
            "Method",
            "Pieces",
            "Share",
            "Keeper",
            "Place",
            "Note",
        ],
    )
    for n in range(rows):
        firm = n * firms // rows
        said: list[Any] = [f"Firm {firm:04}", f"{month}-02" if event else month]
        said += [f"{month}-{n}"] if event else []
        said += [f"C{n:07}", "X-1", n % 500 / 100 + 0.5, None, "Stored", n % 7 + 1, 0.25]
        said += ["张库管", "一号库", "桶装废矿物油"]
        sheet.write_row(n + 1, 0, said)
        sheet.write_datetime(n + 1, len(keys) + 3, datetime(2026, 9, 2), day)
    book.close()


def work(uuid: str) -> None:
    """In a process of its own: work off one run; says how long and with how much memory."""
    import django

    django.setup()
    forms()
    from wufei.hub.base.tables import importing
    from wufei.hub.base.tables.models import ImportRun

    before = _peak_mb()
    started = time.perf_counter()
    importing.work_off(uuid)  # type: ignore[arg-type]
    took = time.perf_counter() - started
    run = ImportRun.objects.get(uuid=uuid)
    told = [one.reason for one in run.faults.all()[:3]]
    assert (run.state, run.rows_good) == ("done", run.rows_total), (run.state, run.reason, told)
    print(json.dumps({"s": took, "mb": _peak_mb(), "idle_mb": before, "rows": run.rows_total}))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Bench:
    def __init__(self, home: Path) -> None:
        from wufei.cli.postgres import Postgres

        self.owner = Postgres(home).connect("wufei")
        self.home = home
        self.forms = forms()
        self.by = people(FIRMS)
        self.lines: list[tuple[str, str, str]] = []
        self.count = 0

    def shape(self, name: str, form: str, rows: int, firms: int) -> None:
        part = self._import(form, rows // 10, max(1, firms // 10))
        last = {table: self._last(table) for table in TABLES}
        whole = self._import(form, rows, firms)
        speed, copied = whole["rows"] / whole["s"], self._copy(last, rows)
        against = f"{speed / copied:.2f} of COPY of the same rows ({copied:,.0f} rows/s)"
        self.say(f"{name}: {rows:,} rows", f"{speed:,.0f} rows/s", against)
        self.say(
            f"{name}: peak memory of the process",
            f"{whole['mb']:.0f} MB",
            f"{part['mb']:.0f} MB at {part['rows']:,} rows; {whole['idle_mb']:.0f} MB before",
        )

    def _import(self, form: str, rows: int, firms: int) -> dict[str, float]:
        from django.core.files.uploadedfile import SimpleUploadedFile

        from wufei.hub.base.tables import importing
        from wufei.hub.filings.sheets.columns import tables_of

        self.count += 1
        month = f"2026-{self.count:02}"
        path = self.home / "bench.xlsx"
        workbook(path, rows, firms=firms, event=form == "event", month=month)
        upload = SimpleUploadedFile("bench.xlsx", path.read_bytes())
        (run,) = importing.hand_in_all(tables_of(self.forms[form]), upload, self.by)
        command = [sys.executable, __file__, "--work", str(run.uuid)]
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "wufei.config.settings"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found

    def _last(self, table: str) -> int:
        row = self.owner.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        assert row is not None
        return int(row[0])

    def _copy(self, last: dict[str, int], rows: int) -> float:
        """Rows of the file a second, by COPY of all that the import wrote of forms."""
        took = 0.0
        for table in TABLES:
            self.owner.execute(f"CREATE TABLE twin (LIKE {table} INCLUDING ALL)")
            data = b""
            query = (
                f"COPY (SELECT * FROM {table} WHERE id > {last[table]}) TO STDOUT (FORMAT binary)"
            )
            with self.owner.cursor().copy(query) as out:
                data = b"".join(out)
            started = time.perf_counter()
            with self.owner.cursor().copy("COPY twin FROM STDIN (FORMAT binary)") as into:
                into.write(data)
            took += time.perf_counter() - started
            self.owner.execute("DROP TABLE twin")
        return rows / took

    def say(self, work: str, figure: str, against: str = "") -> None:
        self.lines.append((work, figure, against))
        print(f"  {work}: {figure} {against}", file=sys.stderr, flush=True)

    def show(self) -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table("work", "figure", "against")
        for line in self.lines:
            table.add_row(*line)
        Console(width=150).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work)
        return
    from wufei.testing import scratch_server

    rows = ROWS // 10 if given.quick else ROWS
    with scratch_server() as home:
        os.environ["DJANGO_SETTINGS_MODULE"] = "wufei.config.settings"
        import django

        django.setup()
        bench = Bench(home)
        bench.shape("100 rows a form", "monthly", rows, max(1, rows // 100))
        bench.shape("one form", "monthly", rows, 1)
        bench.shape("a row a form", "event", rows, FIRMS)
        bench.show()


if __name__ == "__main__":
    main()
