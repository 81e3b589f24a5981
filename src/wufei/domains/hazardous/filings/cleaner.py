"""Cleaner-production audits 清洁生产审核: audit, evaluation, acceptance, as versions of one form.

Who stands on the mandatory list owes one for the year; anybody may file one of their own accord.
The stages and days are from memory (grade C).
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains.fields import number
from wufei.domains.hazardous.filings import basis, choices
from wufei.domains.hazardous.filings.ledger_rules import KEEPERS
from wufei.hub.base.wording import both
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Checked,
    Choices,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Reviewer,
    Section,
    Severity,
    Source,
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.subjects import Subject
from wufei.hub.registry.models import ListEntry, Organisation

MANDATORY_LIST, ACCEPTED_LIST = "cleaner_mandatory", "cleaner_accepted"
AUDITED, EVALUATED, ACCEPTED = "audited", "evaluated", "accepted"
_STAGES: Choices = (
    (AUDITED, both("审核", "audit")),
    (EVALUATED, both("评估", "evaluation")),
    (ACCEPTED, both("验收", "acceptance")),
)
_ORDER = [code for code, _label in _STAGES]


def _from(stage: str) -> Callable[[Values], bool]:
    """Whether the form has come as far as this stage."""

    def reached(values: Values) -> bool:
        now = values.get("stage")
        return now in _ORDER and _ORDER.index(now) >= _ORDER.index(stage)

    return reached


def _at(stage: str, name: str, label: Any, kind: FieldKind, *, required: bool = True) -> Field:
    return Field(
        name,
        label,
        kind,
        shown_when=_from(stage),
        required_when=_from(stage) if required else None,
    )


AUDIT = Section(
    "audit",
    both("清洁生产审核", "Cleaner-production audit"),
    (
        Field("mandatory", both("强制性审核", "mandatory"), FieldKind.BOOLEAN, required=True),
        Field(
            "stage",
            pgettext_lazy("audit", "stage"),
            FieldKind.CHOICE,
            required=True,
            choices=choices.of(_STAGES),
            help=_("Later stages are filed as new versions of this form."),
        ),
        Field("consultant", _("audited with the help of"), length_max=120),
        Field("begun_on", _("audit begun on"), FieldKind.DATE, required=True),
        Field("audited_on", _("audit finished on"), FieldKind.DATE, required=True),
        Field("cheap", _("measures of no or low cost"), FieldKind.INTEGER, minimum=Decimal(0)),
        Field(
            "costly", _("measures of middle or high cost"), FieldKind.INTEGER, minimum=Decimal(0)
        ),
        number("invested", _("invested"), "10⁴ CNY", required=False),
        number("waste_saved", _("hazardous waste saved in a year"), "t", required=False),
        number("water_saved", _("water saved in a year"), "t", required=False),
        number("energy_saved", _("energy saved in a year"), "tce", required=False),
        Field("report", _("report as a file"), FieldKind.FILES, required=True),
        _at(EVALUATED, "evaluated_on", _("evaluated on"), FieldKind.DATE),
        _at(EVALUATED, "evaluation", _("result of the evaluation"), FieldKind.LONG_TEXT),
        _at(ACCEPTED, "accepted_on", _("accepted on"), FieldKind.DATE),
        _at(ACCEPTED, "acceptance", _("result of the acceptance"), FieldKind.LONG_TEXT),
        _at(ACCEPTED, "acceptance_no", _("number of the acceptance"), FieldKind.TEXT),
    ),
)


def _in_order(checked: Checked) -> Iterator[Problem]:
    """Stages follow one another, and none is taken back."""
    values, before = checked.form.values, checked.in_force
    days = ("begun_on", "audited_on", "evaluated_on", "accepted_on")
    known = [(name, values[name]) for name in days if values.get(name)]
    for (_earlier, first), (name, later) in pairwise(known):
        if later < first:
            text = _("This day is before the stage before it.")
            yield Problem("cleaner_days", Severity.ERROR, text, "audit", field=name)
    then = before.values.get("stage") if before else None
    if then in _ORDER and _ORDER.index(values["stage"]) < _ORDER.index(then):
        text = _("A later stage has been accepted already.")
        yield Problem("cleaner_stage", Severity.ERROR, text, "audit", field="stage")


def _is_listed(checked: Checked) -> Iterator[Problem]:
    if checked.form.values["mandatory"] and not checked.facts["mandatory"]:
        text = _("The mandatory list does not name this organisation for the year.")
        yield Problem("cleaner_list", Severity.WARNING, text, "audit", field="mandatory")


def listed(span: Span) -> Q:
    """Who stands on the mandatory list on any day of the period."""
    days = (span.first, span.last + timedelta(days=1))
    rows = ListEntry.objects.filter(list=MANDATORY_LIST, validity__overlap=days)
    return Q(pk__in=rows.filter(organisation__isnull=False).values("organisation"))


def _mandatory(subject: Subject) -> bool:
    mine = Organisation.objects.filter(listed(subject.span), pk=subject.organisation.pk)
    return mine.exists()


def _said(checked: Checked) -> Values:
    return {"mandatory": checked.facts["mandatory"], "stage": AUDITED}


CLEANER = FilingType(
    code="hazardous.cleaner_audit",
    domain="hazardous",
    name=both("清洁生产审核", "Cleaner-production audit"),
    kind=Kind.APPROVE,
    period=Period.YEAR,
    sections=(AUDIT,),
    authority=_("district ecology and environment branch"),
    number_prefix="QJS",
    basis=basis.CLEANER,
    due=DueDay(31, months=12),
    # Audit, evaluation and acceptance come as versions while the year goes on.
    early=True,
    owes=listed,
    filers=KEEPERS,
    reviewer=Reviewer.DEPARTMENT,
    reads=(Source("mandatory", _mandatory),),
    prefill=_said,
    checks=(_in_order, _is_listed),
    effects=(
        effects.statistics(
            Figure("cleaner.waste_saved", _("hazardous waste saved in a year"), "waste_saved", "t"),
            Figure("cleaner.energy_saved", _("energy saved in a year"), "energy_saved", "tce"),
            label=_("Savings of cleaner production"),
        ),
        effects.listed(
            ACCEPTED_LIST,
            first="accepted_on",
            when=lambda values: values.get("stage") == ACCEPTED,
        ),
    ),
)
