"""Submit: what is wrong blocks, what is odd needs a reason, what is told or filed is in force."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.filings import findings
from wufei.hub.filings.declarations import Problem
from wufei.hub.filings.forms import Form, complete
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.refusals import (
    DraftInTheWay,
    NoDraft,
    NothingWaits,
    StillProblems,
    TwiceInOne,
)
from wufei.hub.filings.rules import unexplained
from wufei.hub.filings.services.access import (
    require_fill,
    require_owed,
    subject,
    told,
    type_of,
    when,
)
from wufei.hub.filings.services.checking import form_of, judge_many, sections_of
from wufei.hub.filings.services.content import content_of, replace_rows
from wufei.hub.filings.services.drafting import (
    locked,
    require_edition,
    require_own_files,
    shown,
    tidy_reasons,
    who,
)
from wufei.hub.filings.services.starting import require_begin
from wufei.hub.filings.services.writing import Ready, forget, write


@dataclass(frozen=True)
class Item:
    """A whole form to be submitted without a draft; ``id`` makes it safe to repeat.

    ``reason`` is given for all that is odd and has none in ``reasons``. ``facts``: what the form
    is held against, where it was read just before. ``at``: as in ``submit``.
    """

    filing: Filing
    form: Form
    id: UUID
    reasons: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    facts: Mapping[str, Any] | None = None
    at: datetime | None = None

    def explains(self, problems: Iterable[Problem]) -> dict[str, str]:
        """Reasons by ``Problem.key``."""
        general = {one.key: self.reason for one in problems}
        return tidy_reasons({**general, **self.reasons})


def submit(
    filing: Filing,
    *,
    id: UUID,
    edition: int | None = None,
    reasons: Mapping[str, str] | None = None,
    at: datetime | None = None,
    by: Actor,
) -> Version:
    """Hand in the draft; the same ``id`` returns the first submission.

    ``edition``: the one that was looked at. ``reasons`` by ``Problem.key``, beside those of the
    draft. ``at``: when it came, where the platform itself brings in a history. A version that
    still waited for a decision is superseded by this one. Raises
    ``StillProblems`` with all that stands in the way, ``DraftMoved``, or ``EffectRefused``.
    """
    require_fill([filing], by)
    try:
        with transaction.atomic():
            return _submit(locked(filing), id, edition, reasons, when(at, by), by)
    except StillProblems as refusal:
        # What was refused leaves its finding all the same.
        findings.keep_blocked(filing, refusal.problems, by)
        raise
    except IntegrityError as error:
        if "filings_version_submission" not in str(error):
            raise
        # Of another filing, at the same moment.
        raise IdReused(id=id) from error


def _submit(
    filing: Filing,
    id: UUID,
    edition: int | None,
    reasons: Mapping[str, str] | None,
    at: datetime,
    by: Actor,
) -> Version:
    if earlier := Version.objects.filter(submission=id).first():
        same = earlier.filing_id == filing.pk and earlier.submitted_by == by.id
        if not same or edition not in (None, earlier.edition):
            raise IdReused(id=id)
        earlier.filing = filing
        return earlier
    require_owed(filing)
    draft = filing.versions.filter(state=Version.State.DRAFT).first()
    if draft is None:
        raise NoDraft(**told(filing))
    if edition is not None:
        require_edition(draft, edition)
    draft.filing = filing
    given = {**draft.reasons, **tidy_reasons(reasons or {})}
    ((form, problems),) = judge_many([(filing, form_of(draft))], by)
    content = content_of(sections_of(filing), form)
    ready = Ready(filing, form, content, id, given, problems, draft, at)
    _refuse_problems(ready)
    return write([ready], by)[0]


def submit_many(items: Sequence[Item], by: Actor) -> list[Version | Refusal]:
    """Hand in whole forms, each for itself: its version, or the refusal that says what is wrong.

    As ``submit`` for each, in few statements; a filing that ``begin_many`` has begun is there once
    it is handed in. A draft in which somebody has written stands in
    the way. Where something follows from forms, those of one filer are judged and done one after
    the other, since the next may look at what the one before has done.
    """
    require_fill([item.filing for item in items if item.filing.pk], by)
    require_begin([item.filing for item in items if item.filing.pk is None], by)
    done: dict[int, Version | Refusal] = {}
    for numbers in _rounds(items):
        answers = _submit_some([items[n] for n in numbers], by)
        done.update(zip(numbers, answers, strict=True))
    return [done[n] for n in range(len(items))]


def _rounds(items: Sequence[Item]) -> list[list[int]]:
    """Numbers of the items that are handed in together."""
    found: dict[tuple[object, ...], list[int]] = {}
    so_far = Counter[tuple[str, int]]()
    for number, item in enumerate(items):
        form_type, filer = type_of(item.filing), (item.filing.type, item.filing.organisation_id)
        effects = form_type.effects if form_type.kind.at_once else ()
        if any(one.apply_many is None for one in effects):
            found["alone", number] = [number]
        elif effects:
            found.setdefault(("round", so_far[filer]), []).append(number)
            so_far[filer] += 1
        else:
            found.setdefault(("all",), []).append(number)
    return list(found.values())


def _submit_some(items: Sequence[Item], by: Actor) -> list[Version | Refusal]:
    """Those that are right are written together; what an effect refuses is found by halves."""
    if not items:
        return []
    begun = [item.filing for item in items if item.filing.pk is None]
    try:
        with transaction.atomic():
            return _sorted_out(items, by)
    except Refusal as refusal:
        forget(begun)
        if len(items) == 1:
            return [refusal]
        middle = len(items) // 2
        return [*_submit_some(items[:middle], by), *_submit_some(items[middle:], by)]
    except IntegrityError as error:
        forget(begun)
        if "filings_version_submission" not in str(error):
            raise
        # An id is another filing's, here or at this moment elsewhere: only that one is refused.
        if len(items) == 1:
            return [IdReused(id=items[0].id)]
        return [answer for item in items for answer in _submit_some([item], by)]


def _sorted_out(items: Sequence[Item], by: Actor) -> list[Version | Refusal]:
    there = [item.filing.pk for item in items if item.filing.pk]
    filings = _locked(there) if there else {}
    known = {
        one.submission: one
        for one in Version.objects.filter(submission__in=[item.id for item in items])
    }
    drafts = {
        one.filing_id: one
        for one in Version.objects.filter(filing__in=there, state=Version.State.DRAFT)
    }
    answers: dict[int, Version | Refusal] = {}
    waiting: list[tuple[int, Item, Filing]] = []
    seen = set[UUID]()
    for number, item in enumerate(items):
        filing = filings[item.filing.pk] if item.filing.pk else item.filing
        try:
            if earlier := _earlier(item, filing, known):
                answers[number] = earlier
                continue
            _refuse_in_the_way(filing, drafts.get(filing.pk), seen)
            require_own_files(filing, sections_of(filing), item.form, by)
        except Refusal as refusal:
            answers[number] = refusal
            continue
        waiting.append((number, item, filing))
    answers |= _judged(waiting, drafts, by)
    return [answers[number] for number in range(len(items))]


def _judged(
    waiting: Sequence[tuple[int, Item, Filing]], drafts: Mapping[int, Version], by: Actor
) -> dict[int, Version | Refusal]:
    answers: dict[int, Version | Refusal] = {}
    good: dict[int, Ready] = {}
    facts = {filing.uuid: item.facts for _n, item, filing in waiting if item.facts is not None}
    judged = judge_many([(filing, item.form) for _n, item, filing in waiting], by, facts)
    for (number, item, filing), (form, problems) in zip(waiting, judged, strict=True):
        content = content_of(sections_of(filing), form)
        reasons, draft = item.explains(problems), drafts.get(filing.pk)
        ready = Ready(filing, form, content, item.id, reasons, problems, draft, when(item.at, by))
        try:
            _refuse_problems(ready)
        except StillProblems as refusal:
            findings.keep_blocked(filing, refusal.problems, by)
            answers[number] = refusal
            continue
        if draft is not None:
            draft.values = dict(content.values)
            replace_rows(draft, content)
        good[number] = ready
    answers.update(zip(good, write(list(good.values()), by), strict=True))
    return answers


def _locked(pks: Iterable[int]) -> dict[int, Filing]:
    """In ascending key: two that submit the same filings wait for each other in turn."""
    rows = Filing.objects.select_for_update(of=("self",)).filter(pk__in=set(pks)).order_by("pk")
    related = ("organisation__region", "site", "in_force")
    return {filing.pk: filing for filing in rows.select_related(*related)}


def _earlier(item: Item, filing: Filing, known: Mapping[UUID | None, Version]) -> Version | None:
    """What was submitted under this id; raises ``IdReused`` unless it said the same."""
    earlier = known.get(item.id)
    if earlier is None:
        return None
    sections = sections_of(filing)
    content = content_of(sections, complete(sections, item.form))
    if earlier.filing_id != filing.pk or earlier.digest != content.digest(filing.uuid):
        raise IdReused(id=item.id)
    earlier.filing = filing
    return earlier


def _refuse_in_the_way(filing: Filing, draft: Version | None, seen: set[UUID]) -> None:
    require_owed(filing)
    if filing.uuid in seen:
        raise TwiceInOne(**told(filing), organisation=filing.organisation.name)
    if draft is not None and draft.edition:
        when = shown(draft.changed_at)
        raise DraftInTheWay(**told(filing), who=who(draft.author), when=when)
    seen.add(filing.uuid)


def _refuse_problems(ready: Ready) -> None:
    if standing := unexplained(ready.problems, ready.reasons):
        raise StillProblems(standing)


# Taking it back.
def withdraw(filing: Filing, *, by: Actor) -> Version:
    """Take back the version that waits for a decision; doing it twice is the same as once."""
    require_fill([filing], by)
    with transaction.atomic():
        now = locked(filing)
        version = now.versions.exclude(state=Version.State.DRAFT).order_by("-number").first()
        if version is None:
            raise NoDraft(**told(now))
        version.filing = now
        if version.state == Version.State.WITHDRAWN:
            return version
        if version.state not in Version.WAITING:
            raise NothingWaits(state=version.get_state_display())
        version.state = Version.State.WITHDRAWN
        version.save(update_fields=["state", "changed_at"])
        stand_back(now)
        values = {"version": version.number}
        record(by, "filings:version:withdraw", subject=subject(now), values=values)
        return version


def stand_back(filing: Filing) -> None:
    """Nothing waits any more: the filing is again what was decided before."""
    # What was decided before the version in force came has been answered by it.
    since = filing.in_force.number if filing.in_force else 0
    decided = filing.versions.filter(
        number__gte=since, state__in=[Version.State.RETURNED, Version.State.REJECTED]
    )
    last = decided.order_by("-number").values_list("state", flat=True).first()
    if last == Version.State.RETURNED:
        filing.state = Filing.State.RETURNED
    elif filing.in_force is not None:
        filing.state = Filing.State.ACCEPTED
    elif last:
        filing.state = Filing.State(last)
    else:
        # As if nothing had come: late again if it was late.
        filing.state, filing.received_on, filing.escalated_at = Filing.State.OPEN, None, None
    filing.save(update_fields=["state", "received_on", "escalated_at"])
