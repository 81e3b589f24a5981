"""No load beyond what the consignor's plan and the consignee's licence allow, whoever is first."""

from dataclasses import replace
from decimal import Decimal

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.manifests import declarations, services
from wufei.hub.manifests.declarations import QuotaRule
from wufei.hub.manifests.tests.conftest import OIL, t
from wufei.hub.manifests.tests.refusing import refused
from wufei.hub.manifests.tests.test_concurrency import at_once
from wufei.hub.registry.models import Allotment, Headroom


@pytest.fixture
def district(district):
    district.planned = False
    return district


def needed(monkeypatch):
    """Let hazardous waste need an approval."""
    form = replace(declarations.template("hazardous"), quota=QuotaRule.NEEDED)
    monkeypatch.setitem(declarations._templates, "hazardous", form)
    for stream in form.streams:
        monkeypatch.setitem(declarations._by_stream, stream, [form])


def taken_g():
    return sorted(row.taken_g for row in Headroom.objects.all())


def test_a_plan_of_10_t_lets_6_t_and_4_t_go_and_not_a_kilogram_more(district):
    district.stored("works", OIL, 20)
    district.quota("works", OIL, 10)
    district.issue(OIL, 6)
    district.issue(OIL, 4)
    refused(lambda: district.issue(OIL, 0.001), "registry_quota_exceeded", "declared")
    assert taken_g() == [t(10)]


def test_what_is_cancelled_may_be_moved_again(district):
    district.stored("works", OIL, 20)
    district.quota("works", OIL, 10)
    manifest = district.issue(OIL, 10)
    services.cancel(manifest, reason="truck broke down", by=district.firm("works").person)
    assert taken_g() == [0]
    assert Allotment.objects.count() == 0
    district.issue(OIL, 10)


def test_the_plan_counts_what_was_really_moved(district):
    district.stored("works", OIL, 20)
    district.quota("works", OIL, 10)
    manifest = district.issue(OIL, 9)
    district.load(manifest, 8.5)
    assert taken_g() == [t(8.5)]
    district.arrive(manifest, 8.49)
    district.accept(manifest)
    assert taken_g() == [t(8.49)]
    district.issue(OIL, 1.51)
    refused(lambda: district.issue(OIL, 0.001), "registry_quota_exceeded")


def test_a_truck_that_was_loaded_beyond_the_plan_drives_and_is_a_finding(district):
    district.stored("works", OIL, 20)
    district.quota("works", OIL, 10)
    manifest = district.issue(OIL, 10)
    district.load(manifest, 10.2)
    (finding,) = FindingRecord.objects.filter(code="manifests.quota_exceeded")
    assert finding.values["mass_g"] == t(0.2)
    assert taken_g() == [t(10.2)]


def test_without_a_plan_on_record_the_load_goes_and_is_a_finding(district):
    district.stored("works", OIL, 1)
    district.issue(OIL, 1)
    (finding,) = FindingRecord.objects.filter(code="manifests.no_quota")
    assert finding.values["organisation"] == "works"


def test_where_an_approval_is_needed_nothing_goes_without(district, monkeypatch):
    needed(monkeypatch)
    district.stored("works", OIL, 1)
    refused(lambda: district.issue(OIL, 1), "registry_quota_missing", "waste")
    district.quota("works", OIL, 1)
    district.issue(OIL, 1)


def test_the_sites_own_quota_comes_before_the_organisations(district):
    district.stored("works", OIL, 20)
    district.quota("works", OIL, 100)
    district.quota("works", OIL, 2, site=district.firm("works").site)
    refused(lambda: district.issue(OIL, 3), "registry_quota_exceeded")


def test_a_licence_of_5_t_a_year_takes_5_t(district):
    district.stored("works", OIL, 20)
    licence = district.licence("refinery", "hazardous", "900-249-08")
    licence.lines.update(limit_t=Decimal(5))
    manifest = district.issue(OIL, 5)
    refused(lambda: district.issue(OIL, 1), "registry_licence_exceeded", "consignee_site")
    district.load(manifest, 4)
    # What is on the road still counts with what was declared, until it is accepted.
    refused(lambda: district.issue(OIL, 1), "registry_licence_exceeded")
    district.arrive(manifest, 4)
    district.accept(manifest)
    district.issue(OIL, 1)


def test_two_manifests_at_once_never_overdraw_a_plan(real_district):
    real_district.stored("works", OIL, 20)
    real_district.planned = False
    real_district.quota("works", OIL, 10)
    by = real_district.firm("works").person
    deeds = []
    for _n in range(4):
        new, signing = real_district.new(OIL, 6), real_district.signing()

        def issue(new=new, signing=signing):
            return services.issue(new, id=uuid7(), signing=signing, by=by)

        deeds.append(issue)
    assert at_once(deeds) == {"Manifest": 1, "registry_quota_exceeded": 3}
    assert taken_g() == [t(6)]


def test_a_manifest_sent_twice_at_once_takes_once(real_district):
    real_district.stored("works", OIL, 20)
    real_district.planned = False
    real_district.quota("works", OIL, 10)
    by, id = real_district.firm("works").person, uuid7()
    new, signing = real_district.new(OIL, 6), real_district.signing()
    deeds = [lambda: services.issue(new, id=id, signing=signing, by=by)] * 4
    assert at_once(deeds) == {"Manifest": 4}
    assert taken_g() == [t(6)]
