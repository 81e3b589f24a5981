"""Who may bring which manifests in, and what is said of every kind of bad cell."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from wufei.hub.base.errors import Refusal
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.tables import Quantity, Taken
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, person, t
from wufei.hub.manifests.tests.importing import (
    CARRIER,
    NUMBER,
    REFINERY,
    WORKS,
    line,
    on_the_road,
    refused,
    take,
    works_here,
)
from wufei.hub.registry.models import Membership, Organisation, Quota, Site
from wufei.hub.registry.validity import period


@pytest.fixture
def officer(district, actor):
    return actor("officer")


@pytest.fixture
def works(district):
    """The clerk of the works."""
    return district.firm(WORKS).person


# Who may bring what in.
def test_a_firm_imports_only_what_it_sends_or_receives(district, officer):
    cells = line(district)
    for firm in (CARRIER, "neighbour"):
        by = district.firm(firm).person
        refused(lambda by=by: take(cells, by=by), "manifest_import_not_a_party", "consignor")
    district.stored(WORKS, OIL, 10)
    take(cells, by=officer)


def test_the_consignor_does_not_receive_for_a_plant_that_works_here(district, works):
    works_here(district, REFINERY)
    district.stored(WORKS, OIL, 10)
    refused(lambda: take(line(district), by=works), "manifest_import_receiver_signs", "arrived_at")
    take(on_the_road(district), by=works)


def test_the_consignee_does_not_send_for_a_firm_that_works_here(district):
    refinery = district.firm(REFINERY, "plant", "treatment").person
    works_here(district, WORKS, REFINERY)
    district.stored(WORKS, OIL, 10)
    refused(lambda: take(line(district), by=refinery), "manifest_import_sender_signs", "consignor")


def test_the_consignee_imports_what_came_from_somebody_outside(district):
    refinery = district.firm(REFINERY, "plant", "treatment").person
    works_here(district, REFINERY)
    take(line(district), by=refinery)
    assert Manifest.objects.get().status == "closed"


def test_what_came_from_outside_the_district_was_nobodys_stock_here(district):
    refinery = district.firm(REFINERY, "plant", "treatment").person
    district.firm("far works")
    take(line(district, consignor="far works"), by=refinery)
    assert district.g("imported", "far works", OIL) == -t(2)
    assert district.g("stock", REFINERY, OIL) == t(2)


def test_a_load_record_of_two_scans_comes_in_without_driver_method_or_plan(district):
    """Spoil of a building site: its own number is none of the authority's."""
    pit = district.firm("pit").person
    district.firm("spoil ground", "plant", "treatment")
    district.waste(SPOIL)
    district.truck("muck trucks", "鲁P6T208")
    told = {"consignor": "pit", "carrier": "muck trucks", "consignee": "spoil ground"}
    more = {"plate": "鲁P6T208", "driver": "", "waste": "T-spoil", "method": None}
    cells = line(district, number="TICKET-7", **told, **more)
    Quota.objects.all().delete()
    take(cells, by=pit)
    manifest = Manifest.objects.get()
    assert (manifest.template, manifest.status, manifest.authority_no) == (
        "construction",
        "closed",
        None,
    )
    codes = set(FindingRecord.objects.values_list("code", flat=True))
    assert "manifests.no_quota" in codes


@pytest.mark.parametrize("role", ["driver", "resident", "auditor", "dispatcher", "town_officer"])
def test_others_import_no_manifests(district, role):
    owner = district.firm(WORKS).organisation
    refused(lambda: take(line(district), by=person(owner, role=role)), "forbidden", "")


