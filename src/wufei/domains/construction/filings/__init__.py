"""Forms of construction waste 建筑垃圾: what a site plans, what plants and tips take, points."""

from wufei.domains.construction.filings.intensity import INTENSITY
from wufei.domains.construction.filings.plan import PLAN
from wufei.domains.construction.filings.plants import CONSUMPTION, PRODUCTS
from wufei.domains.construction.filings.points import POINT, POINT_MONTH
from wufei.hub.filings.declarations import FilingType

FILINGS: tuple[FilingType, ...] = (PLAN, INTENSITY, CONSUMPTION, PRODUCTS, POINT, POINT_MONTH)
