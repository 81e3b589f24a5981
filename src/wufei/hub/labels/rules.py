"""What a label must say, as pure checks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from wufei.hub.labels.formats import Format

VOLUME_L_MAX = Decimal(100_000)
# Nothing that is thrown away is heavier than mercury, 13.6 kg/L.
DENSITY_KG_L_MAX = Decimal(14)
# Signs of HJ 1276 are for these properties.
HAZARDS = ("T", "C", "I", "R", "In")


@dataclass(frozen=True)
class Facts:
    """What a person says of a container; volume in litres, None where it does not matter."""

    volume_l: Decimal | None = None
    container: str = ""
    form: str = ""
    hazard: str = ""
    components: str = ""
    harmful: str = ""
    precautions: str = ""
    contact: str = ""
    phone: str = ""
    note: str = ""


def missing(facts: Facts, format: Format) -> Iterator[str]:
    """Fields without which a label of this format is not printed."""
    for name in sorted(format.needs):
        if not getattr(facts, name):
            yield name


def fits(mass_g: int, volume_l: Decimal | None) -> bool:
    """Whether so many grams can be in so many litres: catches mistaken units."""
    return volume_l is None or Decimal(mass_g) / 1000 <= volume_l * DENSITY_KG_L_MAX


def hazards(text: str) -> list[str]:
    """``T/In``, ``T,I`` → its properties in the order of the standard; others last."""
    found = [part.strip() for part in text.replace("/", ",").split(",") if part.strip()]
    known = [one for one in HAZARDS if one in found]
    return known + [one for one in found if one not in HAZARDS]


def with_hazard(facts: Facts, hazard: str) -> Facts:
    """The hazard properties of the waste, unless somebody said others of this container."""
    return facts if facts.hazard else replace(facts, hazard=hazard)
