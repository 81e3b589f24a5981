from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
# ``0005`` reads the same file: a ledger that had its functions before gets them anew.
DROP = """
DO $$
DECLARE
    known regprocedure;
BEGIN
    FOR known IN SELECT oid::regprocedure FROM pg_proc WHERE proname IN (
        'ledger_trace', 'ledger_onward', 'ledger_backward', 'ledger_taken', 'ledger_reached',
        'ledger_begun', 'ledger_batch_exact', 'ledger_told_apart', 'ledger_inflows',
        'ledger_outflows', 'ledger_outflow_at') AND pronamespace = 'public'::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || known;
    END LOOP;
END $$;
DROP TYPE IF EXISTS ledger_edge;
DROP TYPE ledger_node;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_tracing")]
    operations = [
        migrations.RunSQL(DROP + (SQL / "tracing.sql").read_text(), migrations.RunSQL.noop),
    ]
