"""No load beyond what the consignor's plan and the consignee's licence allow, whoever is first."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.units import grams
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import declarations, services
from wufei.hub.manifests.declarations import QuotaRule
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services import revisions
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, t
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


def test_what_is_accepted_after_all_counts_in_the_plan_and_in_the_licence(district):
    district.stored("works", OIL, 20)
    district.quota("works", OIL, 10)
    licence = district.licence("refinery", "hazardous", "900-249-08")
    licence.lines.update(limit_t=Decimal(9))
    manifest = district.issue(OIL, 9)
    district.load(manifest, 9.1)
    district.arrive(manifest, 9.1)
    district.accept(manifest, accepted=grams(0), refusal_reason="wet")
    assert taken_g() == [0, 0]
    changes, by = {"accepted": grams(t(9.1))}, district.firm("refinery").person
    revision = revisions.propose(manifest, changes, id=uuid7(), reason="looked again", by=by)
    for firm in ("works", "dangerous goods"):
        by = district.firm(firm).person
        revisions.decide(revision, True, signing=district.signing(), by=by)
    assert taken_g() == [t(9.1), t(9.1)]
    # It stands there already: what the licence does not allow is a finding.
    (finding,) = FindingRecord.objects.filter(code="manifests.licence_exceeded")
    assert finding.values["mass_g"] == t(0.1)
    refused(lambda: district.issue(OIL, 1), "registry_quota_exceeded")


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


def test_two_manifests_at_once_never_overdraw_a_licence(real_district):
    real_district.stored("works", OIL, 40)
    licensed(real_district, ("refinery", 10))
    by = real_district.firm("works").person
    deeds = [
        partial(
            services.issue,
            real_district.new(OIL, 6),
            id=uuid7(),
            signing=real_district.signing(),
            by=by,
        )
        for _n in range(4)
    ]
    assert at_once(deeds) == {"Manifest": 1, "registry_licence_exceeded": 3}
    assert of_licences() == {"refinery": 6}


def test_a_manifest_sent_twice_at_once_takes_once(real_district):
    real_district.stored("works", OIL, 20)
    real_district.planned = False
    real_district.quota("works", OIL, 10)
    by, id = real_district.firm("works").person, uuid7()
    new, signing = real_district.new(OIL, 6), real_district.signing()
    deeds = [lambda: services.issue(new, id=id, signing=signing, by=by)] * 4
    assert at_once(deeds) == {"Manifest": 4}
    assert taken_g() == [t(6)]


def test_who_granted_a_plan_is_told_once_that_it_is_nearly_used_up(district):
    district.stored("works", OIL, 20)
    district.quota("works", OIL, 10)
    district.issue(OIL, 8.9)
    assert not FindingRecord.objects.filter(code="manifests.quota_near").exists()
    district.issue(OIL, 0.2)
    district.issue(OIL, 0.3)
    (finding,) = FindingRecord.objects.filter(code="manifests.quota_near")
    assert finding.values["left_t"] == "0.900"
    assert finding.values["organisation"] == "works"


def test_no_construction_load_leaves_without_an_approved_quota(district):
    district.firm("pit")
    refused(lambda: district.issue(SPOIL, 20), "registry_quota_missing", "waste")
    assert taken_g() == []
    district.quota("pit", SPOIL, 100)
    district.issue(SPOIL, 20)
    assert taken_g() == [t(20)]


# What was refused goes on: the new plant's licence is taken, the old one's is free again.
SECOND = "second refinery"


def licensed(district, *limits):
    """Licences of these firms for so many tonnes a year."""
    for firm, limit_t in limits:
        district.firm(firm, "plant", "treatment")
        licence = district.licence(firm, "hazardous", "900-249-08")
        licence.lines.update(limit_t=Decimal(limit_t))


def refused_load(district, mass_t=5, plate="鲁P70001", accepted_t=0):
    """A load at the first plant, of which it accepts ``accepted_t``."""
    load = district.issue(OIL, mass_t)
    district.load(load, mass_t, vehicle=district.truck("dangerous goods", plate))
    district.arrive(load, mass_t)
    district.accept(load, accepted=grams(t(accepted_t)), refusal_reason="wet")
    return load


def of_licences():
    """Tonnes taken of each firm's licence."""
    rows = Headroom.objects.exclude(licence=None).select_related("licence__organisation")
    return {row.licence.organisation.name: row.taken_g / t(1) for row in rows if row.licence}


def of_plan():
    return sum(row.taken_g for row in Headroom.objects.exclude(quota=None)) / t(1)


