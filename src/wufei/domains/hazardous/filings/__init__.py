"""All forms of hazardous waste, in one visible table."""

from wufei.domains.hazardous.filings.assessment import ASSESSMENTS
from wufei.domains.hazardous.filings.cleaner import CLEANER
from wufei.domains.hazardous.filings.key_list import KEY_LIST
from wufei.domains.hazardous.filings.ledgers import LEDGERS
from wufei.domains.hazardous.filings.medical import MEDICAL
from wufei.domains.hazardous.filings.operators import OPERATIONS
from wufei.domains.hazardous.filings.plan import PLAN
from wufei.domains.hazardous.filings.records import RECORDS
from wufei.domains.hazardous.filings.reports import REPORTS
from wufei.domains.hazardous.filings.social import SOCIAL
from wufei.hub.filings.declarations import FilingType

FILINGS: tuple[FilingType, ...] = (
    PLAN,
    *LEDGERS,
    *REPORTS,
    *OPERATIONS,
    *RECORDS,
    *MEDICAL,
    *SOCIAL,
    KEY_LIST,
    *ASSESSMENTS,
    CLEANER,
)
