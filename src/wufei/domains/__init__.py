"""The six waste domains: one visible table. A seventh is one folder and one line."""

from wufei.domains.agricultural.domain import AGRICULTURAL
from wufei.domains.construction.domain import CONSTRUCTION
from wufei.domains.declaration import WasteDomain
from wufei.domains.hazardous.domain import HAZARDOUS
from wufei.domains.household.domain import HOUSEHOLD
from wufei.domains.industrial.domain import INDUSTRIAL
from wufei.domains.renewable.domain import RENEWABLE

DOMAINS: tuple[WasteDomain, ...] = (
    INDUSTRIAL,
    AGRICULTURAL,
    HOUSEHOLD,
    CONSTRUCTION,
    HAZARDOUS,
    RENEWABLE,
)
