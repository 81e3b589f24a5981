"""``wufei``: the one command. Each sub-command is a small module beside this file."""

import importlib
import importlib.util
import os
import sys

import typer

# Sub-commands: a function of this name in the module of this name.
COMMANDS = (
    "up",
    "serve",
    "work",
    "sink",
    "watch",
    "gateway",
    "simulate",
    "migrate",
    "assets",
    "doctor",
    "backup",
    "restore",
    "settings",
)
# Groups of sub-commands (``wufei ledger verify``): a typer ``app`` in the module of this name.
GROUPS = ("demo", "ledger", "audit", "indicators", "catalogue", "registry", "plan")


def start_django() -> None:
    """Load Django; sub-commands that need it call this first, so that the others stay quick."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wufei.config.settings")
    import django

    django.setup()


def command_line(wanted: str = "") -> typer.Typer:
    """All sub-commands, or only ``wanted``: a process loads no more than it needs."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Wufei 无废: supervision of a zero-waste city.",
    )
    app.callback()(lambda: None)
    for name in (wanted,) if wanted in COMMANDS else COMMANDS:
        app.command(name)(getattr(importlib.import_module(f"wufei.cli.{name}"), name))
    for name in () if wanted in COMMANDS else GROUPS:
        # A room that is not built yet offers no commands.
        if importlib.util.find_spec(f"wufei.cli.{name}"):
            app.add_typer(importlib.import_module(f"wufei.cli.{name}").app, name=name)
    return app


def main() -> None:
    from wufei.cli.postgres import CannotStart
    from wufei.cli.processes.folder import Refused
    from wufei.config.environment import BadSetting

    try:
        command_line(sys.argv[1] if len(sys.argv) > 1 else "")()
    except (BadSetting, CannotStart, Refused) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
