"""pytest plugin (``-p wufei.testing``, loaded before Django reads its settings).

Tests and benchmarks run against a real PostgreSQL: one server, one migrated template, a copy
per worker. The fixtures are in the root ``conftest.py``.
"""

import atexit
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from wufei.cli.postgres import Postgres

PROJECT = Path(__file__).parents[2]
# Short, outside the checkout (a socket path is limited), one for each checkout and user.
_KEY = hashlib.sha256(f"{PROJECT}{os.getuid()}".encode()).hexdigest()[:10]
TEST_HOME = Path(os.environ.get("WUFEI_TEST_HOME", f"{tempfile.gettempdir()}/wufei-test-{_KEY}"))
os.environ["WUFEI_HOME"] = str(TEST_HOME)
os.environ.setdefault("WUFEI_SECRET_KEY", "only-for-tests-" + "x" * 50)
for _name in ("DATABASE_URL", "DATABASE_OWNER_URL", "NATS_URL"):
    os.environ.pop(_name, None)

_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _migrations_key() -> str:
    """Changes when any migration, model, settings file or locked version does."""
    digest = hashlib.sha256()
    files = [*PROJECT.glob("src/**/migrations/*.py"), PROJECT / "requirements.lock"]
    files += PROJECT.glob("src/wufei/hub/base/append_only.py")
    files += PROJECT.glob("src/wufei/config/roles.py")
    files += PROJECT.glob("src/wufei/**/*.sql")
    # Data migrations load these.
    files += PROJECT.glob("src/wufei/hub/**/data/*.csv")
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _locked(name: str) -> Iterator[None]:
    TEST_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (TEST_HOME / name).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _server() -> "Postgres":
    from wufei.cli.postgres import Postgres

    return Postgres(TEST_HOME, _FAST)


def _stop_if_last(users: IO[str]) -> None:
    """Whoever leaves last puts out the light: no server outlives the tests."""
    with _locked("start.lock"):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        pid_file = TEST_HOME / "postgres" / "postmaster.pid"
        if pid_file.exists() and not _somebody_connected():
            os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)
            while pid_file.exists():
                time.sleep(0.05)


def _somebody_connected() -> bool:
    with _server().connect("postgres") as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid()"
        )
        return found.fetchone() is not None


def ensure_server() -> None:
    """Start the test server unless it runs; it is shared by runs of this checkout."""
    with _locked("start.lock"):
        users = (TEST_HOME / "users.lock").open("w")
        fcntl.flock(users, fcntl.LOCK_SH)
        atexit.register(_stop_if_last, users)
        server = _server()
        if server.ready():
            return
        server.initialise()
        log = (TEST_HOME / "postgres.log").open("ab")
        subprocess.Popen(
            server.command(),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _attempt in range(300):
            if server.ready():
                server.provide()
                return
            time.sleep(0.1)
    raise RuntimeError(f"the test server did not start; see {TEST_HOME}/postgres.log")


def _ensure_template() -> str:
    """Name of the migrated template database; built once for a set of migrations."""
    name = f"template_{_migrations_key()}"
    with _locked("template.lock"), _server().connect("postgres") as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        draft = f"draft_{name}"
        connection.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{draft}" OWNER wufei_owner')
        _migrate({"WUFEI_DATABASE_NAME": draft})
        connection.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
        return name


@contextmanager
def scratch_server(settings: dict[str, str] | None = None) -> Iterator[Path]:
    """A server of one's own with production's durability, removed afterwards (benchmarks).

    Sets ``WUFEI_HOME``: enter it before Django reads its settings.
    """
    from wufei.cli.postgres import Postgres

    home = Path(tempfile.mkdtemp(prefix="wufei-scratch-"))
    os.environ["WUFEI_HOME"] = str(home)
    server = Postgres(home, settings)
    server.initialise()
    with (home / "postgres.log").open("ab") as log:
        process = subprocess.Popen(server.command(), stdout=log, stderr=log)
    try:
        while not server.ready():
            if process.poll() is not None:
                raise RuntimeError((home / "postgres.log").read_text())
            time.sleep(0.1)
        server.provide()
        _migrate({})
        yield home
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def _migrate(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wufei.cli", "migrate"],
        env=os.environ | {"WUFEI_AS_OWNER": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"migrations failed:\n{done.stdout}\n{done.stderr}")


@contextmanager
def database_copy(label: str) -> Iterator[str]:
    """A fresh copy of the template, dropped afterwards."""
    name = f"test_{label}_{os.getpid()}"
    template = _ensure_template()
    # CREATE DATABASE cannot copy a template while another copy is being made from it.
    with _locked("copy.lock"), _server().connect("postgres") as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    try:
        yield name
    finally:
        with _server().connect("postgres") as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def pytest_configure(config: pytest.Config) -> None:
    from wufei.config.messages import compile_stale

    compile_stale()
    if not hasattr(config, "workerinput"):
        ensure_server()


@contextmanager
def use_database(name: str) -> Iterator[None]:
    from django.db import connections

    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    os.environ["WUFEI_DATABASE_NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        os.environ.pop("WUFEI_DATABASE_NAME", None)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was skipped, and why, in one line that nobody can overlook."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        if isinstance(report.longrepr, tuple):
            reasons[report.longrepr[2].removeprefix("Skipped: ")] += 1
    if reasons:
        told = "; ".join(f"{count} x {reason}" for reason, count in reasons.items())
        terminalreporter.write_line(f"NOT RUN: {told}", yellow=True, bold=True)
