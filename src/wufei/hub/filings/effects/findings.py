"""What a form tells of a bad state of things: a finding, and so an alarm, until it is over.

The finding stands on the form that told it first. A later form of the same filer that tells it
again lengthens it; one that does not, ends it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.findings import Finding, Severity
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.services import record_findings
from wufei.hub.filings.declarations import Accepted, Effect, Made, Text
from wufei.hub.filings.findings import SUBJECT
from wufei.hub.filings.models import Filing


@dataclass(frozen=True)
class Seen:
    """``code`` names the rule; ``values`` what was seen (JSON values), ``text`` says it."""

    code: str
    severity: Severity
    text: Text
    values: Mapping[str, Any] = field(default_factory=dict)


def findings(
    seen: Callable[[Accepted], Iterable[Seen]],
    codes: Sequence[str],
    *,
    label: Text = "",
    code: str = "findings",
) -> Effect:
    """Record ``seen``; of ``codes``, all that the form may tell, what it does not tell has ended.

    A form that is handed in late ends nothing that a later period has told.
    """

    def preview(accepted: Accepted) -> Sequence[Text]:
        return [one.text for one in seen(accepted)]

    def apply(accepted: Accepted, by: Actor) -> Sequence[Made]:
        told = list(seen(accepted))
        standing = {one.code: one for one in _open(accepted, codes)}
        over = [row.pk for name, row in standing.items() if name not in {s.code for s in told}]
        FindingRecord.objects.filter(pk__in=over).update(cleared_at=timezone.now())
        record_findings([_finding(accepted, one, standing.get(one.code)) for one in told], by)
        return [Made(f"base.finding:{one.code}", one.text, key=one.code) for one in told]

    return Effect(code, label or _("Findings"), preview, apply)


def _finding(accepted: Accepted, one: Seen, standing: FindingRecord | None) -> Finding:
    filing = accepted.version.filing
    subject = standing.subject if standing else f"{SUBJECT}:{filing.uuid}"
    # Told again after it had ended, it is another episode.
    episode = standing.episode if standing else str(accepted.version.number)
    return Finding(one.code, subject, one.severity, one.values, episode)


def _open(accepted: Accepted, codes: Sequence[str]) -> "QuerySet[FindingRecord]":
    """Those that stand, of this filer's forms of this and earlier periods."""
    filing = accepted.version.filing
    forms = Filing.objects.filter(
        type=filing.type,
        organisation=filing.organisation_id,
        site=filing.site_id,
        first__lte=filing.first,
    )
    subjects = [f"{SUBJECT}:{uuid}" for uuid in forms.values_list("uuid", flat=True)]
    rows = FindingRecord.objects.filter(code__in=codes, subject__in=subjects, cleared_at=None)
    return rows.order_by("pk")
