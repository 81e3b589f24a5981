"""A real NATS server and a real lake in folders of the test's own."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest

from wufei.hub.base.actor import system
from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.models import Region
from wufei.hub.registry.services import organisations, sites, vehicles
from wufei.hub.telemetry.fixes import FIX
from wufei.hub.telemetry.live import announcing

EPOCH_MS = 1_795_000_000_000
"""A moment in 2026: tests choose their own now."""


def until(what, seconds=60):
    """Ask again and again; the answer is returned as soon as it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"still not so after {seconds} s")


def make_fixes(count=1, **columns):
    """``count`` good fixes of device 4 (partition 0), a second apart; ``columns`` change them."""
    fixes = np.zeros(count, dtype=FIX)
    fixes["device"] = 4
    fixes["device_time_ms"] = EPOCH_MS + 1000 * np.arange(count)
    fixes["received_ms"] = fixes["device_time_ms"] + 300
    fixes["longitude"], fixes["latitude"] = 115.95, 36.38
    fixes["speed_kmh"], fixes["heading_deg"] = 40, 90
    fixes["serial"] = np.arange(count) % 65536
    for name, values in columns.items():
        fixes[name] = values
    return fixes


class Bus:
    """A NATS server that the test may kill and start again on the same folder."""

    def __init__(self, folder) -> None:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port = trial.getsockname()[1]
        self.url = f"nats://127.0.0.1:{self.port}"
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        from wufei.cli.processes.nats import binary

        self.process = subprocess.Popen(
            [binary(), "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                return link.recv(4) == b"INFO"
        except OSError:
            return False

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def publish(self, *batches, partition=0) -> None:
        """Returns when the bus has stored all of them."""
        asyncio.run(_publish(self.url, partition, batches))


async def _publish(url, partition, batches):
    from wufei.hub.telemetry.bus import Publisher

    publisher = Publisher("test", url)
    try:
        await publisher.open()
        for batch in batches:
            await publisher.publish(partition, batch)
    finally:
        await publisher.close()


@pytest.fixture
def bus(tmp_path, monkeypatch):
    server = Bus(tmp_path / "nats")
    monkeypatch.setenv("NATS_URL", server.url)
    # The process remembers a bus that was away for some seconds: this is another one.
    monkeypatch.setattr(announcing, "_voice", announcing._Voice())
    server.start()
    yield server
    server.kill()


@pytest.fixture
def lake_folder(tmp_path, monkeypatch):
    """The lake lies in a folder of the test's own."""
    monkeypatch.setenv("WUFEI_LAKE_URL", str(tmp_path / "lake"))
    return tmp_path / "lake"


@pytest.fixture
def start():
    """``start("sink")``: ``wufei sink`` as a process of its own; killed at the end."""
    running = []

    def run(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "wufei.cli", *arguments], env=dict(os.environ)
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()


BY = system("test")


def town(name):
    return Region.objects.get(name=name)


def firm(name, region="湖西街道", domains=("construction",)):
    return organisations.create(
        BY, name=name, kind="carrier", region=town(region), domains=list(domains)
    )


@pytest.fixture
def truck(db):
    return vehicles.create(BY, plate="鲁P66601", carrier=firm("水城运输"), kind="tipper")


@pytest.fixture
def load(truck):
    """``load(truck)``: a manifest whose load is on the truck, from Yuji to Zhulaozhuang."""

    def make(vehicle=truck, **values):
        consignor = firm("于集工地", "于集镇")
        consignee = firm("朱老庄消纳场", "朱老庄镇")
        origin = sites.create(BY, organisation=consignor, name="工地", kind="construction")
        target = sites.create(BY, organisation=consignee, name="场地", kind="landfill")
        at = datetime.fromtimestamp(EPOCH_MS / 1000, UTC) - timedelta(minutes=5)
        facts = {
            "uuid": uuid4(),
            "template": "construction",
            "domain": "construction",
            "local_id": "JZ-1",
            "status": "loaded",
            "issued_at": at,
            "loaded_at": at,
            "vehicle": vehicle,
            "consignor": consignor,
            "consignor_site": origin,
            "carrier": vehicle.carrier,
            "consignee": consignee,
            "consignee_site": target,
        }
        return Manifest.objects.create(**facts | values)

    return make
