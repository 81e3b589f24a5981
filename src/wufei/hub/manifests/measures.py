"""Masses as people write them: value and unit, converted once with the stream's usual density."""

from decimal import Decimal, InvalidOperation
from typing import Any

from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.units import UNITS, Mass, mass


def measure(waste: WasteType, value: str | int | float | Decimal, unit: str) -> Mass:
    """Grams of ``value`` ``unit`` of ``waste``.

    Raises ``ledger.units.BadMass``: no number, not positive, unknown unit, no density on record.
    """
    stream = declarations.streams().get(waste.stream)
    return mass(
        value,
        unit,
        density_kg_m3=stream.density_kg_m3 if stream else None,
        unit_mass_kg=stream.unit_mass_kg if stream else None,
    )


def measure_or_none(waste: WasteType, value: str, unit: str) -> Mass:
    """As ``measure``, but zero is a mass too: nothing of a load is accepted."""
    try:
        zero = Decimal(value.strip()) == 0
    except InvalidOperation:
        zero = False
    if zero and unit in UNITS:
        return Mass(0, Decimal(0), unit)
    return measure(waste, value, unit)


def as_json(measured: Mass) -> dict[str, Any]:
    """A mass as signatures keep it: grams, and the value, unit and density it was given as."""
    said: dict[str, Any] = {"g": measured.grams}
    if measured.value is not None:
        said |= {"value": str(measured.value), "unit": measured.unit}
    if measured.density_kg is not None:
        said["density_kg"] = str(measured.density_kg)
    return said


def from_json(said: dict[str, Any]) -> Mass:
    """The reverse of ``as_json``."""
    value, density = said.get("value"), said.get("density_kg")
    return Mass(
        said["g"],
        None if value is None else Decimal(value),
        said.get("unit", ""),
        None if density is None else Decimal(density),
    )
