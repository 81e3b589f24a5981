"""``wufei audit …``: the log of evidence from the operator's side."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from wufei.hub.evidence.verify import Report

app = typer.Typer(no_args_is_help=True, help="The log of evidence over movements and signatures.")


@app.command()
def verify(
    first: Annotated[int, typer.Option("--from", min=0, help="First leaf to check.")] = 0,
    last: Annotated[int | None, typer.Option("--to", min=0, help="Last leaf to check.")] = None,
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object for machines."),
) -> None:
    """Recount the log from the records: leaves, tree, roots, signatures; exit code 1 on a fault."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.evidence.verify import verify as run

    with _progress(quiet=as_json) as progress:
        report = run(first=first, last=last, progress=progress)
    if as_json:
        told = {"leaves": report.leaves, "roots": report.roots, "root": report.root.hex()}
        print(json.dumps(told | {"faults": [vars(fault) for fault in report.faults]}))
    else:
        _tell(report, whole=first == 0)
    if report.faults:
        raise typer.Exit(1)


@contextmanager
def _progress(*, quiet: bool) -> "Iterator[Callable[[int, int], None]]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task("leaves", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield progress


def _tell(report: "Report", *, whole: bool) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for fault in report.faults:
        console.print(f"[red]✗[/] {fault.check}: ", end="")
        console.print(f"{fault.subject}: {fault.seen}", markup=False)
    for check, count in report.counts.items():
        console.print(f"[red]{count:,} faults of the check “{check}”[/]")
    if not report.faults:
        roots = f", {_many(report.roots, 'signed root')}" if whole else ""
        console.print(
            f"[green]✓[/] {_many(report.leaves, 'leaf', 'leaves')}{roots}: nothing was altered"
        )
        if whole:
            console.print(f"  root {report.root.hex()}", soft_wrap=True)


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or one + 's'}"


@app.command()
def sequence() -> None:
    """Give what waits its leaf now, as the worker does twice a second."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.evidence.services.sequencing import sequence_all

    print(f"{sequence_all():,} new leaves")


@app.command()
def root() -> None:
    """Sign the log as it is now, and mail the root to the witnesses."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.evidence.services.roots import sign_now
    from wufei.hub.evidence.services.sequencing import sequence_all
    from wufei.hub.evidence.services.witnesses import deliver

    sequence_all()
    with _refusals():
        signed = sign_now()
    print(signed.note)
    print(f"signature {bytes(signed.signature).hex()}")
    sent, failed = deliver()
    if sent or failed:
        print(f"{sent} mailed, {failed} not mailed (tried again by the worker)")


@app.command()
def keys() -> None:
    """List all public keys of the log, with their validity."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.evidence.services.keys import validities

    for one in validities():
        until = one.until.isoformat(timespec="seconds") if one.until else "now"
        since = one.key.since.isoformat(timespec="seconds")
        print(f"{one.key.code}  {bytes(one.key.public).hex()}  {since} – {until}")


@app.command()
def rotate(
    reason: Annotated[str, typer.Option(help="rotated, lost or stolen")] = "rotated",
    trusted_until: Annotated[
        datetime | None,
        typer.Option(help="Stolen: the last moment (UTC) at which nobody else had the old key."),
    ] = None,
) -> None:
    """Sign with a new key from now on; the old public key stays listed."""
    from datetime import UTC

    from wufei.cli import start_django

    start_django()
    from wufei.hub.evidence.models import KeyReason
    from wufei.hub.evidence.services.keys import rotate as change

    if reason not in (KeyReason.ROTATED, KeyReason.LOST, KeyReason.STOLEN):
        raise typer.BadParameter("write rotated, lost or stolen", param_hint="--reason")
    until = trusted_until.replace(tzinfo=UTC) if trusted_until else None
    with _refusals():
        key = change(KeyReason(reason), trusted_until=until)
    print(f"The log is signed with key {key.code} from now on. Back up its file.")


@app.command()
def erase(
    person: Annotated[str, typer.Argument(help="Actor whose traces lose their meaning.")],
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")],
) -> None:
    """Erase the salts of all that somebody ("person:<uuid>") did; the tree still verifies."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.base.actor import system
    from wufei.hub.evidence.services.erasing import erase_person

    with _refusals():
        count = erase_person(person, reason=reason, by=system("audit"))
    print(f"{count:,} records: their personal hashes mean nothing any more")


@contextmanager
def _refusals() -> Iterator[None]:
    """What a service refuses is told in a line, without a trace."""
    from wufei.cli.processes.folder import Refused
    from wufei.hub.base.errors import Refusal

    try:
        yield
    except Refusal as refusal:
        raise Refused(str(refusal)) from refusal
