"""How the cockpit writes masses: readable from three metres, exact in the title."""

from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils.translation import get_language

from wufei.hub.ledger.figures import EXACT, MINUS, tonnes_text
from wufei.hub.ledger.units import GRAMS_PER_T

_TEN_THOUSAND_T, _THOUSAND_T = 10_000, 1_000


@dataclass(frozen=True)
class Shown:
    """A figure: ``text`` large, ``rest`` (decimals) and ``unit`` small; ``url`` is the way down."""

    text: str
    rest: str = ""
    unit: str = ""
    exact: str = ""
    url: str = ""
    g: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def mass(mass_g: int, url: str, *, hazardous: bool = False) -> Shown:
    """Tonnes: hazardous waste with three decimals, ten thousands as 万 (English: thousands)."""
    exact = f"{tonnes_text(mass_g, 6)} t"
    if hazardous:
        text, _dot, rest = tonnes_text(mass_g, EXACT).partition(".")
        return Shown(text, f".{rest}" if mass_g else "", "", exact, url, mass_g)
    tonnes = Decimal(mass_g) / GRAMS_PER_T
    if abs(tonnes) < _TEN_THOUSAND_T:
        # One decimal of a small figure says more than a zero would.
        decimals = 1 if 0 < abs(tonnes) < 10 else 0
        return Shown(tonnes_text(mass_g, decimals), exact=exact, url=url, g=mass_g)
    step, unit = (_TEN_THOUSAND_T, "万") if _chinese() else (_THOUSAND_T, "k")
    rounded = (tonnes / step).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    return Shown(f"{rounded:,}".replace("-", MINUS), unit=unit, exact=exact, url=url, g=mass_g)


def count(number: int, url: str = "") -> Shown:
    return Shown(f"{number:,}", url=url)


def short(mass_g: int, *, hazardous: bool = False) -> str:
    """One word for a label: ``18.6 万`` or ``3,184.612``."""
    shown = mass(mass_g, "", hazardous=hazardous)
    return " ".join(filter(None, (shown.text + shown.rest, shown.unit)))


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
