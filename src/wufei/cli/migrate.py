"""``wufei migrate``: the database's tables, roles' rights, messages and static files."""

import os

from wufei.cli import start_django
from wufei.cli.assets import assets


def migrate(tables_only: bool = False) -> None:
    """Bring tables, the roles' rights, messages and static files up to date."""
    os.environ["WUFEI_AS_OWNER"] = "1"
    start_django()
    from django.core.management import call_command

    from wufei.config.databases import application_role
    from wufei.config.roles import grant_application

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    grant_application(application_role())
    if not tables_only:
        assets()
