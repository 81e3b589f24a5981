"""What a table is: columns, rows and the service that takes one imported row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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


@dataclass(frozen=True)
class Column:
    """One column. ``name`` is the key of an imported value and, by default, the attribute shown.

    ``choices`` is asked when a page or file is made; files may hold the code or its label.
    ``sort`` is the ORM expression a list sorts by: by default ``name``, unless ``value`` is given
    ("" means not sortable). ``tone`` colours a cell: "good", "attention", "bad" or "".
    ``detailed`` is False where the page of one object says the same thing elsewhere.
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

    def __post_init__(self) -> None:
        assert (self.kind is Kind.CHOICE) == (self.choices is not None), self.name

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
    (``field=`` names the column), runs in a savepoint of its own and must be safe to repeat.
    ``search`` holds ORM lookups ("name__icontains") that the search box of a list looks through.
    """

    code: str
    title: Text
    columns: tuple[Column, ...]
    rows: Callable[[Actor], "QuerySet[Any]"]
    write: Callable[[Mapping[str, Any], Actor], Any] | None = None
    guidance: Text = ""
    search: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        assert len(names) == len(set(names)), f"{self.code} names a column twice"

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


def table(code: str) -> Table:
    if code not in _TABLES:
        # Rooms register tables where they declare pages, which a worker has not loaded yet.
        _ = get_resolver().url_patterns
    return _TABLES[code]


def tables() -> tuple[Table, ...]:
    return tuple(_TABLES.values())
