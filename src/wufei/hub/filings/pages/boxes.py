"""The form's page, from its declaration: each field with what stands in, below and beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.tables.show import NOTHING
from wufei.hub.base.tables.show import text as shown
from wufei.hub.filings.declarations import Field, FieldKind, Problem, Section, Severity
from wufei.hub.filings.forms import EMPTY, Form
from wufei.hub.filings.pages.posted import REASON, is_typed, row_name, rows_name, single_name
from wufei.hub.filings.pages.standing import Standing
from wufei.hub.filings.pages.values import Names, change_of, files_of, text_of, typed

# Rows of a table that is too large to be typed; the rest is in the file.
ROWS_SHOWN_MAX = 50
# More columns than that are set narrower, and the first stays in view.
WIDE_FROM = 7
# A row that does not exist yet, in the template that the script copies.
NEW_ROW = "NEW"
Place = tuple[str, int | None, str]

WIDGETS = {
    FieldKind.LONG_TEXT: "long",
    FieldKind.INTEGER: "number",
    FieldKind.DECIMAL: "number",
    FieldKind.MASS: "number",
    FieldKind.DATE: "date",
    FieldKind.MOMENT: "moment",
    FieldKind.CHOICE: "choice",
    FieldKind.BOOLEAN: "boolean",
    FieldKind.WASTE: "waste",
    FieldKind.ORGANISATION: "organisation",
    FieldKind.SITE: "site",
    FieldKind.FILES: "files",
}


@dataclass(frozen=True)
class Told:
    """All that a page says around a form: what was typed, what is wrong, what was before."""

    form: Form
    names: Names = field(default_factory=Names)
    raw: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    remarks: Sequence[Mapping[str, Any]] = ()
    last: Form | None = None
    last_year: Form | None = None
    sites: Sequence[tuple[str, str]] = ()
    standings: Sequence[Standing] = ()

    @cached_property
    def peers_at(self) -> dict[Place, Standing]:
        return {one.place: one for one in self.standings if one.spread.quartiles}

    @cached_property
    def by_place(self) -> dict[Place, list[Problem]]:
        found: dict[Place, list[Problem]] = {}
        for one in self.problems:
            found.setdefault((one.section, one.row, one.field), []).append(one)
        return found

    @cached_property
    def remark_at(self) -> dict[Place, str]:
        return {
            (one.get("section", ""), one.get("row"), one.get("field", "")): one["text"]
            for one in self.remarks
        }


@dataclass(frozen=True)
class Note:
    """A problem as the page shows it; a warning has a box for its reason."""

    problem: Problem
    reason: str = ""

    @property
    def is_error(self) -> bool:
        return self.problem.severity is Severity.ERROR

    @property
    def name(self) -> str:
        return f"{REASON}{self.problem.key}"

    @property
    def anchor(self) -> str:
        """Id of the field that it is about, for a link to it."""
        one = self.problem
        return anchor_of(one.section, one.row, one.field)


def anchor_of(section: str, row: int | None, name: str) -> str:
    parts = [section, "" if row is None else str(row), name]
    return "-".join(["at", *(part for part in parts if part)])


@dataclass(frozen=True)
class Box:
    """One field with its input. ``before`` and ``a_year_ago`` are what stood there then, ``peers``
    what others have.
    """

    field: Field
    section: Section
    row: int | None
    name: str
    value: str
    text: str
    shown: bool
    required: bool
    notes: Sequence[Note] = ()
    remark: str = ""
    before: str = ""
    a_year_ago: str = ""
    change: str = ""
    peers: str = ""
    named: str = ""
    files: Sequence[StoredFile] = ()
    choices: Sequence[tuple[str, Any]] = ()

    @property
    def widget(self) -> str:
        return "computed" if self.field.computed else WIDGETS.get(self.field.kind, "text")

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def anchor(self) -> str:
        return anchor_of(self.section.code, self.row, self.field.name)

    @property
    def has_errors(self) -> bool:
        return any(note.is_error for note in self.notes)

    @property
    def aside(self) -> bool:
        """Folded away on a phone: seldom changed, and nothing is wrong or missing there."""
        lacks = self.required and self.value == ""
        return self.field.aside and not (self.notes or self.remark or lacks)

    @property
    def is_wide(self) -> bool:
        return self.widget in ("long", "files")

    @property
    def datalist(self) -> str:
        return f"wastes-{self.field.domain}"


@dataclass(frozen=True)
class Line:
    """A row of a table; ``number`` from 0, ``NEW`` in the template of a new one."""

    number: int | str
    boxes: Sequence[Box]
    notes: Sequence[Note] = ()
    remark: str = ""

    @property
    def shown_number(self) -> str:
        return str(self.number + 1) if isinstance(self.number, int) else ""


@dataclass(frozen=True)
class Sum:
    """A column's total, with those of before; ``text`` is "" under a column without one."""

    field: Field
    text: str = ""
    before: str = ""
    a_year_ago: str = ""
    change: str = ""


@dataclass(frozen=True)
class Part:
    """A section of the page: its boxes, or the lines of its table."""

    section: Section
    boxes: Sequence[Box] = ()
    lines: Sequence[Line] = ()
    new_line: Line | None = None
    sums: Sequence[Sum] = ()
    count: int = 0
    typed: bool = True
    notes: Sequence[Note] = ()
    remark: str = ""

    @property
    def rows_name(self) -> str:
        return rows_name(self.section)

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.section.fields

    @property
    def is_wide(self) -> bool:
        """Too many columns for comfortable ones."""
        return len(self.fields) > WIDE_FROM

    @property
    def has_sums(self) -> bool:
        return bool(self.section.totalled) and self.count > 0


