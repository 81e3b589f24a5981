"""``wufei``: the one command. Each sub-command is a small module beside this file."""

import os

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def start_django() -> None:
    """Load Django; sub-commands that need it call this first, so that the others stay quick."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wufei.config.settings")
    import django

    django.setup()


@app.callback()
def wufei() -> None:
    """Wufei 无废: supervision of a zero-waste city."""


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date (as their owner) and renew the roles' rights."""
    os.environ["WUFEI_AS_OWNER"] = "1"
    start_django()
    from django.core.management import call_command

    from wufei.config.databases import application_role
    from wufei.config.roles import grant_application

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    grant_application(application_role())


def main() -> None:
    app()
