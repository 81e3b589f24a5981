"""Who owes what by when: periods are opened for all who owe a form, single forms begun."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wufei.hub.audit.services import record, record_all
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, Invalid, NotFound
from wufei.hub.base.rows import insert
from wufei.hub.base.tables.parsing import YEARS
from wufei.hub.base.workdays import calendar
from wufei.hub.filings import findings, periods
from wufei.hub.filings.declarations import FilingType, types
from wufei.hub.filings.models import Filing, Obligation
from wufei.hub.filings.periods import Period, Span
from wufei.hub.filings.refusals import (
    ClosedThen,
    NothingWaits,
    NotOfThisPeriod,
    ReasonMissing,
    SiteOfOthers,
    SiteWanted,
    WrongFiler,
)
from wufei.hub.filings.scope import EDIT, OBLIGATION
from wufei.hub.filings.services.access import (
    CLOSED,
    EXCUSED,
    require_fill,
    require_owed,
    subject,
)
from wufei.hub.filings.services.due import Dues, change_due, redo_due_days
from wufei.hub.filings.services.owing import Owing, classify, columns_of, open_in, owing
from wufei.hub.filings.services.reviving import ENDED, LASTS, revive
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.scope import organisations_for
from wufei.hub.registry.validity import today

__all__ = [
    "change_due",
    "classify",
    "excuse",
    "lapse",
    "lapse_closed",
    "oblige",
    "open_due",
    "open_form",
    "open_period",
    "redo_due_days",
    "revive_closed",
    "start",
    "take_turns",
]


def open_period(
    form_type: FilingType, span: Span, *, only: Organisation | None = None, by: Actor
) -> int:
    """Let everyone who owes ``form_type`` for ``span`` owe it; returns how many are new.

    Safe to do again and by two at once: who already owes it is left alone, who lapsed because
    it was closed and is not after all owes it again. ``only``: for this one and nobody else.
    """
    by.require(OBLIGATION)
    if not form_type.owed_for(span):
        return 0
    with transaction.atomic():
        take_turns(form_type, span)
        found = [one for one in owing(form_type, span) if only in (None, one.organisation)]
        again = _owed_again(form_type, span, found)
        new = _made(form_type, span, _not_yet(form_type, span, found))
        insert(new)
        if new or again:
            values = {"first": str(span.first), "last": str(span.last), "opened": len(new)}
            subject_of = f"filings.type:{form_type.code}"
            record(by, "filings:period:open", subject=subject_of, values={**values, "again": again})
    return len(new)


def open_due(day: date, *, by: Actor) -> int:
    """Open the periods of all forms that have begun by ``day``; returns how many are new.

    What should have been opened while nothing ran is caught up with.
    """
    return sum(open_form(form_type, day, by=by) for form_type in types())


def open_form(form_type: FilingType, day: date, *, by: Actor) -> int:
    """As ``open_due`` for one form."""
    return sum(open_period(form_type, span, by=by) for span in _begun(form_type, day))


def _begun(form_type: FilingType, day: date) -> Iterable[Span]:
    """Periods of the form that should be open on ``day``, the earliest first."""
    if form_type.period is Period.EVENT:
        return ()
    if form_type.period is Period.ONCE:
        return (Span(day, day),)
    now = periods.span_of(form_type.period, day)
    since = now.first
    before = periods.before(form_type.period, now)
    if form_type.due and form_type.due.on(before, calendar()) >= day:
        since = before.first
    rows = Filing.objects.filter(type=form_type.code, recurs=True, first__lt=since)
    latest = rows.order_by("-first").values_list("first", flat=True).first()
    return tuple(periods.spans(form_type.period, latest or since, day))


def take_turns(form_type: FilingType, span: Span) -> None:
    """Until the transaction ends nobody else opens or begins forms of this period."""
    # Two workers that open one period at once: the second finds what the first has opened.
    first = "" if form_type.period is Period.ONCE else span.first
    key = f"filings.open:{form_type.code}:{first}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _not_yet(form_type: FilingType, span: Span, found: Sequence[Owing]) -> list[Owing]:
    """Those who have no such filing."""
    there = set(_of_period(form_type, span).values_list("organisation", "site"))
    return [one for one in found if one.key not in there]


def _owed_again(form_type: FilingType, span: Span, found: Sequence[Owing]) -> int:
    """What lapsed for a reason that is gone is owed again, and what its filer has begun without
    owing it is owed from now on; returns how many.
    """
    keys, rows = {one.key for one in found}, _of_period(form_type, span)
    lapsed = rows.filter(state=Filing.State.LAPSED, lapse_reason__in=(CLOSED, EXCUSED))
    again = revive(lapsed, keys)
    own = rows.filter(owed=False).exclude(state=Filing.State.LAPSED)
    begun = [one.pk for one in own if (one.organisation_id, one.site_id) in keys]
    return again + (own.filter(pk__in=begun).update(owed=True) if begun else 0)


def revive_closed(*, by: Actor) -> int:
    """What lapsed since its filer, or its site, had closed, and has not after all, is owed again;
    returns how many.
    """
    by.require(OBLIGATION)
    rows = Filing.objects.filter(state=Filing.State.LAPSED, lapse_reason=CLOSED).filter(LASTS)
    told = rows.order_by().values_list("type", "first", "last").distinct()
    declared = {one.code: one for one in types()}
    asked = [(declared[code], Span(first, last)) for code, first, last in told if code in declared]
    count = 0
    for form_type, span in asked:
        with transaction.atomic():
            take_turns(form_type, span)
            keys = {one.key for one in owing(form_type, span)}
            mine = rows.filter(type=form_type.code, first=span.first, last=span.last)
            count += revive(mine, keys)
    return count


def _of_period(form_type: FilingType, span: Span) -> "QuerySet[Filing]":
    rows = Filing.objects.filter(type=form_type.code)
    if form_type.period is Period.ONCE:
        return rows
    return rows.filter(first=span.first, recurs=True)


def _made(form_type: FilingType, span: Span, new: Sequence[Owing]) -> list[Filing]:
    dues = Dues.of(form_type, span)
    filings = [
        Filing(**columns_of(form_type, span, one, dues.of_region(one.region)), owed=True)
        for one in new
    ]
    classify(form_type, *filings)
    return filings


# One form.
def start(
    form_type: FilingType,
    organisation: Organisation,
    *,
    span: Span,
    site: Site | None = None,
    id: UUID,
    by: Actor,
) -> Filing:
    """Begin one form: of an event, on one's own account, or of a period that is not open yet.

    The same ``id`` returns the first one. Of a form with periods there is one for each: if it is
    there already, it is returned. Raises a refusal that says why it cannot be filed.
    """
    try:
        with transaction.atomic():
            take_turns(form_type, span)
            return _there(form_type, organisation, span, site, id, by) or _begin(
                form_type, Owing(organisation, site), span, id, by
            )
    except IntegrityError as error:
        if "filings_filing_uuid" not in str(error):
            raise
        # Of another form or period, at the same moment.
        raise IdReused(id=id) from error


def _there(
    form_type: FilingType,
    organisation: Organisation,
    span: Span,
    site: Site | None,
    id: UUID,
    by: Actor,
) -> Filing | None:
    asked = (form_type.code, organisation.pk, site.pk if site else None, span.first)
    found = Filing.objects.filter(uuid=id).select_related("organisation", "site").first()
    if found and (found.type, found.organisation_id, found.site_id, found.first) != asked:
        raise IdReused(id=id)
    if found is None and form_type.period is not Period.EVENT:
        rows = _of_period(form_type, span).filter(organisation=organisation, site=site)
        found = rows.select_related("organisation", "site").order_by("-pk").first()
    if found is None:
        return None
    require_fill([found], by)
    require_owed(found)
    return found


def _begin(form_type: FilingType, one: Owing, span: Span, id: UUID, by: Actor) -> Filing:
    _check_filer(form_type, one, span, by)
    due_on = Dues.of(form_type, span).of_region(one.region)
    columns = columns_of(form_type, span, one, due_on)
    filing = Filing(uuid=id, **columns)
    if form_type.period.recurs:
        filing.owed = one.key in {other.key for other in owing(form_type, span)}
    else:
        filing.owed = filing.due_on is not None
    classify(form_type, filing)
    filing.save()
    require_fill([filing], by)
    values = {"type": form_type.code, "first": str(span.first), "last": str(span.last)}
    record(by, "filings:filing:start", subject=subject(filing), values=values)
    return filing


def is_period_of(form_type: FilingType, span: Span) -> bool:
    """Whether the form is asked for just that period; beyond a calendar's years it is not."""
    if span.first.year not in YEARS:
        return False
    return span == periods.span_of(form_type.period, span.first) and form_type.owed_for(span)


