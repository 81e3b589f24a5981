"""The ledger's small district, for the cockpit."""

from wufei.hub.ledger.tests.conftest import District, district

__all__ = ["District", "district"]
