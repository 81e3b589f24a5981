"""Benchmark of the cockpit and the indicators; prints one table. ``--full``: to 10 million.

    .venv/bin/python bench/cockpit.py [--quick | --full]

The same reads on an empty history, at 100 thousand movements and at a million; days, holders and
wastes stay the same. A server of its own in a temporary folder. What each line says is in
docs/performance.md.
"""

import argparse
import os
import random
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from wufei.testing import scratch_server


def reads() -> dict[str, Callable[[random.Random], Any]]:
    """What the screen, its refreshing and the indicator pages ask for."""
    from django.utils import timezone

    from wufei.hub.accounts.permissions import acts_of
    from wufei.hub.base.actor import Actor, ActorKind
    from wufei.hub.cockpit import quality, showing
    from wufei.hub.cockpit.screen import books, screen
    from wufei.hub.indicators import declarations, queries
    from wufei.hub.ledger.queries.facts import By, Of

    leader = Actor(ActorKind.PERSON, "person:bench", role="leader", acts=acts_of("leader"))
    year, main = timezone.localdate().year, declarations.indicator("industrial.utilisation")
    return {
        "cockpit, all figures as JSON": lambda _r: showing.as_json(screen(leader)),
        "cockpit, books of the year": lambda _r: books(Of()),
        "data quality of the latest movements": lambda _r: quality.latest(),
        "indicators of a year": lambda _r: queries.values(year),
        "one indicator by town": lambda _r: queries.shares(
            queries.value(main, year), Of(), By.REGION
        ),
        "one indicator, all its years": lambda _r: queries.series(main),
    }


def run(sizes: Sequence[int], repeats: int) -> None:
    with scratch_server() as home:
        os.environ["DJANGO_SETTINGS_MODULE"] = "wufei.config.settings"
        import django

        django.setup()
        import _district
        from django.utils import timezone
        from ledger import Bench, _timed

        # The screen shows this year: the history must reach into it.
        start = timezone.now() - timedelta(days=_district.DAYS)
        _district.FIRST_DAY = start.replace(hour=0, minute=0, second=0, microsecond=0)
        bench, choose = Bench(home), random.Random(1)
        base: dict[str, tuple[float, float]] = {}
        for size in (0, *sizes):
            if size:
                bench.grow(size)
                bench.leave_unfolded(60)
            for name, read in reads().items():
                p50, p99 = _timed(read, choose, repeats)
                first = base.setdefault(name, (p50, p99))
                against = f"{p50 / first[0]:.2f} x of an empty history (p50)" if size else ""
                bench.say(
                    f"{name}, {size:,} movements", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", against
                )
        bench.show()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 thousand movements at most")
    parser.add_argument("--full", action="store_true", help="up to 10 million movements (4 GB)")
    given = parser.parse_args()
    if given.quick:
        run((10**5,), repeats=40)
    elif given.full:
        run((10**5, 10**6, 10**7), repeats=200)
    else:
        run((10**5, 10**6), repeats=100)


if __name__ == "__main__":
    main()
