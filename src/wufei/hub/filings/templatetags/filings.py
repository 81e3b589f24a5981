"""What templates say of filings."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wufei.hub.base.actor import Actor
from wufei.hub.filings import columns
from wufei.hub.filings.completeness import By
from wufei.hub.filings.declarations import Basis, FilingType, Reviewer
from wufei.hub.filings.models import Filing
from wufei.hub.filings.pages import states
from wufei.hub.filings.periods import DueDay, DueFrom, DueWithin
from wufei.hub.registry.validity import today

register = template.Library()


@register.filter
def form_name(filing: Filing) -> str:
    return columns.name_of(filing)


@register.filter
def span_text(filing: Filing) -> str:
    return str(columns.span_of(filing))


@register.filter
def seen_label(filing: Filing) -> Any:
    return states.LABELS[states.seen_as(filing)]


@register.filter
def seen_tone(filing: Filing) -> str:
    return states.TONES[states.seen_as(filing)]


@register.filter
def class_label(filing: Filing) -> str:
    """The class that a filer is in, with its reason where there is one."""
    return filing.class_reason or filing.class_code


@register.filter
def grade_words(basis: Basis) -> str:
    """How sure the wording of a rule is."""
    return {
        "A": _("text of the rule read"),
        "B": _("retold"),
        "C": _("not yet checked against the text: can be changed by configuration"),
    }.get(basis.grade, "")


@register.filter
def reviewer_words(reviewer: Reviewer) -> str:
    return {
        Reviewer.NOBODY: _("nobody reviews it"),
        Reviewer.DEPARTMENT: _("the department reviews it"),
        Reviewer.TOWN: _("the town reviews it"),
        Reviewer.BOTH: _("the town, then the department review it"),
    }[reviewer]


@register.filter
def due_rule(form_type: FilingType) -> str:
    """The day it is due by the rule of today, in words."""
    rule = form_type.due
    while isinstance(rule, DueFrom):
        rule = rule.rule if today() >= rule.since else rule.before
    if rule is None:
        return _("no day is set")
    if isinstance(rule, DueWithin):
        words = _("within %(n)s working days") if rule.working else _("within %(n)s days")
        return words % {"n": rule.days}
    return _month_rule(rule)


def _month_rule(rule: DueDay) -> str:
    if rule.of_first:
        words = _("by day %(day)s, %(months)s months after the period begins")
    elif rule.months == 1:
        words = _("by day %(day)s of the month after it")
    else:
        words = _("by day %(day)s, %(months)s months after it")
    said = words % {"day": rule.day, "months": rule.months}
    return said if not rule.working else f"{said} {_('(the next working day)')}"


@register.simple_tag
def remark_name(section: Any, pair: Any) -> str:
    """Name of the input for the reviewer's remark at a field."""
    row = "" if pair.row is None else pair.row
    return f"remark-{section.code}-{row}-{pair.field.name}"


@register.filter
def get(values: Any, key: str) -> Any:
    return (values or {}).get(key, "")


@register.simple_tag
def counted(asked: Any, one: Any = None, by: str = "") -> dict[str, str]:
    """Address of the list behind each number of a line of figures, by the number's name."""
    more = _counted_of(one, by) if by else {}
    return {how: asked.listed(came=how, **more) for how, _label in columns.CAME}


def _counted_of(one: Any, by: str) -> dict[str, str]:
    if by == By.FORM:
        code, first, last = one.key
        return {"type": code, "since": str(first), "until": str(last)}
    key = one.of.uuid if by == By.ORGANISATION else one.of.code
    return {"whose": f"{by}:{key}"}


# Files of forms belong to pages of their own; where they are not there, nothing leads to them.
_OUT = (
    ("filings.filing.print", gettext_lazy("Print (PDF)")),
    ("filings.filing.file", gettext_lazy("Excel")),
)
_OF_TYPE = (
    ("filings.type.template", "filings.filing.import", gettext_lazy("Download the template"), True),
    ("filings.type.import", "filings.filing.import", gettext_lazy("Import"), False),
    ("filings.type.export", "filings.filing.export", gettext_lazy("Export"), False),
)


@register.simple_tag
def files_out(filing: Filing) -> list[tuple[str, str]]:
    """(label, address) of the files that a filing can be taken out as."""
    found = [(str(label), _address(name, filing.uuid)) for name, label in _OUT]
    return [(label, url) for label, url in found if url]


@register.simple_tag
def type_files(form_type: FilingType, actor: Actor) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is a file) of a form's template, import and export."""
    found = [
        (str(label), _address(name, form_type.code), file)
        for name, act, label, file in _OF_TYPE
        if actor.may(act)
    ]
    return [(label, url, file) for label, url, file in found if url]


def _address(name: str, key: Any) -> str:
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""
