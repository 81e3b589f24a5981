"""``wufei plan …``: plans from the operator's side."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="Plan documents: clauses, units, tasks, targets.")
_SHOWN_MAX = 12


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="The plan as plain text.")],
) -> None:
    """Read a plan's text and keep it as a draft; the same file again changes nothing.

    UTF-8, UTF-16 and GB 18030 are told apart by themselves.
    """
    from wufei.cli import start_django

    start_django()
    from django.utils import translation
    from rich.console import Console

    from wufei.hub.base.actor import system
    from wufei.hub.base.errors import Refusal
    from wufei.hub.plans import services

    console = Console()
    with translation.override("en"):
        try:
            data = _bytes(file)
            started = time.perf_counter()
            with console.status("Reading …") as status:
                loaded = services.load(
                    file.name, data, system("operator"), lambda stage: status.update(f"{stage} …")
                )
            seconds = time.perf_counter() - started
        except Refusal as refusal:
            print(refusal)
            raise typer.Exit(1) from refusal
        _tell(loaded.document)
    done = f"Loaded in {seconds:.2f} s" if loaded.new else "This file had been loaded before"
    print(f"{done}: {loaded.document.uuid}")


@app.command()
def show(
    document: Annotated[str, typer.Argument(help="Its id; left out: the one in force.")] = "",
) -> None:
    """Show a plan: its facts, its units with their tasks, what is left for the reviewer."""
    from wufei.cli import start_django

    start_django()
    from django.core.exceptions import ValidationError
    from django.utils import translation

    from wufei.hub.plans import queries
    from wufei.hub.plans.models import Document

    try:
        found = Document.objects.filter(uuid=document).first() if document else queries.current()
    except ValidationError:
        found = None
    if found is None:
        print("There is no such plan. Load one with: wufei plan load FILE")
        raise typer.Exit(1)
    with translation.override("en"):
        _tell(found)
        for unit, leading, part in queries.units_of(found):
            print(f"  leads {leading:>3}, takes part in {part:>3}: {unit.name}")


def _bytes(file: Path) -> bytes:
    """The file, if it is one of a plan's size."""
    from wufei.hub.plans.parsing.encoding import BYTES_MAX
    from wufei.hub.plans.services import too_large

    if not file.is_file():
        print(f"There is no file {file}.")
        raise typer.Exit(1)
    size = file.stat().st_size
    if size > BYTES_MAX:
        raise too_large(size)
    return file.read_bytes()


def _tell(document: Any) -> None:
    from wufei.hub.base.texts import tell
    from wufei.hub.plans import queries

    count = queries.counts(document)
    print(f"{document.title}\n{document.issuer} · {document.number} · {document.issued or '–'}")
    print(
        f"{count['attributions']} attributions in {count['clauses']} clauses with "
        f"{count['units']} units; {count['sections']} sections, {count['targets']} targets."
    )
    for doubt in queries.doubtful(document):
        unit = doubt.first.unit.name if doubt.first.unit else "not recognised"
        print(f"  {doubt.first.raw} → {unit} ({doubt.first.how}, {doubt.places} places)")
    left = list(queries.findings(document))
    if left:
        print(f"{len(left)} places for the reviewer:")
    for finding in left[:_SHOWN_MAX]:
        print(f"  [{finding.severity}] {tell(finding.code, finding.values)}")
    if len(left) > _SHOWN_MAX:
        print(f"  … and {len(left) - _SHOWN_MAX} more on the plan's page.")
