"""Many forms begun at once: what an import names and nobody has opened yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from wufei.hub.audit.services import record_all
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, NotFound, Refusal
from wufei.hub.base.rows import insert
from wufei.hub.filings.declarations import FilingType
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Period, Span
from wufei.hub.filings.refusals import (
    ClosedThen,
    NotOfThisPeriod,
    SiteOfOthers,
    SiteWanted,
    WrongFiler,
)
from wufei.hub.filings.scope import EDIT, begun_by
from wufei.hub.filings.services.access import require_fill, require_owed, subject, type_of
from wufei.hub.filings.services.due import Dues
from wufei.hub.filings.services.opening import is_period_of, take_turns
from wufei.hub.filings.services.owing import Owing, classify, columns_of, open_in, owing
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.scope import organisations_for

_Key = tuple[int, int | None, Span]


@dataclass(frozen=True)
class Wanted:
    """One form of somebody for a period; ``id`` tells events of one day apart."""

    organisation: Organisation
    span: Span
    id: UUID
    site: Site | None = None

    @property
    def key(self) -> _Key:
        return self.organisation.pk, self.site.pk if self.site else None, self.span


def begin_many(
    form_type: FilingType, wanted: Sequence[Wanted], *, by: Actor
) -> list[Filing | Refusal]:
    """As ``start`` for each, in few statements: the filing that is there or a new one, or why not.

    Called inside a transaction. Nothing is written: a new one has no key until it is kept
    (``keep_new``) or handed in (``submit_many``).
    """
    by.require(EDIT)
    spans = sorted({one.span for one in wanted})
    for span in spans:
        take_turns(form_type, span)
    there = _there(form_type, wanted)
    open_then = {span: _open(span, wanted) for span in spans}
    reached = _reached(form_type, [one.organisation.pk for one in wanted], by)
    answers: list[Filing | Refusal] = []
    new: dict[object, Filing] = {}
    starter = _Starter(form_type, open_then, reached)
    for one in wanted:
        name = one.id if form_type.period is Period.EVENT else one.key
        try:
            found = there.get(name) or new.get(name)
            if found is None:
                found = new[name] = starter.begin(one)
            elif (found.organisation_id, found.site_id, found.first) != (
                *one.key[:2],
                one.span.first,
            ):
                raise IdReused(id=one.id)
            require_owed(found)
            answers.append(found)
        except Refusal as refusal:
            answers.append(refusal)
    classify(form_type, *new.values())
    there_already = (one for one in answers if isinstance(one, Filing) and one.pk)
    require_fill({one.pk: one for one in there_already}.values(), by)
    return answers


def start_many(
    form_type: FilingType, wanted: Sequence[Wanted], *, by: Actor
) -> list[Filing | Refusal]:
    """As ``begin_many``, and what is begun is there at once."""
    answers = begin_many(form_type, wanted, by=by)
    keep_new([one for one in answers if isinstance(one, Filing)], by)
    return answers


def keep_new(filings: Sequence[Filing], by: Actor) -> None:
    """Let those that ``begin_many`` has begun be there, open."""
    new = [*{one.uuid: one for one in filings if one.pk is None}.values()]
    insert(new)
    record_all(by, [(subject(one), "filings:filing:start", _told(one)) for one in new])


def _told(filing: Filing) -> dict[str, str]:
    return {"type": filing.type, "first": str(filing.first), "last": str(filing.last)}


def _there(form_type: FilingType, wanted: Sequence[Wanted]) -> dict[object, Filing]:
    rows = Filing.objects.filter(type=form_type.code).select_related(
        "organisation__region", "site", "in_force"
    )
    if form_type.period is Period.EVENT:
        return {one.uuid: one for one in rows.filter(uuid__in=[one.id for one in wanted])}
    rows = rows.filter(organisation__in={one.organisation.pk for one in wanted})
    if form_type.period.recurs:
        rows = rows.filter(recurs=True, first__in={one.span.first for one in wanted})
        found = {(one.organisation_id, one.site_id, one.first): one for one in rows}
        return {
            one.key: row for one in wanted if (row := found.get((*one.key[:2], one.span.first)))
        }
    latest = {(one.organisation_id, one.site_id): one for one in rows.order_by("pk")}
    return {one.key: row for one in wanted if (row := latest.get(one.key[:2]))}


def _open(span: Span, wanted: Sequence[Wanted]) -> set[int]:
    pks = {one.organisation.pk for one in wanted if one.span == span}
    rows = Organisation.objects.filter(open_in(span), pk__in=pks)
    return set(rows.values_list("pk", flat=True))


def _reached(form_type: FilingType, organisations: Iterable[int], by: Actor) -> set[int]:
    """Of these, those whose forms of this type one may fill in."""
    if not begun_by(by, form_type):
        return set()
    rows = Organisation.objects.filter(organisations_for(by, EDIT), pk__in=set(organisations))
    return set(rows.values_list("pk", flat=True))


def require_begin(filings: Iterable[Filing], by: Actor) -> None:
    """As ``require_fill`` for filings that have been begun and not kept yet."""
    asked: dict[str, list[Filing]] = {}
    for one in filings:
        asked.setdefault(one.type, []).append(one)
    for some in asked.values():
        organisations = {one.organisation_id for one in some}
        if _reached(type_of(some[0]), organisations, by) != organisations:
            raise NotFound


class _Starter:
    def __init__(
        self, form_type: FilingType, open_then: dict[Span, set[int]], reached: set[int]
    ) -> None:
        self.form_type, self.open_then, self.reached = form_type, open_then, reached
        self.dues: dict[Span, Dues] = {}
        self.periods: dict[Span, bool] = {}
        self.by_region: dict[tuple[Span, int], date | None] = {}
        self.owing: dict[Span, set[tuple[int, int | None]]] = {}

    def begin(self, one: Wanted) -> Filing:
        self._check(one)
        form_type, span = self.form_type, one.span
        if span not in self.dues:
            self.dues[span] = Dues.of(form_type, span)
            if form_type.period.recurs:
                self.owing[span] = {other.key for other in owing(form_type, span)}
        of = Owing(one.organisation, one.site)
        where = span, of.region.pk
        if where not in self.by_region:
            self.by_region[where] = self.dues[span].of_region(of.region)
        columns = columns_of(form_type, span, of, self.by_region[where])
        filing = Filing(uuid=one.id, **columns)
        owed = self.owing.get(span)
        filing.owed = filing.due_on is not None if owed is None else of.key in owed
        return filing

    def _check(self, one: Wanted) -> None:
        form_type, organisation = self.form_type, one.organisation
        name = form_type.name
        if organisation.pk not in self.reached:
            raise NotFound
        if form_type.filers and organisation.kind not in form_type.filers:
            kind = Organisation.Kind(organisation.kind).label
            raise WrongFiler(form=name, organisation=organisation.name, kind=kind)
        if not self._is_period(one.span):
            raise NotOfThisPeriod(form=name, period=str(one.span))
        if organisation.pk not in self.open_then[one.span]:
            raise ClosedThen(organisation=organisation.name, period=str(one.span))
        if one.site is not None and one.site.organisation_id != organisation.pk:
            raise SiteOfOthers(site=one.site.name, organisation=organisation.name)
        if form_type.per_site is not None and one.site is None:
            raise SiteWanted(form=name, organisation=organisation.name)

    def _is_period(self, span: Span) -> bool:
        if span not in self.periods:
            self.periods[span] = is_period_of(self.form_type, span)
        return self.periods[span]
