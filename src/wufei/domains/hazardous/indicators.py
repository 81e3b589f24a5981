"""Indicators of hazardous and medical waste.

Utilisation rate 工业危险废物综合利用率 and utilisation-and-disposal rate 利用处置率 =
recovered (and disposed of) ÷ (arisen in the year + net amount drawn from earlier storage), for
industrial hazardous waste alone. Medical waste, social sources, batteries and fly ash have rates
of their own or none. What treatment makes stands in the denominator, since its treatment counts.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.indicators.declarations import (
    ARISING_AND_DRAWN,
    RECOVERED,
    TREATED,
    ZERO_WASTE_2021,
    Indicator,
    Term,
)

_INDUSTRIAL, _MEDICAL = ("hazardous_industrial",), ("medical",)
_SOCIAL = ("social_source", "lead_battery")

INDICATORS = (
    Indicator(
        code="hazardous.utilisation",
        name=_("utilisation rate of industrial hazardous waste"),
        domain="hazardous",
        definition=_(
            "Recovered in the year ÷ (arisen, brought in and from treatment in the year + net "
            "amount drawn from earlier storage)."
        ),
        streams=_INDUSTRIAL,
        numerator=RECOVERED,
        denominator=ARISING_AND_DRAWN,
        source=ZERO_WASTE_2021,
        main=True,
    ),
    Indicator(
        code="hazardous.disposal",
        name=_("utilisation and disposal rate of industrial hazardous waste"),
        domain="hazardous",
        definition=_(
            "Recovered and disposed of in the year ÷ (arisen, brought in and from treatment in "
            "the year + net amount drawn from earlier storage)."
        ),
        streams=_INDUSTRIAL,
        numerator=TREATED,
        denominator=ARISING_AND_DRAWN,
    ),
    Indicator(
        code="medical.disposal",
        name=_("harmless disposal rate of medical waste"),
        domain="hazardous",
        definition=_("Disposed of in the year ÷ arisen in the year + net amount drawn from stock."),
        streams=_MEDICAL,
        numerator=(Term("disposed"),),
        denominator=ARISING_AND_DRAWN,
    ),
    Indicator(
        code="hazardous.social_treatment",
        name=_("treatment rate of hazardous waste of social sources"),
        domain="hazardous",
        definition=_("Recovered and disposed of ÷ collected, waste lead-acid batteries included."),
        streams=_SOCIAL,
        numerator=TREATED,
        denominator=ARISING_AND_DRAWN,
    ),
)
