"""What the day brings: periods begin, last days come near and pass, filers close."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from wufei.hub.accounts.permissions import Role
from wufei.hub.audit.services import record_all
from wufei.hub.base.actor import Actor, system
from wufei.hub.base.notices.models import Notice
from wufei.hub.base.notices.services import notify_all
from wufei.hub.base.rows import update
from wufei.hub.base.services import record_findings
from wufei.hub.filings import findings
from wufei.hub.filings.declarations import FilingType, filing_type, types
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Span
from wufei.hub.filings.services.access import subject
from wufei.hub.filings.services.opening import lapse_closed, open_form, redo_due_days, revive_closed
from wufei.hub.filings.services.telling import address, tell_all, town_of

CLOCK = system("clock")
# Of one look; the next one follows within the hour.
ONE_LOOK_MAX = 2000
# What has been late for longer is known; nobody needs a notice of it.
NEWS = timedelta(days=60)
# A holiday may be entered on its very day; last days longer ago stay what they were.
FOLLOWED = timedelta(days=10)
_RELATED = ("organisation__region__parent", "site__region__parent")


def look(day: date, by: Actor = CLOCK) -> None:
    """Do all that ``day`` asks for; doing it again does nothing again.

    What one part cannot do keeps nothing of the others back: its error is raised at the end.
    """
    errors: list[Exception] = []
    parts: tuple[Callable[[], object], ...] = (
        lambda: lapse_closed(by=by),
        lambda: revive_closed(by=by),
        *(partial(open_form, form_type, day, by=by) for form_type in types()),
        lambda: follow_calendar(day),
        lambda: remind(day, by),
        lambda: escalate(day, by),
    )
    for part in parts:
        try:
            part()
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("the clock of the filings", errors)


def follow_calendar(day: date) -> int:
    """Last days to come, or just past, follow holidays that became known; returns how many."""
    since = day - FOLLOWED
    rows = Filing.objects.filter(recurs=True, due_on__gte=since, state=Filing.State.OPEN)
    asked = rows.order_by().values_list("type", "first", "last").distinct()
    moved = 0
    for code, first, last in asked:
        if code not in _codes():
            continue
        with transaction.atomic():
            moved += len(redo_due_days(filing_type(code), Span(first, last)))
    return moved


def remind(day: date, by: Actor = CLOCK) -> int:
    """Tell filers so many days before the last one, as each form says; returns how many."""
    return sum(_remind(form_type, day, by) for form_type in types() if form_type.remind_days)


def _remind(form_type: FilingType, day: date, by: Actor) -> int:
    rows = Filing.objects.filter(
        _lacks_one(form_type, day),
        type=form_type.code,
        state__in=(Filing.State.OPEN, Filing.State.RETURNED),
        owed=True,
        due_on__gte=day,
    )
    with transaction.atomic():
        near: list[Filing] = []
        before: list[int] = []
        for filing in rows.select_related(*_RELATED).order_by("pk")[:ONE_LOOK_MAX]:
            before.append(filing.reminded)
            filing.reminded = _reminders(form_type, filing, day)
            near.append(filing)
        # The WHERE clause is the lock: of two clocks one reminds.
        won = update(near, ("reminded",), expected={"reminded": before})
        told = [filing for filing in near if filing.pk in won]
        tell_all(
            told,
            gettext_noop("%(form)s, %(period)s: due on %(due_on)s"),
            gettext_noop("%(organisation)s has not handed it in yet."),
        )
        _record(by, "remind", told)
    return len(told)


def _lacks_one(form_type: FilingType, day: date) -> Q:
    """Condition on filings that have had fewer reminders than should have gone out by ``day``."""
    lacks = Q()
    for n, days in enumerate(sorted(form_type.remind_days, reverse=True)):
        lacks |= Q(due_on__lte=day + timedelta(days=days), reminded__lte=n)
    return lacks


def _reminders(form_type: FilingType, filing: Filing, day: date) -> int:
    """How many reminders should have gone out by ``day``; those that were missed count as one."""
    assert filing.due_on
    return sum((filing.due_on - day).days <= days for days in form_type.remind_days)


def escalate(day: date, by: Actor = CLOCK) -> int:
    """What has not come by its last day is a finding, and its town and officers hear of it."""
    rows = Filing.objects.filter(
        type__in=_codes(),
        state=Filing.State.OPEN,
        owed=True,
        due_on__lt=day,
        received_on=None,
        escalated_at=None,
    )
    with transaction.atomic():
        late = list(
            rows.select_related(*_RELATED)
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("pk")[:ONE_LOOK_MAX]
        )
        now = timezone.now()
        for filing in late:
            filing.escalated_at = now
        update(late, ("escalated_at",))
        record_findings([findings.late(filing) for filing in late], by)
        news = [filing for filing in late if filing.due_on and day - filing.due_on <= NEWS]
        tell_all(
            news,
            gettext_noop("%(form)s, %(period)s: overdue"),
            gettext_noop("%(organisation)s had to hand it in by %(due_on)s. Do it now."),
        )
        _tell_officials(news)
        _record(by, "escalate", late)
    return len(late)


def _tell_officials(late: Iterable[Filing]) -> None:
    """One notice to each town, and one to the officers, for each form and period."""
    counts: Counter[tuple[str, str, Span, str]] = Counter()
    for filing in late:
        town = town_of((filing.site or filing.organisation).region)
        span = Span(filing.first, filing.last)
        counts[Role.TOWN_OFFICER, filing.type, span, town.path] += 1
        counts[Role.OFFICER, filing.type, span, ""] += 1
    notify_all(
        Notice(
            title=gettext_noop("%(form)s, %(period)s: %(count)s have not come"),
            body=gettext_noop("They are overdue. See who they are and remind them."),
            values={"form": str(filing_type(code).name), "period": str(span), "count": count},
            link=address("filings.completeness"),
            role=role,
            region=region,
        )
        for (role, code, span, region), count in counts.items()
    )


def _record(by: Actor, verb: str, filings: Iterable[Filing]) -> None:
    record_all(
        by,
        [
            (subject(one), f"filings:filing:{verb}", {"type": one.type, "due_on": str(one.due_on)})
            for one in filings
        ],
    )


def _codes() -> set[str]:
    """Forms that are still declared."""
    return {one.code for one in types()}
