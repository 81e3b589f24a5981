"""Decide on what was submitted: pass on, accept, send back, reject; bring back others' decisions.

The filing's row is the lock: of two reviewers the second finds what the first has decided.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, NotFound
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.tables.parsing import YEARS
from wufei.hub.filings.declarations import Kind, Reviewer
from wufei.hub.filings.models import Attachment, Filing, Version
from wufei.hub.filings.refusals import (
    Decided,
    DecidedElsewhere,
    DecidedHere,
    EvidenceMissing,
    FileOfOthers,
    LeftToTowns,
    NotForTowns,
    NothingToPassOn,
    NothingWaits,
    NotRefusable,
    NumberMissing,
    Overtaken,
    ReasonMissing,
    TownFirst,
    TownPassesOn,
)
from wufei.hub.filings.scope import DECIDE
from wufei.hub.filings.services.access import (
    is_news,
    is_reviewer,
    is_town,
    require_fill,
    require_review,
    subject,
    type_of,
    when,
)
from wufei.hub.filings.services.drafting import locked, shown, tidy, who
from wufei.hub.filings.services.telling import tell_filers
from wufei.hub.filings.services.writing import put_in_force
from wufei.hub.registry.validity import today

NOTE_MAX, REMARKS_MAX = 500, 200
State = Version.State


def forward(version: Version, by: Actor) -> Version:
    """The town has looked at it and passes it on to the department; twice is the same as once."""
    with transaction.atomic():
        now = _now(version, by)
        form_type = type_of(now.filing)
        if form_type.reviewer is not Reviewer.BOTH or form_type.kind.at_once:
            raise NothingToPassOn(form=form_type.name)
        if now.state == State.FORWARDED:
            return now
        _require_waiting(now, by)
        now.state = State.FORWARDED
        now.save(update_fields=["state", "changed_at"])
        _record(now, "forward", by)
    return now


def accept(version: Version, *, note: str = "", at: datetime | None = None, by: Actor) -> Version:
    """It holds from now on and what follows from it is done; or nothing is, if that is refused.

    What was put on file is in force already: accepting it says that somebody has looked at it.
    ``at``: when that was, in a history that the platform itself brings in. Raises ``Decided``
    with what another reviewer has decided, ``Overtaken`` if a later version was submitted
    meanwhile, ``EffectRefused``.
    """
    with transaction.atomic():
        now = _now(version, by)
        if _repeated(now, State.ACCEPTED, by):
            return now
        if _on_file(now):
            if now.decided_at:
                raise _decided(now)
            _close(now, State.ACCEPTED, note, by, when(at, by))
            return now
        _require_waiting(now, by)
        _require_last_say(now, by)
        _close(now, State.ACCEPTED, note, by, when(at, by))
        put_in_force(now.filing, now, by)
        if is_news(at):
            tell_filers(
                now.filing,
                gettext_noop("%(form)s, %(period)s: accepted"),
                gettext_noop("Its number is %(number)s. %(note)s"),
                number=now.filing.number,
                note=now.decision_note,
            )
    return now


def send_back(
    version: Version,
    *,
    note: str,
    remarks: Sequence[Mapping[str, Any]] = (),
    at: datetime | None = None,
    by: Actor,
) -> Version:
    """Its filer is to change it and submit it again.

    ``remarks`` stand at places of the form: ``{"section", "row", "field", "text"}``. What was on
    file stays in force until the changed version replaces it.
    """
    with transaction.atomic():
        now = _now(version, by)
        said = _remarks(now, remarks)
        if not note.strip() and not said:
            raise ReasonMissing(field="note")
        if _repeated(now, State.RETURNED, by):
            return now
        if not _on_file(now):
            _require_waiting(now, by)
        now.remarks = said
        _close(now, State.RETURNED, note, by, when(at, by))
        _leave(now.filing, Filing.State.RETURNED)
        if is_news(at):
            tell_filers(
                now.filing,
                gettext_noop("%(form)s, %(period)s: sent back"),
                gettext_noop("%(note)s Change what is remarked and submit it again."),
                note=now.decision_note,
            )
    return now


def reject(version: Version, *, note: str, at: datetime | None = None, by: Actor) -> Version:
    """It has no effect. What was in force before stays so."""
    if not note.strip():
        raise ReasonMissing(field="note")
    with transaction.atomic():
        now = _now(version, by)
        form_type = type_of(now.filing)
        if form_type.kind.at_once:
            raise NotRefusable(form=form_type.name)
        if _repeated(now, State.REJECTED, by):
            return now
        _require_waiting(now, by)
        _require_last_say(now, by)
        _close(now, State.REJECTED, note, by, when(at, by))
        _leave_rejected(now.filing)
        if is_news(at):
            _tell_rejected(now)
    return now


# Decided elsewhere.
def bring_back(
    filing: Filing,
    *,
    outcome: str,
    authority_no: str = "",
    decided_on: date,
    note: str = "",
    file: StoredFile | None = None,
    version: int | None = None,
    by: Actor,
) -> Version:
    """Enter what the authority has decided: ``outcome`` accepted, returned or rejected.

    Where nobody here reviews the form, whoever files it may, with the decision as a ``file``.
    ``version``: the one that it was decided on; raises ``Overtaken`` if there is a later one.
    """
    form_type = type_of(filing)
    if form_type.kind is not Kind.MIRROR:
        raise DecidedHere(form=form_type.name)
    _require_bringer(filing, file, by)
    state = _outcome(outcome)
    number = tidy(authority_no, 60)
    if state == State.ACCEPTED and not number:
        raise NumberMissing(authority=form_type.authority, field="authority_no")
    if decided_on > today():
        raise Invalid(_("This day has not come yet."), field="decided_on")
    if decided_on.year not in YEARS:
        raise Invalid(_("Give the year with four digits."), field="decided_on")
    at = timezone.make_aware(datetime.combine(decided_on, time()))
    with transaction.atomic():
        now = _latest(locked(filing))
        if _brought_before(now, state, number, at):
            return now
        if version not in (None, now.number):
            told = Version.State.SUPERSEDED.label
            raise Overtaken(state=told, number=now.number)
        _require_undecided(now)
        _attach(now, file, by)
        if number:
            now.filing.authority_no = number
            now.filing.save(update_fields=["authority_no"])
        _close(now, state, note, by, at)
        _follow_outcome(now, by)
    return now


def _require_bringer(filing: Filing, file: StoredFile | None, by: Actor) -> None:
    form_type = type_of(filing)
    if form_type.reviewer or (by.may(DECIDE) and not is_town(by)):
        _require_reviewer(filing, by)
        return
    require_fill([filing], by)
    if file is None:
        raise EvidenceMissing(authority=form_type.authority, field="file")


def _outcome(outcome: str) -> State:
    if outcome not in {State.ACCEPTED, State.RETURNED, State.REJECTED}:
        raise Invalid(_("Choose what was decided."), field="outcome")
    return State(outcome)


def _latest(filing: Filing) -> Version:
    rows = filing.versions.exclude(state__in=[State.DRAFT, State.WITHDRAWN])
    version = rows.order_by("-number").first()
    if version is None:
        raise NotFound
    version.filing = filing
    return version


def _brought_before(now: Version, state: str, number: str, at: datetime) -> bool:
    said = (state, number or now.filing.authority_no, at)
    return (now.state, now.filing.authority_no, now.decided_at) == said


def _attach(version: Version, file: StoredFile | None, by: Actor) -> None:
    if file is None:
        return
    if file.by != by.id:
        raise FileOfOthers(label=file.name, field="file")
    Attachment.objects.get_or_create(version=version, file=file)


def _follow_outcome(now: Version, by: Actor) -> None:
    if now.state == State.ACCEPTED:
        put_in_force(now.filing, now, by)
    elif now.state == State.RETURNED:
        _leave(now.filing, Filing.State.RETURNED)
    else:
        _leave_rejected(now.filing)
    tell_filers(
        now.filing,
        gettext_noop("%(form)s, %(period)s: the authority has decided"),
        gettext_noop("%(authority)s: %(state)s. %(note)s"),
        authority=str(type_of(now.filing).authority),
        state=str(now.get_state_display()),
        note=now.decision_note,
    )


# What all decisions share.
def _now(version: Version, by: Actor) -> Version:
    """The version as it is now, its filing locked; raises unless ``by`` reviews such forms."""
    _require_reviewer(version.filing, by)
    filing = locked(version.filing)
    now = filing.versions.exclude(state=State.DRAFT).filter(pk=version.pk).first()
    if now is None:
        raise NotFound
    now.filing = filing
    return now


def _require_reviewer(filing: Filing, by: Actor) -> None:
    require_review(filing, by)
    form_type = type_of(filing)
    if not is_reviewer(form_type, by):
        refused = NotForTowns if is_town(by) else LeftToTowns
        raise refused(form=form_type.name)


def _repeated(now: Version, state: str, by: Actor) -> bool:
    """Whether ``by`` has decided just this before: doing it twice is the same as once."""
    return now.state == state and now.decided_by == by.id


def _on_file(now: Version) -> bool:
    """Whether it is in force without anybody's decision, and somebody is to look at it."""
    form_type = type_of(now.filing)
    return (
        form_type.kind.at_once
        and bool(form_type.reviewer)
        and now.state == State.ACCEPTED
        and now.filing.in_force_id == now.pk
    )


