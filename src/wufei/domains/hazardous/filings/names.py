"""What the catalogue says of a code, for columns that nobody need fill in."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from wufei.hub.catalogue.models import WasteType
from wufei.hub.catalogue.rules import as_code

# A process sees what an operator adds to the catalogue after this long.
_KEPT_S = 60


@dataclass(frozen=True)
class Known:
    """``name`` is the official wording where it is loaded, else our own short one."""

    name: str
    category: str
    hazard: str
    stream: str = ""


_known: dict[str, Known] = {}
_read_at = float("-inf")


def forget() -> None:
    """Read the catalogue again when next asked."""
    global _read_at
    _read_at = float("-inf")


def known() -> Mapping[str, Known]:
    """Hazardous wastes by code; of several editions the latest."""
    global _known, _read_at
    if time.monotonic() - _read_at > _KEPT_S:
        rows = WasteType.objects.filter(domain="hazardous").order_by("validity")
        named = rows.values_list("code", "official_text", "name", "category", "hazard", "stream")
        _known = {
            code: Known(text or name, category, hazard, stream)
            for code, text, name, category, hazard, stream in named
        }
        _read_at = time.monotonic()
    return _known


def of(code: str) -> Known:
    """What is known of ``code``; nothing of one that the catalogue does not have."""
    return known().get(as_code(code or ""), Known("", "", ""))
