"""``wufei ledger …``: the mass ledger from the operator's side."""

import json
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from wufei.hub.ledger.verify import Difference

app = typer.Typer(no_args_is_help=True, help="The mass ledger.")


@app.command()
def verify(
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object for machines."),
) -> None:
    """Recount every balance, lot and fact from the movements; exit code 1 on a difference."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.ledger.verify import verify as checks

    found = {}
    for name, differences in checks():
        found[name] = differences
        if not as_json:
            tell(name, differences)
    if as_json:
        print(json.dumps({name: [vars(one) for one in them] for name, them in found.items()}))
    if any(found.values()):
        raise typer.Exit(1)


def tell(name: str, differences: "list[Difference]") -> None:
    """As soon as a check is done: on a large ledger the whole takes minutes."""
    from rich.console import Console

    console = Console(highlight=False)
    if not differences:
        console.print(f"[green]✓[/] {name}: right")
        return
    console.print(f"[red]✗[/] {name}: [red]{len(differences)} differences[/]")
    for difference in differences:
        console.print(f"    {difference.subject}: {difference.seen}", markup=False)


@app.command()
def fold() -> None:
    """Move what movements left in the queue into the facts, as the worker does every minute."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.ledger.services.folding import fold_all

    print(f"{fold_all():,} queued sums folded")
