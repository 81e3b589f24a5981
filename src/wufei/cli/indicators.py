"""``wufei indicators …``: figures of the pages from the operator's side."""

import json

import typer

app = typer.Typer(no_args_is_help=True, help="Indicators and the figures of the cockpit.")


@app.command()
def verify(
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object for machines."),
) -> None:
    """Recount indicators and cockpit from the movements; exit code 1 on a difference."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.cockpit.verify import verify as checks

    found = {}
    for name, differences in checks():
        found[name] = differences
        if not as_json:
            from wufei.cli.ledger import tell

            tell(name, differences)
    if as_json:
        print(json.dumps({name: [vars(one) for one in them] for name, them in found.items()}))
    if any(found.values()):
        raise typer.Exit(1)
