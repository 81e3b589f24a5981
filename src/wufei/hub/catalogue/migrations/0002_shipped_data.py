"""A fresh database knows the catalogue that ships with the platform."""

from typing import Any

from django.db import migrations


def load(apps: Any, schema_editor: Any) -> None:
    from wufei.hub.catalogue import services

    services.load(
        *(apps.get_model("catalogue", name) for name in ("WasteType", "Edition", "Exemption"))
    )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
