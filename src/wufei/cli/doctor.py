"""``wufei doctor``: looks at each part and says what to do about what is not well."""

import json
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from wufei.cli import start_django
from wufei.cli.checks.result import Found, State, failure

_LOOKS = {State.OK: "green", State.WARNING: "yellow", State.FAILURE: "bold red"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check every part; the exit code is 1 when something has failed."""
    start_django()
    from wufei.cli.checks import CHECKS

    results = [(name, _looked_at(check)) for name, check in CHECKS]
    if as_json:
        rows = [
            {"part": name, "state": found.state, "found": found.found, "do": found.do}
            for name, found in results
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        _print_table(results)
    if any(found.state is State.FAILURE for _name, found in results):
        raise typer.Exit(1)


def _looked_at(check: Callable[[], Found]) -> Found:
    try:
        return check()
    except Exception as error:
        # One broken part must not hide the others.
        return failure(f"cannot be checked: {error}", "Report this with the whole message.")


def _print_table(results: list[tuple[str, Found]]) -> None:
    table = Table(title="Wufei doctor", title_justify="left", expand=False)
    for heading in ("part", "state", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    for name, found in results:
        table.add_row(name, f"[{_LOOKS[found.state]}]{found.state}[/]", found.found, found.do)
    Console().print(table)
