"""Grams as the ledger's pages show them."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from wufei.hub.ledger.units import GRAMS_PER_T

MINUS = "\N{MINUS SIGN}"
EXACT, ROUGH = 3, 1
# Below this, one decimal of a tonne would hide most of what is there.
SMALL_G = 10 * GRAMS_PER_T


def tonnes_text(mass_g: int, decimals: int = EXACT) -> str:
    """``-1234567890`` → ``−1,234.568``; rounded half-even."""
    value = (Decimal(mass_g) / GRAMS_PER_T).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    return f"{value:,f}".replace("-", MINUS) if value else f"{abs(value):,f}"


def tonnes(mass_g: int) -> Decimal:
    """For files: exact, in tonnes."""
    return Decimal(mass_g) / GRAMS_PER_T


@dataclass(frozen=True)
class Figure:
    """A number that can be clicked; ``exact`` is the whole of it, for the title."""

    mass_g: int
    url: str
    decimals: int = EXACT

    @property
    def text(self) -> str:
        return tonnes_text(self.mass_g, self.decimals) if self.mass_g else "0"

    @property
    def exact(self) -> str:
        return f"{tonnes_text(self.mass_g, 6)} t"


def decimals_for(masses_g: list[int], *, hazardous: bool) -> int:
    """Three for hazardous waste and for small lines, else one."""
    largest_g = max((abs(mass_g) for mass_g in masses_g), default=0)
    return EXACT if hazardous or largest_g < SMALL_G else ROUGH
