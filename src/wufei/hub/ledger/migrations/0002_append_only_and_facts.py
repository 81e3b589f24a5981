from pathlib import Path

from django.db import migrations

from wufei.hub.base.append_only import AppendOnly

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL((SQL / "digest.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "facts.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "attribution.sql").read_text(), migrations.RunSQL.noop),
        AppendOnly("ledger_movement"),
        AppendOnly("ledger_lotentry"),
        AppendOnly("ledger_treatment"),
        AppendOnly("ledger_stocktake"),
    ]
