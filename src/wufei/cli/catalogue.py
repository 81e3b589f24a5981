"""``wufei catalogue …``: the waste catalogue from the operator's side."""

import csv
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The waste catalogue.")
_FILE_MIB_MAX = 20


@app.command()
def load() -> None:
    """Add and renew the codes that ship with the platform; what people changed stays."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.catalogue import services

    print(f"{services.load()} waste types are in the catalogue.")


@app.command("import-official")
def import_official(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    edition: Annotated[str, typer.Option(help="Edition that the file holds.")] = "HW-2021",
) -> None:
    """Load the official wording of an edition: a CSV file with the columns code and description.

    The file must hold exactly the edition's codes; otherwise nothing is loaded.
    """
    from wufei.cli import start_django

    start_django()
    from django.utils import translation

    from wufei.hub.base.actor import system
    from wufei.hub.base.errors import Refusal
    from wufei.hub.catalogue import services

    try:
        # The command line speaks English throughout.
        with translation.override("en"):
            count = services.import_official(_read(file), edition, system("operator"))
    except Refusal as refusal:
        with translation.override("en"):
            print(refusal)
        raise typer.Exit(1) from refusal
    print(f"{count} entries of {edition} have their official wording.")


@app.command()
def find(text: Annotated[str, typer.Argument(help="Code, name or pinyin initials.")]) -> None:
    """Find a waste as the pages do."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.catalogue import queries

    for waste in queries.find(text)[:20]:
        print(f"{waste.code:<28} {waste.category:<5} {waste.hazard:<8} {waste.name}")


def _read(file: Path) -> list[dict[str, str]]:
    """Rows of a CSV file; refuses what is too large or no UTF-8 text."""
    from wufei.hub.base.errors import Invalid

    if file.stat().st_size > _FILE_MIB_MAX * 1024 * 1024:
        raise Invalid(f"{file} is larger than {_FILE_MIB_MAX} MiB; an edition is far smaller.")
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            return list(csv.DictReader(handle))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"{file} is no CSV file in UTF-8: save it as such. ({error})") from error
