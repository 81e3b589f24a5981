from pathlib import Path

from django.db import migrations

from wufei.hub.base.append_only import AppendOnly

SQL = Path(__file__).parents[1] / "sql"
DROP = """
DROP TRIGGER evidence_queue ON ledger_movement;
DROP TRIGGER evidence_queue ON manifests_signature;
DROP FUNCTION evidence_queue();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0001_initial"),
        ("ledger", "0002_append_only_and_facts"),
        ("manifests", "0002_append_only"),
    ]
    operations = [
        migrations.RunSQL((SQL / "queue.sql").read_text(), DROP),
        # Hashes do not compress; trying to would only take time.
        migrations.RunSQL(
            "ALTER TABLE evidence_leaf ALTER COLUMN hash SET STORAGE PLAIN;"
            "ALTER TABLE evidence_node ALTER COLUMN hash SET STORAGE PLAIN;",
            migrations.RunSQL.noop,
        ),
        *(
            AppendOnly(f"evidence_{table}")
            for table in ("leaf", "node", "batch", "erased", "key", "root")
        ),
    ]
