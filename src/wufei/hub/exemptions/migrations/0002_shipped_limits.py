"""A fresh database knows the limits that ship with the platform."""

from typing import Any

from django.db import migrations


def load(apps: Any, schema_editor: Any) -> None:
    from wufei.hub.exemptions import shipped

    shipped.load(apps.get_model("exemptions", "Criterion"))


class Migration(migrations.Migration):
    dependencies = [("exemptions", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
