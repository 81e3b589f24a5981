from django.db import migrations

from wufei.hub.base.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("alarms", "0001_initial")]
    operations = [AppendOnly("alarms_alarmevent"), AppendOnly("alarms_rulesetting")]
