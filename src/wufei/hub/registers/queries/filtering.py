"""What one looks for among the rows of a register, as SQL."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db import connection

from wufei.hub.registers.facts import COUNTERPARTY, COUNTERPARTY_JOINS
from wufei.hub.registers.queries.sides import Filters, Picked

# So many lines of manifests are handed over by name; beyond, rows are looked through.
LINES_MAX = 2_000
_LINES = """
SELECT l.uuid FROM manifests_line l JOIN manifests_manifest f ON f.id = l.manifest_id
WHERE {conditions} LIMIT %(most)s"""
_OF_NUMBER = "(f.local_id ILIKE %(manifest)s OR f.authority_no ILIKE %(manifest)s)"
# Whose vehicle a row names depends on the row; this is where the plate stands at all.
_OF_PLATE = """f.id IN (
    SELECT f.id FROM manifests_manifest f JOIN registry_vehicle v ON v.id = f.vehicle_id
    WHERE v.plate ILIKE %(plate)s
    UNION SELECT g.manifest_id FROM manifests_leg g JOIN registry_vehicle v ON v.id = g.vehicle_id
    WHERE v.plate ILIKE %(plate)s)"""


def narrowed(picked: Picked) -> Picked:
    """The same rows, found from the lines of their manifests where these are few."""
    filters = picked.filters
    chosen = [
        condition
        for value, condition in ((filters.manifest, _OF_NUMBER), (filters.plate, _OF_PLATE))
        if value
    ]
    if not chosen:
        return picked
    statement = _LINES.format(conditions=" AND ".join(chosen))
    with connection.cursor() as cursor:
        cursor.execute(statement, texts(filters) | {"most": LINES_MAX + 1})
        lines = tuple(uuid for (uuid,) in cursor.fetchall())
    return picked if len(lines) > LINES_MAX else replace(picked, lines=lines)


def texts(filters: Filters) -> dict[str, Any]:
    """Parameters of the texts that are looked for, anywhere in what they are looked for in."""
    return {
        name: f"%{_escaped(text)}%"
        for name in ("counterparty", "manifest", "plate", "label")
        if (text := getattr(filters, name))
    }


def conditions(filters: Filters) -> tuple[list[str], list[str], dict[str, Any]]:
    """SQL conditions, the joins that they need, and their parameters."""
    found: list[str] = []
    wanted: list[str] = []
    parameters = texts(filters)
    for value, condition, needed in _choices(filters):
        if value:
            found.append(condition)
            wanted += needed
    if filters.movement:
        parameters["movement"] = filters.movement
    return found, wanted, parameters


def _choices(filters: Filters) -> Iterator[tuple[Any, str, tuple[str, ...]]]:
    party = f"({COUNTERPARTY.format('name')}) ILIKE %(counterparty)s OR ca.name ILIKE"
    yield filters.movement, "k.kind = %(movement)s", ()
    yield filters.counterparty, f"({party} %(counterparty)s)", (*COUNTERPARTY_JOINS, "ca")
    yield (
        filters.manifest,
        _OF_NUMBER,
        ("f",),
    )
    yield filters.plate, "v.plate ILIKE %(plate)s", ("v",)
    yield (
        filters.label,
        "EXISTS (SELECT FROM ledger_lotentry e JOIN ledger_lot t ON t.id = e.lot_id "
        "WHERE e.movement_id = k.id AND t.label ILIKE %(label)s)",
        (),
    )
    yield filters.standing, "k.sign > 0 AND r.id IS NULL", ("r",)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
