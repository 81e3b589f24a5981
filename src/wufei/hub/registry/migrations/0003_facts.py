"""A fresh database knows its regions and the plan's units."""

from typing import Any

from django.db import migrations


def load(apps: Any, schema_editor: Any) -> None:
    from wufei.hub.registry.services import regions, units

    region = apps.get_model("registry", "Region")
    regions.load(region)
    units.load(apps.get_model("registry", "Unit"), region)


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_lines_follow_licence")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
