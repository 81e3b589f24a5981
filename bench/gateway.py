"""Benchmark of the gateway; prints one table. ``--quick``: shorter; ``--idle``: 20,000 links too.

    .venv/bin/python bench/gateway.py [--quick] [--idle]

The real gateway process, a real NATS server that writes to the disk before it acknowledges, a
registry of terminals in a PostgreSQL of its own, generators on the same machine. What each column
means is said in docs/performance.md.
"""

import argparse
import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from wufei.testing import scratch_server

HERE = Path(__file__).parent
TERMINALS, GENERATORS, WINDOW = 1_000, 2, 8
IDLE = 20_000


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def started(command: list[str], port: int, **environment: str) -> Iterator[psutil.Process]:
    """A process, once it listens."""
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        for _try in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended")
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def nats(folder: Path) -> Iterator[str]:
    from wufei.cli.processes.nats import binary

    port, file = free_port(), folder / "nats.conf"
    file.write_text(
        f"listen: 127.0.0.1:{port}\n"
        f'jetstream: {{store_dir: "{folder}/store", sync_interval: always}}\n'
    )
    with started([binary(), "--config", str(file), "--log", f"{folder}/nats.log"], port):
        yield f"nats://127.0.0.1:{port}"


def register(count: int) -> None:
    """Terminals 1 to ``count`` in the registry."""
    from wufei.hub.registry.models import Device, Organisation, Region
    from wufei.hub.registry.validity import period

    town = Region.objects.filter(within=True)[0]
    keeper = Organisation.objects.create(
        name="Bench Haulage", pinyin="b", kind="enterprise", region=town, validity=period()
    )
    Device.objects.bulk_create(
        Device(number=f"{n:020}", kind="jt808", organisation=keeper, validity=period())
        for n in range(1, count + 1)
    )


