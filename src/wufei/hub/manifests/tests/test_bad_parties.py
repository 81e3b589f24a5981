"""Parties, papers and places that do not fit are refused, and nothing is written."""

from dataclasses import replace
from datetime import date

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.manifests import declarations, services
from wufei.hub.manifests.models import Route
from wufei.hub.manifests.tests.conftest import OIL, SPOIL
from wufei.hub.manifests.tests.refusing import refused
from wufei.hub.registry.validity import period


def test_nobody_issues_for_others(district):
    district.stored("works", OIL, 2)
    new, other = district.new(OIL, 1), district.firm("neighbour").person
    refused(
        lambda: services.issue(new, id=uuid7(), signing=district.signing(), by=other),
        "manifest_wrong_party",
    )


@pytest.mark.parametrize("firm", ["works", "dangerous goods", "refinery"])
def test_a_closed_organisation_starts_nothing_new(district, firm):
    district.stored("works", OIL, 2)
    district.new(OIL, 1)
    close(district.firm(firm).organisation)
    refused(lambda: district.issue(OIL, 1), "registry_closed")


def test_a_closed_organisation_finishes_what_is_on_the_road(district, issued):
    district.load(issued, 2)
    for firm in ("works", "dangerous goods", "refinery"):
        close(district.firm(firm).organisation)
    district.arrive(issued, 2)
    district.accept(issued)
    assert issued.status == "closed"


def test_a_closed_carrier_does_not_set_out(district, issued):
    close(district.firm("dangerous goods").organisation)
    refused(lambda: district.load(issued, 2), "registry_closed")


def test_a_closed_site_receives_nothing(district):
    district.stored("works", OIL, 2)
    district.new(OIL, 1)
    close(district.firm("refinery").site)
    refused(lambda: district.issue(OIL, 1), "manifest_site_closed", "consignee_site")


def close(entry):
    entry.validity = period(date(2020, 1, 1), date(2026, 1, 1))
    entry.save()


def test_a_truck_of_somebody_else(district, issued):
    truck = district.truck("muck trucks", "鲁P55555")
    refused(
        lambda: district.load(issued, 2, vehicle=truck),
        "manifest_not_a_vehicle_of_carrier",
        "vehicle",
    )


def test_a_truck_that_was_sold(district, issued):
    truck = district.truck("dangerous goods", "鲁P66666")
    close(truck)
    refused(lambda: district.load(issued, 2, vehicle=truck), "manifest_not_a_vehicle_of_carrier")


def test_a_driver_of_somebody_else(district, issued):
    driver = district.driver("muck trucks")
    refused(
        lambda: district.load(issued, 2, driver=driver),
        "manifest_not_a_driver_of_carrier",
        "driver",
    )


def test_a_plant_whose_licence_does_not_name_the_waste(district):
    district.stored("works", OIL, 2)
    district.new(OIL, 1)
    licence = district.licence("refinery", "hazardous", "HW09")
    refused(lambda: district.issue(OIL, 1), "manifest_licence_missing", "consignee_site")
    licence.lines.update(code="HW08")
    district.issue(OIL, 1)


def test_a_plant_whose_licence_has_ended(district):
    district.stored("works", OIL, 2)
    district.new(OIL, 1)
    district.licence("refinery", "hazardous", last=date(2026, 1, 1))
    refused(lambda: district.issue(OIL, 1), "manifest_licence_missing")


def test_a_plant_without_a_licence_beside_plants_that_have_one(district):
    district.stored("works", OIL, 2)
    district.new(OIL, 1)
    district.firm("other refinery", "plant", "treatment")
    district.licence("other refinery", "hazardous")
    refused(lambda: district.issue(OIL, 1), "manifest_licence_missing")


def test_a_plant_outside_is_believed_where_the_register_knows_nothing(district):
    district.stored("works", OIL, 2)
    district.firm("other refinery", "plant", "treatment")
    district.licence("other refinery", "hazardous")
    assert district.issue(OIL, 1, receiver="far plant").status == "issued"


def test_waste_that_has_no_manifest_here(district, monkeypatch):
    monkeypatch.setattr(declarations, "_by_stream", {})
    new = district.new("coal_ash", 1)
    by = district.firm("works").person
    refused(
        lambda: services.issue(new, id=uuid7(), signing=district.signing(), by=by),
        "manifest_no_template",
        "waste",
    )


def test_wastes_of_two_kinds_of_manifest(district):
    mixed = replace(
        district.new(OIL, 1), lines=(*district.new(OIL, 1).lines, *district.new(SPOIL, 1).lines)
    )
    by = district.firm("works").person
    refused(
        lambda: services.issue(mixed, id=uuid7(), signing=district.signing(), by=by),
        "manifest_mixed_templates",
    )
    empty = replace(mixed, lines=())
    refused(
        lambda: services.issue(empty, id=uuid7(), signing=district.signing(), by=by),
        "manifest_no_lines",
    )


def test_a_load_goes_somewhere(district):
    new = replace(district.new(OIL, 1), consignee_site=district.firm("works").site)
    by = district.firm("works").person
    refused(
        lambda: services.issue(new, id=uuid7(), signing=district.signing(), by=by),
        "manifest_same_place",
        "consignee_site",
    )


def test_a_route_from_elsewhere(district):
    a, b = district.firm("works").site, district.firm("pit").site
    route = Route.objects.create(
        uuid=uuid7(), code="R1", name="r", origin=b, destination=a, path={}, corridor_m=50
    )
    refused(lambda: district.issue(OIL, 1, route=route), "manifest_route_elsewhere", "route")
