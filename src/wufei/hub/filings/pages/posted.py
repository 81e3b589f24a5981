"""What a form's page sends, read into a ``Form`` as far as it can be read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import QueryDict

from wufei.hub.base.errors import Invalid
from wufei.hub.filings.declarations import Field, FieldKind, Problem, Section, Severity
from wufei.hub.filings.forms import EMPTY, Form, empty, parse

UNREADABLE = "unreadable"
REASON = "reason-"
# More cells than these are not typed on a page: they come and go with an Excel file.
CELLS_TYPED_MAX = 3_000

# What people wrote for an organisation or a site, as its key ("" where nothing fits).
Named = Callable[[FieldKind, str], str]


@dataclass(frozen=True)
class Posted:
    """``raw`` is what was typed, by the input's name; ``faults`` what of it could not be read."""

    form: Form
    raw: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Problem, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


def single_name(one: Field) -> str:
    """Name of the input of a single field."""
    return f"v-{one.name}"


def row_name(section: Section, number: int | str, one: Field) -> str:
    """Name of the input of a field in a row of a table."""
    return f"r-{section.code}-{number}-{one.name}"


def rows_name(section: Section) -> str:
    """Name of the hidden inputs that say which rows there are, in their order."""
    return f"rows-{section.code}"


def is_typed(section: Section, form: Form) -> bool:
    """Whether the table is small enough to be typed on a page."""
    return len(form.rows.get(section.code, ())) * len(section.fields) <= CELLS_TYPED_MAX


def read(
    sections: Iterable[Section], data: QueryDict, before: Form = EMPTY, named: Named | None = None
) -> Posted:
    """What was sent; where nothing was sent of a field or table, ``before`` stays."""
    reader = _Reader(data, before, named or (lambda kind, text: text))
    values, rows = dict(before.values), dict(before.rows)
    for section in sections:
        if section.table:
            if f"{rows_name(section)}-sent" in data:
                rows[section.code] = tuple(reader.rows(section))
            continue
        for one in section.fields:
            if (name := single_name(one)) in data or f"{name}-sent" in data:
                values[one.name] = reader.value(one, name, section)
    form = Form(values, rows)
    return Posted(form, reader.raw, tuple(reader.faults), reasons(data))


def reasons(data: QueryDict) -> dict[str, str]:
    """Why warnings do not matter, by ``Problem.key``."""
    return {
        name.removeprefix(REASON): text.strip()[:500]
        for name, text in data.items()
        if name.startswith(REASON) and isinstance(text, str) and text.strip()
    }


class _Reader:
    def __init__(self, data: QueryDict, before: Form, named: Named) -> None:
        self.data, self.before, self.named = data, before, named
        self.raw: dict[str, str] = {}
        self.faults: list[Problem] = []

    def rows(self, section: Section) -> Iterator[dict[str, Any]]:
        numbers = self.data.getlist(rows_name(section))[: section.rows_max + 1]
        for place, number in enumerate(numbers):
            yield {
                one.name: self.value(one, row_name(section, number, one), section, place)
                for one in section.fields
                if one.computed is None
            }

    def value(self, one: Field, name: str, section: Section, row: int | None = None) -> Any:
        if one.kind is FieldKind.FILES:
            return self._files(name)
        text = self.data.get(name, "")
        shown = name if row is None else row_name(section, row, one)
        self.raw[shown] = text
        if one.kind in (FieldKind.ORGANISATION, FieldKind.SITE) and text.strip():
            text = self.named(one.kind, text.strip()) or text
        try:
            return parse(one, text)
        except Invalid as refusal:
            self.faults.append(
                Problem(UNREADABLE, Severity.ERROR, str(refusal), section.code, row, one.name)
            )
            return empty(one)

    def _files(self, name: str) -> tuple[UUID, ...]:
        dropped = set(self.data.getlist(f"drop-{name}"))
        kept = [one for one in self.data.getlist(name) if one and one not in dropped]
        return tuple(dict.fromkeys(UUID(one) for one in kept if _is_uuid(one)))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
