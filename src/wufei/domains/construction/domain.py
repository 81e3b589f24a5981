"""Construction waste 建筑垃圾: the five classes of practice.

A truck is loaded where the waste arises, so there is no storage ledger there. Densities are
usual loose values; the disposal approval may set others.
"""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains.construction.indicators import INDICATORS
from wufei.domains.construction.manifests import MANIFESTS
from wufei.domains.construction.rules import RULES
from wufei.domains.declaration import WasteDomain
from wufei.hub.catalogue import methods as m
from wufei.hub.catalogue.declarations import Method, Stream, Text

_RUBBLE = (m.RECYCLED_AGGREGATE, m.BUILDING_MATERIALS, m.ROAD_BASE, m.BACKFILL)
_EARTH = (m.EARTHWORK, m.BACKFILL, m.BUILDING_MATERIALS)
_TIP = (m.SPOIL_GROUND, m.LANDFILL, m.OTHER_DISPOSAL)


def _stream(code: str, name: Text, density: int, recovery: tuple[Method, ...]) -> Stream:
    return Stream(
        code,
        name,
        storage_ledger=False,
        density_kg_m3=Decimal(density),
        recovery=(*recovery, m.OTHER_RECOVERY),
        disposal=_TIP,
    )


CONSTRUCTION = WasteDomain(
    code="construction",
    name=_("construction waste"),
    short_name=pgettext_lazy("domain", "construction"),
    colour="#c58b5c",
    icon="backhoe",
    description=_("Spoil, slurry, and waste of building, demolition and renovation."),
    manifests=MANIFESTS,
    rules=RULES,
    indicators=INDICATORS,
    streams=(
        _stream("spoil", _("engineering spoil"), 1600, _EARTH),
        _stream("slurry", _("engineering slurry"), 1200, _EARTH),
        _stream("site_waste", _("building-site waste"), 1300, _RUBBLE),
        _stream("demolition_waste", _("demolition waste"), 1400, _RUBBLE),
        _stream("renovation_waste", _("renovation waste"), 900, (*_RUBBLE, m.FUEL)),
    ),
)
