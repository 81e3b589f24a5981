"""``wufei ledger …``: the mass ledger from the operator's side."""

import typer

app = typer.Typer(no_args_is_help=True, help="The mass ledger.")


@app.callback()
def ledger() -> None:
    """Keeps ``verify`` a sub-command although it is the only one."""


@app.command()
def verify() -> None:
    """Recount every balance, lot and fact from the movements; exit code 1 on a difference."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.ledger.verify import verify as checks

    wrong = 0
    for name, differences in checks():
        wrong += len(differences)
        print(f"{name}: {'right' if not differences else f'{len(differences)} differences'}")
        for difference in differences:
            print(f"    {difference.subject}: {difference.seen}")
    if wrong:
        raise typer.Exit(1)
