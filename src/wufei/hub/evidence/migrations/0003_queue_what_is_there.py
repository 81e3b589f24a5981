"""What was recorded before there was a log waits for its leaf too.

Rows that came between the trigger and this are queued twice; the sequencer numbers a record once.
"""

from django.db import migrations

QUEUE = """
    INSERT INTO evidence_pending (kind, rows)
    SELECT {kind}, array_agg(id ORDER BY id) FROM {table}
    GROUP BY id / 4096 ORDER BY min(id)
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0002_queue_and_append_only")]
    operations = [
        migrations.RunSQL(QUEUE.format(kind=kind, table=table), migrations.RunSQL.noop)
        for kind, table in ((1, "ledger_movement"), (2, "manifests_signature"))
    ]
