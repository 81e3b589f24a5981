"""Indicators of general industrial solid waste.

Comprehensive utilisation rate 一般工业固体废物综合利用率 = recovered in the year ÷ (arisen in the
year + recovered from earlier years' storage). The second part of the denominator is counted as
the net fall of all storage in the district during the year: where storage grew, nothing was
taken from it. What came from outside and what treatment made is recovered here too and therefore
stands in the denominator; opening stock, differences and shortfalls of the book do not.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.indicators.declarations import (
    ARISING_AND_DRAWN,
    RECOVERED,
    TREATED,
    ZERO_WASTE_2021,
    Indicator,
)

_STREAMS = (
    "smelting_slag",
    "coal_ash",
    "boiler_slag",
    "coal_gangue",
    "tailings",
    "desulphurisation_gypsum",
    "by_product_gypsum",
    "red_mud",
    "carbide_slag",
    "industrial_sludge",
    "food_residue",
    "industrial_scrap",
    "process_residue",
    "other_industrial",
)

INDICATORS = (
    Indicator(
        code="industrial.utilisation",
        name=_("utilisation rate of general industrial solid waste"),
        domain="industrial",
        definition=_(
            "Recovered in the year ÷ (arisen, brought in and from treatment in the year + net "
            "amount drawn from earlier storage)."
        ),
        streams=_STREAMS,
        numerator=RECOVERED,
        denominator=ARISING_AND_DRAWN,
        source=ZERO_WASTE_2021,
        main=True,
    ),
    Indicator(
        code="industrial.treatment",
        name=_("treatment rate of general industrial solid waste"),
        domain="industrial",
        definition=_(
            "Recovered and disposed of in the year ÷ (arisen, brought in and from treatment in "
            "the year + net amount drawn from earlier storage)."
        ),
        streams=_STREAMS,
        numerator=TREATED,
        denominator=ARISING_AND_DRAWN,
    ),
)
