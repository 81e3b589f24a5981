"""A form as somebody of the demo district fills it in: prefilled, completed, with its papers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import UUID

from wufei.demo.forms.gathered import FILLED
from wufei.hub.filings.declarations import Checked, FieldKind, Section, Values
from wufei.hub.filings.forms import EMPTY, Form, complete, empty
from wufei.hub.filings.models import Filing
from wufei.hub.filings.services.checking import checked_many, sections_of
from wufei.hub.filings.services.drafting import prefilled


@dataclass(frozen=True)
class Filled:
    """What is handed in, and what it was filled in from, by the code of each source."""

    form: Form
    facts: Mapping[str, Any]


def filled(filing: Filing, chance: Random, paper: Callable[[], UUID]) -> Form:
    """What is handed in; ``paper`` gives a file of whoever hands it in, where one is wanted.

    Raises ``KeyError`` for a form that nobody in the demo fills in.
    """
    return filled_many([(filing, chance)], paper)[0].form


def filled_many(wanted: Sequence[tuple[Filing, Random]], paper: Callable[[], UUID]) -> list[Filled]:
    """As ``filled`` for several; what was accepted before is read for all at once."""
    read = checked_many([(filing, EMPTY) for filing, _chance in wanted])
    return [
        Filled(_filled(filing, chance, checked, paper), checked.facts)
        for (filing, chance), checked in zip(wanted, read, strict=True)
    ]


def _filled(filing: Filing, chance: Random, checked: Checked, paper: Callable[[], UUID]) -> Form:
    sections, known = sections_of(filing), prefilled(filing, checked)
    given = FILLED[filing.type](replace(checked, form=known), chance)
    return complete(sections, _papered(sections, _laid_over(sections, known, given), paper))


def _laid_over(sections: tuple[Section, ...], known: Form, given: Values) -> Form:
    values: dict[str, Any] = dict(known.values)
    rows = dict(known.rows)
    for section in sections:
        if section.table:
            lines = given.get(section.code, rows.get(section.code, ()))
            rows[section.code] = tuple(_whole(section, line) for line in lines)
        else:
            asked = {one.name for one in section.fields}
            own = {name: value for name, value in given.items() if name in asked}
            values |= _whole(section, {**values, **own})
    return Form(values, rows)


def _whole(section: Section, given: Values) -> dict[str, Any]:
    return {one.name: _or_empty(given.get(one.name), empty(one)) for one in section.fields}


def _or_empty(value: Any, nothing: Any) -> Any:
    return nothing if value in (None, "") else value


def _papered(sections: tuple[Section, ...], form: Form, paper: Callable[[], UUID]) -> Form:
    """Every file that must be there is there."""
    values = dict(form.values)
    rows = {code: tuple(dict(line) for line in lines) for code, lines in form.rows.items()}
    for section in sections:
        lines = rows[section.code] if section.table else (values,)
        for one in section.fields:
            if one.kind is not FieldKind.FILES:
                continue
            for line in lines:
                beside = {**values, **line}
                needed = one.required or (one.required_when and one.required_when(beside))
                if needed and not line.get(one.name):
                    line[one.name] = (paper(),)
    return Form(values, rows)
