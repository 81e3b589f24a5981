"""Agricultural solid waste 农业固体废物: fields, greenhouses, barns.

Straw, vines and carcasses arise when they are collected; farms and village points keep the
phone ledger of manure, film and packaging. Densities are usual values of baled or loose goods.
"""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains.agricultural.indicators import INDICATORS
from wufei.domains.agricultural.manifests import MANIFESTS
from wufei.domains.declaration import WasteDomain
from wufei.hub.catalogue import methods as m
from wufei.hub.catalogue.declarations import Stream, Unit

# The five uses of straw 秸秆"五化"利用: fertiliser, fodder, fuel, substrate, raw material.
_FIVE_USES = (m.RETURN_TO_FIELD, m.COMPOST, m.FODDER, m.FUEL, m.BASE_MATERIAL, m.RAW_MATERIAL)
_FIRE = (m.POWER_INCINERATION, m.LANDFILL, m.OTHER_DISPOSAL)

AGRICULTURAL = WasteDomain(
    code="agricultural",
    name=_("agricultural solid waste"),
    short_name=pgettext_lazy("domain", "agricultural"),
    colour="#61c28b",
    icon="plant-2",
    description=_("Straw, manure, mulch film, pesticide packaging, carcasses and vines."),
    manifests=MANIFESTS,
    indicators=INDICATORS,
    streams=(
        Stream(
            "straw",
            _("crop straw"),
            storage_ledger=False,
            density_kg_m3=Decimal(130),
            recovery=_FIVE_USES,
            disposal=_FIRE,
        ),
        Stream(
            "livestock_manure",
            _("livestock manure"),
            density_kg_m3=Decimal(950),
            recovery=(m.RETURN_TO_FIELD, m.COMPOST, m.BIOGAS, m.BASE_MATERIAL, m.OTHER_RECOVERY),
            disposal=(m.OTHER_DISPOSAL,),
        ),
        Stream(
            "mulch_film",
            _("waste mulch film"),
            unit=Unit.KILOGRAM,
            recovery=(m.REGRANULATION, m.FUEL, m.OTHER_RECOVERY),
            disposal=_FIRE,
        ),
        Stream(
            "pesticide_packaging",
            _("pesticide packaging waste"),
            unit=Unit.KILOGRAM,
            unit_mass_kg=Decimal("0.02"),
            recovery=(m.REGRANULATION, m.REMELTING, m.OTHER_RECOVERY),
            disposal=(m.POWER_INCINERATION, m.LANDFILL, m.INCINERATION, m.SAFE_DISPOSAL),
        ),
        Stream(
            "dead_livestock",
            _("dead livestock and poultry"),
            storage_ledger=False,
            unit=Unit.KILOGRAM,
            unit_mass_kg=Decimal(50),
            recovery=(m.COMPOST, m.OIL_EXTRACTION),
            disposal=(m.RENDERING, m.INCINERATION, m.DEEP_BURIAL, m.SAFE_DISPOSAL),
        ),
        Stream(
            "melon_vines",
            _("melon vines and vegetable leaves"),
            storage_ledger=False,
            density_kg_m3=Decimal(300),
            recovery=(m.RETURN_TO_FIELD, m.COMPOST, m.FODDER, m.BIOGAS, m.BASE_MATERIAL),
            disposal=_FIRE,
        ),
    ),
)
