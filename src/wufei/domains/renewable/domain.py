"""Renewable resources 再生资源: what recyclers buy, sort and send on.

End-of-life vehicles are followed one by one; the rest is bulk goods of a yard. Piece masses are
usual values, for orders booked by the piece before they are weighed.
"""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains.declaration import WasteDomain
from wufei.domains.renewable.indicators import INDICATORS
from wufei.domains.renewable.manifests import MANIFESTS
from wufei.domains.renewable.rules import RULES
from wufei.hub.catalogue import methods as m
from wufei.hub.catalogue.declarations import Method, Stream, Text, Tracking, Unit

_LEFT = (m.POWER_INCINERATION, m.LANDFILL, m.OTHER_DISPOSAL)
_CAREFUL = (m.SAFE_DISPOSAL, m.INCINERATION)


def _stream(code: str, name: Text, *recovery: Method) -> Stream:
    return Stream(code, name, recovery=(*recovery, m.OTHER_RECOVERY), disposal=_LEFT)


RENEWABLE = WasteDomain(
    code="renewable",
    name=_("renewable resources"),
    short_name=pgettext_lazy("domain", "renewable"),
    colour="#2fc1c7",
    icon="recycle",
    description=_("Scrap metal, paper, plastics, glass, textiles, wood, tyres, appliances, cars."),
    manifests=MANIFESTS,
    rules=RULES,
    indicators=INDICATORS,
    streams=(
        _stream("scrap_steel", _("scrap iron and steel"), m.REMELTING, m.REUSE),
        _stream("scrap_nonferrous", _("scrap non-ferrous metal"), m.REMELTING, m.METAL_RECOVERY),
        _stream("waste_paper", _("waste paper"), m.PULPING),
        _stream("waste_plastics", _("waste plastics"), m.REGRANULATION, m.FUEL),
        _stream("waste_glass", _("waste glass"), m.REMELTING, m.BUILDING_MATERIALS),
        _stream("waste_textiles", _("waste textiles"), m.REUSE, m.FIBRE_RECOVERY),
        _stream("waste_wood", _("waste wood"), m.WOOD_PANELS, m.FUEL, m.REUSE),
        Stream(
            "waste_tyres",
            _("waste tyres and rubber"),
            unit_mass_kg=Decimal(10),
            recovery=(m.RECLAIMED_RUBBER, m.REMANUFACTURE, m.FUEL, m.OTHER_RECOVERY),
            disposal=_LEFT,
        ),
        Stream(
            "e_waste",
            _("waste electrical appliances"),
            unit_mass_kg=Decimal(25),
            recovery=(m.DISMANTLING, m.REUSE, m.METAL_RECOVERY, m.REGRANULATION),
            disposal=_CAREFUL,
        ),
        Stream(
            "end_of_life_vehicles",
            _("end-of-life vehicles"),
            Tracking.LOTS,
            unit=Unit.PIECE,
            unit_mass_kg=Decimal(1300),
            recovery=(m.DISMANTLING, m.REMANUFACTURE, m.REMELTING, m.REUSE),
            disposal=_CAREFUL,
        ),
        Stream(
            "traction_batteries",
            _("retired traction batteries"),
            recovery=(m.CASCADE_USE, m.DISMANTLING, m.METAL_RECOVERY),
            disposal=_CAREFUL,
        ),
    ),
)
