"""Days know place, other end and how many movements: registers need not read every movement.

``0008`` counts the days that were there before.
"""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_tracing_within_limits"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="flowday",
            name="ledger_flowday_key",
        ),
        migrations.AddField(
            model_name="flowday",
            name="across",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="flowday",
            name="in_count",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="flowday",
            name="other_kind",
            field=models.CharField(db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="flowday",
            name="out_count",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="flowday",
            name="place",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="registry.site",
            ),
        ),
        migrations.AddField(
            model_name="unfolded",
            name="across",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="unfolded",
            name="in_count",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="unfolded",
            name="other_kind",
            field=models.CharField(db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="unfolded",
            name="out_count",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="unfolded",
            name="place",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="registry.site",
            ),
        ),
        migrations.AddIndex(
            model_name="flowday",
            index=models.Index(fields=["holder", "day"], name="ledger_flowday_holder"),
        ),
        migrations.AddIndex(
            model_name="flowmonth",
            index=models.Index(fields=["holder", "month"], name="ledger_flowmonth_holder"),
        ),
        migrations.AddConstraint(
            model_name="flowday",
            constraint=models.UniqueConstraint(
                fields=(
                    "day",
                    "region",
                    "waste",
                    "holder",
                    "kind",
                    "method",
                    "place",
                    "other_kind",
                    "across",
                ),
                name="ledger_flowday_key",
                nulls_distinct=False,
            ),
        ),
        # From the moment on in which the columns are there, movements fill them.
        migrations.RunSQL((SQL / "facts.sql").read_text(), migrations.RunSQL.noop),
    ]
