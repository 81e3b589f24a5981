"""What a form must hold, and in which states it may be moved on. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.filings.declarations import (
    Checked,
    Field,
    FilingType,
    Problem,
    Section,
    Severity,
)
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import Span

# Codes of what every form is held against.
MISSING, TOO_SMALL, TOO_LARGE = "missing", "too_small", "too_large"
NOT_A_CHOICE, TWICE, TOO_FEW, TOO_MANY = "not_a_choice", "twice", "too_few_rows", "too_many_rows"
NOT_OVER = "not_over"


def judge(form_type: FilingType, sections: Sequence[Section], checked: Checked) -> list[Problem]:
    """Everything that speaks against a form: first its shape, then the type's own checks.

    The type's checks may rely on the shape: they are not asked while fields are missing or wrong.
    """
    found = list(shape(sections, checked.form))
    if not any(one.severity is Severity.ERROR for one in found):
        found += [problem for check in form_type.checks for problem in check(checked)]
    return found


def not_over(span: Span, due: date, end: date, day: date) -> Iterator[Problem]:
    """A warning on ``day`` where a form reports a period that has not ended: the rest is missing.

    ``due`` is the last day for the form, ``end`` the period's own, or the filer's where it closed
    before. What is due before its period ends says what is to come, and is never too early.
    """
    if day <= end and due > span.last:
        text = _("{period} is not over: what still happens until {last} will be missing.")
        told = format_lazy(text, period=span, last=end)
        yield Problem(NOT_OVER, Severity.WARNING, told, values={"last": str(end)})


def shape(sections: Iterable[Section], form: Form) -> Iterator[Problem]:
    """Missing and impossible values, too few or too many rows, rows that stand twice."""
    for section in sections:
        if not section.table:
            yield from _fields(section, form.values, form.values, None)
            continue
        rows = form.rows.get(section.code, ())
        yield from _counted(section, len(rows))
        for number, row in enumerate(rows):
            yield from _fields(section, row, form.row(section.code, number), number)
        yield from _twice(section, rows)


def _fields(
    section: Section, own: Mapping[str, Any], beside: Mapping[str, Any], row: int | None
) -> Iterator[Problem]:
    for one in section.fields:
        if one.shown_when is not None and not one.shown_when(beside):
            continue
        value = own.get(one.name)
        found = _missing(one, value, beside) or _out_of_bounds(one, value)
        if found:
            code, text = found
            yield Problem(code, Severity.ERROR, text, section.code, row, one.name)


def _missing(one: Field, value: Any, beside: Mapping[str, Any]) -> tuple[str, Any] | None:
    needed = one.required or (one.required_when is not None and one.required_when(beside))
    if needed and value in (None, "", ()):
        return MISSING, format_lazy(_("“{field}” must be filled in."), field=one.label)
    return None


def _out_of_bounds(one: Field, value: Any) -> tuple[str, Any] | None:
    if value in (None, "", ()):
        return None
    if one.choices is not None and value not in {code for code, _label in one.choices()}:
        return NOT_A_CHOICE, format_lazy(
            _("“{field}” must be one of its choices."), field=one.label
        )
    if not one.kind.is_number:
        return None
    if one.minimum is not None and value < one.minimum:
        text = _("“{field}” must be at least {limit} {unit}.")
        return TOO_SMALL, format_lazy(text, field=one.label, limit=one.minimum, unit=one.unit)
    if one.maximum is not None and value > one.maximum:
        text = _("“{field}” must be at most {limit} {unit}.")
        return TOO_LARGE, format_lazy(text, field=one.label, limit=one.maximum, unit=one.unit)
    return None


def _counted(section: Section, count: int) -> Iterator[Problem]:
    if count < section.rows_min:
        text = _("“{section}” needs at least {limit} rows.")
        told = format_lazy(text, section=section.title, limit=section.rows_min)
        yield Problem(TOO_FEW, Severity.ERROR, told, section.code)
    if count > section.rows_max:
        text = _("“{section}” may have {limit} rows.")
        told = format_lazy(text, section=section.title, limit=section.rows_max)
        yield Problem(TOO_MANY, Severity.ERROR, told, section.code)


def _twice(section: Section, rows: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if not section.key:
        return
    first: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows):
        key = tuple(row.get(name) for name in section.key)
        before = first.setdefault(key, number)
        if before != number:
            text = format_lazy(_("This is the same as row {row}."), row=before + 1)
            yield Problem(TWICE, Severity.ERROR, text, section.code, number, section.key[0])


def unexplained(problems: Iterable[Problem], reasons: Mapping[str, str]) -> list[Problem]:
    """Problems that still stand in the way: errors, and warnings without a reason."""
    return [
        one
        for one in problems
        if one.severity is Severity.ERROR or not reasons.get(one.key, "").strip()
    ]
