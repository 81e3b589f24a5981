"""A real NATS server, a gateway in a thread, and terminals that speak to it over TCP."""

import asyncio
import json
import socket
import subprocess
import threading
import time
from typing import Any

import pytest
import uvloop
from django.db import OperationalError

from wufei.cli.processes.nats import binary, greeting
from wufei.hub.telemetry import fixes as fx
from wufei.hub.telemetry.bus import Publisher, connect
from wufei.hub.telemetry.gateway.limits import Limits
from wufei.hub.telemetry.gateway.server import Gateway
from wufei.hub.telemetry.gateway.terminals import Terminals
from wufei.protocols import jt808

PARTITIONS = 4
# Terminal number → device and vehicle, as the registry would tell.
KNOWN = {"13800000001": (11, 101), "13800000002": (12, 0), "13800000003": (13, 103)}


def until(what, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"still not so after {seconds} s: {what}")


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


class Nats:
    """A server that writes everything to the disk before it says so; it can be killed."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self._file = folder / "nats.conf"
        store = json.dumps(str(folder / "store"))
        self._file.write_text(
            f"listen: 127.0.0.1:{self.port}\n"
            f"jetstream: {{store_dir: {store}, sync_interval: always}}\n"
        )
        self._log = (folder / "nats.log").open("ab")
        self.start()

    def start(self):
        command = [binary(), "--config", str(self._file)]
        self.process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        until(self._answers)

    def _answers(self):
        try:
            return greeting(("127.0.0.1", self.port)).get("jetstream")
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stored(self):
        """All fixes of the stream, in the order in which they were stored."""

        async def read():
            link = await connect("test", self.url)
            jetstream = link.jetstream()
            state = (await jetstream.stream_info(fx.STREAM)).state
            found: list[Any] = []
            for sequence in range(state.first_seq, state.last_seq + 1):
                message = await jetstream.get_msg(fx.STREAM, sequence)
                partition = int(message.subject.removeprefix("fixes."))
                batch = fx.decode(message.data)
                assert set(batch["device"] % PARTITIONS) == {partition}
                found += batch.tolist()
            await link.close()
            return [dict(zip(fx.FIX.names or (), one, strict=True)) for one in found]

        return asyncio.run(read())


@pytest.fixture
def nats(tmp_path):
    server = Nats(tmp_path)
    yield server
    server.kill()


class Served:
    """A gateway in a thread of its own."""

    def __init__(self, url, limits, known, *, keep_unknown=False):
        self.known = dict(known)
        self.registry_away = False
        self._keep_unknown = keep_unknown
        self._url, self._limits = url, limits
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        until(lambda: getattr(self, "port", 0))

    def _serve(self):
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._run())

    async def _run(self):
        self._loop = asyncio.get_running_loop()
        bus = Publisher("test-gateway", self._url)
        self.gateway = Gateway(bus, self._load, partitions=PARTITIONS, limits=self._limits)
        serving = asyncio.create_task(self.gateway.run("127.0.0.1", 0))
        while not (self.gateway.listening or serving.done()):
            await asyncio.sleep(0.01)
        self.port = self.gateway.port
        await serving
        await bus.close()

    def _load(self):
        if self.registry_away:
            raise OperationalError("the server is gone")
        return Terminals(self.known, keep_unknown=self._keep_unknown)

    def stop(self):
        self._loop.call_soon_threadsafe(self.gateway.stop)
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture
def bad_frames(monkeypatch):
    """What would be written into the database."""
    from wufei.hub.telemetry import badframes

    kept: list[Any] = []
    monkeypatch.setattr(badframes, "keep", kept.extend)
    return kept


@pytest.fixture
def serve(nats, bad_frames):
    """``serve(idle_s=1)``: a gateway with these limits."""
    started = []

    def start(known=KNOWN, *, keep_unknown=False, **limits):
        served = Served(nats.url, Limits(**limits), known, keep_unknown=keep_unknown)
        started.append(served)
        return served

    yield start
    for served in started:
        if served._thread.is_alive():
            served.stop()


class Truck(jt808.Terminal):
    """A terminal on a socket."""

    def __init__(self, port, phone="13800000001", edition=2019):
        super().__init__(phone, edition)
        self.link = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._splitter = jt808.Splitter()
        self._read = []

    def send(self, *frames):
        self.link.sendall(b"".join(frames))

    def hear(self, count=1):
        """The next messages; fails after 20 s."""
        while len(self._read) < count:
            data = self.link.recv(65_536)
            assert data, "the gateway closed the connection"
            self._read += [jt808.decode(frame) for frame in self._splitter.feed(data)]
        heard, self._read = self._read[:count], self._read[count:]
        return heard

    def hears_nothing(self, seconds):
        self.link.settimeout(seconds)
        try:
            data = self.link.recv(65_536)
        except TimeoutError:
            return True
        finally:
            self.link.settimeout(20)
        raise AssertionError(f"heard {data.hex()}")

    def ask(self, frame):
        """The one answer to one frame."""
        self.send(frame)
        return self.hear()[0].body

    def sign_in(self):
        code = self.ask(self.register("鲁P12345")).code
        assert self.ask(self.authenticate(code)).result == 0
        return self

    def is_closed(self):
        try:
            return self.link.recv(1) == b""
        except ConnectionResetError:
            return True


@pytest.fixture
def truck():
    trucks = []

    def start(served, *arguments, **values):
        trucks.append(Truck(getattr(served, "port", served), *arguments, **values))
        return trucks[-1]

    yield start
    for one in trucks:
        one.link.close()


def fix(seconds=0, **values):
    """A position now, some seconds ago or ahead."""
    now_ms = (int(time.time()) + seconds) * 1000
    return jt808.Position(**{"longitude": 115.98, "latitude": 36.45, "time_ms": now_ms, **values})
