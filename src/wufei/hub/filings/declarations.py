"""What a domain declares about the forms that are owed: fields, who files, by when, what follows.

``config`` fills the registry once at start-up. A form is data plus pure checks: page, Excel
template, import, export, API schema and print are all made from the same declaration.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made_by
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wufei.hub.filings.peers import Compared, Spreads
from wufei.hub.filings.periods import DueRule, Period, Span

if TYPE_CHECKING:
    from wufei.hub.base.actor import Actor
    from wufei.hub.filings.forms import Form
    from wufei.hub.filings.models import Version
    from wufei.hub.filings.subjects import Subject

Text = str | Promise
Values = Mapping[str, Any]
Choices = Sequence[tuple[str, Text]]


class Kind(StrEnum):
    """What the law wants of a form."""

    # Told: a receipt is enough.
    NOTIFY = "notify"
    # Put on file 备案: number and receipt at once; whoever reviews may send it back.
    FILE = "file"
    # Approved 核准: it has effect only once somebody has decided.
    APPROVE = "approve"
    # Decided elsewhere: prepared here, handed over there, brought back with their number.
    MIRROR = "mirror"

    @property
    def at_once(self) -> bool:
        """Whether it is accepted as soon as it is there."""
        return self in {Kind.NOTIFY, Kind.FILE}

    @property
    def label(self) -> Text:
        return {
            "notify": _("told"),
            "file": _("put on file"),
            "approve": _("needs approval"),
            "mirror": _("decided elsewhere"),
        }[self.value]


class FieldKind(StrEnum):
    """What a field holds; beside it, how its value is kept as JSON."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    # As text, exact: "12.5".
    DECIMAL = "decimal"
    # A mass in the field's unit (t or kg), as text, exact.
    MASS = "mass"
    DATE = "date"
    MOMENT = "moment"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    # A code of the waste catalogue.
    WASTE = "waste"
    # The uuid of an organisation or a site of the register.
    ORGANISATION = "organisation"
    SITE = "site"
    # Uuids of files that whoever files has handed in.
    FILES = "files"

    @property
    def is_number(self) -> bool:
        return self in {FieldKind.INTEGER, FieldKind.DECIMAL, FieldKind.MASS}


@dataclass(frozen=True)
class Field:
    """One field of a form, or one column of a table in it.

    ``required_when`` and ``shown_when`` look at the values beside it (of its row, and of the
    form's single fields); a field that is not shown is empty. ``computed`` makes its value of
    those, and nobody types it. ``minimum`` and ``maximum`` are inclusive. ``since`` and
    ``until``: first and last day of a period's beginning in which it is asked for.
    ``aliases`` are other headings an imported file may have for it. ``personal``: names or
    telephone numbers of people. ``domain``: only wastes of it, for a WASTE. ``aside``: seldom other
    than it is filled in, so on a phone it stands folded away.
    """

    name: str
    label: Text
    kind: FieldKind = FieldKind.TEXT
    unit: str = ""
    required: bool = False
    required_when: Callable[[Values], bool] | None = None
    shown_when: Callable[[Values], bool] | None = None
    computed: Callable[[Values], Any] | None = None
    choices: Callable[[], Choices] | None = None
    help: Text = ""
    example: Text = ""
    decimals: int = 3
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    length_max: int = 200
    since: date | None = None
    until: date | None = None
    aliases: tuple[str, ...] = ()
    personal: bool = False
    domain: str = ""
    aside: bool = False

    def __post_init__(self) -> None:
        assert self.name.isidentifier(), self.name
        assert (self.kind is FieldKind.CHOICE) == (self.choices is not None), self.name
        assert self.kind is not FieldKind.MASS or self.unit in ("t", "kg"), self.name

    def asked_for(self, span: Span) -> bool:
        return (self.since is None or self.since <= span.first) and (
            self.until is None or span.first <= self.until
        )


@dataclass(frozen=True)
class Section:
    """Fields that stand together: once, or as a table with a row for each thing.

    ``classes``: asked only of filers of these classes (none: of all). ``rows_min`` and
    ``rows_max`` bound a table; no two rows have the same values in ``key``. ``totalled`` are
    columns with their sum below the table.
    """

    code: str
    title: Text
    fields: tuple[Field, ...]
    table: bool = False
    classes: frozenset[str] = frozenset()
    rows_min: int = 0
    rows_max: int = 500
    key: tuple[str, ...] = ()
    totalled: tuple[str, ...] = ()
    help: Text = ""

    def __post_init__(self) -> None:
        names = [one.name for one in self.fields]
        assert self.code.isidentifier(), self.code
        assert len(names) == len(set(names)), f"{self.code}: a field stands twice"
        assert {*self.key, *self.totalled} <= set(names), self.code

    def field(self, name: str) -> Field:
        """Raises ``KeyError`` for a field that it does not have."""
        return {one.name: one for one in self.fields}[name]

    def asked_of(self, class_code: str) -> bool:
        return not self.classes or class_code in self.classes


