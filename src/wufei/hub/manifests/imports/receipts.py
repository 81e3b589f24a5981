"""Receipts from a table: what a plant without an account weighed and accepted of our loads."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.base.tables import Column, Table, Taken, register
from wufei.hub.catalogue.models import WasteType
from wufei.hub.manifests import queries
from wufei.hub.manifests.imports import cells, reception
from wufei.hub.manifests.imports.cells import Row
from wufei.hub.manifests.imports.columns import NUMBER, RECEPTION, UNIT, WASTE_ALIASES
from wufei.hub.manifests.models import Line, Manifest
from wufei.hub.manifests.services.importing import IMPORT, import_receipt
from wufei.hub.manifests.services.issuing import LINES_MAX

_COLUMNS = {"step": "number", "signed_at": "arrived_at"}


def take(rows: Sequence[Row], actor: Actor) -> Taken:
    """The receipt of one manifest. The same again changes nothing, and it is told."""
    manifest = _manifest(str(rows[0]["number"]).strip(), actor)
    lines = list(manifest.lines.select_related("waste").order_by("position"))
    ordered, places = _in_order(rows, lines)
    try:
        steps = reception.steps(ordered, [line.waste for line in lines], manifest.loaded_at)
    except Invalid as invalid:
        invalid.row = places[invalid.row]
        raise
    if not steps:
        raise Invalid(gettext("Write when it arrived."), field="arrived_at")
    with cells.of(0, **_COLUMNS):
        return import_receipt(manifest, steps, by=actor)


def _manifest(number: str, actor: Actor) -> Manifest:
    mine = queries.visible(actor, IMPORT)
    found = list(mine.filter(Q(local_id=number) | Q(authority_no=number))[:2])
    if len(found) != 1:
        words = gettext("There is no manifest of this number that your organisation sends or gets.")
        raise Invalid(words, field="number")
    return found[0]


def _in_order(rows: Sequence[Row], lines: Sequence[Line]) -> tuple[list[Row], list[int]]:
    """A row for each line of the manifest, by their wastes, and where each stood."""
    if len(lines) == len(rows) == 1 and not rows[0].get("waste"):
        return list(rows), [0]
    left = {number: _code(row.get("waste")) for number, row in enumerate(rows)}
    ordered, places = [], []
    for line in lines:
        place = next((n for n, code in left.items() if code == _code(line.waste.code)), None)
        if place is None:
            words = gettext("A line is missing for %(waste)s: all wastes arrive together.")
            raise Invalid(words % {"waste": _label(line.waste)}, field="waste")
        del left[place]
        ordered.append(rows[place])
        places.append(place)
    for place in left:
        refusal = Invalid(gettext("The manifest has no further line of this waste."), field="waste")
        refusal.row = place
        raise refusal
    return ordered, places


def _code(text: object) -> str:
    return "".join(str(text or "").split()).casefold()


def _label(waste: WasteType) -> str:
    return f"{waste.code} {waste.label}"


def _rows(actor: Actor) -> "QuerySet[Manifest]":
    return queries.visible(actor, IMPORT)


TABLE = register(
    Table(
        code="manifests.receipt",
        title=_("Receipts of manifests"),
        guidance=_(
            "One line is the arrival of a manifest that is on the road: what the consignee weighed "
            "and accepted. The consignee imports its own; the consignor writes it for a plant that "
            "has nobody who works here. The same file may be sent again."
        ),
        columns=(
            replace(
                NUMBER,
                example="WF-20261125-0001",
                help=_("the platform's number of the manifest, or the authority's"),
            ),
            Column(
                "waste",
                _("waste code"),
                help=_("only where a manifest has several: a line each, one below the other"),
                aliases=WASTE_ALIASES,
            ),
            *RECEPTION,
            UNIT,
        ),
        rows=_rows,
        write=take,
        joined_by=("number",),
        joined_max=LINES_MAX,
        alone=True,
    )
)
