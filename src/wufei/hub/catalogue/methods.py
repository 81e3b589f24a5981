"""Ways of recovery and disposal that several domains share, so that they add up across them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.catalogue.declarations import Method, Outcome, Text


def recovery(code: str, name: Text) -> Method:
    return Method(code, name, Outcome.RECOVERED)


def disposal(code: str, name: Text) -> Method:
    return Method(code, name, Outcome.DISPOSED)


BUILDING_MATERIALS = recovery("building_materials", _("building materials"))
ROAD_BASE = recovery("road_base", _("road base"))
BACKFILL = recovery("backfill", _("backfilling"))
RAW_MATERIAL = recovery("raw_material", _("industrial raw material"))
RETURN_TO_FIELD = recovery("return_to_field", _("return to field"))
FODDER = recovery("fodder", _("fodder"))
BASE_MATERIAL = recovery("base_material", _("growing substrate"))
FUEL = recovery("fuel", pgettext_lazy("method", "fuel"))
COMPOST = recovery("compost", _("compost and fertiliser"))
BIOGAS = recovery("biogas", _("anaerobic digestion to biogas"))
OIL_EXTRACTION = recovery("oil_extraction", _("grease extraction"))
LAND_USE = recovery("land_use", _("use on land"))
EARTHWORK = recovery("earthwork", _("reuse as earthwork fill"))
RECYCLED_AGGREGATE = recovery("recycled_aggregate", _("recycled aggregate"))
METAL_RECOVERY = recovery("metal_recovery", _("metal recovery"))
PULPING = recovery("pulping", _("pulping to recycled paper"))
REGRANULATION = recovery("regranulation", _("regranulation"))
REMELTING = recovery("remelting", _("remelting"))
FIBRE_RECOVERY = recovery("fibre_recovery", _("fibre recovery"))
WOOD_PANELS = recovery("wood_panels", _("wood-based panels"))
RECLAIMED_RUBBER = recovery("reclaimed_rubber", _("reclaimed rubber and crumb"))
REUSE = recovery("reuse", pgettext_lazy("method", "reuse"))
DISMANTLING = recovery("dismantling", _("dismantling"))
REMANUFACTURE = recovery("remanufacture", _("remanufacture"))
CASCADE_USE = recovery("cascade_use", _("second-life use"))
OIL_REFINING = recovery("oil_refining", _("waste oil re-refining"))
SOLVENT_RECOVERY = recovery("solvent_recovery", _("solvent recovery"))
ACID_ALKALI_RECOVERY = recovery("acid_alkali_recovery", _("acid and alkali regeneration"))
CATALYST_REGENERATION = recovery("catalyst_regeneration", _("catalyst regeneration"))
CONTAINER_CLEANING = recovery("container_cleaning", _("container reconditioning"))
OTHER_RECOVERY = recovery("other_recovery", _("other recovery"))

LANDFILL = disposal("landfill", pgettext_lazy("method", "landfill"))
SECURE_LANDFILL = disposal("secure_landfill", _("secure landfill"))
INCINERATION = disposal("incineration", _("incineration"))
POWER_INCINERATION = disposal("power_incineration", _("incineration with power generation"))
CEMENT_KILN = disposal("cement_kiln", _("co-processing in a cement kiln"))
PHYSICOCHEMICAL = disposal("physicochemical", _("physical and chemical treatment"))
SOLIDIFICATION = disposal("solidification", _("stabilisation and solidification"))
STEAM_STERILISATION = disposal("steam_sterilisation", _("steam sterilisation"))
MICROWAVE_DISINFECTION = disposal("microwave_disinfection", _("microwave disinfection"))
CHEMICAL_DISINFECTION = disposal("chemical_disinfection", _("chemical disinfection"))
RENDERING = disposal("rendering", pgettext_lazy("method", "rendering"))
DEEP_BURIAL = disposal("deep_burial", _("deep burial"))
SPOIL_GROUND = disposal("spoil_ground", _("spoil ground"))
SAFE_DISPOSAL = disposal("safe_disposal", _("safe disposal"))
OTHER_DISPOSAL = disposal("other_disposal", _("other disposal"))