def drive(port: int, *, signed: bool, **wanted: float) -> dict[str, float]:
    """Generators against ``port``; their figures together (the slower one's waits)."""
    from wufei.hub.telemetry.gateway.terminals import code_of

    share = TERMINALS // GENERATORS
    processes = []
    for index in range(GENERATORS):
        first = 1 + index * share
        codes = [code_of(str(first + n)) for n in range(share)] if signed else []
        told = {"port": port, "first": first, "count": share, "codes": codes, **wanted}
        processes.append(
            subprocess.Popen(
                [sys.executable, str(HERE / "_terminals.py"), json.dumps(told)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    found = [json.loads(process.communicate()[0]) for process in processes]
    together = {name: sum(one[name] for one in found) for name in ("positions_s", "answered")}
    return together | {name: max(one[name] for one in found) for name in ("p50_ms", "p99_ms")}


async def stored(url: str) -> int:
    """Fixes in the stream."""
    from nats.js.api import AckPolicy, ConsumerConfig

    from wufei.hub.telemetry import bus, fixes

    link = await bus.connect("bench", url)
    jetstream = link.jetstream()
    left = (await jetstream.stream_info(fixes.STREAM)).state.messages
    config = ConsumerConfig(ack_policy=AckPolicy.NONE)
    reader = await jetstream.pull_subscribe("fixes.*", config=config, stream=fixes.STREAM)
    count = 0
    while left > 0:
        messages = await reader.fetch(min(left, 50), timeout=10)
        count += sum(len(fixes.decode(message.data)) for message in messages)
        left -= len(messages)
    await link.close()
    return count


class Bench:
    def __init__(self, url: str, *, quick: bool) -> None:
        self.url = url
        self.seconds = {"warm_s": 2, "measured_s": 5 if quick else 15}
        self.rows: list[tuple[str, ...]] = []

    def run(self) -> None:
        port, echo_port = free_port(), free_port()
        command = [sys.executable, "-m", "wufei.cli", "gateway"]
        echo = [sys.executable, str(HERE / "_echo.py"), str(echo_port)]
        limits = {"WUFEI_JT808_FRAMES_S_MAX": "100000", "NATS_URL": self.url}
        with (
            started(echo, echo_port),
            started(command, port, WUFEI_JT808_PORT=str(port), **limits) as gateway,
        ):
            for frames in (1, 10):
                self._compare(frames, port, echo_port, gateway)
            self._paced(port, gateway)

    def _compare(self, frames: int, port: int, echo_port: int, gateway: psutil.Process) -> None:
        wanted: dict[str, Any] = {"frames": frames, "window": WINDOW, **self.seconds}
        before = asyncio.run(stored(self.url))
        spent = sum(gateway.cpu_times()[:2])
        found = drive(port, signed=True, **wanted)
        spent = sum(gateway.cpu_times()[:2]) - spent
        memory = gateway.memory_info().rss
        alone = drive(echo_port, signed=False, **wanted)
        kept = asyncio.run(stored(self.url)) - before
        assert kept >= found["answered"], f"{found['answered']} answered, {kept} stored"
        self._row(f"{frames} a segment, as fast as answered", found, memory, alone)
        say(f"    gateway: {spent / kept * 1e6:.1f} µs of processor time a position")

    def _paced(self, port: int, gateway: psutil.Process) -> None:
        wanted: dict[str, Any] = {"frames": 1, "window": 0, "rate": 5, **self.seconds}
        found = drive(port, signed=True, **wanted)
        self._row("1 a segment, 5 a second each", found, gateway.memory_info().rss)

    def _row(
        self, work: str, found: dict[str, float], memory: int, echo: dict[str, float] | None = None
    ) -> None:
        against = (f"{echo['positions_s']:,.0f}", "") if echo else ("", "")
        if echo:
            against = (against[0], f"{found['positions_s'] / echo['positions_s']:.2f}")
        waits = f"{found['p50_ms']:.0f} / {found['p99_ms']:.0f}"
        row = (work, f"{found['positions_s']:,.0f}", waits, *against, f"{memory / 1e6:.0f}")
        self.rows.append(row)
        say("  " + " | ".join(row))

    def idle(self, count: int) -> None:
        """Terminals that are signed in and silent."""
        port = free_port()
        command = [sys.executable, "-m", "wufei.cli", "gateway"]
        with (
            started(command, port, WUFEI_JT808_PORT=str(port), NATS_URL=self.url) as gateway,
            signed_in(port, count),
        ):
            memory = gateway.memory_info().rss
            self.rows.append((f"{count:,} silent terminals", "", "", "", "", f"{memory / 1e6:.0f}"))


@contextmanager
def signed_in(port: int, count: int) -> Iterator[int]:
    from wufei.hub.telemetry.gateway.terminals import code_of
    from wufei.protocols import jt808

    links = []
    for n in range(1, count + 1):
        link = socket.create_connection(("127.0.0.1", port))
        link.sendall(jt808.Terminal(str(n)).authenticate(code_of(str(n))))
        links.append(link)
    for link in links:
        body = jt808.decode(link.recv(100)).body
        assert isinstance(body, jt808.PlatformReply)
        assert body.result == 0
    yield len(links)
    for link in links:
        link.close()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="five seconds a line")
    parser.add_argument("--idle", action="store_true", help=f"{IDLE:,} silent terminals too")
    chosen = parser.parse_args()
    # Every process of the benchmark holds a thousand connections, or many more.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, IDLE + 1_000), most))
    idle = min(IDLE, most - 1_000)
    with scratch_server(), tempfile.TemporaryDirectory(prefix="wufei-bench-") as folder:
        from wufei.cli import start_django

        start_django()
        register(idle if chosen.idle else TERMINALS)
        with nats(Path(folder)) as url:
            bench = Bench(url, quick=chosen.quick)
            bench.run()
            if chosen.idle:
                bench.idle(idle)
    heading = ("work", "positions/s", "p50 / p99, ms", "echo/s", "of echo", "resident, MB")
    widths = [max(map(len, column)) for column in zip(heading, *bench.rows, strict=True)]
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{TERMINALS:,} terminals, {GENERATORS} generators, load average {load}")
    for row in (heading, *bench.rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main()
