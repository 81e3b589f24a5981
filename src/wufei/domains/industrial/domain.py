"""General industrial solid waste 一般工业固体废物.

Coal ash here is power-plant ash; fly ash of waste incineration is hazardous (772-002-18).
Densities are usual loose bulk densities, offered where nothing was weighed.
"""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains.declaration import WasteDomain
from wufei.domains.industrial.indicators import INDICATORS
from wufei.domains.industrial.manifests import MANIFESTS
from wufei.domains.industrial.registers import REGISTERS
from wufei.hub.catalogue import methods as m
from wufei.hub.catalogue.declarations import Method, Stream, Text

_MINERAL = (m.BUILDING_MATERIALS, m.ROAD_BASE, m.BACKFILL)
_TO_RAW = (m.BUILDING_MATERIALS, m.RAW_MATERIAL)
_ORGANIC = (m.COMPOST, m.FODDER, m.BIOGAS, m.FUEL)
_GROUND = (m.LANDFILL, m.OTHER_DISPOSAL)
_FIRE = (m.LANDFILL, m.INCINERATION, m.CEMENT_KILN, m.OTHER_DISPOSAL)


def _stream(
    code: str,
    name: Text,
    density: int | None,
    recovery: tuple[Method, ...],
    disposal: tuple[Method, ...] = _GROUND,
) -> Stream:
    density_kg_m3 = None if density is None else Decimal(density)
    return Stream(
        code,
        name,
        density_kg_m3=density_kg_m3,
        recovery=(*recovery, m.OTHER_RECOVERY),
        disposal=disposal,
    )


INDUSTRIAL = WasteDomain(
    code="industrial",
    name=_("general industrial solid waste"),
    short_name=pgettext_lazy("domain", "industrial"),
    colour="#5b8ff9",
    icon="building-factory-2",
    description=_("Bulk by-products and other non-hazardous wastes of enterprises."),
    manifests=MANIFESTS,
    registers=REGISTERS,
    indicators=INDICATORS,
    streams=(
        _stream("smelting_slag", _("smelting slag"), 1800, (*_MINERAL, m.METAL_RECOVERY)),
        _stream("coal_ash", _("coal ash"), 800, _MINERAL),
        _stream("boiler_slag", _("boiler slag"), 1000, _MINERAL),
        _stream("coal_gangue", _("coal gangue"), 1600, (*_MINERAL, m.FUEL)),
        _stream("tailings", _("tailings"), 1600, (*_MINERAL, m.METAL_RECOVERY)),
        _stream("desulphurisation_gypsum", _("desulphurisation gypsum"), 1100, _TO_RAW),
        _stream("by_product_gypsum", _("other by-product gypsum"), 1100, _TO_RAW),
        _stream("red_mud", _("red mud"), 1400, (*_MINERAL, m.METAL_RECOVERY)),
        _stream("carbide_slag", _("carbide slag"), 1100, (*_TO_RAW, m.ROAD_BASE)),
        _stream("industrial_sludge", _("industrial sludge"), 1050, (*_TO_RAW, m.COMPOST), _FIRE),
        _stream("food_residue", _("food-processing residue"), 600, _ORGANIC, _FIRE),
        _stream(
            "industrial_scrap",
            _("recyclable industrial waste"),
            None,
            (m.RAW_MATERIAL, m.METAL_RECOVERY, m.PULPING, m.REGRANULATION),
            _FIRE,
        ),
        _stream("process_residue", _("process residue"), None, (*_TO_RAW, m.FUEL), _FIRE),
        _stream("other_industrial", _("other industrial solid waste"), None, _TO_RAW, _FIRE),
    ),
)
