"""Rights of the application's role: everything, except to rewrite what is append-only."""

from typing import Any

from django.db import connection
from psycopg import sql

from wufei.hub.base.append_only import MARK


def grant_application(role: str) -> None:
    """Give ``role`` its rights on every table; called by the owner after each migration."""
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            cursor.execute(_text(cursor, sql.SQL(statement).format(name)))
        for table in append_only_tables():
            revoke = sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}")
            cursor.execute(_text(cursor, revoke.format(sql.Identifier(table), name)))


def append_only_tables() -> list[str]:
    """Tables that a migration marked with ``AppendOnly``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND relnamespace = 'public'::regnamespace AND obj_description(oid) = %s",
            [MARK],
        )
        return [name for (name,) in cursor.fetchall()]


def _text(cursor: Any, statement: sql.Composed) -> str:
    return statement.as_string(cursor.connection)
