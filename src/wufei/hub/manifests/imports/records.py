"""Whole manifests from a table: a line for each waste, those of one number are one manifest."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.base.tables import Table, Taken, register
from wufei.hub.catalogue.queries import waste as waste_of
from wufei.hub.manifests import numbers, queries
from wufei.hub.manifests.imports import cells, finding, reception
from wufei.hub.manifests.imports.cells import Row
from wufei.hub.manifests.imports.columns import CANCELLED, RECORD
from wufei.hub.manifests.models import Manifest, StepCode
from wufei.hub.manifests.refusals import BadAuthorityNo
from wufei.hub.manifests.services.checks import day_of
from wufei.hub.manifests.services.given import NewLine, NewManifest
from wufei.hub.manifests.services.importing import IMPORT, Record, Told, import_record
from wufei.hub.manifests.services.issue_checks import check_line
from wufei.hub.manifests.services.issuing import LINES_MAX, template_for
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle
from wufei.hub.registry.services.book import require_open

_OF_ALL = (
    *("number", "authority_no", "issued_at", "loaded_at", "state", "note"),
    *("consignor", "consignor_site", "carrier", "plate", "driver", "consignee", "consignee_site"),
)
_CONTAINERS_MAX = 1_000_000
# What services say of their input → the column that it came from.
_COLUMNS = {"vehicle": "plate", "lines": "number", "signed_at": "loaded_at", "quota": "waste"}


def take(rows: Sequence[Row], actor: Actor) -> Taken:
    """The lines of one manifest. The same again changes nothing, and it is told."""
    told = cells.together(rows, _OF_ALL)
    state = str(told["state"] or "").casefold()
    if any(word in state for word in CANCELLED):
        words = gettext("A cancelled manifest moved nothing. Take this line out.")
        raise Invalid(words, field="state")
    number, loaded_at = str(told["number"]).strip(), told["loaded_at"]
    if told["issued_at"]:
        loaded_at = cells.not_before(loaded_at, told["issued_at"])
    issued_at = told["issued_at"] or loaded_at
    new, vehicle, driver = _manifest(told, rows, number, issued_at)
    wastes = [line.waste for line in new.lines]
    loading = Told(
        StepCode.LOAD,
        loaded_at,
        {
            "weighed_out": tuple(
                cells.mass_of(rows, row, "weighed_out", waste) for row, waste in enumerate(wastes)
            ),
            "vehicle": vehicle,
            "driver": driver,
        },
    )
    steps = (loading, *reception.steps(rows, wastes, loaded_at))
    authority_at = "authority_no" if told["authority_no"] else "number"
    with cells.of(0, authority_no=authority_at, **_COLUMNS):
        return import_record(Record(number, new, issued_at, steps), by=actor)


def _manifest(
    told: dict[str, Any], rows: Sequence[Row], number: str, issued_at: datetime
) -> tuple[NewManifest, Vehicle, Driver | None]:
    day = day_of(issued_at)
    origin = _end(told, "consignor", day, receives=False)
    destination = _end(told, "consignee", day, receives=True)
    carrier = _organisation(told, "carrier", day)
    vehicle = finding.vehicle(told["plate"], carrier, day)
    driver = finding.driver(told["driver"], carrier, day) if told["driver"] else None
    lines = tuple(_line(rows, row, day) for row in range(len(rows)))
    new = NewManifest(
        origin,
        carrier,
        destination,
        lines,
        authority_no=_authority_no(told["authority_no"] or "", number, lines, day),
        note=told["note"] or "",
    )
    return new, vehicle, driver


def _end(told: dict[str, Any], name: str, day: date, *, receives: bool) -> Site:
    owner, column = _organisation(told, name, day), f"{name}_site"
    return finding.site(told[column] or "", owner, day, column, receives=receives)


def _organisation(told: dict[str, Any], name: str, day: date) -> Organisation:
    found = finding.organisation(told[name], name)
    with cells.of(0, organisation=name):
        require_open(found, day)
    return found


def _line(rows: Sequence[Row], row: int, day: date) -> NewLine:
    told = rows[row]
    with cells.of(row):
        waste = waste_of(told["waste"], day, field="waste")
        containers = told.get("containers")
        if containers is not None and not 0 < containers <= _CONTAINERS_MAX:
            raise Invalid(gettext("This is no number of containers."), field="containers")
        declared = cells.mass_of(rows, row, "declared", waste)
        declared = declared or cells.mass_of(rows, row, "weighed_out", waste)
        assert declared is not None, "what was weighed out is a required column"
        line = NewLine(waste, declared, told.get("method") or "", containers=containers)
        check_line(line)
    return line


def _authority_no(written: str, number: str, lines: Sequence[NewLine], day: date) -> str:
    """The authority's number: its own cell, or the record's number where it looks like one."""
    form = template_for(lines, day)
    if written or not form.authority_pattern:
        return written
    try:
        return numbers.authority_no(form, number) or ""
    except BadAuthorityNo:
        return ""


def _rows(actor: Actor) -> "QuerySet[Manifest]":
    return queries.visible(actor, IMPORT)


TABLE = register(
    Table(
        code="manifests.record",
        title=_("Manifests of other systems"),
        guidance=_(
            "One line is one waste of a manifest that has travelled; lines of one manifest stand "
            "one below the other with the same number. The number makes it safe to send the same "
            "file again: what is here already stays as it is, with all corrections made here.\n"
            "A firm imports what it sends, up to the loading, and what it receives. It writes "
            "arrival and acceptance of others only for those who have nobody that works here."
        ),
        columns=RECORD,
        rows=_rows,
        write=take,
        joined_by=("number",),
        joined_max=LINES_MAX,
        alone=True,
    )
)
