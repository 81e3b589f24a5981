"""Every way to change the ledger."""

from wufei.hub.ledger.services.bookings import NewBooking, book, book_all, rebook, release
from wufei.hub.ledger.services.documents import reverse_for
from wufei.hub.ledger.services.folding import fold
from wufei.hub.ledger.services.importing import ImportResult, import_movements
from wufei.hub.ledger.services.posting import Batch, Lack, post, post_all
from wufei.hub.ledger.services.regrouping import regroup, ungroup
from wufei.hub.ledger.services.reversing import reverse, reverse_group
from wufei.hub.ledger.services.stocktakes import record_stocktake, record_surplus
from wufei.hub.ledger.services.treatments import record_treatment

__all__ = [
    "Batch",
    "ImportResult",
    "Lack",
    "NewBooking",
    "book",
    "book_all",
    "fold",
    "import_movements",
    "post",
    "post_all",
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
