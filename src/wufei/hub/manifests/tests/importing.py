"""Lines of an imported file as the reader hands them over, for tests of imports."""

from datetime import timedelta
from decimal import Decimal

from wufei.hub.base.tables import Quantity
from wufei.hub.manifests.imports import receipts, records
from wufei.hub.manifests.tests.conftest import OIL

WORKS, CARRIER, REFINERY = "works", "dangerous goods", "refinery"
NUMBER = "20263715000001"


def tonnes_in_cell(value):
    return None if value is None else Quantity(Decimal(str(value)))


def line(district, **changes):
    """A load of two tonnes of oil that was accepted whole: everything a record needs."""
    district.plan(WORKS, OIL)
    for name, kind, site in (
        (WORKS, "enterprise", "storage"),
        (CARRIER, "carrier", "yard"),
        (REFINERY, "plant", "treatment"),
    ):
        district.firm(name, kind, site)
    district.waste(OIL)
    district.truck(CARRIER, "鲁P00001")
    district.driver(CARRIER)
    at = district.at
    cells = {
        "number": NUMBER,
        "loaded_at": at,
        "consignor": WORKS,
        "carrier": CARRIER,
        "plate": "鲁P·00001",
        "driver": "Zhao Wu",
        "consignee": REFINERY,
        "waste": "900-249-08",
        "method": "oil_refining",
        "weighed_out": 2,
        "accepted_at": at + timedelta(minutes=30),
        "accepted": 2,
    } | changes
    masses = ("declared", "weighed_out", "weighed_in", "accepted", "refused")
    return {
        name: tonnes_in_cell(value) if name in masses and not isinstance(value, Quantity) else value
        for name, value in cells.items()
    }


def on_the_road(district, **changes):
    """The same load, of which nothing is known after the loading."""
    return line(district, accepted_at=None, accepted=None, **changes)


def take(*rows, by):
    return records.take(rows, by)


def take_receipt(*rows, by):
    return receipts.take(rows, by)
