"""What differs between two versions of a form, field by field and row by row. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wufei.hub.filings.declarations import Field, Section
from wufei.hub.filings.forms import Form
from wufei.hub.filings.pages.values import Names, text_of

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"


@dataclass(frozen=True)
class Pair:
    """A field before and now; ``row`` is its row now, None for a single field or a removed row."""

    field: Field
    before: str
    now: str
    differs: bool
    row: int | None = None


@dataclass(frozen=True)
class PairedRow:
    """A row of a table; ``number`` is its place now, None where it is no longer there."""

    state: str
    pairs: Sequence[Pair]
    number: int | None = None


@dataclass(frozen=True)
class Difference:
    section: Section
    pairs: Sequence[Pair] = ()
    rows: Sequence[PairedRow] = ()

    @property
    def count(self) -> int:
        """Fields and rows that differ."""
        return sum(pair.differs for pair in self.pairs) + sum(
            row.state != SAME for row in self.rows
        )


def compare(
    sections: Iterable[Section], before: Form | None, now: Form, names: Names
) -> list[Difference]:
    """Section by section; without a version before, everything stands there as it is."""
    return [_difference(section, before or now, now, names) for section in sections]


def _difference(section: Section, before: Form, now: Form, names: Names) -> Difference:
    if not section.table:
        return Difference(section, list(_pairs(section, before.values, now.values, names)))
    old, new = (form.rows.get(section.code, ()) for form in (before, now))
    return Difference(section, rows=list(_rows(section, old, new, names)))


def _pairs(
    section: Section,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    names: Names,
    row: int | None = None,
) -> Iterator[Pair]:
    for one in section.fields:
        texts = [text_of(one, values.get(one.name), names) for values in (before, now)]
        yield Pair(one, texts[0], texts[1], texts[0] != texts[1], row)


def _rows(
    section: Section, old: Sequence[Any], new: Sequence[Any], names: Names
) -> Iterator[PairedRow]:
    """Rows are the same row by their key, or by their place where the table has none."""
    before = {_key(section, place, row): row for place, row in enumerate(old)}
    for place, row in enumerate(new):
        was = before.pop(_key(section, place, row), None)
        pairs = list(_pairs(section, was or {}, row, names, place))
        differs = any(pair.differs for pair in pairs)
        yield PairedRow(ADDED if was is None else CHANGED if differs else SAME, pairs, place)
    for was in before.values():
        yield PairedRow(REMOVED, list(_pairs(section, was, {}, names)))


def _key(section: Section, place: int, row: Mapping[str, Any]) -> Any:
    return tuple(row.get(name) for name in section.key) if section.key else place
