"""Read what a form is held against, and hold it against that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.workdays import calendar
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings import periods, rules
from wufei.hub.filings.declarations import (
    Checked,
    Field,
    FieldKind,
    FilingType,
    Problem,
    Section,
    Severity,
    Text,
)
from wufei.hub.filings.forms import Form, complete
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.periods import Span
from wufei.hub.filings.services import comparing
from wufei.hub.filings.services.access import span_of, type_of
from wufei.hub.filings.services.content import read, read_many
from wufei.hub.filings.subjects import Subject
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.validity import DAY, today

UNKNOWN, OTHER_DOMAIN = "unknown", "other_domain"


def subject_of(filing: Filing) -> Subject:
    return Subject(filing.organisation, span_of(filing), filing.site, filing.class_code)


def sections_of(filing: Filing) -> tuple[Section, ...]:
    """What is asked of this filer for this period."""
    return type_of(filing).asked(filing.class_code, span_of(filing))


def form_of(version: Version) -> Form:
    """What stands in a version."""
    return read(version, sections_of(version.filing))


def checked_of(version: Version, form: Form | None = None) -> Checked:
    """Everything that the type's checks and its prefill look at; ``form`` instead of what is kept.

    Raises a refusal of a source that could not be read.
    """
    filing = version.filing
    whole = complete(sections_of(filing), form_of(version) if form is None else form)
    return checked_many([(filing, whole)], shown=True)[0]


def problems_of(version: Version, form: Form | None = None) -> list[Problem]:
    """What speaks against a version; ``form`` instead of what is kept, as while one types."""
    return problems_in(version.filing, checked_of(version, form))


def problems_in(filing: Filing, checked: Checked) -> list[Problem]:
    """As ``problems_of``, for whoever has read what it looks at."""
    return _judged(filing, checked, known([(filing, checked.form)]), None)


Facts = Mapping[UUID, Mapping[str, Any]]


def judge_many(
    pairs: Sequence[tuple[Filing, Form]], actor: Actor, facts: Facts | None = None
) -> list[tuple[Form, list[Problem]]]:
    """Each form completed, with what speaks against it; reads for all at once.

    ``facts``: as in ``checked_many``.
    """
    whole = [(filing, complete(sections_of(filing), form)) for filing, form in pairs]
    there = known(whole)
    judged = zip(whole, checked_many(whole, facts=facts), strict=True)
    return [(form, _judged(filing, checked, there, actor)) for (filing, form), checked in judged]


def _judged(filing: Filing, checked: Checked, there: "Known", actor: Actor | None) -> list[Problem]:
    sections = sections_of(filing)
    unresolved = [
        *_unresolved(sections, checked.form, there, span_of(filing)),
        *_sites_of_others(sections, checked.form, there, filing.organisation_id),
    ]
    if unresolved:
        # The type's checks may rely on every waste and every place being there.
        return [*rules.shape(sections, checked.form), *unresolved]
    return [*rules.judge(type_of(filing), sections, checked), *_too_early(filing)]


def _too_early(filing: Filing) -> Iterator[Problem]:
    """Whether the period, or the filer's part of it, still goes on."""
    form_type, span = type_of(filing), span_of(filing)
    rule = form_type.due
    if rule is None or form_type.early or not filing.recurs or filing.last < today():
        return
    closes = [one.validity.upper for one in (filing.organisation, filing.site) if one is not None]
    ends = [upper - DAY for upper in closes if upper is not None]
    yield from rules.not_over(span, rule.on(span, calendar()), min([span.last, *ends]), today())


# What was accepted before.
def checked_many(
    pairs: Sequence[tuple[Filing, Form]], *, shown: bool = False, facts: Facts | None = None
) -> list[Checked]:
    """As ``checked_of`` for several: what was accepted before is read for all at once.

    ``shown``: people compare with what was accepted before, even where no check does. ``facts``:
    what somebody has read of a filing, by its uuid, just before.
    """
    wanted = [filing for filing, _form in pairs if shown or _looks_back(type_of(filing))]
    earlier, groups = _earlier(wanted), dict[comparing.Group, comparing.Lies]()
    filings, subjects = [one for one, _form in pairs], [subject_of(one) for one, _form in pairs]
    read = _facts(filings, subjects, facts or {})
    return [
        Checked(
            form=form,
            subject=of,
            facts=known_of,
            peers=partial(comparing.spreads, filing, groups),
            **earlier.get(filing.uuid, {}),
        )
        for (filing, form), of, known_of in zip(pairs, subjects, read, strict=True)
    ]


def _facts(
    filings: Sequence[Filing], subjects: Sequence[Subject], given: Facts
) -> list[Mapping[str, Any]]:
    """What the type's sources say of each, unless given; those of one type are read together."""
    found: list[dict[str, Any]] = [dict(given.get(filing.uuid, {})) for filing in filings]
    of_type: dict[str, list[int]] = {}
    for number, filing in enumerate(filings):
        if filing.uuid not in given:
            of_type.setdefault(filing.type, []).append(number)
    for numbers in of_type.values():
        for source in type_of(filings[numbers[0]]).reads:
            read = source.of([subjects[number] for number in numbers])
            for number, fact in zip(numbers, read, strict=True):
                found[number][source.code] = fact
    return [*found]


