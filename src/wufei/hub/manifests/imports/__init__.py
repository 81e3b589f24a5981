"""Manifests, receipts and the authority's numbers from tables of other systems."""

from wufei.hub.manifests.imports.receipts import TABLE as RECEIPTS
from wufei.hub.manifests.imports.records import TABLE as RECORDS

__all__ = ["RECEIPTS", "RECORDS"]
