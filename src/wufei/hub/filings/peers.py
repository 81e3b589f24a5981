"""Where a number of a form stands among those of others: what is compared, what is told. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wufei.hub.filings.forms import Form

# Of fewer others nothing is told: whoever knows some of them could tell the rest.
PEERS_MIN = 5
# Quartiles of few are figures of single firms: rounded, they are nobody's.
_DIGITS = 2


@dataclass(frozen=True)
class Compared:
    """A number that is held beside others': of the same form and period, class and kind of filer.

    ``field`` is a single field or, with ``section``, a column of that table: its sum, or with
    ``by`` (another column: the waste) the sum for each value of that. ``per``: divided by another
    number – output, animals kept – of the table, or of the form's single fields. An event is held
    beside those of the year before it.
    """

    field: str
    section: str = ""
    by: str = ""
    per: str = ""


@dataclass(frozen=True)
class Quartiles:
    """Half of all figures lie from ``lower`` to ``upper``; rounded."""

    lower: Decimal
    median: Decimal
    upper: Decimal


@dataclass(frozen=True)
class Spread:
    """How the figures of others lie: ``others`` organisations, the quartiles of all who filed.

    There are no quartiles where the others are too few to be told.
    """

    others: int
    quartiles: Quartiles | None = None


# By what is compared and the value of its ``by``.
Spreads = Mapping[tuple[Compared, str], Spread]


def spread(others: int, quartiles: Sequence[Decimal | float]) -> Spread:
    """Quartiles as they may be told; none of them where the others are too few."""
    if others < PEERS_MIN:
        return Spread(others)
    return Spread(others, Quartiles(*(rounded(Decimal(str(one))) for one in quartiles)))


def rounded(figure: Decimal) -> Decimal:
    """To two significant digits, half-even."""
    if not figure:
        return Decimal(0)
    step = Decimal(1).scaleb(figure.adjusted() - _DIGITS + 1)
    return Decimal(f"{figure.quantize(step, ROUND_HALF_EVEN):f}")


def figures(compared: Iterable[Compared], form: "Form") -> dict[tuple[Compared, str], Decimal]:
    """The form's own figures; what is not filled in, or has nothing to be divided by, has none."""
    return {
        (one, key): figure
        for one in compared
        for key, rows in _rows(one, form).items()
        if (figure := _figure(one, form, rows)) is not None
    }


def first_row(one: Compared, form: "Form", key: str) -> int | None:
    """Number of the first row that a figure comes from; None for a single field or a total."""
    if not one.by:
        return None
    rows = form.rows.get(one.section, ())
    return next((n for n, row in enumerate(rows) if str(row.get(one.by) or "") == key), None)


def _rows(one: Compared, form: "Form") -> dict[str, list[Mapping[str, Any]]]:
    if not one.section:
        return {"": [form.values]}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in form.rows.get(one.section, ()):
        key = str(row.get(one.by) or "") if one.by else ""
        if key or not one.by:
            found.setdefault(key, []).append(row)
    return found


def _figure(one: Compared, form: "Form", rows: Sequence[Mapping[str, Any]]) -> Decimal | None:
    value = _sum(row.get(one.field) for row in rows)
    if value is None or not one.per:
        return value
    of_rows = any(one.per in row for row in rows)
    per = _sum(row.get(one.per) for row in rows) if of_rows else _sum([form.values.get(one.per)])
    return value / per if per else None


def _sum(values: Iterable[Any]) -> Decimal | None:
    given = [Decimal(value) for value in values if value is not None]
    return sum(given, Decimal(0)) if given else None
