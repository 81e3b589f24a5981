"""All forms of agricultural waste, in one visible table."""

from wufei.domains.agricultural.filings.carcasses import CARCASSES
from wufei.domains.agricultural.filings.farms import FARMS
from wufei.domains.agricultural.filings.plastics import PLASTICS
from wufei.domains.agricultural.filings.straw import STRAW
from wufei.hub.filings.declarations import FilingType

FILINGS: tuple[FilingType, ...] = (*FARMS, STRAW, *PLASTICS, *CARCASSES)
