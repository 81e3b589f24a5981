"""Every write of filings: who owes them, what is written in them, what is decided, what follows."""

from wufei.hub.filings.services.deciding import accept, bring_back, forward, reject, send_back
from wufei.hub.filings.services.drafting import discard, draft_of, save_draft
from wufei.hub.filings.services.effects import preview
from wufei.hub.filings.services.opening import (
    change_due,
    excuse,
    lapse,
    oblige,
    open_due,
    open_period,
    start,
)
from wufei.hub.filings.services.submitting import Item, submit, submit_many, withdraw

__all__ = [
    "Item",
    "accept",
    "bring_back",
    "change_due",
    "discard",
    "draft_of",
    "excuse",
    "forward",
    "lapse",
    "oblige",
    "open_due",
    "open_period",
    "preview",
    "reject",
    "save_draft",
    "send_back",
    "start",
    "submit",
    "submit_many",
    "withdraw",
]
