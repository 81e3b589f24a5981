"""Household waste 生活垃圾, sorted into four classes, and what cities clear: sludge, silt.

Nothing is stocked where it arises: a round's load leaves the bin and is on the road.
Densities are usual values at collection.
"""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains.declaration import WasteDomain
from wufei.domains.household.indicators import INDICATORS
from wufei.domains.household.manifests import MANIFESTS
from wufei.hub.catalogue import methods as m
from wufei.hub.catalogue.declarations import Method, Stream, Text, Unit

_KITCHEN = (m.BIOGAS, m.COMPOST, m.FODDER, m.OIL_EXTRACTION)
_RECYCLE = (
    m.RAW_MATERIAL,
    m.METAL_RECOVERY,
    m.PULPING,
    m.REGRANULATION,
    m.REMELTING,
    m.FIBRE_RECOVERY,
    m.REUSE,
)
_BURN = (m.POWER_INCINERATION, m.LANDFILL, m.OTHER_DISPOSAL)


def _stream(
    code: str,
    name: Text,
    density: int,
    recovery: tuple[Method, ...],
    disposal: tuple[Method, ...] = _BURN,
    *,
    unit: Unit = Unit.TONNE,
    piece: int | None = None,
) -> Stream:
    return Stream(
        code,
        name,
        storage_ledger=False,
        unit=unit,
        density_kg_m3=Decimal(density),
        unit_mass_kg=None if piece is None else Decimal(piece),
        recovery=(*recovery, m.OTHER_RECOVERY),
        disposal=disposal,
    )


HOUSEHOLD = WasteDomain(
    code="household",
    name=_("household waste"),
    short_name=pgettext_lazy("domain", "household"),
    colour="#f2b84b",
    icon="trash",
    description=_("Four sorted classes, catering and bulky waste, sludge, faeces, dredged silt."),
    manifests=MANIFESTS,
    indicators=INDICATORS,
    streams=(
        _stream("household_residual", _("residual waste"), 350, ()),
        _stream("household_kitchen", _("household kitchen waste"), 800, _KITCHEN),
        _stream("household_recyclable", _("recyclables"), 150, _RECYCLE),
        _stream(
            "household_harmful",
            _("harmful household waste"),
            400,
            (m.METAL_RECOVERY,),
            (m.SAFE_DISPOSAL, m.INCINERATION),
            unit=Unit.KILOGRAM,
        ),
        _stream("catering_kitchen", _("catering kitchen waste"), 950, _KITCHEN),
        _stream("bulky", _("bulky waste"), 200, (*_RECYCLE, m.WOOD_PANELS, m.FUEL), piece=30),
        _stream(
            "sewage_sludge",
            _("municipal sewage sludge"),
            1050,
            (m.LAND_USE, m.COMPOST, m.BIOGAS, m.BUILDING_MATERIALS, m.FUEL),
            (m.POWER_INCINERATION, m.INCINERATION, m.CEMENT_KILN, m.LANDFILL, m.OTHER_DISPOSAL),
        ),
        _stream(
            "faeces",
            _("septic-tank faeces"),
            1000,
            (m.COMPOST, m.RETURN_TO_FIELD, m.BIOGAS),
            (m.SAFE_DISPOSAL, m.OTHER_DISPOSAL),
        ),
        _stream(
            "dredged_silt",
            _("dredged silt"),
            1300,
            (m.LAND_USE, m.BUILDING_MATERIALS, m.EARTHWORK),
            (m.LANDFILL, m.OTHER_DISPOSAL),
        ),
    ),
)
