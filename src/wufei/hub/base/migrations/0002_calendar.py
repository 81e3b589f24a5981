"""Load the working-day calendar that comes with the platform."""

from django.db import migrations


def load(apps, schema_editor):
    from wufei.hub.base.workdays import shipped_days

    day = apps.get_model("base", "CalendarDay")
    # What an administrator wrote stays.
    day.objects.bulk_create((day(**row) for row in shipped_days()), ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
