"""``wufei restore FILE``: bring a backup back, or change nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg import sql

from wufei.cli.archive import lake
from wufei.cli.archive.pack import DUMP
from wufei.cli.archive.server import Place, own_server, place
from wufei.cli.archive.unpack import unpack
from wufei.cli.postgres import Postgres
from wufei.cli.processes import folder
from wufei.cli.processes.folder import Refused
from wufei.config import environment as env
from wufei.config.databases import NAME, OWNER
from wufei.config.health import WORKER_SILENT_S

_NEW, _OLD = f"{NAME}_restoring", f"{NAME}_replaced"


def restore(
    file: Annotated[Path, typer.Argument(help="A .tar file that `wufei backup` wrote.")],
    replace: Annotated[bool, typer.Option(help="Replace the data that is there.")] = False,
) -> None:
    """Bring a backup back; the platform must be stopped. The old data stay until all is right."""
    home = env.home()
    os.environ["WUFEI_HOME"] = str(home)
    with folder.locked(home):
        draft = home / "restore.draft"
        try:
            manifest = unpack(file, draft)
            if env.text("DATABASE_URL"):
                _into_outside_server(draft, replace)
            else:
                with own_server(home) as server:
                    _into_own_server(server, draft, replace)
            _settle(home, draft, manifest)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    print(f"Restored what was saved at {manifest['made']}. Start with `wufei up`.")


# The database -----------------------------------------------------------------------------


def _into_own_server(server: Postgres, draft: Path, replace: bool) -> None:
    """Fill a database beside the old one, recount it, then let both change names at once."""
    with server.connect("postgres") as connection:
        _clear_after_killed_restore(connection)
        _refuse_to_overwrite(place(), replace)
        connection.execute(_name("CREATE DATABASE {} OWNER {}", _NEW, OWNER))
        place(_NEW).run(
            "pg_restore",
            *("--exit-on-error", "--no-owner", "--no-privileges", f"--role={OWNER}", "--jobs=2"),
            f"--dbname={_NEW}",
            str(draft / DUMP),
        )
        _bring_up_to_date({"WUFEI_DATABASE_NAME": _NEW})
        _add_files(draft)
        with connection.transaction():
            connection.execute(_name("ALTER DATABASE {} RENAME TO {}", NAME, _OLD))
            connection.execute(_name("ALTER DATABASE {} RENAME TO {}", _NEW, NAME))
        connection.execute(_name("DROP DATABASE {} WITH (FORCE)", _OLD))


def _clear_after_killed_restore(connection: "psycopg.Connection[Any]") -> None:
    for name in (_NEW, _OLD):
        connection.execute(_name("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def _into_outside_server(draft: Path, replace: bool) -> None:
    """Where no second database may be made: everything in one transaction of the one there is."""
    target = place()
    _refuse_to_overwrite(target, replace)
    _refuse_while_worked_on(target)
    script = draft / "database.sql"
    restored = draft / "restored.sql"
    target.run(
        "pg_restore", "--no-owner", "--no-privileges", f"--file={restored}", str(draft / DUMP)
    )
    with script.open("wb") as output:
        output.write(b"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
        with restored.open("rb") as source:
            shutil.copyfileobj(source, output)
    _add_files(draft)
    target.run("psql", "-qX", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-f", str(script))
    _bring_up_to_date({})


def _refuse_to_overwrite(target: Place, replace: bool) -> None:
    found = target.run("psql", "-AtX", "-c", "SELECT to_regclass('public.django_migrations')")
    files = env.home() / "files"
    if not replace and (found.strip() or (files.is_dir() and any(files.iterdir()))):
        raise Refused(
            "There are data already. Back them up if they matter, then add --replace. Nothing was "
            "changed."
        )


def _refuse_while_worked_on(target: Place) -> None:
    exists = target.run("psql", "-AtX", "-c", "SELECT to_regclass('public.procrastinate_workers')")
    if not exists.strip():
        return
    alive = target.run(
        "psql",
        "-AtX",
        "-c",
        "SELECT count(*) FROM procrastinate_workers "
        f"WHERE last_heartbeat > now() - interval '{WORKER_SILENT_S} s'",
    )
    if alive.strip() != "0":
        raise Refused(
            "A worker is at work on this database. Stop Wufei everywhere and wait half a minute."
        )


def _bring_up_to_date(extra: dict[str, str]) -> None:
    """Migrate (the backup may be older than we are), then recount the ledger."""
    from importlib.util import find_spec

    commands = [["migrate", "--tables-only"]]
    if find_spec("wufei.cli.ledger"):
        commands.append(["ledger", "verify"])
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "wufei.cli", *command],
            env=os.environ | extra,
            capture_output=True,
            text=True,
            check=False,
        )
        print(done.stdout, end="")
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()[-2000:]
            raise Refused(f"`wufei {' '.join(command)}` failed on the restored data: {said}")


def _name(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


# The files --------------------------------------------------------------------------------


def _add_files(draft: Path) -> None:
    """Put the files beside those that are there: named by their content, they never clash."""
    for source in _files(draft / "files"):
        target = env.home() / "files" / source.relative_to(draft / "files")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not target.exists():
            os.link(source, target)


def _settle(home: Path, draft: Path, manifest: dict[str, Any]) -> None:
    """After the swap: files of the replaced data go; lake, secrets and positions come."""
    for path in _files(home / "files"):
        if not (draft / "files" / path.relative_to(home / "files")).exists():
            path.unlink()
    lake.bring_back(draft)
    for source in _files(draft / "secrets"):
        source.replace(home / "secrets" / source.name)
    # From here the streams are replayed (design §13).
    (home / "restored.json").write_text(json.dumps(manifest, indent=1))


def _files(folder_: Path) -> list[Path]:
    return [path for path in sorted(folder_.rglob("*")) if path.is_file()]
