"""Benchmark of the stream rules; prints one table. ``--quick``: fewer fixes.

    .venv/bin/python bench/rules.py [--quick]

A thousand loaded trucks on a thousand routes of their own (forty corners each), one in fifty off
its route and one in fifty standing; one process, without bus and database. Beside it stands what
anybody who reads the bus must do, in the same minute: decode the same messages, pick what may be
used and put it in the order of vehicles and times.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
# The declarations name their words; no other setting matters here.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wufei.config.settings")
os.environ.setdefault("WUFEI_SECRET_KEY", "only-for-benchmarks-" + "x" * 50)
from wufei.domains.construction.rules import RULES
from wufei.hub.alarms.streams import machine
from wufei.hub.alarms.streams.trips import Trip, Trips, gather
from wufei.hub.telemetry.fixes import FIX, decode, encode, usable

TRUCKS, CORNERS, T0 = 1_000, 40, 1_740_000_000_000
EVERY_S = 10


def routes() -> tuple[Trips, np.ndarray]:
    """A route of some 20 km for each truck, and its corners in degrees."""
    chance = np.random.default_rng(1)
    steps = np.stack(
        [np.full((TRUCKS, CORNERS), 0.005), chance.normal(0, 0.0015, (TRUCKS, CORNERS))], axis=2
    )
    starts = np.stack([chance.uniform(115, 116, TRUCKS), chance.uniform(36, 37, TRUCKS)], axis=1)
    corners = starts[:, None] + np.cumsum(steps, axis=1)
    trips = (
        Trip(
            key=number + 1,
            manifest=f"manifest {number}",
            vehicle=number + 1,
            vehicle_uuid=f"vehicle {number}",
            domain="construction",
            begins_ms=T0 - 1000,
            path=tuple(map(tuple, line.tolist())),
            corridor_m=150,
            sites=(tuple(line[0].tolist()), tuple(line[-1].tolist())),
        )
        for number, line in enumerate(corners)
    )
    return gather(trips, yards=[(115.5, 36.5)] * 20), corners


def messages(corners: np.ndarray, ticks: int, size: int) -> list[bytes]:
    """What the bus would hand over: every truck once in ten seconds, ``size`` fixes a message."""
    chance = np.random.default_rng(2)
    place = np.linspace(0.1, 0.9, ticks) * (CORNERS - 1)
    index, share = place.astype(int), (place % 1)[:, None]
    found = []
    for tick in range(ticks):
        fixes = np.zeros(TRUCKS, dtype=FIX)
        fixes["device"] = fixes["vehicle"] = np.arange(TRUCKS) + 1
        fixes["device_time_ms"] = T0 + tick * EVERY_S * 1000 + chance.integers(0, 9_000, TRUCKS)
        where = (
            corners[:, index[tick]] * (1 - share[tick]) + corners[:, index[tick] + 1] * share[tick]
        )
        where[::50, 1] += 0.006  # some 650 m to the north
        where[1::50] = corners[1::50, CORNERS // 2]
        fixes["longitude"], fixes["latitude"] = where[:, 0], where[:, 1]
        fixes["speed_kmh"] = 40
        fixes["speed_kmh"][1::50] = 0
        chance.shuffle(fixes)
        found += [encode(part) for part in np.split(fixes, range(size, TRUCKS, size))]
    return found


def bare(payloads: list[bytes]) -> int:
    """Fixes decoded, picked and ordered."""
    count = 0
    for payload in payloads:
        good = usable(decode(payload))
        good = good[np.lexsort((good["device_time_ms"], good["vehicle"]))]
        count += len(good)
    return count


def judged(payloads: list[bytes], trips: Trips) -> tuple[int, int]:
    """Fixes that went through both rules of the domain, and episodes found."""
    states = {rule.code: machine.begin(rule.sight) for rule in RULES if rule.sight}
    count, episodes = 0, set()
    for payload in payloads:
        seen = machine.observe(decode(payload), trips)
        count += len(seen)
        for rule in RULES:
            assert rule.sight is not None
            states[rule.code], findings = machine.judge(
                rule.sight,
                states[rule.code],
                seen,
                trips,
                rule.defaults,
                code=rule.code,
                severity=rule.severity,
                domains=rule.domains,
            )
            episodes |= {(one.code, one.episode) for one in findings}
    return count, len(episodes)


def timed(work: Callable[[], object]) -> float:
    """Seconds of processor time: nothing here waits, and other work must not count."""
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true")
    ticks = 40 if arguments.parse_args().quick else 300
    trips, corners = routes()
    table = Table("fixes a message", "decoded", "through both rules", "ratio", "episodes")
    table.title = f"Rules, a second of one core: {TRUCKS:,} routes, {ticks * TRUCKS:,} fixes"
    for size in (50, 500, 1_000):
        payloads = messages(corners, ticks, size)
        count, episodes = judged(payloads, trips)
        # By turns, and the better of three.
        pairs = [
            (timed(lambda: bare(payloads)), timed(lambda: judged(payloads, trips)))  # noqa: B023
            for _turn in range(3)
        ]
        bare_s, rules_s = (min(times) for times in zip(*pairs, strict=True))
        table.add_row(
            f"{size:,}",
            f"{count / bare_s:,.0f}/s",
            f"{count / rules_s:,.0f}/s",
            f"{bare_s / rules_s:.3f}",
            str(episodes),
        )
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
