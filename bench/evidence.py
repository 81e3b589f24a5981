"""Benchmark of the log of evidence; prints one table. ``--quick``: a hundredth of the leaves.

    .venv/bin/python bench/evidence.py [--quick]

Ten million leaves are appended in batches, as the sequencer does it; beside them, by turns and in
the same minute, the bare rows of the leaves go by COPY into an identical table. Then proofs of
random leaves, as a receipt needs them, and real movements through the whole sequencer. A server of
its own with production's settings (fsync on) in a temporary folder, removed at the end.
"""

import argparse
import hashlib
import os
import random
import resource
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from wufei.testing import scratch_server

LEAVES, BATCH_LEAVES, COPIED_EVERY = 10_000_000, 50_000, 5
COLUMNS = "(number, row, kind, version, hash)"


class Bench:
    """The lines of the table."""

    def __init__(self, home: Path) -> None:
        from wufei.cli.postgres import Postgres

        self.lines: list[tuple[str, str, str]] = []
        self.owner = Postgres(home).connect("wufei")

    def say(self, work: str, figure: str, against: str = "") -> None:
        self.lines.append((work, figure, against))
        print(f"  {work}: {figure} {against}", file=sys.stderr, flush=True)

    # Appending.
    def append(self, leaves: int) -> None:
        from django.db import connection, transaction

        from wufei.hub.evidence.services.sequencing import Hashed, append

        self.owner.execute("CREATE TABLE twin (LIKE evidence_leaf INCLUDING ALL)")
        append_s = copy_s = 0.0
        copied = 0
        for n, start in enumerate(range(0, leaves, BATCH_LEAVES)):
            numbers = range(start, min(start + BATCH_LEAVES, leaves))
            # Kind 1 and a row far away: no record of this bench has such a key.
            hashed = [Hashed(1, 10**12 + one, _hash(one)) for one in numbers]
            started = time.perf_counter()
            with transaction.atomic(), connection.cursor() as cursor:
                append(cursor, hashed)
            append_s += time.perf_counter() - started
            if n % COPIED_EVERY == 0:
                copy_s += self._copy(start, hashed)
                copied += len(hashed)
        rate, bare = leaves / append_s, copied / copy_s
        self.say(
            f"append, {leaves:,} leaves with their tree",
            f"{rate:,.0f} leaves/s",
            f"{rate / bare:.2f} of COPY of the leaves into an identical table ({bare:,.0f}/s)",
        )
        self.owner.execute("DROP TABLE twin")
        self.owner.execute("VACUUM ANALYZE evidence_leaf, evidence_node")
        size = self.owner.execute(
            "SELECT pg_total_relation_size('evidence_leaf') + "
            "pg_total_relation_size('evidence_node')"
        ).fetchone()
        assert size is not None, "the tables are there"
        self.say("kept on disk", f"{size[0] / leaves:.0f} bytes a leaf", "with indexes and nodes")

    def _copy(self, start: int, hashed: list[Any]) -> float:
        lines = [
            f"{start + n}\t{one.row}\t1\t1\t\\\\x{one.hash.hex()}\n" for n, one in enumerate(hashed)
        ]
        text = "".join(lines)
        started = time.perf_counter()
        with self.owner.cursor().copy(f"COPY twin {COLUMNS} FROM STDIN") as into:
            into.write(text)
        return time.perf_counter() - started

    # Proofs.
    def proofs(self, leaves: int, repeats: int) -> None:
        from wufei.hub.evidence import store, tree

        whole = tree.root(leaves, store.fetch)
        choose = random.Random(1)

        def inclusion() -> None:
            number = choose.randrange(leaves)
            path = tree.inclusion_proof(number, leaves, store.fetch)
            assert tree.proves_inclusion(_hash(number), number, leaves, path, whole)

        def consistency() -> None:
            first = choose.randrange(1, leaves)
            assert tree.consistency_proof(first, leaves, store.fetch)

        def root() -> None:
            assert tree.root(choose.randrange(1, leaves), store.fetch)

        for name, work in (
            ("proof for one receipt, checked", inclusion),
            ("proof of consistency", consistency),
            ("root of an earlier size", root),
        ):
            p50, p99 = _timed(work, repeats)
            self.say(
                f"{name}, {leaves:,} leaves",
                f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
                "wanted ≤ 20 ms" if work is inclusion else "",
            )

    # Real records.
    def sequence(self, rows: int) -> None:
        """Imported movements through the whole sequencer: read, encoded, salted, hashed."""
        import _district

        from wufei.hub.base.actor import system
        from wufei.hub.evidence.services.sequencing import sequence_all
        from wufei.hub.ledger.services import import_movements

        district = _district.build(_district.STREAMS)
        entries = islice(_district.history(district, "building_materials", rows * 2), rows)
        started = time.perf_counter()
        import_movements(entries, by=system("bench"), cause="import:bench")
        import_s = time.perf_counter() - started
        # As autovacuum would have done by then.
        self.owner.execute("ANALYZE")
        started, processor = time.perf_counter(), time.process_time()
        count = sequence_all()
        sequence_s = time.perf_counter() - started
        processor_us = (time.process_time() - processor) / rows * 1e6
        assert count == rows, count
        self.say(
            f"sequence, {rows:,} movements",
            f"{rows / sequence_s:,.0f} leaves/s, {processor_us:.0f} µs of the process a leaf",
            f"{import_s / sequence_s:.1f} x the speed of their import ({rows / import_s:,.0f}/s)",
        )

    def receipts(self, repeats: int) -> None:
        """A whole receipt, with its record read and its proof under a signed root."""
        from wufei.hub.evidence.receipts import receipt
        from wufei.hub.evidence.services import roots
        from wufei.hub.ledger.models import Movement

        roots.sign_now()
        self.owner.execute("ANALYZE")
        keys = list(Movement.objects.values_list("pk", flat=True))
        choose = random.Random(2)

        def whole() -> None:
            told = receipt(Movement.objects.get(pk=choose.choice(keys))).as_json()
            assert told["root"], "a signed root holds it"

        p50, p99 = _timed(whole, repeats)
        self.say(
            "receipt of a movement, record to JSON",
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
            "wanted ≤ 20 ms",
        )

    def verify(self, first: int) -> None:
        from wufei.hub.evidence.verify import verify

        started = time.perf_counter()
        report = verify(first=first)
        seconds = time.perf_counter() - started
        assert not report.faults, report.faults[:1]
        self.say(f"verify, {report.leaves:,} leaves", f"{report.leaves / seconds:,.0f} leaves/s")

    def show(self) -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table("work", "figure", "against")
        for line in self.lines:
            table.add_row(*line)
        Console(width=170).print(table)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"memory at most {peak_mb:,.0f} MB; load average {os.getloadavg()[0]:.1f}")


def _hash(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


def _timed(work: Callable[[], None], repeats: int) -> tuple[float, float]:
    """Milliseconds at p50 and p99."""
    for _warm in range(5):
        work()
    times = []
    for _n in range(repeats):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 leaves")
    quick = parser.parse_args().quick
    leaves = LEAVES // 100 if quick else LEAVES
    rows = 10_000 if quick else 100_000
    with scratch_server() as home:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wufei.config.settings")
        import django

        django.setup()
        bench = Bench(home)
        bench.append(leaves)
        bench.proofs(leaves, 200 if quick else 1000)
        bench.sequence(rows)
        bench.receipts(100 if quick else 500)
        bench.verify(leaves)
        bench.show()


if __name__ == "__main__":
    main()