def _check_filer(form_type: FilingType, one: Owing, span: Span, by: Actor) -> None:
    by.require(EDIT)
    organisation, site, name = one.organisation, one.site, form_type.name
    reached = Organisation.objects.filter(organisations_for(by, EDIT), pk=organisation.pk)
    if not reached.exists():
        raise NotFound
    if form_type.filers and organisation.kind not in form_type.filers:
        kind = Organisation.Kind(organisation.kind).label
        raise WrongFiler(form=name, organisation=organisation.name, kind=kind)
    if not is_period_of(form_type, span):
        raise NotOfThisPeriod(form=name, period=str(span), field="period")
    if not Organisation.objects.filter(open_in(span), pk=organisation.pk).exists():
        raise ClosedThen(organisation=organisation.name, period=str(span), field="period")
    if site is not None and site.organisation_id != organisation.pk:
        raise SiteOfOthers(site=site.name, organisation=organisation.name, field="site")
    if form_type.per_site is not None and site is None:
        raise SiteWanted(form=name, organisation=organisation.name, field="site")


# Who owes it although no rule says so, and who does not although one does.
def oblige(
    form_type: FilingType,
    organisation: Organisation,
    *,
    since: date,
    until: date | None = None,
    reason: str,
    by: Actor,
) -> Obligation:
    """Let an organisation owe a form in every period with a day from ``since`` to ``until``."""
    with transaction.atomic():
        said = _say(form_type, organisation, Obligation.Says.OWES, since, until, reason, by)
        for span in _asked_for(form_type, since, until):
            open_period(form_type, span, only=organisation, by=by)
    return said


