"""``wufei demo``: load the demo district, or say how far it is."""

import sys
import time

import typer

from wufei.cli import start_django

app = typer.Typer(no_args_is_help=True, help="The invented demo district.")


@app.command()
def load() -> None:
    """Load the demo district up to this moment; safe to repeat and to interrupt."""
    start_django()
    from django.conf import settings

    from wufei.demo.load import AlreadyLoading
    from wufei.demo.load import load as load_demo

    if not settings.DEMO:
        print("The demo is off (WUFEI_DEMO=false); nothing is loaded.")
        return
    started = time.monotonic()
    try:
        record = load_demo(_say)
    except AlreadyLoading:
        print("The demo is being loaded by another process; see `wufei demo status`.")
        return
    print(
        f"demo district loaded: {record.movements:,} movements from {record.first} "
        f"({time.monotonic() - started:.0f} s)"
    )


@app.command()
def status() -> None:
    """Say how far the demo's history has been loaded."""
    start_django()
    from wufei.demo.progress import status as words

    print(words())


def _say(month: str, movements: int) -> None:
    # One line a year in a log, every month before somebody's eyes.
    if month.endswith("-12") or sys.stdout.isatty():
        print(f"demo history: {month}, {movements:,} movements", flush=True)
