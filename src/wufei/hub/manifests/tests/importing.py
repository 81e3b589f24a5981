"""Lines of an imported file as the reader hands them over, for tests of imports."""

from datetime import timedelta
from decimal import Decimal

import pytest

from wufei.hub.accounts.services import make_user
from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables import Quantity
from wufei.hub.ledger.models import Movement
from wufei.hub.manifests.imports import receipts, records
from wufei.hub.manifests.models import Manifest
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


def works_here(district, *firms):
    """Somebody of each firm has an account."""
    for firm in firms:
        make_user(
            f"user of {firm}",
            display_name=firm,
            role="clerk",
            password="a-good-Passphrase-7",
            organisations=[district.firm(firm).organisation.pk],
            check_password=False,
        )


def refused(deed, code, column, row=0):
    with pytest.raises(Refusal) as caught:
        deed()
    assert (caught.value.code, caught.value.field, caught.value.row) == (code, column, row)
    assert "%(" not in str(caught.value)
    assert not Manifest.objects.exists()
    assert not Movement.objects.filter(cause__startswith="manifest:").exists()
