"""A whole platform, started as a person starts it, on free ports and in a difficult folder."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest

from wufei.config.databases import APPLICATION, NAME, socket_folder

# Long (a socket's path may have 107 bytes), with blanks, a comma and Chinese.
FOLDER = "无废 数据, a folder whose name is long enough to be too long for the path of a socket"
PARTS = ("web", "worker", "postgres", "nats")


def until(what, seconds=180):
    """Ask again and again; the answer is returned as soon as it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"still not so after {seconds} s: {what}")


def _free_port():
    """None of those that the system gives to whoever asks for any: a test beside this one may."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port


class Platform:
    def __init__(self, folder: Path) -> None:
        self.home = folder / FOLDER
        self.port, nats_port, mqtt_port, self.terminal_port = (_free_port() for _ in range(4))
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("WUFEI_")},
            "WUFEI_HOME": str(self.home),
            "WUFEI_PORT": str(self.port),
            "WUFEI_NATS_PORT": str(nats_port),
            "WUFEI_MQTT_PORT": str(mqtt_port),
            "WUFEI_JT808_PORT": str(self.terminal_port),
            "WUFEI_DEMO": "false",
        }
        self.output = folder / "output.log"
        self.process: subprocess.Popen[bytes] | None = None

    # Starting and stopping

    def wufei(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run a sub-command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "wufei.cli", *arguments],
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def start(self) -> "Platform":
        """Start it unless it runs, and wait until every part is well."""
        if self.process is None or self.process.poll() is not None:
            with self.output.open("ab") as output:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "wufei.cli", "up"],
                    env=self.environment,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
        until(self.is_well)
        return self

    def stop(self, number: int = signal.SIGINT) -> int:
        """The exit code."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(timeout=120)

    def destroy(self) -> None:
        # The folder's name is too long for a socket, which hence lies elsewhere.
        shutil.rmtree(socket_folder(self.home), ignore_errors=True)
        shutil.rmtree(self.home)

    # Looking

    def health(self):
        cert = self.environment.get("WUFEI_TLS_CERT")
        trusting = ssl.create_default_context(cafile=cert) if cert else None
        address = f"{'https' if cert else 'http'}://127.0.0.1:{self.port}/health/"
        try:
            with urllib.request.urlopen(address, timeout=5, context=trusting) as page:
                return json.load(page)
        except OSError:
            return {}

    def is_well(self) -> bool:
        assert self.process
        ended = self.process.poll() is not None
        assert not ended, f"it ended:\n{self.output.read_text()[-5000:]}"
        found = self.health()
        return bool(found) and set(found.values()) == {"ok"}

    def pids(self) -> dict[str, int]:
        try:
            rows = json.loads((self.home / "children.json").read_text())
        except FileNotFoundError:
            return {}
        return {name: pid for name, (pid, _born) in rows.items()}

    def processes(self) -> list[psutil.Process]:
        """Everything that works for this folder, wherever it stands in the tree."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("WUFEI_HOME") == str(self.home):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def database(self):
        """How to reach its database as the application."""
        return {
            "host": str(socket_folder(self.home)),
            "port": "5432",
            "user": APPLICATION,
            "password": (self.home / "secrets" / APPLICATION).read_text(),
            "dbname": NAME,
        }

    def sql(self, statement: str, *parameters):
        with psycopg.connect(**self.database()) as connection:
            return connection.execute(statement, parameters or None).fetchall()

    def databases(self):
        """Names of the server's databases; none while it does not answer."""
        try:
            return [name for (name,) in self.sql("SELECT datname FROM pg_database")]
        except (psycopg.OperationalError, FileNotFoundError):
            return []

    def kill(self, part: str) -> None:
        """``kill -9``, then wait until another process has its place and all is well."""
        pid = self.pids()[part]
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.pids().get(part, pid) != pid)
        # Health is looked at once a second; an answer from before the kill would not count.
        time.sleep(1.1)
        until(self.is_well)


@pytest.fixture(name="until")
def patience():
    return until


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    built = Platform(tmp_path_factory.mktemp("platform"))
    yield built
    if built.process and built.process.poll() is None:
        built.stop()
    if built.home.exists():
        built.destroy()


@pytest.fixture
def running(platform):
    return platform.start()


@pytest.fixture
def stopped(platform):
    if platform.process and platform.process.poll() is None:
        platform.stop()
    return platform
