"""Receipts of plants that have nobody who works here, brought in as a table."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables import Taken
from wufei.hub.ledger.tests.test_concurrency import together
from wufei.hub.ledger.units import tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services import NewLine, NewManifest
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, t
from wufei.hub.manifests.tests.importing import take_receipt, tonnes_in_cell, works_here

FAR = "far refinery"


@pytest.fixture
def load(district):
    """Two tonnes of oil on the road to a refinery outside of the district."""
    load = district.issue(OIL, 2, lots=district.stored("works", OIL, 2), receiver=FAR)
    district.load(load, 2)
    return load


@pytest.fixture
def works(district):
    return district.firm("works").person


def receipt(load, *, weighed_in: object = "1.99", **changes):
    arrived = load.loaded_at + timedelta(minutes=20)
    cells = {
        "number": load.local_id,
        "arrived_at": arrived,
        "accepted_at": arrived + timedelta(minutes=5),
        "weighed_in": weighed_in,
    } | changes
    masses = ("weighed_in", "accepted", "refused")
    return {n: tonnes_in_cell(v) if n in masses else v for n, v in cells.items()}


def refused(deed, code, column, row=0):
    with pytest.raises(Refusal) as caught:
        deed()
    assert (caught.value.code, caught.value.field, caught.value.row) == (code, column, row)
    assert not Manifest.objects.exclude(arrived_at=None).exists()


def test_the_consignor_brings_the_receipt_of_a_plant_outside(district, load, works):
    assert take_receipt(receipt(load), by=works) is Taken.NEW
    load.refresh_from_db()
    assert (load.status, load.origin) == ("closed", "online")
    signed = list(load.signatures.order_by("number"))[2:]
    assert [(one.step, one.mode, one.organisation.name, one.actor) for one in signed] == [
        ("arrive", "imported", FAR, works.id),
        ("accept", "imported", FAR, works.id),
    ]
    assert district.g("custody", "dangerous goods", OIL) == 0


def test_the_same_receipt_again_changes_nothing(load, works, actor):
    take_receipt(receipt(load), by=works)
    for by in (works, actor("officer")):
        assert take_receipt(receipt(load), by=by) is Taken.KNOWN
    load.refresh_from_db()
    assert load.signed == 4


def test_another_receipt_of_the_same_load_is_refused(load, works):
    take_receipt(receipt(load), by=works)
    with pytest.raises(Refusal) as caught:
        take_receipt(receipt(load, weighed_in="1.98"), by=works)
    assert (caught.value.code, caught.value.field) == ("manifest_signed_otherwise", "arrived_at")


def test_first_the_arrival_and_later_the_acceptance(load, works):
    arrival = receipt(load, accepted_at=None)
    assert take_receipt(arrival, by=works) is Taken.NEW
    load.refresh_from_db()
    assert load.status == "arrived"
    assert take_receipt(receipt(load), by=works) is Taken.NEW
    load.refresh_from_db()
    assert load.status == "closed"


def test_a_plant_refuses_a_part(load, works):
    told = {"accepted": "1.5", "refused": "0.5", "refusal_reason": "wet", "weighed_in": None}
    take_receipt(receipt(load, **told), by=works)
    load.refresh_from_db()
    assert (load.status, load.lines.get().refused_g) == ("partly_accepted", t(0.5))


def test_the_authoritys_number_names_the_load_as_well(load, works):
    services.set_authority_no(load, "20263715000009", by=works)
    assert take_receipt(receipt(load, number="20263715000009"), by=works) is Taken.NEW


def test_nobody_receives_for_a_plant_that_works_here(district, load, works):
    works_here(district, FAR)
    district.away.within = True
    district.away.save()
    refused(
        lambda: take_receipt(receipt(load), by=works),
        "manifest_import_receiver_signs",
        "arrived_at",
    )
    plant = district.firm(FAR).person
    assert take_receipt(receipt(load), by=plant) is Taken.NEW


@pytest.mark.parametrize(
    ("firm", "code"),
    [("dangerous goods", "manifest_import_not_a_party"), ("neighbour", "invalid")],
)
def test_a_carrier_and_a_stranger_receive_nothing(district, load, firm, code):
    by = district.firm(firm).person
    refused(lambda: take_receipt(receipt(load), by=by), code, "number")


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"number": "WF-1"}, "invalid", "number"),
        ({"arrived_at": None, "accepted_at": None}, "invalid", "arrived_at"),
        (
            {"arrived_at": None, "accepted_at": None, "weighed_in": None},
            "invalid",
            "arrived_at",
        ),
        ({"weighed_in": None}, "invalid", "weighed_in"),
        ({"weighed_in": 1990}, "manifest_too_heavy", "weighed_in"),
        ({"weighed_in": "0.002"}, "manifest_wrong_unit", "weighed_in"),
        ({"weighed_in": "1.5"}, "manifest_field_missing", "difference_reason"),
        ({"accepted_at": None, "difference_reason": "rain"}, "invalid", "difference_reason"),
        ({"waste": "900-000-00"}, "invalid", "waste"),
    ],
)
def test_a_bad_cell_is_named(load, works, changes, code, column):
    refused(lambda: take_receipt(receipt(load, **changes), by=works), code, column)


def test_a_receipt_before_the_loading_is_refused(district, load, works):
    early = load.loaded_at - timedelta(hours=1)
    told = {"arrived_at": early, "accepted_at": early}
    refused(
        lambda: take_receipt(receipt(load, **told), by=works),
        "manifest_before_the_step_before",
        "arrived_at",
    )


def test_what_is_not_loaded_does_not_arrive(district, works):
    district.stored("works", OIL, 10)
    load = district.issue(OIL, 2, receiver=FAR)
    load.loaded_at = load.issued_at
    refused(lambda: take_receipt(receipt(load), by=works), "manifest_out_of_order", "arrived_at")


@pytest.fixture
def two_wastes(district, works):
    """Oil and batteries on one manifest."""
    for stream in (OIL, BATTERIES):
        district.stored("works", stream, 5)
        district.plan("works", stream)
    lines = (
        NewLine(district.waste(OIL), tonnes(2), "oil_refining"),
        NewLine(district.waste(BATTERIES), tonnes(1), "metal_recovery"),
    )
    new = NewManifest(
        district.firm("works").site,
        district.firm("dangerous goods", "carrier", "yard").organisation,
        district.firm(FAR, "plant", "treatment").site,
        lines,
    )
    signing = district.signing()
    load = services.issue(new, id=signing.id, signing=signing, by=works)
    oil, lead = load.lines.order_by("position")
    district.load(load, {oil.uuid: tonnes(2), lead.uuid: tonnes(1)})
    return load


def test_lines_of_one_receipt_find_their_wastes_in_any_order(two_wastes, works):
    rows = (
        receipt(two_wastes, waste="900-052-31", weighed_in=1),
        receipt(two_wastes, waste="900-249-08", weighed_in=2),
    )
    assert take_receipt(*rows, by=works) is Taken.NEW
    masses = two_wastes.lines.order_by("position").values_list("accepted_g", flat=True)
    assert list(masses) == [t(2), t(1)]


def test_a_bad_line_of_several_is_the_one_that_is_named(two_wastes, works):
    rows = (
        receipt(two_wastes, waste="900-052-31", weighed_in=None),
        receipt(two_wastes, waste="900-249-08", weighed_in=2),
    )
    refused(lambda: take_receipt(*rows, by=works), "invalid", "weighed_in", row=0)
    refused(lambda: take_receipt(*reversed(rows), by=works), "invalid", "weighed_in", row=1)
    refused(lambda: take_receipt(rows[1], by=works), "invalid", "waste")
    more = receipt(two_wastes, waste="900-249-08", weighed_in=Decimal(1))
    refused(lambda: take_receipt(*rows, more, by=works), "invalid", "waste", row=2)


def test_the_same_receipt_from_two_at_once_is_signed_once(real_district):
    load = real_district.issue(OIL, 2, lots=real_district.stored("works", OIL, 2), receiver=FAR)
    real_district.load(load, 2)
    works = real_district.firm("works").person
    people = [replace(works, id=f"person:{n}") for n in range(4)]
    told: list[str] = []

    def bring(by):
        told.append(take_receipt(receipt(load), by=by).value)

    together([partial(bring, by) for by in people])
    assert sorted(told) == ["known", "known", "known", "new"]
    load.refresh_from_db()
    assert (load.status, load.signed) == ("closed", 4)
    assert differences() == []
