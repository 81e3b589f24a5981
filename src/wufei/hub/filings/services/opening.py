"""Who owes what by when: periods are opened for all who owe a form, single forms begun."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, NotFound
from wufei.hub.base.rows import insert, update
from wufei.hub.base.workdays import calendar
from wufei.hub.filings import periods
from wufei.hub.filings.declarations import FilingType, types
from wufei.hub.filings.models import Filing, Obligation
from wufei.hub.filings.periods import Period, Span
from wufei.hub.filings.refusals import (
    ClosedThen,
    NotOfThisPeriod,
    SiteOfOthers,
    SiteWanted,
    WrongFiler,
)
from wufei.hub.filings.scope import EDIT, OBLIGATION
from wufei.hub.filings.services.access import CLOSED, require_fill, require_owed, subject
from wufei.hub.filings.services.due import Dues
from wufei.hub.filings.subjects import Subject
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.scope import organisations_for
from wufei.hub.registry.validity import DAY


@dataclass(frozen=True)
class Owing:
    """Who owes a form: an organisation, or one of its sites."""

    organisation: Organisation
    site: Site | None = None

    @property
    def key(self) -> tuple[int, int | None]:
        return self.organisation.pk, self.site.pk if self.site else None


def open_period(form_type: FilingType, span: Span, *, by: Actor) -> int:
    """Let everyone who owes ``form_type`` for ``span`` owe it; returns how many are new.

    Safe to do again and by two at once: who already owes it is left alone, who lapsed because
    it was closed and is not after all owes it again.
    """
    by.require(OBLIGATION)
    if not form_type.owed_for(span):
        return 0
    with transaction.atomic():
        _take_turns(form_type, span)
        new = _not_yet(form_type, span, owing(form_type, span))
        filings = _made(form_type, span, new)
        insert(filings)
        if filings:
            record(
                by,
                "filings:period:open",
                subject=f"filings.type:{form_type.code}",
                values={"first": str(span.first), "last": str(span.last), "opened": len(filings)},
            )
    return len(filings)


def open_due(day: date, *, by: Actor) -> int:
    """Open the periods of all forms that have begun by ``day``; returns how many are new.

    What should have been opened while nothing ran is caught up with.
    """
    return sum(
        open_period(form_type, span, by=by)
        for form_type in types()
        for span in _begun(form_type, day)
    )


def _begun(form_type: FilingType, day: date) -> Iterable[Span]:
    """Periods of the form that should be open on ``day``, the earliest first."""
    if form_type.period is Period.EVENT:
        return ()
    if form_type.period is Period.ONCE:
        return (Span(day, day),) if form_type.owes else ()
    now = periods.span_of(form_type.period, day)
    since = now.first
    before = periods.before(form_type.period, now)
    if form_type.due and form_type.due.on(before, calendar()) >= day:
        since = before.first
    rows = Filing.objects.filter(type=form_type.code, recurs=True, first__lt=since)
    latest = rows.order_by("-first").values_list("first", flat=True).first()
    return tuple(periods.spans(form_type.period, latest or since, day))


def _take_turns(form_type: FilingType, span: Span) -> None:
    # Two workers that open one period at once: the second finds what the first has opened.
    first = "" if form_type.period is Period.ONCE else span.first
    key = f"filings.open:{form_type.code}:{first}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


# Who owes it.
def owing(form_type: FilingType, span: Span) -> list[Owing]:
    """Who owes the form for ``span``: by its rule, or because somebody said so, but the excused."""
    said = _said(form_type.code, span)
    obliged = {key for key, says in said.items() if says == Obligation.Says.OWES}
    excused = {key for key, says in said.items() if says == Obligation.Says.EXCUSED}
    if form_type.per_site is None:
        return [Owing(one) for one in _organisations(form_type, span, obliged, excused)]
    sites = Site.objects.filter(
        form_type.per_site(span) | Q(organisation__in=obliged),
        _open_in(span),
        _open_in(span, "organisation__"),
        _rule(form_type, span, "organisation__") | Q(organisation__in=obliged),
    ).exclude(organisation__in=excused)
    found = sites.select_related("organisation__region", "region").order_by("pk").distinct()
    return [Owing(site.organisation, site) for site in found]


def _organisations(
    form_type: FilingType, span: Span, obliged: Iterable[int], excused: Iterable[int]
) -> "QuerySet[Organisation]":
    owed = Q(pk__in=list(obliged))
    if form_type.owes is not None:
        owed |= form_type.owes(span)
    rows = Organisation.objects.filter(owed, _open_in(span)).exclude(pk__in=list(excused))
    return rows.select_related("region").order_by("pk").distinct()


def _rule(form_type: FilingType, span: Span, prefix: str) -> Q:
    """The rule on organisations, said of what points at one."""
    if form_type.owes is None:
        return Q()
    owed = Organisation.objects.filter(form_type.owes(span))
    return Q(**{f"{prefix}pk__in": owed.values("pk")})


def _said(code: str, span: Span) -> dict[int, str]:
    """What was last said of each organisation for a period with a day in ``span``."""
    rows = Obligation.objects.filter(
        Q(until__isnull=True) | Q(until__gte=span.first), type=code, since__lte=span.last
    )
    return dict(rows.order_by("at", "pk").values_list("organisation", "says"))


def _open_in(span: Span, prefix: str = "") -> Q:
    """Valid on any day of ``span``."""
    return Q(**{f"{prefix}validity__overlap": (span.first, span.last + DAY)})


def _not_yet(form_type: FilingType, span: Span, found: Sequence[Owing]) -> list[Owing]:
    """Those who have no such filing; a lapsed one of a filer that was closed is owed again."""
    rows = Filing.objects.filter(type=form_type.code)
    if form_type.period is not Period.ONCE:
        rows = rows.filter(first=span.first, recurs=True)
    rows.filter(
        state=Filing.State.LAPSED,
        lapse_reason=CLOSED,
        organisation__in=[one.organisation for one in found],
    ).update(state=Filing.State.OPEN, lapse_reason="")
    there = set(rows.values_list("organisation", "site"))
    return [one for one in found if one.key not in there]


def _made(form_type: FilingType, span: Span, new: Sequence[Owing]) -> list[Filing]:
    dues = Dues.of(form_type, span)
    filings = [Filing(**_columns(form_type, span, one, dues), owed=True) for one in new]
    for filing in filings:
        classify(form_type, filing)
    return filings


def _columns(form_type: FilingType, span: Span, one: Owing, dues: Dues) -> dict[str, Any]:
    return {
        "type": form_type.code,
        "organisation": one.organisation,
        "site": one.site,
        "first": span.first,
        "last": span.last,
        "recurs": form_type.period.recurs,
        "due_on": dues.of_region((one.site or one.organisation).region),
    }


def classify(form_type: FilingType, filing: Filing) -> None:
    """Put the filer into its class, with the reason; nothing is saved."""
    if form_type.classify is None:
        return
    of = Subject(filing.organisation, Span(filing.first, filing.last), filing.site)
    found = form_type.classify(of)
    filing.class_code, filing.class_reason = found.code, str(found.reason)[:300]


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
            _take_turns(form_type, span)
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
    if found is None and form_type.period.recurs:
        rows = Filing.objects.filter(type=form_type.code, organisation=organisation, site=site)
        rows = rows.filter(first=span.first, recurs=True)
        found = rows.select_related("organisation", "site").first()
    if found is None:
        return None
    require_fill([found], by)
    require_owed(found)
    return found


def _begin(form_type: FilingType, one: Owing, span: Span, id: UUID, by: Actor) -> Filing:
    _check_filer(form_type, one, span, by)
    columns = _columns(form_type, span, one, Dues.of(form_type, span))
    filing = Filing(uuid=id, **columns)
    if form_type.period.recurs:
        filing.owed = one.key in {owing.key for owing in owing(form_type, span)}
    else:
        filing.owed = filing.due_on is not None
    classify(form_type, filing)
    filing.save()
    require_fill([filing], by)
    values = {"type": form_type.code, "first": str(span.first), "last": str(span.last)}
    record(by, "filings:filing:start", subject=subject(filing), values=values)
    return filing


def _check_filer(form_type: FilingType, one: Owing, span: Span, by: Actor) -> None:
    by.require(EDIT)
    organisation, site, name = one.organisation, one.site, form_type.name
    reached = Organisation.objects.filter(organisations_for(by, EDIT), pk=organisation.pk)
    if not reached.exists():
        raise NotFound
    if form_type.filers and organisation.kind not in form_type.filers:
        kind = Organisation.Kind(organisation.kind).label
        raise WrongFiler(form=name, organisation=organisation.name, kind=kind)
    if span != periods.span_of(form_type.period, span.first) or not form_type.owed_for(span):
        raise NotOfThisPeriod(form=name, period=str(span), field="period")
    if not Organisation.objects.filter(_open_in(span), pk=organisation.pk).exists():
        raise ClosedThen(organisation=organisation.name, period=str(span), field="period")
    if site is not None and site.organisation_id != organisation.pk:
        raise SiteOfOthers(site=site.name, organisation=organisation.name, field="site")
    if form_type.per_site is not None and site is None:
        raise SiteWanted(form=name, organisation=organisation.name, field="site")


def redo_due_days(form_type: FilingType, span: Span) -> int:
    """Hold due days against rule, changes and calendar of now; returns how many moved."""
    dues = Dues.of(form_type, span)
    rows = Filing.objects.filter(type=form_type.code, first=span.first, recurs=True)
    rows = rows.exclude(state=Filing.State.LAPSED).order_by("pk")
    moved: list[Filing] = []
    related = ("organisation__region", "site__region")
    for filing in rows.select_related(*related).select_for_update(of=("self",)):
        due = dues.of_region((filing.site or filing.organisation).region)
        if due == filing.due_on:
            continue
        # Later or sooner: reminders and lateness are those of the new day.
        filing.due_on, filing.reminded, filing.escalated_at = due, 0, None
        moved.append(filing)
    update(moved, ("due_on", "reminded", "escalated_at"))
    return len(moved)
