"""Rules that the forms follow, and figures of them that a place may set otherwise.

Articles 60 to 63 of the law are known by their text (grade A). No official form of the disposal
plan, and no columns of the monthly ones, are at hand: they are this platform's (grade C).
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Basis, Text

DOMAIN = "construction"
AUTHORITY = _("city-management department")
_LAW = both("《固体废物污染环境防治法》(2020)", "Solid waste law (2020)")
# The plan is owed by article 63; what it says, and that it is approved here, is local practice.
PLAN = Basis(_LAW, both("第六十三条 建筑垃圾处理方案", "article 63: disposal plan"), "A")
OF_LAW = Basis(_LAW, both("第六十至六十三条；地方报表", "articles 60 to 63; local form"), "C")


@dataclass(frozen=True)
class Figure:
    """A figure that checks use, with its source and how well that is known."""

    value: Decimal
    source: Text
    grade: str


_REDUCTION = both("建质〔2020〕46号 减量化指导意见", "Guidance on reduction, 建质〔2020〕46号")
# Tonnes for 10⁴ m² of floor area of new buildings, without spoil and slurry.
INTENSITY_MAX = Figure(Decimal(300), _REDUCTION, "C")
INTENSITY_PREFAB_MAX = Figure(Decimal(200), _REDUCTION, "C")
# A density that differs more from the catalogue's needs a reason.
DENSITY_PERMILLE = Figure(Decimal(300), _("local practice"), "C")
# Of a site that has less room left than this share it is said that it is nearly full.
NEARLY_FULL_PERMILLE = Figure(Decimal(100), _("local practice"), "C")
# Streams that count for the intensity.
RUBBLE = frozenset({"site_waste", "demolition_waste", "renovation_waste"})
