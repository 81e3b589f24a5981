from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # Built while others record: a ledger is never locked for an index.
    atomic = False
    dependencies = [("ledger", "0003_regroupings")]
    operations = [
        AddIndexConcurrently(
            "movement",
            models.Index(
                fields=["target", "sign", "target_from_g"],
                name="ledger_movement_came",
                condition=Q(target_from_g__isnull=False),
            ),
        ),
        AddIndexConcurrently(
            "movement",
            models.Index(
                fields=["source", "sign", "source_from_g"],
                name="ledger_movement_went",
                condition=Q(source_from_g__isnull=False),
            ),
        ),
        RemoveIndexConcurrently("movement", "ledger_movement_position"),
        RemoveIndexConcurrently("movement", "ledger_movement_returned"),
    ]
