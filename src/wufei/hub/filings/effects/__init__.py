"""What may follow from an accepted form: each effect is declared with it and calls one service.

An effect acts for whoever files or accepts, by the right that the form gives: the person need not
be allowed to edit quotas or to post movements by themselves, and stands in every record of it.
"""

from wufei.hub.filings.effects.findings import Seen, findings
from wufei.hub.filings.effects.licences import licences
from wufei.hub.filings.effects.lists import listed
from wufei.hub.filings.effects.movements import Flow, movements
from wufei.hub.filings.effects.quotas import quotas
from wufei.hub.filings.effects.statistics import Figure, statistics

__all__ = [
    "Figure",
    "Flow",
    "Seen",
    "findings",
    "licences",
    "listed",
    "movements",
    "quotas",
    "statistics",
]
