"""Append-only tables: rows are added, never changed and never removed."""

from django.db.migrations.operations import RunSQL

MARK = "append-only"

_FUNCTION = """
CREATE OR REPLACE FUNCTION wufei_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation',
              HINT = 'Correct it by adding a reversal.';
END $$;
"""


class AppendOnly(RunSQL):
    """Migration operation: forbid UPDATE, DELETE and TRUNCATE on ``table``, for the owner too.

    The mark also keeps those rights from the application's role (``config.roles``).
    """

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            _FUNCTION
            + f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION wufei_append_only();
            COMMENT ON TABLE {table} IS '{MARK}';
            """,
            f"DROP TRIGGER {table}_append_only ON {table}; COMMENT ON TABLE {table} IS NULL;",
        )

    def deconstruct(self) -> tuple[str, list[str], dict[str, str]]:
        return (self.__class__.__qualname__, [self.table], {})
