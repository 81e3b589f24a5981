"""The forms of all domains, in one visible table.

They look into ledger and register, so they are read once the models are there, and not with
``DOMAINS``, which Django needs before.
"""

from wufei.domains.across.filings import FILINGS as ACROSS
from wufei.domains.agricultural.filings import FILINGS as AGRICULTURAL
from wufei.domains.construction.filings import FILINGS as CONSTRUCTION
from wufei.domains.hazardous.filings import FILINGS as HAZARDOUS
from wufei.domains.household.filings import FILINGS as HOUSEHOLD
from wufei.domains.industrial.filings import FILINGS as INDUSTRIAL
from wufei.domains.renewable.filings import FILINGS as RENEWABLE
from wufei.hub.filings.declarations import FilingType

FILINGS: tuple[FilingType, ...] = (
    *ACROSS,
    *CONSTRUCTION,
    *INDUSTRIAL,
    *HOUSEHOLD,
    *HAZARDOUS,
    *RENEWABLE,
    *AGRICULTURAL,
)
