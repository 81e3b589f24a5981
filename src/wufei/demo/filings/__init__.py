"""Two years of what the demo's people filed: most in time, some late, missing, sent back, amended.

Forms are opened as they would have been opened then, and handed in and decided on the days that
their fates say, through the services. Until its last day is over, what people of the demo owe is
left for whoever signs in as them.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from random import Random
from typing import Any

from django.utils import timezone

from wufei.demo.entering import MEMBERS, Entered
from wufei.demo.filings import collected, events, fates, obliged
from wufei.demo.filings.courses import Course, Doer
from wufei.demo.forms.gathered import FILLED
from wufei.demo.models import Load, Told
from wufei.hub.base.actor import Actor
from wufei.hub.base.workdays import calendar
from wufei.hub.filings import periods, services
from wufei.hub.filings.declarations import FilingType, types
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Span
from wufei.hub.filings.services import clock
from wufei.hub.filings.services.access import span_of

YEARS = 2


def owe(record: Load, entered: Entered, by: Actor) -> None:
    """Open what was owed, file it up to ``record.until``, and let the clock see the rest."""
    obliged.enter(entered, by, record.anchor)
    first, last = _begin(record), timezone.localdate(record.until)
    for form_type in types():
        for span in _spans(form_type, first, last):
            _open(record, form_type, span, by)
    services.open_due(last, by=by)
    begun = events.begin(record, entered, by, first)
    doer = Doer(by, record.until)
    doer.catch_up(_courses(record, entered, begun))
    collected.fetch(by, record.until)
    clock.look(last)


def _begin(record: Load) -> date:
    anchor = record.anchor
    return max(record.first, date(anchor.year - YEARS, anchor.month, 1))


def _spans(form_type: FilingType, first: date, last: date) -> Iterator[Span]:
    """Periods whose forms were due since ``first``."""
    if not form_type.period.recurs or not (form_type.owes or form_type.per_site):
        return
    earliest = periods.before(form_type.period, periods.span_of(form_type.period, first))
    for span in periods.spans(form_type.period, earliest.first, last):
        due = form_type.due.on(span, calendar()) if form_type.due else span.last
        if due >= first:
            yield span


def _open(record: Load, form_type: FilingType, span: Span, by: Actor) -> None:
    """Once: the clock opens what begins from now on."""
    story = f"owed:{form_type.code}:{span.first}"
    if not Told.objects.filter(load=record, story=story).exists():
        services.open_period(form_type, span, by=by)
        Told.objects.create(load=record, story=story)


def _courses(record: Load, entered: Entered, begun: Mapping[int, events.Event]) -> Iterator[Course]:
    """What becomes of every form; ``begun``: events by the filing's key."""
    # A form that nobody fills in yet is only opened: the load goes on.
    known = {one.code: one for one in types() if one.code in FILLED}
    guests = {entered.organisations[key].pk for keys in MEMBERS.values() for key in keys}
    closed = datetime.combine(record.anchor, time(), timezone.get_current_timezone())
    rows = Filing.objects.exclude(state=Filing.State.LAPSED).filter(type__in=known)
    related = ("organisation__region", "site", "in_force")
    for filing in rows.select_related(*related).prefetch_related("versions").order_by("pk"):
        form_type = known[filing.type]
        chance = Random(f"{record.seed}:{_told(filing)}")  # noqa: S311 - invented
        if (event := begun.get(filing.pk)) and event.sent_back:
            deeds = fates.sent_back(event.at, chance)
        elif event:
            deeds = fates.course(form_type, event.at, chance)
        elif filing.owed:
            due, now = filing.due_on, record.anchor
            deeds = fates.owed(form_type, span_of(filing), due, now, chance)
        else:
            continue
        if filing.organisation_id in guests:
            deeds = tuple(one for one in deeds if one.decides or one.at < closed)
        yield Course(filing, list(deeds), chance)


def _told(filing: Filing) -> str:
    """The same at every load: keys are not."""
    site: Any = filing.site.uuid if filing.site else ""
    return f"{filing.type}:{filing.organisation.uuid}:{site}:{filing.first}:{filing.recurs}"
