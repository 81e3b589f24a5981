"""Forms that belong to no single waste domain."""

from wufei.hub.filings.declarations import FilingType

FILINGS: tuple[FilingType, ...] = ()
