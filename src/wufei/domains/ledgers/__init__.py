"""Ledgers that are handed in as forms, month by month: what those of several domains share.

The ledger of this platform is the record. Such a form begins with what stands there already (those
lines carry the entry that they are, and move nothing), so that what the ledger does not know is
added; lines without an entry are posted when the form is accepted. A domain declares which columns
its table has, which register it begins with, what its lines are held against and what they post.
"""
