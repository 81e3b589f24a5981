"""Write what is right: versions, numbers, what is in force and what follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from wufei.hub.audit.services import record_all
from wufei.hub.base.actor import Actor
from wufei.hub.base.numbering import next_numbers
from wufei.hub.base.rows import give_keys, insert, update
from wufei.hub.filings import findings
from wufei.hub.filings.declarations import Problem, Severity
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.services import effects
from wufei.hub.filings.services.access import agent_of, span_of, subject, type_of
from wufei.hub.filings.services.content import Content, add_rows


@dataclass
class Ready:
    """What is right, and will be written."""

    filing: Filing
    form: Form
    content: Content
    id: UUID
    reasons: Mapping[str, str]
    problems: Sequence[Problem]
    draft: Version | None
    at: datetime


def write(ready: Sequence[Ready], by: Actor) -> list[Version]:
    """The submitted versions, in order; what is told or put on file is in force.

    Raises ``EffectRefused``: then nothing of the transaction may stand.
    """
    if not ready:
        return []
    begun = [one.filing for one in ready if one.filing.pk is None]
    # Their versions may go first: that a filing is there is asked when all is written.
    give_keys(begun)
    _supersede(ready)
    _number(ready)
    versions = _versions(ready, by)
    new = [
        (version, one.content)
        for one, version in zip(ready, versions, strict=True)
        if one.draft is None
    ]
    insert([version for version, _content in new])
    add_rows(new)
    in_force = _take_in(versions)
    findings.keep_submitted([(one.filing, one.problems) for one in ready], by)
    insert(begun)
    record_all(by, [_event(version) for version in versions])
    _follow(in_force, by)
    return versions


def forget(begun: Iterable[Filing]) -> None:
    """Let filings that were begun be as they were, where what was written came to nothing."""
    for filing in begun:
        filing.pk, filing.number, filing.in_force, filing.head = None, None, None, 0
        filing.state, filing.received_on, filing._state.adding = Filing.State.OPEN, None, True


_COLUMNS = ("state", "head", "received_on", "number", "in_force")


def _supersede(ready: Sequence[Ready]) -> None:
    """What still waits for a decision is decided on no more."""
    filings = [one.filing for one in ready if not one.filing._state.adding]
    waiting = Version.objects.filter(filing__in=filings, state__in=Version.WAITING)
    waiting.update(state=Version.State.SUPERSEDED)


def _number(ready: Sequence[Ready]) -> None:
    """Each filing its number, with its first submission; late, since the others wait for it."""
    lacking: dict[tuple[str, int], list[Filing]] = {}
    for one in ready:
        if not one.filing.number:
            key = type_of(one.filing).number_prefix, timezone.localdate(one.at).year
            lacking.setdefault(key, []).append(one.filing)
    for prefix, year in sorted(lacking):
        filings = lacking[prefix, year]
        serials = next_numbers(f"filing:{prefix}:{year}", len(filings))
        for filing, serial in zip(filings, serials, strict=True):
            filing.number = f"{prefix}{year}-{serial:05d}"


def _versions(ready: Sequence[Ready], by: Actor) -> list[Version]:
    agent = agent_of(by)
    versions = []
    for one in ready:
        version = one.draft or Version(filing=one.filing, author=by.id)
        version.number = one.filing.head + 1
        at_once = type_of(one.filing).kind.at_once
        version.state = Version.State.ACCEPTED if at_once else Version.State.SUBMITTED
        odd = {problem.key for problem in one.problems if problem.severity is Severity.WARNING}
        version.values = dict(one.content.values)
        version.reasons = {key: text for key, text in one.reasons.items() if key in odd}
        version.submission, version.digest = one.id, one.content.digest(one.filing.uuid)
        version.submitted_at, version.submitted_by, version.agent = one.at, by.id, agent
        version.filing = one.filing
        if one.draft is not None:
            version.save()
        versions.append(version)
    return versions


def _take_in(versions: Sequence[Version]) -> list[tuple[Version, Version | None]]:
    """Let the filings say what has come; returns what is in force now, with what was before."""
    at_once = [one for one in versions if one.state == Version.State.ACCEPTED]
    replaced = _replaced([one.filing for one in at_once])
    for version in versions:
        filing = version.filing
        filing.head = version.number
        filing.received_on = filing.received_on or timezone.localdate(version.submitted_at)
        filing.state = Filing.State.SUBMITTED
    for version in at_once:
        version.filing.in_force, version.filing.state = version, Filing.State.ACCEPTED
    update([one.filing for one in versions if not one.filing._state.adding], _COLUMNS)
    return list(zip(at_once, replaced, strict=True))


def _replaced(filings: Sequence[Filing]) -> list[Version | None]:
    """What was in force of each and is no more; one that was sent back stays so."""
    before = [filing.in_force for filing in filings]
    accepted = [one.pk for one in before if one is not None]
    Version.objects.filter(pk__in=accepted, state=Version.State.ACCEPTED).update(
        state=Version.State.SUPERSEDED
    )
    return before


def put_in_force(filing: Filing, version: Version, by: Actor) -> None:
    """``version`` holds from now on, in place of the one before; what follows from it is done."""
    (before,) = _replaced([filing])
    filing.in_force, filing.state = version, Filing.State.ACCEPTED
    filing.save(update_fields=["in_force", "state"])
    _follow([(version, before)], by)


def _follow(followed: Sequence[effects.Followed], by: Actor) -> None:
    events = []
    for (version, _before), made in zip(followed, effects.run(followed, by), strict=True):
        if made:
            values = {"version": version.number, "made": [one.subject for one in made]}
            events.append((subject(version.filing), "filings:filing:effect", values))
    record_all(by, events)


def _event(version: Version) -> tuple[str, str, Mapping[str, Any]]:
    filing = version.filing
    values = {
        "type": filing.type,
        "period": str(span_of(filing)),
        "version": version.number,
        "number": filing.number,
        "state": version.state,
    }
    return subject(filing), "filings:version:submit", values