def _asked_for(form_type: FilingType, since: date, until: date | None) -> list[Span]:
    """Periods with a day from ``since`` to ``until`` for which anybody has been asked."""
    rows = Filing.objects.filter(type=form_type.code, recurs=True, owed=True, last__gte=since)
    opened = {Span(*days) for days in rows.order_by().values_list("first", "last").distinct()}
    asked = opened.union(_begun(form_type, today()))
    return sorted(one for one in asked if since <= one.last and (not until or one.first <= until))


def excuse(
    form_type: FilingType,
    organisation: Organisation,
    *,
    since: date,
    until: date | None = None,
    reason: str,
    by: Actor,
) -> Obligation:
    """Excuse an organisation in every period with a day from ``since`` to ``until``.

    What it has not begun to hand in lapses; what was handed in stays.
    """
    with transaction.atomic():
        said = _say(form_type, organisation, Obligation.Says.EXCUSED, since, until, reason, by)
        rows = Filing.objects.filter(
            type=form_type.code, organisation=organisation, owed=True, last__gte=since
        )
        if until is not None:
            rows = rows.filter(first__lte=until)
        _lapse(rows, EXCUSED, by)
    return said


def _say(
    form_type: FilingType,
    organisation: Organisation,
    says: Obligation.Says,
    since: date,
    until: date | None,
    reason: str,
    by: Actor,
) -> Obligation:
    by.require(OBLIGATION)
    reached = Organisation.objects.filter(organisations_for(by, OBLIGATION), pk=organisation.pk)
    if not reached.exists():
        raise NotFound
    said = _reason(reason)
    if until is not None and until < since:
        raise Invalid(_("The last day lies before the first day."), field="until")
    mine = Obligation.objects.filter(type=form_type.code, organisation=organisation)
    latest = mine.order_by("-at", "-pk").first()
    told = {"says": says, "since": since, "until": until, "reason": said}
    if latest and {name: getattr(latest, name) for name in told} == told:
        # Said twice is said once.
        return latest
    made = Obligation.objects.create(
        type=form_type.code, organisation=organisation, by=by.id, **told
    )
    values = {"type": form_type.code, "since": str(since), "until": str(until or "")}
    named = f"registry.organisation:{organisation.uuid}"
    record(by, f"filings:obligation:{says}", subject=named, values=values)
    return made


def _reason(reason: str) -> str:
    said = reason.strip()[:200]
    if not said:
        raise ReasonMissing(field="reason")
    return said


# What is owed no longer.
def lapse(filing: Filing, *, reason: str, by: Actor) -> Filing:
    """This one filing is owed no longer; doing it twice is the same as once.

    Raises ``NothingWaits`` for one that has been handed in.
    """
    by.require(OBLIGATION)
    said = _reason(reason)
    rows = Filing.objects.filter(pk=filing.pk)
    with transaction.atomic():
        done = _lapse(rows, said, by)
    filing.refresh_from_db()
    if not done and filing.state != Filing.State.LAPSED:
        raise NothingWaits(state=filing.get_state_display())
    return filing


def lapse_closed(*, by: Actor) -> int:
    """What is owed for periods that began after the filer, or its site, had closed, lapses."""
    with transaction.atomic():
        return _lapse(Filing.objects.filter(ENDED), CLOSED, by)


def _lapse(rows: "QuerySet[Filing]", reason: str, by: Actor) -> int:
    """Let those lapse of which nothing has been handed in; returns how many."""
    waiting = rows.filter(state=Filing.State.OPEN, received_on=None)
    locked = Filing.objects.filter(pk__in=waiting.values("pk")).select_for_update().order_by("pk")
    # Locked and asked again: who submits at this moment wins.
    found = [one for one in locked if one.state == Filing.State.OPEN and not one.received_on]
    Filing.objects.filter(pk__in=[one.pk for one in found]).update(
        state=Filing.State.LAPSED, lapse_reason=reason
    )
    findings.clear_late(found)
    record_all(by, [(subject(one), "filings:filing:lapse", {"type": one.type}) for one in found])
    return len(found)
