"""Cells of imported lines: which row a refusal is about, masses, and moments of the day."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _

from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.base.tables import Quantity
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.imports import measured
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests.measures import measure_or_none
from wufei.hub.manifests.rules import SHANGHAI

Row = Mapping[str, Any]


@contextmanager
def of(row: int, **columns: str) -> Iterator[None]:
    """Refusals from in here are about ``row``; ``columns``: what they say → column of the file."""
    try:
        yield
    except Refusal as refusal:
        refusal.row = row
        refusal.field = columns.get(refusal.field, refusal.field)
        raise


def together(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Any]:
    """What all lines of one document say: each once, or the same again. Raises ``Invalid``."""
    told: dict[str, Any] = {}
    for name in names:
        values = [(number, row.get(name)) for number, row in enumerate(rows)]
        said = [(number, value) for number, value in values if value not in (None, "")]
        told[name] = said[0][1] if said else None
        for number, value in said:
            if value != told[name]:
                words = _("Another line of this manifest says something else here.")
                refusal = Invalid(words, field=name)
                refusal.row = number
                raise refusal
    return told


def mass_of(rows: Sequence[Row], number: int, name: str, waste: WasteType) -> Mass | None:
    """The mass in a cell of one row; None where it is empty. Zero is a mass of what came."""
    row = rows[number]
    quantity: Quantity | None = row.get(name)
    if quantity is None:
        return None
    with of(number):
        value, unit = measured(quantity, row.get("unit") or "")
    unit_at = name if quantity.unit else "unit"
    with of(number, mass=name, unit=unit_at):
        mass = measure_or_none(waste, value, unit)
        if not mass.grams and name not in ("accepted", "refused"):
            raise Invalid(_("This must be more than zero."), field=name)
    return mass


def not_before(at: datetime, before: datetime) -> datetime:
    """A day without its time of day is not before what happened on the same day."""
    here, there = at.astimezone(SHANGHAI), before.astimezone(SHANGHAI)
    only_day = here.time() == time() and here.date() == there.date()
    return before if only_day and at < before else at
