"""The ledger's small district, for indicators."""

from wufei.hub.ledger.tests.conftest import District, district

__all__ = ["District", "district"]