def _looks_back(form_type: FilingType) -> bool:
    """Whether prefill or checks may ask what was accepted before."""
    return bool(form_type.checks) or form_type.prefill is not _NO_PREFILL


_NO_PREFILL = FilingType.__dataclass_fields__["prefill"].default
_Key = tuple[str, int, int | None, Any]


def _earlier(filings: Sequence[Filing]) -> dict[UUID, dict[str, Form]]:
    """Accepted forms by filing: of the period before, of the year before, of this very one."""
    if not filings:
        return {}
    found = [*_of_periods_before([one for one in filings if one.recurs])]
    found += [(filing.uuid, "in_force", of) for filing in filings if (of := _of(filing))]
    events = [one for one in filings if not one.recurs]
    found += [(uuid, "last", version) for uuid, version in _events_before(events).items()]
    distinct = {version.pk: version for _uuid, _name, version in found}
    read = read_many([(one, sections_of(one.filing)) for one in distinct.values()])
    forms = dict(zip(distinct, read, strict=True))
    earlier: dict[UUID, dict[str, Form]] = {}
    for uuid, name, version in found:
        earlier.setdefault(uuid, {})[name] = forms[version.pk]
    return earlier


def _of_periods_before(filings: Sequence[Filing]) -> Iterator[tuple[UUID, str, Version]]:
    if not filings:
        return
    wanted = {filing.uuid: _keys_before(filing) for filing in filings}
    firsts = {key[3] for keys in wanted.values() for key in keys.values()}
    rows = Filing.objects.filter(
        type__in={filing.type for filing in filings},
        organisation__in={filing.organisation_id for filing in filings},
        first__in=firsts,
        in_force__isnull=False,
    )
    there: dict[_Key, Version] = {}
    for row in rows.select_related("in_force", "organisation", "site").order_by("pk"):
        if version := _of(row):
            there[_key(row, row.first)] = version
    for uuid, keys in wanted.items():
        for name, key in keys.items():
            if key in there:
                yield uuid, name, there[key]


def _key(filing: Filing, first: Any) -> _Key:
    return filing.type, filing.organisation_id, filing.site_id, first


def _keys_before(filing: Filing) -> dict[str, _Key]:
    period, span = type_of(filing).period, span_of(filing)
    return {
        "last": _key(filing, periods.before(period, span).first),
        "last_year": _key(filing, periods.a_year_before(period, span).first),
    }


# Those that are begun with the others of an import have no key, and are before none of them.
_BEFORE = """
SELECT asked.uuid, before.id
FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::date[], %s::bigint[])
     AS asked(uuid, type, organisation, site, first, id),
     LATERAL (
         SELECT id FROM filings_filing
         WHERE type = asked.type AND organisation_id = asked.organisation
           AND site_id IS NOT DISTINCT FROM asked.site AND NOT recurs
           AND in_force_id IS NOT NULL AND first <= asked.first AND id IS DISTINCT FROM asked.id
         ORDER BY first DESC, id DESC LIMIT 1
     ) AS before
"""


