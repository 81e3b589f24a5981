"""Forms of household waste: points, rounds, stations, plants, caterers, sludge, villages.

No national form is known for any of these; columns and due days are this platform's own (grade C)
and each place sets its own. What the ledger has from manifests and scales stands in a form already
and is only held against it; a form moves nothing but what a plant has treated and not recorded.
"""

from wufei.domains.household.filings.catering import CATERING
from wufei.domains.household.filings.plants import PLANT
from wufei.domains.household.filings.points import POINTS
from wufei.domains.household.filings.rounds import ROUNDS
from wufei.domains.household.filings.sludge import SLUDGE
from wufei.domains.household.filings.villages import VILLAGE
from wufei.hub.filings.declarations import FilingType

FILINGS: tuple[FilingType, ...] = (POINTS, VILLAGE, *ROUNDS, PLANT, *CATERING, *SLUDGE)
