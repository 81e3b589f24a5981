"""The table of everything that ``wufei up`` runs."""

import importlib.util
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Sequence
from functools import partial

import psycopg

from wufei.cli.assets import are_stale
from wufei.cli.postgres import Postgres
from wufei.cli.processes import nats
from wufei.cli.processes.child import Child
from wufei.cli.processes.folder import Refused, clear_postgres
from wufei.cli.processes.ports import Port
from wufei.cli.serve import STOP_S
from wufei.config import environment as env
from wufei.config.databases import socket_folder

_POSTGRES_SMALL_TALK = tuple(
    f"LOG:  {start}"
    for start in (
        "starting PostgreSQL",
        "listening on",
        "checkpoint",
        "aborting any active",
        "background worker",
        "database system was shut down",
        "shutting down",
    )
)


def children() -> list[Child]:
    """Everything that the settings ask for, in the order of a start."""
    stale = are_stale()
    own_database, own_bus = not env.text("DATABASE_URL"), not env.text("NATS_URL")
    table = [
        *([_postgres()] if own_database else []),
        *([_nats()] if own_bus else []),
        *([_assets()] if stale else []),
        Child(
            "migrate",
            _wufei("migrate", "--tables-only"),
            after=("postgres",) if own_database else (),
            once=True,
            advice="`wufei doctor` checks the database; `wufei migrate` shows the whole error.",
        ),
        Child(
            "web",
            _wufei("serve"),
            after=("migrate", "assets") if stale else ("migrate",),
            ready=web_ready,
            stop_s=STOP_S + 2,
            advice="`wufei serve` shows the whole error, `wufei doctor` checks each part.",
        ),
        Child(
            "worker",
            _wufei("work"),
            after=("web",),
            essential=False,
            advice="`wufei work` shows the whole error, `wufei doctor` checks each part.",
        ),
        *_telemetry(("migrate", "nats") if own_bus else ("migrate",)),
    ]
    if env.flag("WUFEI_DEMO") and importlib.util.find_spec("wufei.demo.load"):
        table.append(
            Child(
                "demo",
                _wufei("demo", "load"),
                after=("web",),
                once=True,
                essential=False,
                advice="the platform works without the demo; `wufei demo load` tries again.",
            )
        )
        if env.flag("WUFEI_SIMULATE"):
            # It waits by itself for the registers, the gateway and the pages.
            table.append(
                Child(
                    "simulate",
                    _wufei("simulate"),
                    after=("web",),
                    essential=False,
                    advice="the platform works without it; `wufei simulate` shows the whole error.",
                )
            )
    return table


def needed_ports() -> list[Port]:
    host = env.text("WUFEI_HOST")
    found = [Port("WUFEI_PORT", "web", host, env.number("WUFEI_PORT"))]
    gateway = env.text("WUFEI_JT808_HOST"), env.number("WUFEI_JT808_PORT")
    found.append(Port("WUFEI_JT808_PORT", "terminals", *gateway))
    if not env.text("NATS_URL"):
        for name, purpose in (("WUFEI_NATS_PORT", "NATS"), ("WUFEI_MQTT_PORT", "MQTT")):
            found.append(Port(name, purpose, "127.0.0.1", env.number(name)))
    return found


def web_ready() -> bool:
    """Does the web server say that it can serve pages?"""
    host, port = env.reached(env.text("WUFEI_HOST")), env.number("WUFEI_PORT")
    try:
        with socket.create_connection((host, port), timeout=5) as plain, _wrapped(plain) as talk:
            talk.sendall(b"GET /health/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return talk.recv(12).endswith(b" 200")
    except OSError:
        return False


def gateway_ready() -> bool:
    """Does the gateway accept terminals?"""
    host, port = env.reached(env.text("WUFEI_JT808_HOST")), env.number("WUFEI_JT808_PORT")
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def _wrapped(plain: socket.socket) -> socket.socket:
    if not env.text("WUFEI_TLS_CERT"):
        return plain
    # We ask our own server whether it answers; whose name its certificate bears is no matter.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(plain)


def _wufei(*arguments: str) -> Callable[[], Sequence[str]]:
    return lambda: [sys.executable, "-m", "wufei.cli", *arguments]


def _telemetry(after: tuple[str, ...]) -> list[Child]:
    """What writes and reads the stream of positions; the pages do without it for a while."""
    return [
        Child(
            name,
            _wufei(name),
            # Stopped before the bus: what came in is still stored and answered.
            after=after,
            ready=gateway_ready if name == "gateway" else None,
            essential=False,
            stop_s=15,
            advice=f"`wufei {name}` shows the whole error, `wufei doctor` checks each part.",
        )
        for name in ("gateway", "sink", "watch")
    ]


def _assets() -> Child:
    return Child(
        "assets",
        _wufei("assets"),
        once=True,
        advice="run `make run` once more; if it stays, `wufei assets` shows the whole error.",
    )


def _postgres() -> Child:
    server = Postgres(env.home())
    return Child(
        "postgres",
        server.command,
        prepare=partial(_prepare, server),
        ready=server.ready,
        then=server.provide,
        stop=signal.SIGINT,
        stop_s=30,
        # Not SIGKILL: an immediate shutdown ends the server's own children too.
        kill=signal.SIGQUIT,
        tidy=_tidy_postgres,
        advice="see that the disk is not full and that nothing else uses WUFEI_HOME/postgres; a "
        "backup is brought back by `wufei restore FILE`.",
    )


def _prepare(server: Postgres) -> None:
    clear_postgres(server.data, socket_folder(server.home))
    server.initialise()


def _tidy_postgres(line: str) -> str:
    """Without what every start and stop says."""
    return "" if line.startswith(_POSTGRES_SMALL_TALK) else line


def _nats() -> Child:
    return Child(
        "nats",
        nats.command,
        prepare=nats.write_configuration,
        ready=nats.ready,
        stop_s=10,
        tidy=nats.tidy,
        advice="see that the disk is not full, or set NATS_URL to a server of your own.",
    )


def require_outside_database() -> None:
    """Raises ``Refused`` when the servers that the settings name cannot be used."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if not (url := env.text(name)):
            continue
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                version = connection.info.server_version
        except psycopg.Error as error:
            raise Refused(f"{name}: {str(error).strip()}. Check the server and the URL.") from error
        if version < 160_000:
            raise Refused(f"{name}: PostgreSQL {version // 10_000} is too old; 16 is needed.")
