"""Each section of a form as a table: who files and for when first, then its fields."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from wufei.hub.base.actor import Actor
from wufei.hub.base.tables import Column, Table
from wufei.hub.base.tables.heading import key
from wufei.hub.base.tables.spec import Text, put
from wufei.hub.filings.declarations import FieldKind, FilingType, Section, types
from wufei.hub.filings.forms import column_of
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Period
from wufei.hub.filings.sheets.taking import take

# Names of the first columns; no field of a form is called so.
FILER, SITE, SPAN, NUMBER, REASON = "filer_", "site_", "span_", "number_", "reason_"
_PERIODS: dict[Period, tuple[str, Any]] = {
    Period.MONTH: ("2026-09", _("a month, such as 2026-09")),
    Period.QUARTER: ("2026 Q3", _("a quarter, such as 2026 Q3")),
    Period.YEAR: ("2026", _("a year, such as 2026")),
    Period.EVENT: ("2026-09-15", _("the day on which it happened")),
    Period.ONCE: ("2026-09-15", _("the day from which it holds")),
}


def tables_of(form_type: FilingType) -> tuple[Table, ...]:
    """A table for each section, in the order of the form."""
    return tuple(_table(form_type, section) for section in form_type.sections)


def register_all() -> None:
    """Make the tables of all declared forms known; called once at start-up."""
    for form_type in types():
        for table in tables_of(form_type):
            put(table)


def code_of(form_type: FilingType, section: Section) -> str:
    return f"filings.{form_type.code}.{section.code}"[:80]


def _table(form_type: FilingType, section: Section) -> Table:
    keys = key_columns(form_type)
    only = len(form_type.sections) == 1
    return Table(
        code=code_of(form_type, section),
        title=form_type.name if only else section.title,
        guidance=_guidance(form_type, section),
        columns=(*keys, *field_columns(section, keys)),
        rows=_nothing,
        write_all=partial(take, form_type, section),
        joined_by=tuple(one.name for one in keys if one.name != REASON),
        joined_max=section.rows_max if section.table else 1,
        joined_once=True,
    )


def _nothing(actor: Actor) -> "QuerySet[Filing]":
    # These tables are written by way of the forms; a list of filings is another.
    return Filing.objects.none()


def key_columns(form_type: FilingType) -> tuple[Column, ...]:
    example, help_ = _PERIODS[form_type.period]
    columns = [
        Column(
            FILER,
            pgettext_lazy("filing", "filed by"),
            required=True,
            help=_("credit code, or the name in full"),
            aliases=("填报单位", "单位名称", "企业名称", "统一社会信用代码"),
        ),
        Column(
            SPAN,
            pgettext_lazy("filing", "filed for"),
            required=True,
            help=help_,
            example=example,
            length_max=40,
            aliases=("填报期", "填报月份", "填报年度", "报告期"),
        ),
    ]
    if form_type.per_site is not None:
        columns.append(
            Column(
                SITE,
                pgettext_lazy("filing", "filed for the site"),
                required=True,
                help=_("name of the site in the register"),
                aliases=("填报场所",),
            )
        )
    if form_type.period is Period.EVENT:
        columns.append(
            Column(
                NUMBER,
                pgettext_lazy("filing", "number of the record"),
                required=True,
                length_max=80,
                help=_("your own number; each one once"),
                example="2026-0001",
                aliases=("记录编号", "自有编号"),
            )
        )
    if len(form_type.sections) == 1:
        columns.append(
            Column(
                REASON,
                pgettext_lazy("filing", "reason for what is unusual"),
                help=_("where a figure is far from what is expected"),
                aliases=("异常说明",),
            )
        )
    return tuple(columns)


def field_columns(section: Section, keys: Sequence[Column]) -> list[Column]:
    """Its fields; what is computed is only shown, and files are handed in on the page.

    A second column of the same name gets a number, since headings are how a file names them.
    """
    seen = {name for one in keys for name in _headings(one.label)}
    columns = []
    for one in section.fields:
        label = one.label
        number = 1
        while seen & _headings(label):
            number += 1
            label = format_lazy("{label} {number}", label=one.label, number=number)
        seen |= _headings(label)
        column = column_of(
            one,
            required=one.required and one.shown_when is None and not (one.since or one.until),
            imported=one.computed is None and one.kind is not FieldKind.FILES,
        )
        columns.append(replace(column, label=label))
    return columns


def _headings(label: Text) -> set[str]:
    """What it is called in each language, as a heading is recognised."""
    names = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            names.add(key(label))
    return names


def _guidance(form_type: FilingType, section: Section) -> Any:
    together = (
        _("Lines of one filer and period follow one another; they are one form and taken together.")
        if section.table
        else _("One line is one form.")
    )
    after = (
        _("A form without mistakes is submitted; with some it is kept as your draft.")
        if len(form_type.sections) == 1
        else _("What is taken is kept as your draft; submit the form when all its parts are there.")
    )
    return format_lazy(
        "{help}\n{together} {after}", help=section.help, together=together, after=after
    )
