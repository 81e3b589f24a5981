"""Forms of general industrial solid waste 一般工业固体废物.

The guideline of 2021 (announcement 82, trial) names seven tables. Tables 1 to 3 are mandatory,
tables 4 to 7 optional: that is known from a retelling (grade B). Their columns are written from
memory (grade C), and so are the due days, which each place sets for itself. All seven can be handed
in; tables 3 to 7 are registers of this platform as well, so that whoever records on its pages need
not hand them in.
"""

from wufei.domains.industrial.filings.generation import GENERATION_LIST
from wufei.domains.industrial.filings.ledgers import LEDGERS
from wufei.domains.industrial.filings.records import PROOF, REGISTRATION, STORAGE
from wufei.domains.industrial.filings.summary import MONTHLY_FLOW
from wufei.hub.filings.declarations import FilingType

FILINGS: tuple[FilingType, ...] = (
    GENERATION_LIST,
    MONTHLY_FLOW,
    *LEDGERS,
    REGISTRATION,
    PROOF,
    STORAGE,
)
