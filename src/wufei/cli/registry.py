"""``wufei registry …``: the register from the operator's side."""

import typer

app = typer.Typer(no_args_is_help=True, help="Regions, units and organisations.")


@app.command()
def load() -> None:
    """Renew the regions from the file of codes that ships with the platform, add missing units.

    A fresh database has them already; run this after an update that brings a new file of codes.
    """
    from wufei.cli import start_django

    start_django()
    from wufei.hub.registry.services import regions, units

    print(f"{regions.load()} regions are in the register; {units.load()} units were added.")


@app.command()
def check(
    code: str = typer.Argument(help="A unified social credit code or a plate."),
) -> None:
    """Say what is wrong with a code, as the pages would; ends with 1 if something is."""
    from wufei.cli import start_django

    start_django()
    from django.utils import translation

    from wufei.hub.registry.messages import sentence
    from wufei.hub.registry.rules.codes import credit_code_problem, organisation_code_problem, tidy
    from wufei.hub.registry.rules.plates import PROVINCES, plate_problem

    text = tidy(code)
    if text[:1] in PROVINCES:
        found = plate_problem(text)
    else:
        found = credit_code_problem(text) or organisation_code_problem(text)
    with translation.override("en"):
        print(sentence(found) if found else f"{text} is well formed.")
    raise typer.Exit(1 if found else 0)