def going_on(district, load, deed, **more):
    """A way to send it on to the second plant, everything looked up beforehand."""
    copy, site = Manifest.objects.get(pk=load.pk), district.firm(SECOND).site
    by, signing = district.firm("works").person, district.signing()
    return partial(deed, copy, site, signing=signing, by=by, **more)


def test_a_redirected_load_takes_the_new_plants_licence_and_frees_the_old_ones(district):
    district.stored("works", OIL, 20)
    district.quota("works", OIL, 10)
    licensed(district, ("refinery", 5), (SECOND, 5))
    load = refused_load(district)
    assert of_licences() == {"refinery": 0}
    going_on(district, load, services.redirect)()
    assert (of_licences(), of_plan()) == ({"refinery": 0, SECOND: 5}, 5)
    # The first plant may have as much of somebody else's, the second one no more.
    district.issue(OIL, 5)
    refused(lambda: district.issue(OIL, 1, receiver=SECOND), "registry_quota_exceeded")
    load = Manifest.objects.get(pk=load.pk)
    district.arrive(load, 4.99)
    district.accept(load)
    assert (of_licences(), of_plan()) == ({"refinery": 5, SECOND: 4.99}, 9.99)


def test_a_load_is_not_redirected_beyond_the_new_plants_licence(district):
    district.stored("works", OIL, 20)
    licensed(district, ("refinery", 9), (SECOND, 4.9))
    load = refused_load(district)
    refused(going_on(district, load, services.redirect), "registry_licence_exceeded")
    load.refresh_from_db()
    assert (load.status, load.turn) == ("refused", 1)
    assert of_licences() == {"refinery": 0}


def test_what_was_refused_of_a_load_takes_the_next_plants_licence_on_its_own_manifest(district):
    district.stored("works", OIL, 20)
    district.quota("works", OIL, 5)
    licensed(district, ("refinery", 5), (SECOND, 4))
    load = refused_load(district, accepted_t=3)
    assert (of_licences(), of_plan()) == ({"refinery": 3}, 3)
    sent = going_on(district, load, services.send_on, id=uuid7(), truck_stays=False)()
    assert (of_licences(), of_plan()) == ({"refinery": 3, SECOND: 2}, 5)
    services.cancel(sent, reason="no truck", by=district.firm("works").person)
    assert (of_licences(), of_plan()) == ({"refinery": 3, SECOND: 0}, 3)
    refused(
        lambda: district.issue(OIL, 2.001, receiver=SECOND), "registry_quota_exceeded", "declared"
    )


def test_what_was_refused_does_not_go_on_beyond_the_next_plants_licence(district):
    district.stored("works", OIL, 20)
    licensed(district, ("refinery", 9), (SECOND, 1))
    load = refused_load(district, accepted_t=3)
    send = going_on(district, load, services.send_on, id=uuid7())
    refused(send, "registry_licence_exceeded")
    assert Manifest.objects.count() == 1
    assert of_licences() == {"refinery": 3}


def test_two_refused_loads_at_once_never_overdraw_the_plant_that_takes_both(real_district):
    real_district.stored("works", OIL, 40)
    licensed(real_district, ("refinery", 40), (SECOND, 8))
    loads = [refused_load(real_district, plate=f"鲁P7000{n}") for n in range(4)]
    deeds = [
        going_on(real_district, load, services.redirect)
        if n % 2
        else going_on(real_district, load, services.send_on, id=uuid7())
        for n, load in enumerate(loads)
    ]
    outcomes = at_once(deeds)
    assert outcomes.pop("registry_licence_exceeded") == 3
    assert sum(outcomes.values()) == 1
    assert of_licences() == {"refinery": 0, SECOND: 5}
    assert differences() == []


def test_one_load_sent_on_in_two_ways_at_once_takes_one_licence_once(real_district):
    """Three who decide at the same moment: none waits for another in a circle."""
    real_district.stored("works", OIL, 40)
    real_district.quota("works", OIL, 40)
    licensed(real_district, ("refinery", 40), (SECOND, 40))
    for n in range(4):
        load = refused_load(real_district, plate=f"鲁P7000{n}")
        deeds = [
            going_on(real_district, load, services.redirect),
            going_on(real_district, load, services.redirect),
            going_on(real_district, load, services.send_on, id=uuid7()),
        ]
        outcomes = at_once(deeds)
        assert outcomes["Signature"] + outcomes["Manifest"] == 1, outcomes
    assert (of_licences(), of_plan()) == ({"refinery": 0, SECOND: 20}, 20)
    assert differences() == []
