"""Every write of filings: who owes them, what is written in them, what is decided, what follows."""

from wufei.hub.filings.services.drafting import discard, draft_of, save_draft
from wufei.hub.filings.services.opening import open_due, open_period, start
from wufei.hub.filings.services.submitting import Item, submit, submit_many, withdraw

__all__ = [
    "Item",
    "discard",
    "draft_of",
    "open_due",
    "open_period",
    "save_draft",
    "start",
    "submit",
    "submit_many",
    "withdraw",
]
