"""Checks of what runs: database, bus, worker, web."""

from collections.abc import Callable
from functools import wraps

from wufei.cli.checks.result import Found, failure, ok, warning
from wufei.cli.processes import folder
from wufei.cli.processes.nats import greeting
from wufei.cli.processes.ports import busy
from wufei.cli.processes.table import gateway_ready, needed_ports, web_ready
from wufei.config import bus as the_bus
from wufei.config import environment as env

_LOG = "Look into WUFEI_HOME/log/wufei.log."


def _up() -> bool:
    return folder.in_use(env.home())


def _own_database_down() -> bool:
    return not _up() and not env.text("DATABASE_URL")


def _needs_database(check: Callable[[], Found]) -> Callable[[], Found]:
    """Where the database does not answer, one line says so and the others say why they are not."""

    @wraps(check)
    def checked() -> Found:
        found = database()
        return check() if found.state == "ok" else warning("not checked: no database", found.do)

    return checked


def ports() -> Found:
    if _up():
        return ok("held by Wufei")
    problems = [text for port in needed_ports() if (text := busy(port))]
    return failure("\n".join(problems), "As it says on the left.") if problems else ok("free")


def database() -> Found:
    from django.db import DatabaseError, connection

    if _own_database_down():
        return warning("not running", "Start it with `wufei up`.")
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        place = "DATABASE_URL" if env.text("DATABASE_URL") else "the log in WUFEI_HOME/log"
        return failure(str(error).strip().splitlines()[0], f"Check {place}.")
    version = connection.connection.info.server_version
    if version < 160_000:
        return failure(f"PostgreSQL {version // 10_000}", "Wufei needs PostgreSQL 16 or newer.")
    return ok(f"PostgreSQL {version // 10_000}.{version % 10_000}")


@_needs_database
def migrations() -> Found:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return failure(f"{len(plan)} migrations are not applied", "Run `wufei migrate`.")
    return ok("applied")


@_needs_database
def roles() -> Found:
    """The application must not own its tables, else it could undo every safeguard."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, count(*) FILTER (WHERE tableowner = current_user), "
            "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) "
            "FROM pg_tables WHERE schemaname = 'public'"
        )
        user, owned, superuser = cursor.fetchone()
    if superuser or owned:
        return failure(
            f"{user} {'is superuser' if superuser else f'owns {owned} tables'}",
            "Give the application a role of its own (DATABASE_URL) and the tables another "
            "(DATABASE_OWNER_URL).",
        )
    return ok(f"{user} owns no table")


@_needs_database
def append_only() -> Found:
    """The application's role may add movements and events, never change them."""
    from django.db import connection

    from wufei.config.roles import append_only_tables

    open_tables = []
    with connection.cursor() as cursor:
        for table in append_only_tables():
            cursor.execute("SELECT has_table_privilege(%s, 'UPDATE, DELETE, TRUNCATE')", [table])
            if cursor.fetchone()[0]:
                open_tables.append(table)
    if open_tables:
        return failure(f"can be changed: {', '.join(open_tables)}", "Run `wufei migrate`.")
    return ok(f"{len(append_only_tables())} tables are closed to change")


def bus() -> Found:
    if not _up() and not env.text("NATS_URL"):
        return warning("not running", "Start it with `wufei up`.")
    try:
        info = greeting(the_bus.address())
    except OSError as error:
        place = "NATS_URL" if env.text("NATS_URL") else "the log in WUFEI_HOME/log"
        return failure(f"no answer: {error}", f"Check {place}.")
    if not info.get("jetstream"):
        return failure("JetStream is off", "Switch JetStream on in the server's configuration.")
    return ok(f"NATS {info.get('version')} with JetStream")


@_needs_database
def worker() -> Found:
    from django.db import connection

    from wufei.config.health import WORKER_SILENT_S, WORKERS_ALIVE

    if "procrastinate_workers" not in connection.introspection.table_names():
        return failure("the queue's tables are missing", "Run `wufei migrate`.")
    with connection.cursor() as cursor:
        cursor.execute(WORKERS_ALIVE, [WORKER_SILENT_S])
        alive = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        waiting = cursor.fetchone()[0]
    if not alive:
        return failure(f"none alive, {waiting} jobs wait", f"Start `wufei up` anew. {_LOG}")
    return ok(f"{alive} alive, {waiting} jobs wait")


def web() -> Found:
    if web_ready():
        return ok("answers")
    if not _up():
        return warning("not running", "Start it with `wufei up`.")
    return failure("does not answer", _LOG)


def gateway() -> Found:
    place = f"{env.text('WUFEI_JT808_HOST')}:{env.number('WUFEI_JT808_PORT')}"
    if gateway_ready():
        return ok(f"accepts terminals on {place}")
    if not _up():
        return warning("not running", "Start it with `wufei up`.")
    return failure(f"does not accept terminals on {place}", _LOG)
