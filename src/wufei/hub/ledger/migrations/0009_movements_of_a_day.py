from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while others record: a ledger is never locked for an index.
    atomic = False
    dependencies = [("ledger", "0008_count_days_again")]
    operations = [
        AddIndexConcurrently("movement", models.Index(fields=["day"], name="ledger_movement_day")),
    ]
