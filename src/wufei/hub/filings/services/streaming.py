"""Rows of one table of a draft, however many: few of them in memory at a time."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from django.db import transaction

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.filings.declarations import FieldKind, Section
from wufei.hub.filings.forms import Form, complete, encoded
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.services.access import agent_of, subject
from wufei.hub.filings.services.checking import sections_of
from wufei.hub.filings.services.content import ROWS_A_WRITE, copy_rows, read_values
from wufei.hub.filings.services.drafting import draft_of


def fill_table(
    filing: Filing, section: Section, rows: Iterable[Mapping[str, Any]], *, by: Actor
) -> Version:
    """Let the draft hold ``rows`` in this table in place of those that stood there.

    All of them or none. Rows name no files: those are handed in on the page.
    """
    assert not any(one.kind is FieldKind.FILES and one.required for one in section.fields)
    with transaction.atomic():
        draft = draft_of(filing, by=by)
        draft.rows.filter(section=section.code).delete()
        beside = read_values(draft, sections_of(draft.filing))
        left, position = iter(rows), 0
        while some := list(islice(left, ROWS_A_WRITE)):
            form = complete([section], Form(beside, {section.code: some}))
            copy_rows(
                (draft.pk, section.code, position + number, encoded(section.fields, row))
                for number, row in enumerate(form.rows[section.code])
            )
            position += len(some)
        draft.edition, draft.author, draft.agent = draft.edition + 1, by.id, agent_of(by)
        draft.save()
        values = {"version": draft.number, "edition": draft.edition, "rows": position}
        record(by, "filings:draft:save", subject=subject(filing), values=values)
    return draft
