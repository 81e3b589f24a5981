"""All forms of renewable resources, in one visible table."""

from wufei.domains.renewable.filings.batteries import TRACTION_BATTERIES
from wufei.domains.renewable.filings.e_waste import E_WASTE
from wufei.domains.renewable.filings.selfcheck import SELF_CHECK
from wufei.domains.renewable.filings.sorting import SORTING
from wufei.domains.renewable.filings.station import STATION
from wufei.domains.renewable.filings.tyres import TYRES
from wufei.domains.renewable.filings.vehicles import END_OF_LIFE_VEHICLES
from wufei.hub.filings.declarations import FilingType

FILINGS: tuple[FilingType, ...] = (
    STATION,
    SORTING,
    E_WASTE,
    END_OF_LIFE_VEHICLES,
    TYRES,
    TRACTION_BATTERIES,
    SELF_CHECK,
)