def parts(sections: Iterable[Section], told: Told) -> list[Part]:
    """The sections of a form, ready for a template."""
    return [_table(one, told) if one.table else _single(one, told) for one in sections]


def _single(section: Section, told: Told) -> Part:
    values = told.form.values
    boxes = [
        _box(one, section, None, single_name(one), values, values, told, _single_before(one, told))
        for one in section.fields
    ]
    place = (section.code, None, "")
    return Part(section, boxes, notes=_notes(place, told), remark=told.remark_at.get(place, ""))


def _single_before(one: Field, told: Told) -> tuple[Any, Any]:
    return tuple(  # type: ignore[return-value]
        form.values.get(one.name) if form else None for form in (told.last, told.last_year)
    )


def _table(section: Section, told: Told) -> Part:
    rows = told.form.rows.get(section.code, ())
    small = is_typed(section, told.form)
    earlier = [_by_key(section, form) for form in (told.last, told.last_year)]
    lines = [
        _line(section, number, row, told, earlier)
        for number, row in enumerate(rows if small else rows[:ROWS_SHOWN_MAX])
    ]
    place = (section.code, None, "")
    return Part(
        section,
        lines=lines,
        new_line=_line(section, NEW_ROW, {}, Told(EMPTY, sites=told.sites), [{}, {}]),
        sums=[_sum(section, one, told) for one in section.fields] if section.totalled else (),
        count=len(rows),
        typed=small,
        notes=_notes(place, told),
        remark=told.remark_at.get(place, ""),
    )


def _by_key(section: Section, form: Form | None) -> dict[Any, Mapping[str, Any]]:
    if form is None or not section.key:
        return {}
    return {_key(section, row): row for row in form.rows.get(section.code, ())}


def _key(section: Section, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in section.key)


def _line(
    section: Section,
    number: int | str,
    row: Mapping[str, Any],
    told: Told,
    earlier: Sequence[Mapping[Any, Mapping[str, Any]]],
) -> Line:
    at = number if isinstance(number, int) else None
    beside = {**told.form.values, **row}
    then = [rows.get(_key(section, row), {}) for rows in earlier]
    boxes = [
        _box(
            one,
            section,
            at,
            row_name(section, number, one),
            row,
            beside,
            told,
            (then[0].get(one.name), then[1].get(one.name)),
        )
        for one in section.fields
    ]
    place = (section.code, at, "")
    if at is None:
        return Line(number, boxes)
    return Line(number, boxes, _notes(place, told), told.remark_at.get(place, ""))


def _box(
    one: Field,
    section: Section,
    row: int | None,
    name: str,
    own: Mapping[str, Any],
    beside: Mapping[str, Any],
    told: Told,
    then: tuple[Any, Any],
) -> Box:
    value, names = own.get(one.name), told.names
    place = (section.code, row, one.name)
    return Box(
        one,
        section,
        row,
        name,
        value=told.raw[name] if name in told.raw else typed(one, value, names),
        text=text_of(one, value, names),
        shown=one.shown_when is None or one.shown_when(beside),
        required=one.required or (one.required_when is not None and one.required_when(beside)),
        notes=_notes(place, told),
        remark=told.remark_at.get(place, ""),
        before=_earlier(one, then[0], names),
        a_year_ago=_earlier(one, then[1], names),
        change=change_of(one, value, then[0]),
        peers=told.peers_at[place].words if place in told.peers_at else "",
        named=names.of(one, value) if one.kind is FieldKind.WASTE else "",
        files=files_of(value, names) if one.kind is FieldKind.FILES else (),
        choices=_choices(one, told),
    )


def _earlier(one: Field, value: Any, names: Names) -> str:
    """What stood there then, where comparing says something."""
    comparable = one.kind.is_number or one.kind is FieldKind.CHOICE
    return text_of(one, value, names) if comparable and value not in (None, "") else ""


def _choices(one: Field, told: Told) -> Sequence[tuple[str, Any]]:
    if one.choices is not None:
        return one.choices()
    return told.sites if one.kind is FieldKind.SITE else ()


def _notes(place: Place, told: Told) -> list[Note]:
    return [
        Note(problem, told.reasons.get(problem.key, "")) for problem in told.by_place.get(place, ())
    ]


def _sum(section: Section, one: Field, told: Told) -> Sum:
    if one.name not in section.totalled:
        return Sum(one)
    forms = (told.form, told.last, told.last_year)
    now, before, year = (form.total(section.code, one.name) if form else None for form in forms)
    return Sum(one, shown(now), _total(before), _total(year), change_of(one, now, before))


def _total(value: Any) -> str:
    text = shown(value)
    return "" if text == NOTHING or not value else text


def all_notes(found: Iterable[Part], told: Told) -> list[Note]:
    """Every problem once, errors first: the list beside the form."""
    notes = [Note(one, told.reasons.get(one.key, "")) for one in told.problems]
    return sorted(notes, key=lambda note: not note.is_error)


def file_keys(form: Form) -> set[UUID]:
    """Files that a form names anywhere."""
    rows = [form.values, *(row for rows in form.rows.values() for row in rows)]
    return {
        one for row in rows for value in row.values() if isinstance(value, tuple) for one in value
    }
