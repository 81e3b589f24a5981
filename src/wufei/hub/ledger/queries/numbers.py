"""The numbers of the one account, each with the movements that it is the sum of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wufei.hub.ledger.models import Account, Movement
from wufei.hub.ledger.models import AccountKind as A
from wufei.hub.ledger.queries.facts import FIRST_DAY, By, Of, Period
from wufei.hub.ledger.queries.movements import Cell
from wufei.hub.ledger.queries.one_account import Line, one_account, total


class Span(StrEnum):
    """Which days a number counts: those of the period, all before it, or all up to its end."""

    DURING = "during"
    BEFORE = "before"
    UNTIL = "until"


@dataclass(frozen=True)
class Number:
    """``sign`` is 1 where mass that comes to the accounts adds, -1 where mass that leaves does.

    ``rare`` columns are shown only where some line has them. Without a ``kind`` it counts what
    crosses between the accounts and others.
    """

    code: str
    label: str | Promise
    kind: A | None
    sign: int = 1
    span: Span = Span.DURING
    rare: bool = False

    @property
    def source(self) -> bool:
        """Whether it stands on the side that mass comes from."""
        return (self.sign < 0 and self.kind is not None) or self.span is Span.BEFORE

    def of(self, line: Line, methods: Sequence[str] = ()) -> int:
        """Grams; only what was treated by one of ``methods``, if there are any."""
        if methods and self.kind:
            return sum(line.by_method.get((self.kind, method), 0) for method in methods)
        return int(getattr(line, f"{self.code}_g"))

    def period(self, period: Period) -> Period:
        """The days whose movements add up to the number that ``period`` shows."""
        if self.span is Span.DURING:
            return period
        before = period.start - timedelta(days=1)
        return Period(FIRST_DAY, before if self.span is Span.BEFORE else period.end)


_ALL = (
    Number("before_stock", _("in storage before"), A.STOCK, span=Span.BEFORE),
    Number("before_custody", _("on the road before"), A.CUSTODY, span=Span.BEFORE, rare=True),
    Number("opening", _("opening stock"), A.OPENING, -1, rare=True),
    Number("arisen", _("arisen"), A.ORIGIN, -1),
    Number("imported", _("brought in"), A.IMPORTED, -1),
    Number("secondary", _("from treatment"), A.SECONDARY_ORIGIN, -1, rare=True),
    Number("shortfall", _("shortfall of the book"), A.SHORTFALL, -1, rare=True),
    Number("variance", _("differences"), A.VARIANCE, -1, rare=True),
    Number("recovered", _("recovered"), A.RECOVERED),
    Number("disposed", _("disposed of"), A.DISPOSED),
    Number("exported", _("taken out"), A.EXPORTED),
    Number("handed", _("handed to others"), None, -1, rare=True),
    Number("stock", _("in storage"), A.STOCK, span=Span.UNTIL),
    Number("custody", _("on the road"), A.CUSTODY, span=Span.UNTIL),
)
NUMBERS: dict[str, Number] = {number.code: number for number in _ALL}
# Numbers that no column of the account shows, but other rooms count with.
DRAWN = Number("drawn", _("drawn from storage"), A.STOCK, -1, rare=True)
COUNTED: dict[str, Number] = NUMBERS | {DRAWN.code: DRAWN}


def cell_of(number: Number | None, of: Of, period: Period, methods: Sequence[str] = ()) -> Cell:
    """What the list of movements behind a number asks for; all movements without a number."""
    if number is None:
        return Cell(of, period)
    if number.kind is None:
        return Cell(of, period, crossing=True)
    return Cell(of, number.period(period), kind=number.kind, methods=tuple(methods))


def number_g(number: Number, of: Of, period: Period, methods: Sequence[str] = ()) -> int:
    """The number itself, by the statement that also fills the one account."""
    return number.of(total(one_account(of, period, By.ALL)), methods)


class Reckoner:
    """What each movement adds to the number of a cell; grams."""

    def __init__(self, cell: Cell, sign: int) -> None:
        self.cell, self.sign = cell, sign
        of = cell.of
        self.sets = [
            (name, set(ids))
            for name, ids in (
                ("waste_id", of.wastes),
                ("region_id", of.regions),
                ("holder_id", of.holders),
            )
            if ids is not None
        ]

    def change_g(self, movement: Movement) -> int:
        """0 for a transfer between two of the cell's own accounts."""
        ends = self._counts(movement.target) - self._counts(movement.source)
        return self.sign * ends * movement.sign * movement.mass_g

    def _counts(self, account: Account) -> int:
        cell = self.cell
        return int(
            (not cell.kind or account.kind == cell.kind)
            and (not cell.methods or account.method in cell.methods)
            and all(getattr(account, name) in ids for name, ids in self.sets)
        )


def month_period(month: date, within: Period) -> Period:
    """The days of a month that lie in ``within``."""
    after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Period(max(month, within.start), min(after - timedelta(days=1), within.end))
