from django.db import migrations

from wufei.hub.base.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("manifests", "0001_initial")]
    operations = [AppendOnly("manifests_signature")]
