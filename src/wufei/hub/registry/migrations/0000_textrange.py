"""A range over text, so that exclusion constraints can ask for equal texts without btree_gist."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            'CREATE TYPE registry_textrange AS RANGE (subtype = text, collation = "C")',
            "DROP TYPE registry_textrange",
        )
    ]
