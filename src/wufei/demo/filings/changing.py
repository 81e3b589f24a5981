"""What is remarked in a form and then put right: a word or a figure that nothing adds up with."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wufei.hub.filings.declarations import Field, FieldKind, Section
from wufei.hub.filings.forms import Form

_TEXTS = (FieldKind.LONG_TEXT, FieldKind.TEXT)
_AMENDED = "（已核对更正）"


def place(sections: Sequence[Section], form: Form) -> tuple[Section, Field, int | None] | None:
    """The first text of the form that says something, in a row of a table or for itself."""
    for kind in _TEXTS:
        for section in sections:
            rows = form.rows.get(section.code, ()) if section.table else (form.values,)
            for number, row in enumerate(rows[:1]):
                for one in section.fields:
                    if _free(one) and one.kind is kind and row.get(one.name):
                        return section, one, number if section.table else None
    return None


def _free(one: Field) -> bool:
    return one.computed is None and not one.personal and one.length_max >= 100


def amended(sections: Sequence[Section], form: Form) -> Form:
    """The form with that text put right; as it is where it has none."""
    found = place(sections, form)
    if found is None:
        return form
    section, one, row = found
    if row is None:
        return replace(form, values={**form.values, one.name: _said(form.values[one.name])})
    rows = [dict(line) for line in form.rows[section.code]]
    rows[row][one.name] = _said(rows[row][one.name])
    return replace(form, rows={**form.rows, section.code: tuple(rows)})


def _said(text: str) -> str:
    return text if text.endswith(_AMENDED) else text[:80] + _AMENDED


def remark(sections: Sequence[Section], form: Form) -> dict[str, Any]:
    """What the reviewer writes beside it."""
    found = place(sections, form)
    if found is None:
        return {"section": sections[0].code, "row": None, "field": "", "text": "请核对本表"}
    section, one, row = found
    return {"section": section.code, "row": row, "field": one.name, "text": "请补充说明并核对"}