# Every kind of bad cell.
@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"consignor": "nobody"}, "invalid", "consignor"),
        ({"carrier": "91371500MA3XXXXX00"}, "invalid", "carrier"),
        ({"consignee": "=1+1"}, "invalid", "consignee"),
        ({"consignor_site": "the moon"}, "invalid", "consignor_site"),
        ({"consignee_site": "the moon"}, "invalid", "consignee_site"),
        ({"plate": "鲁P99999"}, "invalid", "plate"),
        ({"plate": "鲁P77777"}, "manifest_not_a_vehicle_of_carrier", "plate"),
        ({"driver": "Nobody"}, "invalid", "driver"),
        ({"driver": ""}, "manifest_field_missing", "driver"),
        ({"waste": "999-999-99"}, "unknown_waste", "waste"),
        ({"method": "composting"}, "manifest_unknown_method", "method"),
        ({"method": None}, "manifest_field_missing", "method"),
        ({"containers": -1}, "invalid", "containers"),
        ({"state": "已作废"}, "invalid", "state"),
        ({"weighed_out": -1}, "mass_not_positive", "weighed_out"),
        ({"weighed_out": 0}, "invalid", "weighed_out"),
        ({"weighed_out": 2000, "declared": 2}, "manifest_too_heavy", "weighed_out"),
        ({"declared": 0}, "invalid", "declared"),
        ({"weighed_out": Quantity(Decimal(2), "m3")}, "density_missing", "weighed_out"),
        ({"weighed_out": 2, "unit": "piece"}, "density_missing", "unit"),
        ({"weighed_out": Quantity(Decimal(2), "kg"), "unit": "t"}, "invalid", "unit"),
        ({"accepted": 3, "weighed_in": 2}, "manifest_more_than_arrived", "accepted"),
        ({"accepted": 1, "refused": 2, "weighed_in": 2}, "invalid", "refused"),
        ({"accepted": 1, "weighed_in": 2}, "manifest_field_missing", "refusal_reason"),
        ({"refusal_reason": "wet"}, "invalid", "refusal_reason"),
        ({"accepted": Decimal("1.5")}, "manifest_field_missing", "difference_reason"),
        ({"accepted_at": None, "accepted": 2}, "invalid", "arrived_at"),
        ({"accepted": None}, "invalid", "weighed_in"),
        (
            {"accepted_at": timezone.now() - timedelta(days=900)},
            "manifest_before_the_step_before",
            "arrived_at",
        ),
        (
            {"issued_at": timezone.now() - timedelta(minutes=5)},
            "manifest_before_the_step_before",
            "loaded_at",
        ),
        ({"loaded_at": timezone.now() + timedelta(days=900)}, "in_the_future", "issued_at"),
        ({"accepted_at": timezone.now() + timedelta(days=9)}, "in_the_future", "arrived_at"),
        ({"number": "WB-1", "authority_no": "12"}, "manifest_bad_authority_no", "authority_no"),
    ],
)
def test_a_bad_cell_says_what_to_write_and_nothing_is_taken(district, works, changes, code, column):
    district.truck("muck trucks", "鲁P77777")
    district.stored(WORKS, OIL, 10)
    refused(lambda: take(line(district, **changes), by=works), code, column)


def test_a_name_that_two_have_is_not_guessed(district, works):
    district.stored(WORKS, OIL, 10)
    cells = line(district, consignee="Lu Refining")
    for name in (REFINERY, "other refinery"):
        owner = district.firm(name, "plant", "treatment").organisation
        Organisation.objects.filter(pk=owner.pk).update(short_name="Lu Refining")
    refused(lambda: take(cells, by=works), "invalid", "consignee")


def test_a_firm_with_two_sites_has_to_say_which(district, works):
    district.stored(WORKS, OIL, 10)
    cells, owner = line(district), district.firm(WORKS).organisation
    Site.objects.create(
        organisation=owner,
        name="north gate",
        pinyin="ng",
        kind="storage",
        region=district.town,
        validity=period(district.at.date() - timedelta(days=900)),
    )
    refused(lambda: take(cells, by=works), "invalid", "consignor_site")
    take(cells | {"consignor_site": "works site"}, by=works)


def test_brackets_of_either_width_and_former_names_are_known(district, works):
    district.stored(WORKS, OIL, 10)
    cells = line(district, consignor="Works （Liaocheng）", consignee="Old Refinery")
    owner = district.firm(WORKS).organisation
    Organisation.objects.filter(pk=owner.pk).update(name="Works (Liaocheng)")
    district.firm(REFINERY).organisation.names.create(
        name="Old Refinery", validity=period(district.at.date() - timedelta(days=900))
    )
    assert take(cells, by=works) is Taken.NEW


def test_a_second_line_that_contradicts_the_first_is_named(district, works):
    district.stored(WORKS, OIL, 10)
    rows = line(district), line(district, waste="900-052-31", plate="鲁P00002")
    refused(lambda: take(*rows, by=works), "invalid", "plate", row=1)


def test_a_number_of_this_platform_is_not_imported_as_another_manifest(district, works, issued):
    with pytest.raises(Refusal) as caught:
        take(line(district, number=issued.local_id), by=works)
    assert (caught.value.code, caught.value.field) == ("manifest_of_this_platform", "number")


def test_an_authoritys_number_that_another_manifest_has_is_named(district, works, issued):
    services.set_authority_no(issued, NUMBER, by=works)
    with pytest.raises(Refusal) as caught:
        take(line(district), by=works)
    assert (caught.value.code, caught.value.field) == ("manifest_of_this_platform", "number")
    assert Manifest.objects.count() == 1


def test_a_closed_firm_is_named_at_its_cell(district, works):
    district.stored(WORKS, OIL, 10)
    cells, owner = line(district), district.firm(CARRIER).organisation
    today = district.at.date()
    owner.validity = period(today - timedelta(days=90), today - timedelta(days=9))
    owner.save()
    refused(lambda: take(cells, by=works), "registry_closed", "carrier")
    assert not Membership.objects.exists()
