"""A value as text, for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from wufei.hub.base.tables.spec import Column, Kind

NOTHING = "—"
SHORT_CHARACTERS = 16
# What a card on a phone shows of a row beside its figures and states; the rest waits below “More”.
CARD_CELLS = 4
RIGHT_ALIGNED = {Kind.INTEGER, Kind.DECIMAL}


def text(value: Any, decimals: int | None = None) -> str:
    """``value`` with separators and without a unit; times are Asia/Shanghai."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return _decimal(Decimal(str(value)), decimals)
    return str(value)


def _decimal(value: Decimal, decimals: int | None) -> str:
    if decimals is None:
        # No exponent and no zeros at the end, as people write figures.
        whole = value == value.to_integral_value()
        value = value.quantize(Decimal(1)) if whole else value.normalize()
        return f"{value:,f}"
    return f"{value:,.{decimals}f}"


def _is_minor(column: Column, place: int) -> bool:
    return place >= CARD_CELLS and not column.tone and column.kind not in RIGHT_ALIGNED


@dataclass(frozen=True)
class Cell:
    """One value of one object, ready for a template."""

    column: Column
    text: str
    link: str | None
    tone: str
    folded: bool = False

    @property
    def css(self) -> str:
        names = []
        if self.column.kind in RIGHT_ALIGNED:
            names.append("num")
        # A date or a word of state should not be broken to make room for a long name.
        elif len(self.text) <= SHORT_CHARACTERS:
            names.append("short")
        if self.folded:
            names.append("less")
        if self.text == NOTHING:
            names.append("nothing")
        return " ".join(names)

    @property
    def with_unit(self) -> str:
        unit = self.column.unit
        return f"{self.text} {unit}" if unit and self.text != NOTHING else self.text


@dataclass(frozen=True)
class Row:
    obj: Any
    cells: list[Cell]

    @property
    def folds(self) -> bool:
        return folds(self.cells)


def folds(cells: Iterable[Cell]) -> bool:
    """Whether a card on a phone has something to unfold."""
    return any(cell.folded and cell.text != NOTHING for cell in cells)


class Shower:
    """Turns objects into rows of text; asks for each column's choices only once."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = tuple(columns)

    @cached_property
    def labels(self) -> dict[str, Mapping[str, Any]]:
        return {
            column.name: dict(column.choices())
            for column in self.columns
            if column.choices is not None
        }

    @cached_property
    def folded(self) -> frozenset[str]:
        """Names of the columns that a phone folds."""
        return frozenset(
            column.name
            for place, column in enumerate(self.columns)
            if (_is_minor(column, place) if column.folded is None else column.folded)
        )

    def value(self, column: Column, obj: Any) -> Any:
        """The column's value, with a choice's label in place of its code."""
        value = column.of(obj)
        if column.kind is Kind.CHOICE:
            label = self.labels[column.name].get(value, value)
            return label if label is None else str(label)
        return value

    def text(self, column: Column, obj: Any) -> str:
        value = self.value(column, obj)
        if column.kind is Kind.INTEGER and isinstance(value, int):
            return f"{value:,}"
        return text(value, column.decimals)

    def row(self, obj: Any) -> Row:
        return Row(
            obj,
            [
                Cell(
                    column,
                    self.text(column, obj),
                    column.link(obj) if column.link else None,
                    column.tone(obj) if column.tone else "",
                    column.name in self.folded,
                )
                for column in self.columns
            ],
        )
