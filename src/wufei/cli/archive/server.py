"""The database that a backup reads and a restore fills: our own server, or one by URL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wufei.cli.postgres import SUPERUSER, CannotStart, Postgres, binaries
from wufei.cli.processes import folder
from wufei.config import environment as env
from wufei.config.databases import NAME, from_url, socket_folder
from wufei.config.secrets import secret

_START_S = 60


@dataclass(frozen=True)
class Place:
    """How the PostgreSQL programs reach a database (their environment variables)."""

    host: str
    port: str
    user: str
    password: str
    name: str

    def run(self, program: str, *arguments: str, stdin: Path | None = None) -> str:
        """Run ``program`` of the wheel against this database; raises ``Refused`` on failure."""
        environment = os.environ | {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.name,
        }
        with open(stdin or os.devnull, "rb") as source:
            done = subprocess.run(
                [str(binaries() / program), *arguments],
                env=environment,
                stdin=source,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode != 0:
            raise folder.Refused(f"{program} failed: {done.stderr.strip()[-2000:]}")
        return done.stdout


def place(database: str = NAME) -> Place:
    """The platform's database, as the role that may dump and fill it."""
    if url := env.text("DATABASE_OWNER_URL") or env.text("DATABASE_URL"):
        parts = from_url(url)
        return Place(parts["HOST"], parts["PORT"], parts["USER"], parts["PASSWORD"], parts["NAME"])
    home = env.home()
    return Place(
        str(socket_folder(home)), "5432", SUPERUSER, secret(SUPERUSER, home=home), database
    )


@contextmanager
def own_server(home: Path) -> Iterator[Postgres]:
    """Our own PostgreSQL for a while, on a folder that the caller holds (``folder.locked``)."""
    server = Postgres(home)
    folder.clear_postgres(server.data, socket_folder(home))
    server.initialise()
    leash = Path(folder.__file__).with_name("leash.py")
    log = home / "log" / "postgres-alone.log"
    log.parent.mkdir(mode=0o700, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-IS", str(leash), str(int(signal.SIGINT)), str(os.getpid())),
                *server.command(),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(server, process, log)
        server.provide()
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=_START_S)


def _wait(server: Postgres, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while not server.ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotStart(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)
