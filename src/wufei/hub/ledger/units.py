"""Units of mass at the edge: everything becomes whole grams once, and is never converted back."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from wufei.hub.base.errors import Refusal

GRAMS_PER_T = 1_000_000
_DIGITS_MAX = 40
# Grams of one unit; None where it takes a density or a unit mass.
UNITS: dict[str, int | None] = {"t": GRAMS_PER_T, "kg": 1_000, "g": 1, "m3": None, "piece": None}
UNIT_LABELS = {
    "t": gettext_lazy("t"),
    "kg": gettext_lazy("kg"),
    "g": gettext_lazy("g"),
    "m3": gettext_lazy("m³"),
    "piece": gettext_lazy("pieces"),
}

# How files spell them, in headings and cells; in small letters.
UNIT_SPELLINGS = (
    *((code, code) for code in UNITS),
    *((word, "t") for word in ("吨", "公吨", "ton", "tons", "tonne", "tonnes")),
    *((word, "kg") for word in ("千克", "公斤", "kgs")),
    ("克", "g"),
    *((word, "m3") for word in ("立方米", "方", "立方")),
    *((word, "piece") for word in ("pieces", "个", "件", "只", "台", "辆")),
)


class BadMass(Refusal):
    code = "bad_mass"
    status = 422


class NotANumber(BadMass):
    code = "mass_not_a_number"
    message = gettext_noop("“%(value)s” is not a number. Write the mass like 12.5.")


class NotPositive(BadMass):
    code = "mass_not_positive"
    message = gettext_noop(
        "The mass must be more than zero (it is %(value)s). Corrections are made by a reversal."
    )


class UnknownUnit(BadMass):
    code = "unknown_unit"
    message = gettext_noop("The unit “%(unit)s” is not known. Use t, kg, g, m3 or piece.")


class DensityMissing(BadMass):
    code = "density_missing"
    message = gettext_noop("%(unit)s needs its %(needs)s, and this waste has none on record.")


@dataclass(frozen=True, slots=True)
class Mass:
    """Grams, and the value, unit and density (kg/m³, or kg a piece) they were given as."""

    grams: int
    value: Decimal | None = None
    unit: str = ""
    density_kg: Decimal | None = None


def grams(mass_g: int) -> Mass:
    """A mass that is in grams already."""
    return Mass(mass_g)


def tonnes(value: str | int | float | Decimal) -> Mass:
    return mass(value, "t")


def mass(
    value: str | int | float | Decimal,
    unit: str,
    *,
    density_kg_m3: Decimal | None = None,
    unit_mass_kg: Decimal | None = None,
) -> Mass:
    """Convert once, rounding half to even; raises ``BadMass`` with what to write instead."""
    number = _number(value)
    if unit not in UNITS:
        raise UnknownUnit(unit=unit, field="unit")
    factor = UNITS[unit]
    density_kg = None
    if factor is None:
        density_kg = density_kg_m3 if unit == "m3" else unit_mass_kg
        if not density_kg or density_kg <= 0:
            needs = _("density (kg/m³)") if unit == "m3" else _("mass of one piece (kg)")
            raise DensityMissing(unit=unit, needs=needs, field="unit")
    # Room for every digit: rounding happens once.
    with localcontext(prec=3 * _DIGITS_MAX):
        exact = number * (Decimal(factor) if factor else Decimal(density_kg or 0) * 1000)
        mass_g = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    if mass_g <= 0:
        raise NotPositive(value=f"{value} {unit}", field="mass")
    return Mass(mass_g, number, unit, density_kg)


def _number(value: str | int | float | Decimal) -> Decimal:
    # str() first: Decimal(0.1) would keep the float's error.
    text = str(value).strip().replace(",", "").replace("，", "")
    try:
        number = Decimal(text if len(text) <= _DIGITS_MAX else "")
    except InvalidOperation:
        raise NotANumber(value=str(value)[:40], field="mass") from None
    # Neither abs() nor arithmetic on something like 1e999999999: they overflow.
    if not number.is_finite() or number.copy_abs() >= Decimal(10) ** 15:
        raise NotANumber(value=str(value)[:40], field="mass")
    return number
