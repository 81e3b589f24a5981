"""What could not be read in a plan, in words, for its reviewer."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.base.findings import Finding, Severity
from wufei.hub.base.texts import finding_text
from wufei.hub.base.views import findings
from wufei.hub.plans.models import Document
from wufei.hub.plans.parsing.reading import Problem

SUBJECT = "plans.document"
# code: severity, title, message
_WORDS = {
    "unit_unknown": (
        Severity.ERROR,
        _("Unit of a plan not recognised"),
        gettext_noop("%(path)s: “%(text)s” is no unit of the register. Say whom it means."),
    ),
    "unit_similar": (
        Severity.WARNING,
        _("Unit of a plan recognised by likeness"),
        gettext_noop("%(path)s: “%(text)s” was taken for a unit by likeness. Confirm it."),
    ),
    "unit_others": (
        Severity.NOTE,
        _("Plan names further units only as “and others”"),
        gettext_noop("%(path)s: behind “%(text)s” the plan says “and others”, but not who."),
    ),
    "role_inferred": (
        Severity.WARNING,
        _("Role of units not stated"),
        gettext_noop("%(path)s: %(text)s stand without a role; they were taken as responsible."),
    ),
    "no_lead": (
        Severity.WARNING,
        _("Attribution without a lead unit"),
        gettext_noop("%(path)s: nobody leads here: %(text)s"),
    ),
    "bracket_open": (
        Severity.WARNING,
        _("Attribution that is not closed"),
        gettext_noop("%(path)s: the bracket does not end: %(text)s"),
    ),
    "doubled": (
        Severity.NOTE,
        _("Character repeated at a page break"),
        gettext_noop("%(path)s: a character may stand twice: “%(text)s”"),
    ),
    "numbering": (
        Severity.WARNING,
        _("Numbering of a plan jumps"),
        gettext_noop(
            "%(path)s: number %(number)s stands where %(expected)s was expected. Is a part missing?"
        ),
    ),
    "facts_missing": (
        Severity.WARNING,
        _("Facts of a plan missing"),
        gettext_noop("The document does not say where it could be read: %(missing)s."),
    ),
    "target_milestone": (
        Severity.NOTE,
        _("Milestone without a number"),
        gettext_noop("%(path)s: %(year)s is named, but no number that could be measured: %(text)s"),
    ),
    "target_no_year": (
        Severity.NOTE,
        _("Quantity without a year"),
        gettext_noop("%(path)s: a number without the year by which it is meant: %(text)s"),
    ),
    "target_no_name": (
        Severity.WARNING,
        _("Number whose meaning could not be read"),
        gettext_noop("%(path)s: a number for %(year)s, but of what? %(text)s"),
    ),
    "target_cell": (
        Severity.WARNING,
        _("Cell of a table that is no number"),
        gettext_noop("%(path)s: this cell is no number: %(text)s"),
    ),
    "indicator_similar": (
        Severity.NOTE,
        _("Indicator recognised by likeness"),
        gettext_noop("%(path)s: “%(text)s” was taken for the indicator %(indicator)s."),
    ),
    "contradiction": (
        Severity.ERROR,
        _("Targets that contradict each other"),
        gettext_noop("%(path)s: “%(text)s” in %(year)s is %(other)s here and %(one)s elsewhere."),
    ),
}


def subject(document: Document) -> str:
    return f"{SUBJECT}:{document.uuid}"


def findings_of(document: Document, problems: Iterable[Problem]) -> list[Finding]:
    """One finding for each place in the document."""
    return [
        Finding(
            f"plans.{problem.code}",
            subject=subject(document),
            severity=_WORDS[problem.code][0],
            values={**problem.values, "start": problem.start, "end": problem.end},
            episode=f"{problem.start}-{problem.end}",
        )
        for problem in problems
    ]


def page(subject: str) -> str | None:
    uuid = UUID(subject.partition(":")[2])
    return reverse("plans.plan.detail", args=[uuid])


def name(subject: str) -> str:
    found = Document.objects.filter(uuid=subject.partition(":")[2]).first()
    return str(found) if found else ""


def register() -> None:
    """Called once at start-up."""
    for code, (_severity, title, message) in _WORDS.items():
        finding_text(f"plans.{code}", message, title)
    findings.register_subject(SUBJECT, page)
    findings.register_name(SUBJECT, name)
