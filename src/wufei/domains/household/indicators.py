"""Indicators of household waste.

Recovery rate 生活垃圾回收利用率 = recyclables and kitchen waste that went neither to incineration
nor to landfill ÷ household waste that arose, over the four sorted classes with catering and bulky
waste. Sludge, faeces and dredged silt are no household waste in that sense. Treatment rates also
count what plants took from the storage of earlier years.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.indicators.declarations import (
    ARISING,
    ARISING_AND_DRAWN,
    RECOVERED,
    TREATED,
    ZERO_WASTE_2021,
    Indicator,
    Term,
)

_KITCHEN = ("household_kitchen", "catering_kitchen")
_SORTED = (
    "household_residual",
    "household_recyclable",
    "household_harmful",
    "bulky",
    *_KITCHEN,
)
_SLUDGE = ("sewage_sludge",)
_SLUDGE_METHODS = ("incineration", "power_incineration", "cement_kiln", "landfill")

INDICATORS = (
    Indicator(
        code="household.recovery",
        name=_("recovery rate of household waste"),
        domain="household",
        definition=_("Recovered of the sorted classes ÷ all household waste that arose."),
        streams=_SORTED,
        numerator=RECOVERED,
        denominator=ARISING,
        source=ZERO_WASTE_2021,
        differs=_("Recyclables that never enter the sorted collection stand under renewable."),
        main=True,
    ),
    Indicator(
        code="household.kitchen_utilisation",
        name=_("utilisation rate of kitchen waste"),
        domain="household",
        definition=_("Recovered household and catering kitchen waste ÷ what arose of both."),
        streams=_KITCHEN,
        numerator=RECOVERED,
        denominator=ARISING,
    ),
    Indicator(
        code="household.treatment",
        name=_("harmless treatment rate of household waste"),
        domain="household",
        definition=_(
            "Recovered and disposed of ÷ household waste that arose + net amount drawn from "
            "storage."
        ),
        streams=_SORTED,
        numerator=TREATED,
        denominator=ARISING_AND_DRAWN,
    ),
    Indicator(
        code="household.sludge_disposal",
        name=_("harmless disposal rate of municipal sludge"),
        domain="household",
        definition=_(
            "Recovered, burnt, co-processed or landfilled ÷ sludge that arose + net amount "
            "drawn from storage."
        ),
        streams=_SLUDGE,
        numerator=(Term("recovered"), Term("disposed", _SLUDGE_METHODS)),
        denominator=ARISING_AND_DRAWN,
        source=ZERO_WASTE_2021,
    ),
)
