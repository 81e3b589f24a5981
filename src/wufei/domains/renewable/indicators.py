"""Indicators of renewable resources.

Recovery rate 再生资源利用率 = made into something again ÷ what was bought and brought in. The
official figure 再生资源回收量增长率 compares years and counts trade that the ledger does not see.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.indicators.declarations import (
    ARISING,
    ARISING_AND_DRAWN,
    RECOVERED,
    Indicator,
)

_STREAMS = (
    "scrap_steel",
    "scrap_nonferrous",
    "waste_paper",
    "waste_plastics",
    "waste_glass",
    "waste_textiles",
    "waste_wood",
    "waste_tyres",
    "e_waste",
    "end_of_life_vehicles",
    "traction_batteries",
)
_CARS = ("end_of_life_vehicles",)

INDICATORS = (
    Indicator(
        code="renewable.recovery",
        name=_("recovery rate of renewable resources"),
        domain="renewable",
        definition=_("Recovered in the year ÷ bought, brought in and from treatment in the year."),
        streams=_STREAMS,
        numerator=RECOVERED,
        denominator=ARISING,
        main=True,
    ),
    Indicator(
        code="renewable.vehicle_dismantling",
        name=_("dismantling rate of end-of-life vehicles"),
        domain="renewable",
        definition=_(
            "Dismantled and reused ÷ vehicles handed in + net amount drawn from the yard."
        ),
        streams=_CARS,
        numerator=RECOVERED,
        denominator=ARISING_AND_DRAWN,
    ),
)
