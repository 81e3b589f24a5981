from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
# Attribution also says where in an inflow a position is; a result cannot be widened in place.
DROP = "DROP FUNCTION ledger_inflow_at(bigint, bigint, bigint);"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_positions_both_ways")]
    operations = [
        migrations.RunSQL(DROP + (SQL / "attribution.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "tracing.sql").read_text(), migrations.RunSQL.noop),
    ]
