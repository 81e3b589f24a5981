"""Indicators of agricultural solid waste.

Straw and manure 秸秆、畜禽粪污综合利用率 = used in one of the accepted ways ÷ what arose. Film and
packaging 农膜、农药包装废弃物回收率: the official denominators are what was used or sold, which
the ledger does not know; here they are what was lifted and emptied. Packaging that is burnt with
household waste and carcasses that are buried on the spot count as not collected.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.indicators.declarations import (
    ARISING,
    ARISING_AND_DRAWN,
    RECOVERED,
    ZERO_WASTE_2021,
    Indicator,
    Term,
)

_ALL = (
    "straw",
    "livestock_manure",
    "mulch_film",
    "pesticide_packaging",
    "dead_livestock",
    "melon_vines",
)
_PACKAGING, _CARCASSES = ("pesticide_packaging",), ("dead_livestock",)

INDICATORS = (
    Indicator(
        code="agricultural.utilisation",
        name=_("utilisation rate of agricultural solid waste"),
        domain="agricultural",
        definition=_("Recovered in the year ÷ arisen and brought in, over all six streams."),
        streams=_ALL,
        numerator=RECOVERED,
        denominator=ARISING,
    ),
    Indicator(
        code="agricultural.straw_utilisation",
        name=_("utilisation rate of straw"),
        domain="agricultural",
        definition=_("Used as fertiliser, fodder, fuel, substrate or raw material ÷ collectable."),
        streams=("straw",),
        numerator=RECOVERED,
        denominator=ARISING,
        source=ZERO_WASTE_2021,
        differs=_("Collectable straw is what the fields' books report, not an estimate by area."),
        main=True,
    ),
    Indicator(
        code="agricultural.manure_utilisation",
        name=_("utilisation rate of livestock manure"),
        domain="agricultural",
        definition=_("Used in the year ÷ arisen in the year + net amount drawn from storage."),
        streams=("livestock_manure",),
        numerator=RECOVERED,
        denominator=ARISING_AND_DRAWN,
        source=ZERO_WASTE_2021,
    ),
    Indicator(
        code="agricultural.film_recovery",
        name=_("recovery rate of mulch film"),
        domain="agricultural",
        definition=_("Film recovered in the year ÷ film lifted from the fields in the year."),
        streams=("mulch_film",),
        numerator=RECOVERED,
        denominator=ARISING,
        source=ZERO_WASTE_2021,
        differs=_("The official denominator is the film used, which units file as a statistic."),
    ),
    Indicator(
        code="agricultural.pesticide_packaging_recovery",
        name=_("recovery rate of pesticide packaging"),
        domain="agricultural",
        definition=_(
            "Recovered, burnt as hazardous waste or safely disposed of ÷ emptied in the year. "
            "What is burnt or buried with household waste was not collected."
        ),
        streams=_PACKAGING,
        numerator=(
            Term("recovered"),
            Term("disposed", ("incineration", "safe_disposal")),
        ),
        denominator=ARISING,
        source=ZERO_WASTE_2021,
        differs=_("The official denominator is the packaging sold, which dealers file."),
    ),
    Indicator(
        code="agricultural.carcass_harmless",
        name=_("central harmless treatment rate of dead livestock"),
        domain="agricultural",
        definition=_("Treated in a central plant ÷ all that died. Burial on the spot is not."),
        streams=_CARCASSES,
        numerator=(
            Term("recovered"),
            Term("disposed", ("rendering", "incineration", "safe_disposal")),
        ),
        denominator=ARISING,
        source=ZERO_WASTE_2021,
    ),
)