def _require_waiting(now: Version, by: Actor) -> None:
    _require_undecided(now)
    if is_town(by) and now.state == State.FORWARDED:
        # It lies with the department.
        raise NothingWaits(state=now.get_state_display())


def _require_undecided(now: Version) -> None:
    if now.state in Version.WAITING:
        return
    if now.state == State.SUPERSEDED:
        raise Overtaken(state=now.get_state_display(), number=now.filing.head)
    if now.decided_at:
        raise _decided(now)
    raise NothingWaits(state=now.get_state_display())


def _decided(now: Version) -> Decided:
    told = now.get_state_display()
    note = f"{told} ({now.decision_note})" if now.decision_note else told
    return Decided(who=who(now.decided_by), when=shown(now.decided_at), state=note)


def _require_last_say(now: Version, by: Actor) -> None:
    """Raises unless it is this reviewer who decides in the end, and now."""
    form_type = type_of(now.filing)
    if form_type.kind is Kind.MIRROR:
        raise DecidedElsewhere(authority=form_type.authority, form=form_type.name)
    if form_type.reviewer is Reviewer.BOTH:
        if is_town(by):
            raise TownPassesOn
        if now.state == State.SUBMITTED:
            raise TownFirst


def _close(now: Version, state: State, note: str, by: Actor, at: datetime) -> None:
    now.state, now.decision_note = state, tidy(note, NOTE_MAX)
    now.decided_at, now.decided_by = at, by.id
    now.save()
    _record(now, _VERBS[state], by)


