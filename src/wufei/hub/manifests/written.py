"""Findings on what was written down afterwards: late papers, emergencies left open, no licence."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.base import workdays
from wufei.hub.base.findings import Finding
from wufei.hub.base.texts import finding_text
from wufei.hub.manifests import findings, rules
from wufei.hub.manifests.declarations import Deadline, ManifestTemplate
from wufei.hub.manifests.models import Manifest

PAPER_LATE = "manifests.paper_late"
EMERGENCY_OPEN = "manifests.emergency_open"
NO_LICENCE = "manifests.no_licence"
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


def no_licence(manifest: Manifest, wastes: Iterable[str], day: date) -> Iterator[Finding]:
    """Wastes that went to somebody who held no licence for them."""
    for waste in wastes:
        yield Finding(
            NO_LICENCE,
            findings.subject(manifest),
            values={
                "number": manifest.local_id,
                "organisation": manifest.consignee.name,
                "waste": waste,
                "day": f"{day}",
            },
            episode=waste,
        )


def _day(at: datetime) -> str:
    """The last day, or the minute where the deadline is not a midnight."""
    local = at.astimezone(rules.SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return f"{local - _A_MINUTE:%Y-%m-%d}"
    return f"{local:%Y-%m-%d %H:%M}"
