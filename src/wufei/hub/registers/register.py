"""One register as it is shown and written: columns, rows, totals and where it all comes from."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wufei.hub.base.tables import Column
from wufei.hub.base.tables.spec import Kind as ValueKind
from wufei.hub.registers.declarations import Col, Fact
from wufei.hub.registers.facts import FIELDS, SUMMED, t
from wufei.hub.registers.general import BESIDE, BESIDE_SHOWN
from wufei.hub.registers.layout import READ_DECIMALS, Layout
from wufei.hub.registers.queries import rows
from wufei.hub.registers.queries.filtering import narrowed
from wufei.hub.registers.queries.summary import Values, summary
from wufei.hub.registers.selection import Selection

# Masses of a summary, in grams until they are shown.
_SUMMARY_MASSES = frozenset(
    {Fact.OPENING, Fact.CLOSING, Fact.ARISEN, Fact.STORED, Fact.OWN, Fact.SENT}
    | {Fact.OWN_RECOVERED, Fact.OWN_DISPOSED, Fact.SENT_RECOVERED, Fact.SENT_DISPOSED}
)


class MovementRegister:
    """Rows are movements of the ledger, with what manifests and lots know of them."""

    def __init__(self, selection: Selection, *, whole: bool) -> None:
        """``whole``: all columns of the standard and all that stands beside them, as files have
        them, and totals counted from the rows; else those that somebody records.
        """
        self.selection, self.picked = selection, narrowed(selection.picked)
        self.cols = _columns(selection.table.columns, whole=whole)
        self.layout = Layout(self.cols, exact=whole)
        self.totals = rows.totals(self.picked, recount=whole)

    @property
    def columns(self) -> Sequence[Column]:
        return self.layout.columns

    @property
    def count(self) -> int:
        return self.totals.count

    @property
    def more(self) -> bool:
        """Whether there may be more rows than were counted: then nothing is added up."""
        return self.totals.more

    def page(self, offset: int, limit: int) -> list[Any]:
        return rows.page(self.picked, self.layout, offset=offset, limit=limit, found=self.totals)

    def every(self) -> Iterator[Any]:
        return rows.every(self.picked, self.layout)

    @property
    def sums_g(self) -> list[int | None]:
        """Under each column what adds up; grams."""
        if self.more:
            return [None] * len(self.cols)
        sums = {
            Fact.MASS: self.totals.mass_g,
            Fact.IN: self.totals.in_g,
            Fact.OUT: self.totals.out_g,
        }
        return [sums.get(col.fact) if col.fact in SUMMED else None for col in self.cols]


class SummaryRegister:
    """Rows are wastes and the ways they went; a short table."""

    more = False

    def __init__(self, selection: Selection, *, whole: bool) -> None:
        shown = selection.table.columns
        self.cols = tuple(col for col in shown if whole or (col.fact and col.fact != Fact.UNIT))
        self.rows: list[Values] = summary(selection.within, set(selection.table.facts))
        decimals = 6 if whole else READ_DECIMALS
        self.columns = tuple(_summary_column(n, col, decimals) for n, col in enumerate(self.cols))

    @property
    def count(self) -> int:
        return len(self.rows)

    def page(self, offset: int, limit: int) -> list[Any]:
        return self.rows[offset : offset + limit]

    def every(self) -> Iterator[Any]:
        return iter(self.rows)

    @property
    def sums_g(self) -> list[int | None]:
        return [
            sum(row.get(col.fact) or 0 for row in self.rows)
            if col.fact in _SUMMARY_MASSES
            else None
            for col in self.cols
        ]


Register = MovementRegister | SummaryRegister


def register(selection: Selection, *, whole: bool = False) -> Register:
    made = SummaryRegister if selection.is_summary else MovementRegister
    return made(selection, whole=whole)


def last_line(found: Register) -> list[Any]:
    """The line of totals below the rows, as files have it; tonnes."""
    sums = found.sums_g
    line: list[Any] = [None if mass_g is None else t(mass_g) for mass_g in sums]
    if line and line[0] is None:
        line[0] = _("Total")
    return line


def _columns(declared: Iterable[Col], *, whole: bool) -> tuple[Col, ...]:
    columns = tuple(col for col in declared if whole or (col.fact and col.fact is not Fact.UNIT))
    there = {col.fact for col in columns}
    beside = BESIDE if whole else BESIDE_SHOWN
    return (*columns, *(col for col in beside if col.fact not in there))


def _summary_column(number: int, col: Col, decimals: int) -> Column:
    fact = col.fact
    if fact is None:
        label = _("%(title)s (not recorded)") % {"title": col.title}
        return Column(f"c{number}", label, value=lambda row: None)
    name, get = f"{fact}.{number}", _getter(fact)
    if fact in _SUMMARY_MASSES:
        return Column(name, col.title, ValueKind.DECIMAL, unit="t", decimals=decimals, value=get)
    kind = FIELDS[fact].kind if fact in FIELDS else ValueKind.TEXT
    return Column(name, col.title, kind, value=get)


def _getter(fact: Fact) -> Callable[[Values], Any]:
    if fact in _SUMMARY_MASSES:
        return lambda row: t(row.get(fact))
    return lambda row: row.get(fact)


def movement_url(row: Any) -> str:
    """The page of the movement behind a row of a ``MovementRegister``."""
    return reverse("ledger.movement", args=[row[0]])
