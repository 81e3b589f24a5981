"""Indicators of construction waste.

Utilisation rate 建筑垃圾资源化利用率 = recovered ÷ arisen, spoil reused on the spot included. The
national aim of 50 % by 2027 (国办函〔2025〕57号) counts cities as a whole; grade B.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.indicators.declarations import (
    ARISING,
    ARISING_AND_DRAWN,
    RECOVERED,
    TREATED,
    ZERO_WASTE_2021,
    Indicator,
)

_STREAMS = ("spoil", "slurry", "site_waste", "demolition_waste", "renovation_waste")
_RUBBLE = ("site_waste", "demolition_waste", "renovation_waste")

INDICATORS = (
    Indicator(
        code="construction.utilisation",
        name=_("utilisation rate of construction waste"),
        domain="construction",
        definition=_("Recovered of all five classes ÷ arisen and brought in in the year."),
        streams=_STREAMS,
        numerator=RECOVERED,
        denominator=ARISING,
        source=ZERO_WASTE_2021,
        main=True,
    ),
    Indicator(
        code="construction.rubble_utilisation",
        name=_("utilisation rate of building rubble"),
        domain="construction",
        definition=_("The same without spoil and slurry, which fill ground."),
        streams=_RUBBLE,
        numerator=RECOVERED,
        denominator=ARISING,
    ),
    Indicator(
        code="construction.treatment",
        name=_("treatment rate of construction waste"),
        domain="construction",
        definition=_(
            "Recovered and disposed of ÷ arisen and brought in + net amount drawn from storage."
        ),
        streams=_STREAMS,
        numerator=TREATED,
        denominator=ARISING_AND_DRAWN,
    ),
)