class Severity(StrEnum):
    """An error blocks; a warning asks for a reason; both are kept as findings."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Problem:
    """What a check has against a form.

    ``section``, ``row`` (from 0) and ``field`` say where: "" and None mean the whole. ``about``
    names what it is about (a waste), so that a reason stays with it when rows move. ``values``
    are what was seen, for the finding (JSON values, unit last: ``reported_g``).
    """

    code: str
    severity: Severity
    text: Text
    section: str = ""
    row: int | None = None
    field: str = ""
    about: str = ""
    values: Values = made_by(default_factory=dict)

    @property
    def key(self) -> str:
        """Names this problem at this place; a reason is given under it."""
        row = "" if self.row is None else str(self.row)
        return ":".join((self.code, self.section, self.about or row, self.field))


@dataclass(frozen=True)
class Checked:
    """Everything that a check may look at, read before.

    ``facts`` by the code of each of the type's sources. ``last`` is what was accepted for the
    period before, ``last_year`` for the same period of the year before, ``in_force`` what was
    accepted for this very period and is now being amended. ``peers`` reads, when it is asked,
    how the figures of others lie.
    """

    form: "Form"
    subject: "Subject"
    facts: Values
    last: "Form | None" = None
    last_year: "Form | None" = None
    in_force: "Form | None" = None
    peers: Callable[[], Spreads] = dict


@dataclass(frozen=True)
class Source:
    """A fact that prefill and checks look at, read from the ledger or the register.

    ``read_many`` reads it for many at once, in order, where an import holds as many forms against
    it; without it each is read alone.
    """

    code: str
    read: Callable[["Subject"], Any]
    read_many: Callable[[Sequence["Subject"]], Sequence[Any]] | None = None

    def of(self, subjects: Sequence["Subject"]) -> Sequence[Any]:
        """The fact of each, in order."""
        if self.read_many is not None and len(subjects) > 1:
            return self.read_many(subjects)
        return [self.read(one) for one in subjects]


@dataclass(frozen=True)
class Made:
    """What an effect has made or changed: how the audit log names it, and what to say of it.

    ``key`` is the effect's own, by which it knows the thing again when the form is amended.
    """

    subject: str
    text: Text
    url: str = ""
    key: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "subject": self.subject,
            "text": str(self.text),
            "url": self.url,
            "key": self.key,
        }


@dataclass(frozen=True)
class Accepted:
    """A version that takes effect; ``before`` is the one that was in force until then.

    ``made_before`` is what this effect made of ``before``: to be reversed, closed or replaced.
    """

    version: "Version"
    form: "Form"
    subject: "Subject"
    before: "Form | None" = None
    made_before: tuple[Made, ...] = ()


@dataclass(frozen=True)
class Effect:
    """What follows when a form is accepted, in the same transaction and once.

    ``preview`` says it beforehand, a line for each thing ("3 movements, 12.500 t …") and writes
    nothing. ``apply`` calls the services of ledger or register; a refusal of theirs refuses the
    acceptance as a whole. ``apply_many`` is ``apply`` for many that are accepted together, in few
    statements: what was made of each, in order; a refusal there sends them again in smaller parts,
    at last each alone.
    """

    code: str
    label: Text
    preview: Callable[[Accepted], Sequence[Text]]
    apply: Callable[[Accepted, "Actor"], Sequence[Made]]
    apply_many: Callable[[Sequence[Accepted], "Actor"], Sequence[Sequence[Made]]] | None = None


class Reviewer(StrEnum):
    """Who looks at what was filed."""

    NOBODY = ""
    DEPARTMENT = "department"
    TOWN = "town"
    # Town first, then department.
    BOTH = "both"


Check = Callable[[Checked], Iterable[Problem]]


@dataclass(frozen=True)
class Basis:
    """The rule that a form follows; ``grade`` A text read, B retold, C from memory.

    What is of grade C is configurable and never shown as the official wording.
    """

    title: Text
    clause: Text = ""
    grade: str = ""


@dataclass(frozen=True)
class Class:
    """The class a filer is in for a form, and why."""

    code: str
    label: Text
    reason: Text


def _no_prefill(checked: Checked) -> Values:
    return {}


@dataclass(frozen=True)
class FilingType:
    """One form that is owed or may be filed.

    ``authority``: whose record it is. ``owes`` is the condition on organisations (``Q``) that owe
    it for a period, None where nobody is obliged and it is filed on one's own account;
    ``per_site`` the condition on sites where each site files its own. ``filers`` are the kinds of
    organisation that may file it (none: all). ``classify`` puts a filer into a class, which
    ``Section.classes`` asks for; ``classify_many`` does so for many with one reading, in order.
    ``prefill`` gives what can be filled in, as ``Form`` data: by field name, and by section code
    lists of rows. ``compared``: numbers shown beside those of others. ``reviewer``: who reviews.
    ``number_prefix``: numbers are ``<prefix><year>-<serial>``. ``simple``: filled in on a phone,
    three taps. ``helped``: a town officer may file it for those who have no computer. ``early``:
    it is no report of the whole period, and may come before that is over. ``since`` and ``until``:
    first and last day of the periods it is owed for. ``domain`` "" is all six.
    """

    code: str
    domain: str
    name: Text
    kind: Kind
    period: Period
    sections: tuple[Section, ...]
    authority: Text
    number_prefix: str
    basis: Basis
    due: DueRule | None = None
    owes: Callable[[Span], Q] | None = None
    per_site: Callable[[Span], Q] | None = None
    filers: tuple[str, ...] = ()
    reviewer: Reviewer = Reviewer.NOBODY
    classify: Callable[["Subject"], Class] | None = None
    classify_many: Callable[[Sequence["Subject"]], Sequence[Class]] | None = None
    reads: tuple[Source, ...] = ()
    prefill: Callable[[Checked], Values] = _no_prefill
    checks: tuple[Check, ...] = ()
    compared: tuple[Compared, ...] = ()
    effects: tuple[Effect, ...] = ()
    help: Text = ""
    simple: bool = False
    helped: bool = False
    early: bool = False
    since: date | None = None
    until: date | None = None
    remind_days: tuple[int, ...] = (7, 3, 1)

    def __post_init__(self) -> None:
        codes = [one.code for one in self.sections]
        assert self.sections, self.code
        assert len(codes) == len(set(codes)), f"{self.code}: a section stands twice"
        single = [one.name for part in self.sections if not part.table for one in part.fields]
        assert len(single) == len(set(single)), f"{self.code}: a single field stands twice"
        assert self.due is None or self.period is not Period.ONCE or self.owes, self.code
        assert self.kind is not Kind.APPROVE or self.reviewer, f"{self.code}: who approves it?"
        for one in self.compared:
            self._require_number(one.section, one.field)
            if one.per:
                self._require_number(one.section, one.per)

    def _require_number(self, section: str, name: str) -> None:
        fields = {
            one.name: one
            for part in self.sections
            if part.code == section or not part.table
            for one in part.fields
        }
        found = fields.get(name)
        assert found is not None, f"{self.code}: {name} is no field that can be compared"
        assert found.kind.is_number, f"{self.code}: {name} is no number"

    def section(self, code: str) -> Section:
        """Raises ``KeyError`` for a section that it does not have."""
        return {one.code: one for one in self.sections}[code]

    def asked(self, class_code: str, span: Span) -> tuple[Section, ...]:
        """Sections with the fields that are asked of this class in this period."""
        if self._asked_always:
            return self.sections
        return tuple(
            _cut(section, span) for section in self.sections if section.asked_of(class_code)
        )

    @cached_property
    def _asked_always(self) -> bool:
        """Whether every filer is asked all of it, whatever the class and the period."""
        return not any(
            section.classes or one.since or one.until
            for section in self.sections
            for one in section.fields
        )

    def owed_for(self, span: Span) -> bool:
        return (self.since is None or self.since <= span.first) and (
            self.until is None or span.first <= self.until
        )


def _cut(section: Section, span: Span) -> Section:
    fields = tuple(one for one in section.fields if one.asked_for(span))
    return section if len(fields) == len(section.fields) else replace(section, fields=fields)


_types: dict[str, FilingType] = {}


def fill(declared: Iterable[FilingType]) -> None:
    """Make ``declared`` the registry's whole content (called once at start-up)."""
    _types.clear()
    prefixes = set[str]()
    for one in declared:
        assert one.code not in _types, f"filing type {one.code} is declared twice"
        assert one.number_prefix not in prefixes, f"{one.code}: its numbers are another type's"
        prefixes.add(one.number_prefix)
        _types[one.code] = one


def types() -> tuple[FilingType, ...]:
    return tuple(_types.values())


def filing_type(code: str) -> FilingType:
    """Raises ``KeyError`` for a code that nobody declares."""
    return _types[code]
