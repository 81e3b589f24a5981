"""What a table is: columns, rows and the service that takes one imported row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import get_resolver
from django.utils.functional import Promise

from wufei.hub.base.actor import Actor

Text = str | Promise
Choices = Sequence[tuple[str, Text]]


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    # A number with its unit; only ever imported.
    QUANTITY = "quantity"


class Quantity(NamedTuple):
    """An amount as it was written; ``unit`` is "" where neither cell nor heading names one."""

    value: Decimal
    unit: str = ""


class Taken(Enum):
    """What became of an imported entry, where ``Table.write`` tells it."""

    NEW = "new"
    # It had been taken before, and nothing has changed.
    KNOWN = "known"


# What a batch says of one of its entries.
Answer = Taken | Exception


@dataclass(frozen=True)
class Column:
    """One column. ``name`` is the key of an imported value and, by default, the attribute shown.

    ``choices`` is asked when a page or file is made; files may hold the code or its label.
    ``sort`` is the ORM expression a list sorts by: by default ``name``, unless ``value`` is given
    ("" means not sortable). ``tone`` colours a cell: "good", "attention", "bad" or "".
    ``detailed`` is False where the page of one object says the same thing elsewhere.
    ``aliases`` are other headings by which an imported file may name it, in any language.
    ``folded``: on a phone it waits below “More”; None leaves that to its place among the others.
    ``units`` of a QUANTITY: how each unit may be spelled, and what it is called here.
    """

    name: str
    label: Text
    kind: Kind = Kind.TEXT
    unit: str = ""
    required: bool = False
    help: Text = ""
    choices: Callable[[], Choices] | None = None
    value: Callable[[Any], Any] | None = None
    link: Callable[[Any], str | None] | None = None
    listed: bool = True
    exported: bool = True
    imported: bool = True
    decimals: int | None = None
    sort: str | None = None
    tone: Callable[[Any], str] | None = None
    example: Text = ""
    length_max: int = 500
    detailed: bool = True
    aliases: tuple[str, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    folded: bool | None = None

    def __post_init__(self) -> None:
        assert (self.kind is Kind.CHOICE) == (self.choices is not None), self.name
        assert (self.kind is Kind.QUANTITY) == bool(self.units), self.name

    def of(self, obj: Any) -> Any:
        return self.value(obj) if self.value else getattr(obj, self.name)

    @property
    def heading(self) -> str:
        """Label with its unit, as lists and files show it."""
        return f"{self.label} ({self.unit})" if self.unit else str(self.label)

    @property
    def order(self) -> str:
        """ORM expression to sort by, "" where the column cannot be sorted."""
        return self.sort if self.sort is not None else "" if self.value else self.name


@dataclass(frozen=True)
class Table:
    """Columns with their rows.

    ``rows`` is already cut to what the actor may see. ``write`` takes one imported row: a mapping
    of parsed values by column name; **a column that the file does not have is absent** (leave
    that attribute as it is), an empty cell is ``None`` ("" for text). It raises a ``Refusal``
    (``field=`` names the column), runs in a savepoint of its own and must be safe to repeat;
    it may return ``Taken.KNOWN`` for a row that changed nothing.
    ``search`` holds ORM lookups ("name__icontains") that the search box of a list looks through.

    ``joined_by`` names columns: rows that follow one another with the same values there, at most
    ``joined_max`` of them, are one entry. Then ``write`` takes their list (a ``Refusal`` names the
    row of it in ``row=``), and all of them are taken or come back. ``joined_once``: an entry whose
    values stood further up already comes back too, and a row that lacks one of them belongs to the
    entry above it. ``alone``: every entry commits by itself, for
    those that hold locks which others wait for.

    ``write_all`` is ``write`` for many entries at once, which is far quicker; one of the two is
    enough. It answers for each entry, in order, with ``Taken`` or with the refusal; of what it
    refuses it has written nothing. Whatever it raises sends the entries again in smaller parts, at
    last each alone. With ``joined_by`` an entry is a sized iterable of rows that may be gone
    through more than once; one that is longer than memory should hold is read from a file
    meanwhile, comes alone, and raises the refusal of a bad row while it is gone through.
    """

    code: str
    title: Text
    columns: tuple[Column, ...]
    rows: Callable[[Actor], "QuerySet[Any]"]
    write: Callable[[Any, Actor], Any] | None = None
    write_all: Callable[[Sequence[Any], Actor], Sequence[Answer]] | None = None
    guidance: Text = ""
    search: tuple[str, ...] = ()
    joined_by: tuple[str, ...] = ()
    joined_max: int = 1
    joined_once: bool = False
    alone: bool = False

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        assert len(names) == len(set(names)), f"{self.code} names a column twice"
        assert set(self.joined_by) <= set(names), self.code

    @property
    def can_import(self) -> bool:
        return self.write is not None or self.write_all is not None

    @property
    def listed(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.listed)

    @property
    def exported(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.exported)

    @property
    def imported(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.imported)


_TABLES: dict[str, Table] = {}


def register(table: Table) -> Table:
    """Make a table known by its code; a code belongs to one table."""
    assert _TABLES.setdefault(table.code, table) is table, f"{table.code} is registered twice"
    return table


def put(table: Table) -> None:
    """The same for a table that is made anew from its declaration, which may have changed."""
    _TABLES[table.code] = table


def table(code: str) -> Table:
    if code not in _TABLES:
        # Rooms register tables where they declare pages, which a worker has not loaded yet.
        _ = get_resolver().url_patterns
    return _TABLES[code]


def tables() -> tuple[Table, ...]:
    return tuple(_TABLES.values())
