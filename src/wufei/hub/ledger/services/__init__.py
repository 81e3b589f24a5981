"""Every way to change the ledger."""

from wufei.hub.ledger.services.bookings import book, rebook, release
from wufei.hub.ledger.services.documents import reverse_for
from wufei.hub.ledger.services.folding import fold
from wufei.hub.ledger.services.importing import ImportResult, import_movements
from wufei.hub.ledger.services.posting import Lack, post
from wufei.hub.ledger.services.regrouping import regroup, ungroup
from wufei.hub.ledger.services.reversing import reverse, reverse_group
from wufei.hub.ledger.services.stocktakes import record_stocktake, record_surplus
from wufei.hub.ledger.services.treatments import record_treatment

__all__ = [
    "ImportResult",
    "Lack",
    "book",
    "fold",
    "import_movements",
    "post",
    "rebook",
    "record_stocktake",
    "record_surplus",
    "record_treatment",
    "regroup",
    "release",
    "reverse",
    "reverse_for",
    "reverse_group",
    "ungroup",
]
