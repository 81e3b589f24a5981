"""A register as a file: ordered here, written by the worker."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables import export_runs
from wufei.hub.base.tables.export_runs import Export, Exporter
from wufei.hub.base.tables.models import ExportRun
from wufei.hub.ledger.models import AccountKind
from wufei.hub.registers.facts import t
from wufei.hub.registers.queries.reconciling import (
    Reconciliation,
    below_zero,
    over_full,
    reconcile,
)
from wufei.hub.registers.register import Register, last_line, register
from wufei.hub.registers.selection import EXPORT, Selection

Line = Sequence[Any]


class NoOrganisation(Refusal):
    code = "no_organisation"
    status = 422
    message = gettext_noop("Choose the organisation whose register you want.")


def order(selection: Selection, actor: Actor, form: str) -> ExportRun:
    """Queue the file of this register ("xlsx" or "csv"). Raises ``NoOrganisation``."""
    holder = selection.holder
    if holder is None:
        raise NoOrganisation(field="holder")
    period = selection.period
    title = f"{holder.name}-{selection.table.name}-{period.start}-{period.end}"
    run = export_runs.order(EXPORTER, selection.parameters, actor, form=form, title=title)
    record(
        actor,
        "registers:register:export",
        subject=f"registry.organisation:{holder.uuid}",
        values={"table": selection.table.code, "export": str(run.uuid)},
    )
    return run


def _open(parameters: Mapping[str, Any], actor: Actor) -> Export:
    selection = Selection(parameters, actor, EXPORT)
    if selection.holder is None:
        raise NoOrganisation
    found = register(selection, whole=True)
    return Export(
        title=selection.table.name,
        columns=found.columns,
        rows=found.every(),
        rows_total=found.count,
        last=last_line(found),
        notes=lambda: _notes(selection, found),
    )


def _reaches(parameters: Mapping[str, Any], actor: Actor) -> bool:
    return actor.may(EXPORT) and Selection(parameters, actor, EXPORT).holder is not None


EXPORTER = Exporter("registers.register", gettext_lazy("Registers"), _open, _reaches)


# What the file says about itself.
def _notes(selection: Selection, found: Register) -> Iterator[Line]:
    table, holder, period = selection.table, selection.holder, selection.period
    assert holder is not None
    yield (_("Organisation"), holder.name, holder.credit_code)
    yield (_("Register"), table.name)
    if source := table.source:
        yield (_("Source"), f"{source.edition} {source.clause}", source.grade.words)
    yield (_("Period"), f"{period.start} – {period.end}")
    yield from selection.words()
    yield (_("File written"), timezone.now())
    yield (_("Lines"), found.count)
    yield ()
    yield from _impossible(selection)
    for kind, what in (
        (AccountKind.STOCK, _("In storage")),
        (AccountKind.CUSTODY, _("On the road")),
    ):
        yield from _reconciliation(reconcile(selection.within, kind, recount=True), what)
    if table.missing:
        yield ()
        yield (_("Columns that nobody records"), "、".join(map(str, table.missing)))


def _impossible(selection: Selection) -> Iterable[Line]:
    for day in below_zero(selection.within, selection.limited_kind, recount=True):
        told = _("Below zero on %(day)s (account %(account)s), t")
        yield (told % {"day": day.day, "account": day.account_id}, t(day.running_g))
    for site in over_full(selection.within):
        yield (_("More than “%(site)s” can hold, t") % {"site": site.name}, t(site.mass_g))


def _reconciliation(found: Reconciliation, what: str) -> Iterable[Line]:
    yield (f"{what}: {_('opening')} (t)", t(found.before_g))
    for part in found.ins:
        yield (f"+ {part.label} (t)", t(part.mass_g))
    for part in found.outs:
        yield (f"− {part.label} (t)", t(part.mass_g))
    yield (f"{what}: {_('closing')} (t)", t(found.end_g), _holds(found))


def _holds(found: Reconciliation) -> str:
    return _("meets the ledger to the gram") if found.holds else _("does not meet the ledger")
