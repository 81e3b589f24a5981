"""What the filings' findings say, where they lead, and who may see them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.base import findings as base
from wufei.hub.base.actor import Actor
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.services import record_findings
from wufei.hub.base.texts import WORDS, finding_text
from wufei.hub.base.views import findings as pages
from wufei.hub.filings import rules
from wufei.hub.filings.declarations import Problem, Severity, filing_type
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Span
from wufei.hub.filings.scope import seen_by

SUBJECT = "filings.filing"
IMPOSSIBLE, ODD, LATE = "filings.impossible", "filings.odd", "filings.late"
# What every form is held against is mended while it is filled in: no finding.
_SHAPE = frozenset({rules.MISSING, rules.TWICE, rules.TOO_FEW, rules.TOO_MANY, rules.NOT_A_CHOICE})
_EPISODE_MAX = 80


def register() -> None:
    finding_text(
        IMPOSSIBLE,
        gettext_noop("%(form)s, %(period)s: submitting was refused. %(text)s"),
        _("Impossible figure"),
    )
    finding_text(
        ODD,
        gettext_noop("%(form)s, %(period)s: submitted with a reason. %(text)s"),
        _("Unusual figure"),
    )
    finding_text(
        LATE,
        gettext_noop("%(organisation)s has not filed %(form)s for %(period)s, due on %(due_on)s."),
        _("Not filed in time"),
    )
    pages.register_subject(SUBJECT, page)
    pages.register_name(SUBJECT, name)
    pages.register_scope(within)


def keep_blocked(filing: Filing, problems: Iterable[Problem], by: Actor) -> None:
    """That impossible figures were handed in: refused, and remembered."""
    wrong = [one for one in problems if one.severity is Severity.ERROR]
    record_findings(_kept(IMPOSSIBLE, filing, wrong), by)


def keep_submitted(submitted: Sequence[tuple[Filing, Sequence[Problem]]], by: Actor) -> None:
    """What was odd in what was submitted; what stood before and holds no longer is cleared."""
    odd = [one for filing, problems in submitted for one in _kept(ODD, filing, problems)]
    seen = {(one.subject, one.episode) for one in odd}
    # Of what only begins now nothing was found before.
    before = [filing for filing, _problems in submitted if not filing._state.adding]
    subjects = {f"{SUBJECT}:{filing.uuid}" for filing in before}
    open_ones = FindingRecord.objects.filter(
        code__in=(IMPOSSIBLE, ODD, LATE), subject__in=subjects, cleared_at=None
    )
    over = [
        one.pk for one in open_ones if one.code != ODD or (one.subject, one.episode) not in seen
    ]
    if over:
        FindingRecord.objects.filter(pk__in=over).update(cleared_at=timezone.now())
    record_findings(odd, by)


def clear_late(filings: Iterable[Filing]) -> None:
    """They have come, or are owed no longer, or later."""
    subjects = [f"{SUBJECT}:{filing.uuid}" for filing in filings]
    rows = FindingRecord.objects.filter(code=LATE, subject__in=subjects, cleared_at=None)
    rows.update(cleared_at=timezone.now())


def late(filing: Filing) -> base.Finding:
    """Nothing has come, and the last day is over."""
    values = {
        **_told(filing),
        WORDS: _in_each(filing),
        "organisation": filing.organisation.name,
        "due_on": str(filing.due_on),
    }
    return base.Finding(LATE, f"{SUBJECT}:{filing.uuid}", base.Severity.WARNING, values)


def _kept(code: str, filing: Filing, problems: Iterable[Problem]) -> list[base.Finding]:
    severity = base.Severity.ERROR if code == IMPOSSIBLE else base.Severity.WARNING
    return [
        base.Finding(
            code,
            f"{SUBJECT}:{filing.uuid}",
            severity,
            {**_told(filing), **_seen(filing, one), WORDS: _in_each(filing, one)},
            one.key[:_EPISODE_MAX],
        )
        for one in problems
        if one.code not in _SHAPE
    ]


def _in_each(filing: Filing, problem: Problem | None = None) -> dict[str, dict[str, str]]:
    """Form, period and what is wrong in every language: whoever reads it later chooses."""
    found = {}
    for language, _name in settings.LANGUAGES:
        found[language] = _told(filing, language)
        if problem is not None and not _is_personal(filing, problem):
            with translation.override(language):
                found[language]["text"] = str(problem.text)
    return found


def _told(filing: Filing, language: str = "") -> dict[str, str]:
    # What is kept for files and searches is in the place's own language.
    with translation.override(language or settings.LANGUAGE_CODE):
        period = str(Span(filing.first, filing.last))
        return {"form": str(filing_type(filing.type).name), "period": period}


def _seen(filing: Filing, problem: Problem) -> dict[str, object]:
    """What was seen, unless it is of a person."""
    if _is_personal(filing, problem):
        return {"problem": problem.code, "text": problem.code}
    with translation.override(settings.LANGUAGE_CODE):
        return {**problem.values, "problem": problem.code, "text": str(problem.text)}


def _is_personal(filing: Filing, problem: Problem) -> bool:
    form_type = filing_type(filing.type)
    return any(
        one.personal
        for section in form_type.sections
        if section.code == problem.section
        for one in section.fields
        if one.name == problem.field
    )


# Where they lead.
def page(subject: str) -> str | None:
    """Page of the filing that ``filings.filing:<uuid>`` names."""
    try:
        return reverse("filings.filing.detail", args=[UUID(subject.partition(":")[2])])
    except (ValueError, NoReverseMatch):
        return None


def name(subject: str) -> str:
    """Form, filer and period of the filing that ``filings.filing:<uuid>`` names."""
    try:
        uuid = UUID(subject.partition(":")[2])
    except ValueError:
        return ""
    found = Filing.objects.filter(uuid=uuid).select_related("organisation").first()
    if found is None:
        return ""
    span = Span(found.first, found.last)
    return f"{filing_type(found.type).name} · {found.organisation} · {span}"


def within(rows: "QuerySet[FindingRecord]", actor: Actor) -> "QuerySet[FindingRecord]":
    """Findings on filings that the actor sees."""
    subjects = Concat(Value(f"{SUBJECT}:"), Cast("uuid", CharField()), output_field=CharField())
    mine = Filing.objects.filter(seen_by(actor, "base.finding.view"))
    return rows.filter(subject__in=mine.annotate(subject=subjects).values("subject"))
