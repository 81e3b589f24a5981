"""Identification of unknown waste 危险废物鉴别, and reliance on the list of exemptions 豁免."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.hazardous.filings import basis, choices, reading
from wufei.domains.hazardous.filings.columns import CATEGORY, OFFICIAL_NAME, WASTE, ZERO
from wufei.domains.hazardous.filings.ledger_rules import KEEPERS
from wufei.domains.hazardous.filings.plan import AUTHORITY
from wufei.domains.hazardous.filings.receivers import exempt_stages
from wufei.hub.base.wording import both
from wufei.hub.catalogue.models import Exemption
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
    Values,
)
from wufei.hub.filings.periods import DueWithin, Period

HAZARDOUS, GENERAL = "hazardous", "general"
_CONCLUSIONS: Choices = (
    (HAZARDOUS, both("属于危险废物", "hazardous waste")),
    (GENERAL, both("不属于危险废物", "not hazardous waste")),
)
# Our own measure: from here on a report is old enough to ask whether the process is the same.
_REPORT_DAYS = 365


def _date(name: str, label: Any, *, required: bool = True) -> Field:
    return Field(name, label, FieldKind.DATE, required=required)


def _is_hazardous(values: Values) -> bool:
    return values.get("conclusion") == HAZARDOUS


IDENTIFIED = Section(
    "identified",
    _("Identification"),
    (
        Field("waste_name", _("what was identified"), required=True, length_max=120),
        Field("process", _("where it arises"), required=True, length_max=200),
        Field("arising", _("arises in a year"), FieldKind.MASS, unit="t", minimum=ZERO),
        Field("laboratory", _("identified by"), required=True, length_max=120),
        _date("sampled_on", _("sampled on")),
        Field("samples", _("number of samples"), FieldKind.INTEGER, minimum=Decimal(1)),
        Field("methods", _("standards and methods"), FieldKind.LONG_TEXT, length_max=1000),
        _date("reported_on", _("reported on")),
        Field("report_no", _("number of the report"), required=True, length_max=60),
        Field(
            "conclusion",
            _("conclusion"),
            FieldKind.CHOICE,
            required=True,
            choices=choices.of(_CONCLUSIONS),
        ),
        Field(
            "waste",
            both("危险废物代码", "code of hazardous waste"),
            FieldKind.WASTE,
            domain="hazardous",
            required_when=_is_hazardous,
            shown_when=_is_hazardous,
            help=_("The code that fits; 900-000-… where none does."),
        ),
        Field("platform_no", _("number on the national platform"), length_max=60),
        Field("report", _("report as a file"), FieldKind.FILES, required=True),
    ),
)


def _in_order(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    sampled: date = values["sampled_on"]
    reported: date = values["reported_on"]
    if reported < sampled:
        text = _("The report is older than its samples.")
        yield Problem(
            "identification_days", Severity.ERROR, text, "identified", field="reported_on"
        )
    if (checked.subject.span.last - reported).days > _REPORT_DAYS:
        text = _("The report is more than a year old; say whether the process is still the same.")
        yield Problem(
            "identification_old", Severity.WARNING, text, "identified", field="reported_on"
        )


IDENTIFICATION = FilingType(
    code="hazardous.identification",
    domain="hazardous",
    name=both("危险废物鉴别记录", "Identification of a waste"),
    kind=Kind.FILE,
    period=Period.EVENT,
    sections=(IDENTIFIED,),
    authority=AUTHORITY,
    number_prefix="HWI",
    basis=basis.IDENTIFICATION,
    filers=KEEPERS,
    due=DueWithin(30, working=False),
    reviewer=Reviewer.DEPARTMENT,
    checks=(_in_order,),
)


def _stages() -> Choices:
    return tuple(Exemption.Stage.choices)


EXEMPT_USE = Section(
    "exempt",
    _("Exemption"),
    (
        WASTE,
        OFFICIAL_NAME,
        CATEGORY,
        Field("stage", _("stage"), FieldKind.CHOICE, required=True, choices=_stages),
        Field(
            "condition_met",
            _("how the condition of the list is met"),
            FieldKind.LONG_TEXT,
            required=True,
            length_max=1000,
        ),
        Field("mass", _("mass in a year"), FieldKind.MASS, unit="t", required=True, minimum=ZERO),
        Field("receiver", _("who takes it"), length_max=120),
        _date("valid_from", _("first day")),
        _date("valid_until", _("last day")),
        Field("evidence", _("evidence as a file"), FieldKind.FILES, required=True),
    ),
)


def _on_the_list(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    waste, stage = str(values["waste"]), values["stage"]
    stages = exempt_stages(checked.facts["exemptions"], waste)
    if not stages & _covering(stage):
        text = _("The list of exemptions in force has nothing for {waste} at this stage.")
        yield Problem(
            "not_exempt",
            Severity.ERROR,
            format_lazy(text, waste=waste),
            "exempt",
            field="stage",
            values={"waste": waste, "stage": stage},
        )
    if values["valid_until"] < values["valid_from"]:
        text = _("The last day is before the first.")
        yield Problem("exempt_days", Severity.ERROR, text, "exempt", field="valid_until")


def _covering(stage: str) -> frozenset[str]:
    """Stages of the list that cover this one."""
    both_ends = {"recovery_disposal"} if stage in ("recovery", "disposal") else set[str]()
    return frozenset({stage, "all"} | both_ends)


EXEMPTION = FilingType(
    code="hazardous.exemption",
    domain="hazardous",
    name=both("危险废物豁免管理情况", "Reliance on the list of exemptions"),
    kind=Kind.FILE,
    period=Period.EVENT,
    sections=(EXEMPT_USE,),
    authority=AUTHORITY,
    number_prefix="HWE",
    basis=basis.EXEMPTION_LIST,
    filers=(*KEEPERS, "farm", "carrier", "community"),
    reviewer=Reviewer.DEPARTMENT,
    reads=(reading.exemptions,),
    checks=(_on_the_list,),
    help=_("For each waste and stage. The list of exemptions in force on the day is what counts."),
)
RECORDS = (IDENTIFICATION, EXEMPTION)