_VERBS = {State.ACCEPTED: "accept", State.RETURNED: "send_back", State.REJECTED: "reject"}


def _leave(filing: Filing, state: Filing.State) -> None:
    filing.state = state
    filing.save(update_fields=["state"])


def _leave_rejected(filing: Filing) -> None:
    """An amendment that was rejected leaves in force what it would have changed."""
    _leave(filing, Filing.State.ACCEPTED if filing.in_force else Filing.State.REJECTED)


def _tell_rejected(now: Version) -> None:
    tell_filers(
        now.filing,
        gettext_noop("%(form)s, %(period)s: rejected"),
        gettext_noop("%(note)s"),
        note=now.decision_note,
    )


def _remarks(now: Version, remarks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those that say something, at places that the form has."""
    form_type = type_of(now.filing)
    fields = {part.code: {one.name for one in part.fields} for part in form_type.sections}
    kept: list[dict[str, Any]] = []
    for one in remarks[:REMARKS_MAX]:
        section, field = str(one.get("section") or ""), str(one.get("field") or "")
        text, row = tidy(one.get("text") or "", NOTE_MAX), one.get("row")
        if (section and section not in fields) or (field and field not in fields.get(section, ())):
            raise Invalid(_("A remark names a place that the form does not have."), field="remarks")
        if text:
            at = int(row) if row not in (None, "") else None
            kept.append({"section": section, "row": at, "field": field, "text": text})
    return kept


def _record(now: Version, verb: str, by: Actor) -> None:
    values = {"version": now.number, "type": now.filing.type, "state": now.state}
    record(by, f"filings:version:{verb}", subject=subject(now.filing), values=values)
