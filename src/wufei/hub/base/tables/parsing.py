"""A cell of a file as a value of its column. Pure: raises ``Invalid`` that says what to write."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from wufei.hub.base.errors import Invalid
from wufei.hub.base.tables.spec import Column, Kind, Quantity

YEARS = range(1900, 2200)
# Beyond 2**53 a spreadsheet's number has lost its last digits.
_EXACT_MAX = 2**53
_DIGITS_MAX = 30
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
# What a spreadsheet program shows where a formula fails.
_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_TRUE = {"yes", "true", "y", "1", "是", "有", "√"}
_FALSE = {"no", "false", "n", "0", "否", "无", "×"}


def parse(column: Column, cell: Any, choices: Mapping[str, str] | None = None) -> Any:
    """The value, None (text: "") for an empty cell. ``choices``: see ``choice_names``."""
    if isinstance(cell, str):
        # Most cells are plain letters and digits, and there are millions of them.
        composed = cell if cell.isascii() else unicodedata.normalize("NFC", cell)
        cell = composed.replace("\0", "").strip()
        if cell in _ERRORS:
            text = _("The formula in “%(column)s” gives %(cell)s. Mend it, or write the value.")
            raise Invalid(text % _of(column, cell=cell))
    if cell is None or cell == "":
        if column.required:
            raise Invalid(_("“%(column)s” is empty; it must be filled in.") % _of(column))
        return "" if column.kind is Kind.TEXT else None
    if column.kind is Kind.CHOICE:
        assert choices is not None
        return _choice(column, cell, choices)
    return _PARSERS[column.kind](column, cell)


def choice_names(column: Column) -> dict[str, str]:
    """What may stand for each choice: its code, and its label in either language."""
    names: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for code, label in column.choices() if column.choices else ():
                names.setdefault(_folded(code), code)
                names.setdefault(_folded(label), code)
    return names


def _folded(text: Any) -> str:
    return unicodedata.normalize("NFKC", str(text)).strip().casefold()


def _of(column: Column, **values: Any) -> dict[str, Any]:
    return {"column": column.label, **values}


def _choice(column: Column, cell: Any, choices: Mapping[str, str]) -> str:
    code = choices.get(cell) if isinstance(cell, str) else None
    if code is None:
        code = choices.get(_folded(_text(column, cell)))
    if code is None:
        shown = [str(label) for _code, label in (column.choices() if column.choices else ())]
        known = "、".join(shown[:12]) + ("…" if len(shown) > 12 else "")
        raise Invalid(
            _("“%(cell)s” is not one of the choices of “%(column)s”: %(known)s.")
            % _of(column, cell=_short(cell), known=known)
        )
    return code


def _text(column: Column, cell: Any) -> str:
    if isinstance(cell, bool):
        text = str(cell)
    elif isinstance(cell, int | float):
        if not abs(cell) < _EXACT_MAX:  # also what is no number at all
            raise Invalid(
                _(
                    "“%(column)s” was stored as a number and lost its last digits. Format the "
                    "cell as text and write it again."
                )
                % _of(column)
            )
        text = str(int(cell)) if cell == int(cell) else repr(cell)
    else:
        text = str(cell)
    if len(text) > column.length_max:
        raise Invalid(
            _("“%(column)s” has %(length)s characters; it may have %(limit)s.")
            % _of(column, length=len(text), limit=column.length_max)
        )
    return text


def _number(column: Column, cell: Any) -> Decimal:
    if isinstance(cell, bool | date):
        raise _no_number(column, cell)
    if isinstance(cell, int | float):
        # Twelve digits: what a spreadsheet calculated carries noise behind them.
        number = Decimal(cell) if isinstance(cell, int) else Decimal(format(cell, ".12g"))
    else:
        number = _number_from_text(column, cell)
    if not number.is_finite() or number.adjusted() > _DIGITS_MAX:
        raise _no_number(column, cell)
    return number


def _number_from_text(column: Column, cell: str) -> Decimal:
    text = unicodedata.normalize("NFKC", cell).replace(" ", "")
    if _PLAIN_NUMBER.fullmatch(text):
        return Decimal(text)
    if column.unit and text.casefold().endswith(column.unit.casefold()):
        text = text[: -len(column.unit)]
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if not _PLAIN_NUMBER.fullmatch(text):
        raise _no_number(column, cell)
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover  (the pattern above is stricter)
        raise _no_number(column, cell) from error


def _quantity(column: Column, cell: Any) -> Quantity:
    """``12.5``, ``12.5 t`` or ``12500千克``."""
    if not isinstance(cell, str):
        return Quantity(_number(column, cell))
    text = unicodedata.normalize("NFKC", cell).strip()
    amount = re.match(r"[+-]?[\d., ]*", text)
    assert amount is not None
    spelled = text[amount.end() :].strip().casefold()
    if not spelled:
        return Quantity(_number(column, cell))
    unit = dict(column.units).get(spelled)
    if unit is None or not amount[0].strip():
        raise _no_number(column, cell)
    return Quantity(_number(column, amount[0].strip()), unit)


def _no_number(column: Column, cell: Any) -> Invalid:
    if column.unit:
        return Invalid(
            _("“%(column)s” must be a number in %(unit)s, not “%(cell)s”.")
            % _of(column, unit=column.unit, cell=_short(cell))
        )
    return Invalid(
        _("“%(column)s” must be a number, not “%(cell)s”.") % _of(column, cell=_short(cell))
    )


def _integer(column: Column, cell: Any) -> int:
    number = _number(column, cell)
    if number != number.to_integral_value():
        raise Invalid(
            _("“%(column)s” must be a whole number, not “%(cell)s”.")
            % _of(column, cell=_short(cell))
        )
    return int(number)


def _date(column: Column, cell: Any) -> date:
    if isinstance(cell, datetime):
        found: date | None = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and cell in _EXCEL_DAYS:
        # A date whose cell was formatted as a number.
        found = _EXCEL_EPOCH + timedelta(days=int(cell))
    else:
        found = _date_from_text(str(cell))
    if found is None or found.year not in YEARS:
        raise Invalid(
            _("“%(column)s” must be a date such as 2026-01-31, not “%(cell)s”.")
            % _of(column, cell=_short(cell))
        )
    return found


def _date_from_text(text: str) -> date | None:
    text = unicodedata.normalize("NFKC", text).strip()
    match = _DATE.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})(?:\.0)?", text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _datetime(column: Column, cell: Any) -> datetime:
    """In Asia/Shanghai unless the text says otherwise."""
    if isinstance(cell, datetime):
        return _aware(cell)
    if isinstance(cell, str):
        day, _space, clock = unicodedata.normalize("NFKC", cell).replace("T", " ").partition(" ")
        found = _date_from_text(day)
        match = _TIME.fullmatch(clock.strip() or "0:00")
        if found is not None and found.year in YEARS and match is not None:
            hour, minute, second = (int(part or 0) for part in match.groups())
            if hour < 24 and minute < 60 and second < 60:
                return _local(found, time_of_day(hour, minute, second))
        raise Invalid(
            _("“%(column)s” must be a time such as 2026-01-31 08:30, not “%(cell)s”.")
            % _of(column, cell=_short(cell))
        )
    return _local(_date(column, cell), time_of_day())


def _local(day: date, clock: time_of_day) -> datetime:
    return datetime.combine(day, clock, timezone.get_default_timezone())


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_default_timezone())


def _boolean(column: Column, cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    word = _folded(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise Invalid(
        _("“%(column)s” must be yes or no, not “%(cell)s”.") % _of(column, cell=_short(cell))
    )


def _short(cell: Any) -> str:
    text = str(cell)
    return text if len(text) <= 40 else f"{text[:39]}…"


_PARSERS: dict[Kind, Callable[[Column, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _number,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.BOOLEAN: _boolean,
    Kind.QUANTITY: _quantity,
}
