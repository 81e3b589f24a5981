"""What was filed of a form over some time as one table: a section, a line for each row of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy, pgettext_lazy

from wufei.hub.base.actor import Actor
from wufei.hub.base.tables import Column, Kind
from wufei.hub.base.tables.export_runs import Export, Exporter
from wufei.hub.filings.declarations import Field, FieldKind, FilingType, Section, filing_type
from wufei.hub.filings.forms import decode
from wufei.hub.filings.models import Filing, Row, Version
from wufei.hub.filings.periods import Span
from wufei.hub.filings.scope import seen_by
from wufei.hub.filings.sheets.columns import field_columns, key_columns
from wufei.hub.registry.models import Organisation, Site

EXPORT = "filings.filing.export"
_CHUNK_ROWS = 2000


@dataclass(frozen=True)
class Line:
    """One row of a section (or its single values), with the version that it stands in."""

    version: Version
    values: Mapping[str, Any]
    names: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def filing(self) -> Filing:
        return self.version.filing


def open_export(parameters: Mapping[str, Any], actor: Actor) -> Export:
    """``parameters``: type, section, first and last (days that a period begins on)."""
    form_type, section = declared(parameters["type"], parameters["section"])
    versions = _versions(form_type, parameters, actor)
    count = versions.count()
    rows = Row.objects.none()
    if section.table:
        rows = Row.objects.filter(version__in=versions.values("pk"), section=section.code)
        count = rows.count()
    lines = _of_rows(section, rows) if section.table else _of_values(section, versions)
    return Export(
        title=section.title if len(form_type.sections) > 1 else form_type.name,
        columns=_columns(form_type, section),
        rows=lines,
        rows_total=count,
    )


def declared(code: str, section: str) -> tuple[FilingType, Section]:
    try:
        form_type = filing_type(code)
        return form_type, form_type.section(section)
    except KeyError as error:
        raise Http404 from error


def _versions(
    form_type: FilingType, parameters: Mapping[str, Any], actor: Actor
) -> "QuerySet[Version]":
    """What is in force, and what waits for a decision."""
    actor.require(EXPORT)
    return (
        Version.objects.filter(
            seen_by(actor, EXPORT, "filing__"),
            Q(filing__in_force=F("pk")) | Q(state__in=Version.WAITING),
            filing__type=form_type.code,
            filing__first__range=(
                date.fromisoformat(parameters["first"]),
                date.fromisoformat(parameters["last"]),
            ),
        )
        .select_related("filing__organisation", "filing__site")
        .order_by("filing__first", "filing__organisation__name", "pk")
    )


def _of_values(section: Section, versions: "QuerySet[Version]") -> Iterator[Line]:
    found = ((one, one.values) for one in versions.iterator(chunk_size=_CHUNK_ROWS))
    yield from _named(section, found)


def _of_rows(section: Section, rows: "QuerySet[Row]") -> Iterator[Line]:
    ordered = rows.select_related("version__filing__organisation", "version__filing__site")
    ordered = ordered.order_by(
        "version__filing__first", "version__filing__organisation__name", "version", "position"
    )
    found = ((row.version, row.values) for row in ordered.iterator(chunk_size=_CHUNK_ROWS))
    yield from _named(section, found)


def _named(section: Section, found: Iterator[tuple[Version, Mapping[str, Any]]]) -> Iterator[Line]:
    while some := list(islice(found, _CHUNK_ROWS)):
        names = names_in(section, [values for _version, values in some])
        yield from (Line(version, values, names) for version, values in some)


def names_in(section: Section, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, str]:
    """Names of the organisations and sites that rows name."""
    names: dict[UUID, str] = {}
    models: tuple[tuple[FieldKind, Any], ...] = (
        (FieldKind.ORGANISATION, Organisation),
        (FieldKind.SITE, Site),
    )
    for kind, model in models:
        fields = [one.name for one in section.fields if one.kind is kind]
        wanted = {values[name] for values in rows for name in fields if values.get(name)}
        names |= dict(model.objects.filter(uuid__in=wanted).values_list("uuid", "name"))
    return names


def _columns(form_type: FilingType, section: Section) -> list[Column]:
    keys = key_columns(form_type)
    given = {
        "filer_": lambda line: line.filing.organisation.name,
        "span_": lambda line: str(Span(line.filing.first, line.filing.last)),
        "site_": lambda line: line.filing.site.name if line.filing.site else "",
        "number_": lambda line: "",
        "reason_": lambda line: " ".join(line.version.reasons.values()),
    }
    return [
        *(_shown(one, given[one.name]) for one in keys if one.name not in ("number_", "reason_")),
        Column("no_", pgettext_lazy("filing", "filing number"), value=_number),
        Column(
            "state_", gettext_lazy("state"), value=lambda line: line.version.get_state_display()
        ),
        Column(
            "at_", gettext_lazy("submitted"), Kind.DATETIME, value=lambda x: x.version.submitted_at
        ),
        *(
            _shown(column, _getter(one))
            for column, one in zip(field_columns(section, keys), section.fields, strict=True)
        ),
    ]


def _number(line: Line) -> str:
    return line.filing.number or ""


def _shown(column: Column, value: Any) -> Column:
    kind = Kind.DECIMAL if column.kind is Kind.QUANTITY else column.kind
    return replace(column, value=value, kind=kind, units=())


def _getter(one: Field) -> Any:
    def get(line: Line) -> Any:
        return shown(one, line.values.get(one.name), line.names)

    return get


def shown(one: Field, kept: Any, names: Mapping[UUID, str]) -> Any:
    """A kept value as a cell: names instead of uuids, how many files."""
    value = decode(one, kept)
    if isinstance(value, UUID):
        return names.get(value, str(value))
    if isinstance(value, tuple):
        return len(value) or None
    return value


def _reaches(parameters: Mapping[str, Any], actor: Actor) -> bool:
    return actor.may(EXPORT)


EXPORTER = Exporter("filings.type", gettext_lazy("Filings"), open_export, _reaches)
