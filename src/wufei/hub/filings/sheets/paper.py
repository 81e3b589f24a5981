"""A filing on paper: fields in the order of the form, its number, and the way back to it."""

from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.base.printing import pdf
from wufei.hub.base.tables.show import NOTHING
from wufei.hub.base.tables.show import text as shown
from wufei.hub.filings import queries
from wufei.hub.filings.declarations import Section
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.pages.values import Names, names_in, text_of
from wufei.hub.filings.periods import Span
from wufei.hub.filings.services.access import type_of
from wufei.hub.filings.services.checking import form_of, sections_of
from wufei.hub.manifests.codes import svg

# More is for a workbook; typst holds all of it in memory.
ROWS_MAX = 3000
# A table with more columns lies on its side.
UPRIGHT_COLUMNS = 7


def paper(filing: Filing, actor: Actor, address: str) -> bytes:
    """PDF of what is in force, else of what was handed in last, else of the draft.

    ``address`` is that of its page. Raises ``Invalid`` where there is nothing to print.
    """
    return pdf("filings/filing.typ", data_of(filing, actor, address))


def data_of(filing: Filing, actor: Actor, address: str) -> dict[str, Any]:
    version = _version(filing, actor)
    version.filing = filing
    form, sections = form_of(version), sections_of(filing)
    if sum(len(rows) for rows in form.rows.values()) > ROWS_MAX:
        raise Invalid(_("This form has too many rows to print. Take it out as a workbook."))
    names = names_in(sections, form)
    form_type = type_of(filing)
    return {
        "title": str(form_type.name),
        "subtitle": f"{filing.organisation.name} · {Span(filing.first, filing.last)}",
        "facts": _facts(filing, version),
        "sections": [_section(section, form, names) for section in sections],
        "qr": svg(address).decode(),
        "qr_words": _("The filing on the platform"),
        "flipped": any(one.table and len(one.fields) > UPRIGHT_COLUMNS for one in sections),
        "signing": [_("Filled in by"), _("Responsible person"), _("Seal"), _("Date")],
        "draft": _("Draft – not submitted") if version.state == Version.State.DRAFT else "",
    }


def _version(filing: Filing, actor: Actor) -> Version:
    versions = queries.versions(filing, actor)
    found = (
        versions.filter(pk=filing.in_force_id or 0).first()
        or versions.filter(~Q(state=Version.State.DRAFT)).first()
        or versions.first()
    )
    if found is None:
        raise Invalid(_("Nothing has been written in this form yet."))
    return found


def _facts(filing: Filing, version: Version) -> list[tuple[str, str]]:
    form_type, submitted = type_of(filing), version.submitted_at
    found = [
        (pgettext("filing", "filing number"), filing.number or NOTHING),
        (_("organisation"), filing.organisation.name),
        (_("credit code"), filing.organisation.credit_code or NOTHING),
        (_("site"), filing.site.name if filing.site else ""),
        (_("Period"), str(Span(filing.first, filing.last))),
        (_("Class"), filing.class_reason),
        (_("Authority"), str(form_type.authority)),
        (_("number of the authority"), filing.authority_no),
        (_("state"), f"{version.get_state_display()} · v{version.number}"),
        (_("submitted"), f"{localtime(submitted):%Y-%m-%d %H:%M}" if submitted else NOTHING),
        (_("Basis"), f"{form_type.basis.title} {form_type.basis.clause}".strip()),
    ]
    return [(name, value) for name, value in found if value]


def _section(section: Section, form: Form, names: Names) -> dict[str, Any]:
    fields = section.fields
    heads = [
        {
            "heading": f"{one.label} ({one.unit})" if one.unit else str(one.label),
            "number": one.kind.is_number,
        }
        for one in fields
    ]
    if not section.table:
        values = [text_of(one, form.values.get(one.name), names) for one in fields]
        return {"title": str(section.title), "table": False, "columns": heads, "values": values}
    rows = [
        [text_of(one, row.get(one.name), names) for one in fields]
        for row in form.rows.get(section.code, ())
    ]
    totals = [
        shown(form.total(section.code, one.name)) if one.name in section.totalled else ""
        for one in fields
    ]
    return {
        "title": str(section.title),
        "table": True,
        "columns": heads,
        "rows": [[str(number), *row] for number, row in enumerate(rows, start=1)],
        "totals": [_("Total"), *totals] if section.totalled and rows else [],
        "none": _("No rows"),
        "row": _("No."),
    }
