"""Hazardous waste 危险废物, medical waste included: exact lots, tonnes with three decimals."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains.declaration import WasteDomain
from wufei.domains.hazardous.indicators import INDICATORS
from wufei.domains.hazardous.labels import LABELS
from wufei.domains.hazardous.manifests import MANIFESTS
from wufei.domains.hazardous.registers import REGISTERS
from wufei.domains.hazardous.rules import RULES
from wufei.hub.catalogue import methods as m
from wufei.hub.catalogue.declarations import Stream, Tracking, Unit

_RECOVERY = (
    m.OIL_REFINING,
    m.SOLVENT_RECOVERY,
    m.METAL_RECOVERY,
    m.ACID_ALKALI_RECOVERY,
    m.CATALYST_REGENERATION,
    m.CONTAINER_CLEANING,
    m.RAW_MATERIAL,
    m.FUEL,
    m.BUILDING_MATERIALS,
    m.OTHER_RECOVERY,
)
_DISPOSAL = (
    m.INCINERATION,
    m.SECURE_LANDFILL,
    m.PHYSICOCHEMICAL,
    m.CEMENT_KILN,
    m.SOLIDIFICATION,
    m.SAFE_DISPOSAL,
    m.OTHER_DISPOSAL,
)

HAZARDOUS = WasteDomain(
    code="hazardous",
    name=_("hazardous waste"),
    short_name=pgettext_lazy("domain", "hazardous"),
    colour="#e8615a",
    icon="biohazard",
    description=_("HW01 to HW50 of the national catalogue, medical and social sources included."),
    manifests=MANIFESTS,
    registers=REGISTERS,
    rules=RULES,
    labels=LABELS,
    indicators=INDICATORS,
    streams=(
        Stream(
            "hazardous_industrial",
            _("industrial hazardous waste"),
            Tracking.LOTS,
            recovery=_RECOVERY,
            disposal=_DISPOSAL,
        ),
        Stream(
            "medical",
            _("medical waste"),
            Tracking.LOTS,
            unit=Unit.KILOGRAM,
            density_kg_m3=Decimal(120),
            disposal=(
                m.INCINERATION,
                m.STEAM_STERILISATION,
                m.MICROWAVE_DISINFECTION,
                m.CHEMICAL_DISINFECTION,
                m.SAFE_DISPOSAL,
            ),
        ),
        Stream(
            "incineration_fly_ash",
            _("fly ash of waste incineration"),
            Tracking.LOTS,
            density_kg_m3=Decimal(700),
            recovery=(m.RAW_MATERIAL, m.OTHER_RECOVERY),
            disposal=(m.SOLIDIFICATION, m.LANDFILL, m.SECURE_LANDFILL, m.CEMENT_KILN),
        ),
        Stream(
            "lead_battery",
            _("waste lead-acid batteries"),
            Tracking.LOTS,
            unit_mass_kg=Decimal(15),
            recovery=(m.METAL_RECOVERY, m.DISMANTLING),
            disposal=(m.SAFE_DISPOSAL,),
        ),
        Stream(
            "social_source",
            _("hazardous waste of social sources"),
            Tracking.LOTS,
            unit=Unit.KILOGRAM,
            recovery=_RECOVERY,
            disposal=_DISPOSAL,
        ),
    ),
)
