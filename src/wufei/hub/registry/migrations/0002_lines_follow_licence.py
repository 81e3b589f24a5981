"""A licence line follows its licence: same organisation, kind and validity, by the database."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE registry_licence ADD CONSTRAINT registry_licence_whole
                UNIQUE (id, organisation_id, kind, validity);
            ALTER TABLE registry_licenceline ADD CONSTRAINT registry_line_follows_licence
                FOREIGN KEY (licence_id, organisation_id, kind, validity)
                REFERENCES registry_licence (id, organisation_id, kind, validity)
                ON UPDATE CASCADE;
            """,
            """
            ALTER TABLE registry_licenceline DROP CONSTRAINT registry_line_follows_licence;
            ALTER TABLE registry_licence DROP CONSTRAINT registry_licence_whole;
            """,
        )
    ]