def _events_before(filings: Sequence[Filing]) -> dict[UUID, Version]:
    """What the same filer had accepted last, of forms that have no periods."""
    if not filings:
        return {}
    # One question for all that would ask the same.
    same: dict[tuple[Any, ...], list[UUID]] = {}
    for one in filings:
        asked = one.type, one.organisation_id, one.site_id, one.first, one.pk
        same.setdefault(asked, []).append(one.uuid)
    columns = [list(column) for column in zip(*same, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [[uuids[0] for uuids in same.values()], *columns])
        found: dict[UUID, int] = dict(cursor.fetchall())
    rows = Filing.objects.filter(pk__in=set(found.values()))
    there = {one.pk: _of(one) for one in rows.select_related("in_force", "organisation", "site")}
    return {
        uuid: version
        for uuids in same.values()
        if uuids[0] in found and (version := there[found[uuids[0]]])
        for uuid in uuids
    }


def _of(filing: Filing) -> Version | None:
    """The version in force; it knows its filing without another query."""
    if filing.in_force is not None:
        filing.in_force.filing = filing
    return filing.in_force


# Whether what a form names is there.
@dataclass(frozen=True)
class Known:
    """What of that which forms name is there: wastes by code, uuids of everything else.

    ``owners``: whose each of the sites is, by its uuid.
    """

    wastes: Mapping[str, Sequence[WasteType]] = field(default_factory=dict)
    owners: Mapping[UUID, int] = field(default_factory=dict)
    uuids: Mapping[FieldKind, frozenset[UUID]] = field(default_factory=dict)


_MODELS: dict[FieldKind, Any] = {
    FieldKind.ORGANISATION: Organisation,
    FieldKind.SITE: Site,
    FieldKind.FILES: StoredFile,
}


def known(pairs: Iterable[tuple[Filing, Form]]) -> Known:
    return _known((sections_of(filing), form) for filing, form in pairs)


def _known(parts: Iterable[tuple[Sequence[Section], Form]]) -> Known:
    """What the forms name, looked up in one query for each kind."""
    asked: dict[FieldKind, set[Any]] = {}
    for sections, form in parts:
        for _section, one, _row, value in _named(sections, form):
            asked.setdefault(one.kind, set()).update(_each(value))
    wastes: dict[str, list[WasteType]] = {}
    if codes := asked.pop(FieldKind.WASTE, None):
        for waste in WasteType.objects.filter(code__in=codes):
            wastes.setdefault(waste.code, []).append(waste)
    owners: dict[UUID, int] = {}
    if sites := asked.pop(FieldKind.SITE, None):
        rows = Site.objects.filter(uuid__in=sites)
        owners = dict(rows.values_list("uuid", "organisation"))
    uuids = {
        kind: frozenset(
            _MODELS[kind].objects.filter(uuid__in=wanted).values_list("uuid", flat=True)
        )
        for kind, wanted in asked.items()
    }
    return Known(wastes, owners, uuids | {FieldKind.SITE: frozenset(owners)})


def resolve(
    sections: Sequence[Section], form: Form, actor: Actor | None = None, span: Span | None = None
) -> list[Problem]:
    """Wastes, organisations, sites and files that the form names and that are not there.

    With ``span`` a waste must be in the catalogue on one of its days; with ``actor`` a file must
    be one's own.
    """
    found = list(_unresolved(sections, form, _known([(sections, form)]), span))
    return [*found, *_files_of_others(sections, form, actor)] if actor else found


def _named(
    sections: Sequence[Section], form: Form
) -> Iterator[tuple[Section, Field, int | None, Any]]:
    """Every value of the form that names something, with its place."""
    for section in sections:
        fields = [one for one in section.fields if one.kind in _NAMING]
        if not fields:
            continue
        rows: Sequence[tuple[int | None, Any]] = [(None, form.values)]
        if section.table:
            rows = list(enumerate(form.rows.get(section.code, ())))
        for number, values in rows:
            for one in fields:
                if value := values.get(one.name):
                    yield section, one, number, value


_NAMING = frozenset({FieldKind.WASTE, *_MODELS})


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, tuple) else (value,)


def _unresolved(
    sections: Sequence[Section], form: Form, there: Known, span: Span | None
) -> Iterator[Problem]:
    for section, one, number, value in _named(sections, form):
        if one.kind is FieldKind.WASTE:
            found = _waste_problem(one, there.wastes.get(value, ()), value, span)
        else:
            lacking = set(_each(value)) - there.uuids.get(one.kind, frozenset())
            found = (UNKNOWN, _nothing(one)) if lacking else None
        if found:
            code, text = found
            yield Problem(code, Severity.ERROR, text, section.code, number, one.name)


def _sites_of_others(
    sections: Sequence[Section], form: Form, there: Known, owner: int
) -> Iterator[Problem]:
    """A form speaks of the filer's own sites: what follows from it is posted there."""
    for section, one, number, value in _named(sections, form):
        if one.kind is FieldKind.SITE and there.owners.get(value, owner) != owner:
            yield Problem(UNKNOWN, Severity.ERROR, _nothing(one), section.code, number, one.name)


def _waste_problem(
    one: Field, wastes: Sequence[WasteType], code: str, span: Span | None
) -> tuple[str, Text] | None:
    of_then = [waste for waste in wastes if span is None or _held(waste, span)]
    if not of_then:
        text = _("“{code}” is not in the catalogue of that time. Look it up there.")
        return UNKNOWN, format_lazy(text, code=code)
    if one.domain and all(waste.domain != one.domain for waste in of_then):
        text = _("“{code}” is no waste of this kind. Choose another for “{field}”.")
        return OTHER_DOMAIN, format_lazy(text, code=code, field=one.label)
    return None


def _held(waste: WasteType, span: Span) -> bool:
    lower, upper = waste.validity.lower, waste.validity.upper
    return (lower is None or lower <= span.last) and (upper is None or span.first < upper)


def _nothing(one: Field) -> Text:
    return format_lazy(_("“{field}” names nothing that is known here."), field=one.label)


def _files_of_others(sections: Sequence[Section], form: Form, actor: Actor) -> Iterator[Problem]:
    named = [one for one in _named(sections, form) if one[1].kind is FieldKind.FILES]
    wanted = {uuid for _section, _field, _row, value in named for uuid in value}
    own = StoredFile.objects.filter(uuid__in=wanted, by=actor.id).values_list("uuid", flat=True)
    foreign = wanted - set(own)
    for section, one, number, value in named:
        if foreign & set(value):
            yield Problem(UNKNOWN, Severity.ERROR, _nothing(one), section.code, number, one.name)
