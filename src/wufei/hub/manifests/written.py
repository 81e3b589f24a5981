"""Findings on what was written down afterwards: late papers, emergencies left open, no licence."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.base import workdays
from wufei.hub.base.errors import Refusal
from wufei.hub.base.findings import Finding
from wufei.hub.base.texts import finding_text
from wufei.hub.exemptions.models import Claim
from wufei.hub.manifests import findings, rules
from wufei.hub.manifests.declarations import Deadline, ManifestTemplate
from wufei.hub.manifests.models import Line, Manifest
from wufei.hub.manifests.refusals import LicenceMissing

PAPER_LATE = "manifests.paper_late"
EMERGENCY_OPEN = "manifests.emergency_open"
NO_LICENCE = "manifests.no_licence"
NOT_ALLOWED = "manifests.not_allowed"
EXEMPTION_LOST = "manifests.exemption_lost"
_A_MINUTE = timedelta(minutes=1)


def register() -> None:
    """Words of these findings; called when the room is ready."""
    finding_text(
        PAPER_LATE,
        gettext_noop("%(number)s travelled under a paper and had to be entered by %(due)s."),
        _("Paper entered late"),
    )
    finding_text(
        EMERGENCY_OPEN,
        gettext_noop(
            "%(number)s was issued in an emergency and had to be completed by %(due)s. Too late: "
            "%(fields)s."
        ),
        _("Emergency not completed in time"),
    )
    finding_text(
        NO_LICENCE,
        gettext_noop("%(organisation)s held no licence for %(waste)s on %(day)s."),
        _("Sent to somebody without a licence"),
    )
    finding_text(
        NOT_ALLOWED,
        gettext_noop(
            "%(waste)s went to %(organisation)s with %(carrier)s on %(day)s, and for one of them "
            "neither a licence nor an exemption claim stood."
        ),
        _("Travelled without licence or exemption"),
    )
    finding_text(
        EXEMPTION_LOST,
        gettext_noop(
            "%(number)s travelled on the exemption claim of report %(report)s, which holds no "
            "longer: %(reason)s."
        ),
        _("Exemption claim did not hold"),
    )


def until(within: Deadline | None, since: datetime) -> datetime | None:
    """Until when something has to be done ``within`` after ``since``."""
    if within is None:
        return None
    return rules.due_at(within, since, workdays.calendar())


def paper_late(
    manifest: Manifest, form: ManifestTemplate, travelled: datetime
) -> Iterator[Finding]:
    """A paper that was entered too long after ``travelled``, the last step on it."""
    due = until(form.paper_within, travelled)
    if due is not None and timezone.now() >= due:
        values = {"number": manifest.local_id, "due": _day(due)}
        yield Finding(PAPER_LATE, findings.subject(manifest), values=values)


def emergency_open(manifest: Manifest, form: ManifestTemplate) -> Iterator[Finding]:
    """An emergency of which something is still open after its deadline."""
    if manifest.left_open:
        yield from _late(manifest, form, timezone.now(), manifest.left_open)


def emergency_late(
    manifest: Manifest, form: ManifestTemplate, completed: datetime, names: Iterable[str]
) -> Iterator[Finding]:
    """An emergency that was completed after its deadline: ``names`` were filled in so late."""
    yield from _late(manifest, form, completed, names)


def _late(
    manifest: Manifest, form: ManifestTemplate, at: datetime, names: Iterable[str]
) -> Iterator[Finding]:
    due = until(form.emergency_within, manifest.issued_at)
    if due is None or at < due:
        return
    labels = (str(rules.FIELDS[name].label) for name in names)
    values = {"number": manifest.local_id, "due": _day(due), "fields": ", ".join(labels)}
    yield Finding(EMERGENCY_OPEN, findings.subject(manifest), values=values)


def not_allowed(manifest: Manifest, line: Line, refusal: Refusal) -> Finding:
    """A line that went to a plant or with a carrier that it should not have gone with."""
    no_licence = isinstance(refusal, LicenceMissing)
    day = refusal.values["day"]
    return Finding(
        NO_LICENCE if no_licence else NOT_ALLOWED,
        findings.subject(manifest),
        values={
            "number": manifest.local_id,
            "organisation": manifest.consignee.name,
            "carrier": manifest.carrier.name,
            "waste": line.waste.code,
            "day": f"{day}",
        },
        episode=line.waste.code if no_licence else f"{line.position}:{refusal.code}",
    )


def exemption_lost(manifest: Manifest, claim: Claim) -> Finding:
    """A load that has travelled on a claim which has ended since."""
    values = {
        "number": manifest.local_id,
        "report": claim.report_no,
        "reason": claim.end_reason,
        "claim": str(claim.uuid),
    }
    return Finding(
        EXEMPTION_LOST, findings.subject(manifest), values=values, episode=str(claim.uuid)
    )


def _day(at: datetime) -> str:
    """The last day, or the minute where the deadline is not a midnight."""
    local = at.astimezone(rules.SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return f"{local - _A_MINUTE:%Y-%m-%d}"
    return f"{local:%Y-%m-%d %H:%M}"
