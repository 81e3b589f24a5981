"""What lies under the maps: nothing by default, Tianditu by key, or a PMTiles file of one's own."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.urls import reverse

from wufei.config import environment as env

# PMTiles specification v3, section 3: "PMTiles" and the version, the kind of tiles at byte 99.
_MAGIC, _KIND_AT, _HEADER_BYTES, _VECTOR = b"PMTiles\x03", 99, 127, 1
TIANDITU = "https://*.tianditu.gov.cn"


@dataclass(frozen=True)
class BaseMap:
    """``kind`` of the PMTiles: "vector" or "raster"; ``datum`` is what the base map is drawn in."""

    tianditu: str = ""
    pmtiles: str = ""
    kind: str = ""
    datum: str = "wgs84"


def base_map() -> BaseMap:
    """Tianditu's tiles (CGCS2000, within decimetres of WGS-84) go before a file."""
    if key := env.text("WUFEI_TIANDITU_KEY"):
        return BaseMap(tianditu=key)
    if (kind := kind_of(env.text("WUFEI_PMTILES"))) is None:
        return BaseMap()
    datum = env.text("WUFEI_PMTILES_DATUM")
    return BaseMap(pmtiles=reverse("telemetry.base_map"), kind=kind, datum=datum)


@cache
def kind_of(name: str) -> str | None:
    """What kind of tiles the file holds; None when it is missing or no PMTiles of version 3."""
    if not name or not (path := Path(name).expanduser()).is_file():
        return None
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        return None
    return "vector" if header[_KIND_AT] == _VECTOR else "raster"


def foreign_sources() -> str:
    """Where else pages load from: for the content security policy."""
    return f" {TIANDITU}" if env.text("WUFEI_TIANDITU_KEY") else ""
