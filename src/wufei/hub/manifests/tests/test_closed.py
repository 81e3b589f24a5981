"""A closed organisation finishes what is on the road and starts nothing.

The law's spirit: what was loaded while it was open must come to its end, by whoever has it.
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests import services
from wufei.hub.manifests.declarations import Hours, Rounds
from wufei.hub.manifests.services import NextCarrier
from wufei.hub.manifests.tests import test_rounds as towns
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, t
from wufei.hub.registry.services.refusals import Closed
from wufei.hub.registry.validity import period

CARRIER = "dangerous goods"


def close(district, *names):
    """They closed yesterday or before."""
    for name in names:
        owner = district.firm(name).organisation
        owner.validity = period(date(2020, 1, 1), timezone.localdate() - timedelta(days=2))
        owner.save()


@pytest.fixture
def on_the_road(district, declared):
    declared("hazardous", halt_within=Hours(24), carriers_max=2)
    district.stored("works", OIL, 5)
    manifest = district.issue(OIL, 2)
    district.load(manifest, 2)
    return manifest


def test_a_closed_consignor_issues_nothing_neither_from_a_draft(district, sign_in):
    district.stored("works", BATTERIES, 5)
    clerk = sign_in("clerk", organisations=[district.firm("works").organisation])
    close(district, "works")
    with pytest.raises(Closed):
        district.issue(BATTERIES, 1)
    from wufei.hub.manifests.services import drafts

    works = district.firm("works")
    site = {"site": str(works.site.uuid)}
    draft = drafts.save(uuid7(), works.organisation, site, by=works.person)
    page = clerk.get(f"/manifests/new/?draft={draft.uuid}")
    assert page.context["form"] is None or page.context["form"].site != works.site


@pytest.mark.parametrize("closed", ["works", CARRIER])
def test_what_was_issued_before_is_not_loaded_any_more(district, closed):
    district.stored("works", OIL, 5)
    manifest = district.issue(OIL, 2)
    close(district, closed)
    with pytest.raises(Closed):
        district.load(manifest, 2)


def test_what_is_on_the_road_comes_to_its_end(district, on_the_road):
    close(district, "works", CARRIER, "refinery")
    district.arrive(on_the_road, 2)
    district.accept(on_the_road)
    assert on_the_road.status == "closed"
    assert district.g("stock", "refinery", OIL) == t(2)


def test_a_closed_carrier_sets_down_and_goes_on_with_its_load(district, on_the_road):
    close(district, CARRIER)
    yard = district.firm("transfer yard", "station", "transfer").site
    by = district.firm(CARRIER).person
    services.set_down(on_the_road, yard, signing=district.signing(), by=by)
    services.pick_up(on_the_road, signing=district.signing(), by=by)
    district.arrive(on_the_road, 2)


def test_a_closed_carrier_takes_over_nothing_but_others_go_on(district, declared):
    declared("hazardous", carriers_max=2)
    district.stored("works", OIL, 5)
    barge = district.firm("river barge", "carrier", "yard")
    manifest = district.issue(OIL, 2, further_carriers=(NextCarrier(barge.organisation),))
    district.load(manifest, 2)
    close(district, "river barge")
    truck, driver = district.truck("river barge", "鲁P70001"), district.driver("river barge")
    with pytest.raises(Closed):
        services.take_over(
            manifest, signing=district.signing(), by=barge.person, vehicle=truck, driver=driver
        )
    district.arrive(manifest, 2)
    assert manifest.legs.get(number=2).dropped_at


def test_a_closed_carrier_collects_no_more_but_its_round_is_received(district, declared):
    declared("kitchen_waste", rounds=Rounds.LINES, licence_kinds=())
    begun = towns.begin(district)
    towns.collect(district, begun, "Lotus", 0.2)
    close(district, towns.TRUCK)
    with pytest.raises(Closed):
        towns.collect(district, begun, "Old Bridge", 0.2)
    with pytest.raises(Closed):
        towns.begin(district, vehicle=district.truck(towns.TRUCK, "鲁P60002"))
    at, by = district.signing().signed_at, towns.driver(district)
    services.finish_round(begun, at=at, by=by, reason="closed")
    plant = district.firm(towns.PLANT).person
    services.arrive_round(begun, tonnes("0.2"), signing=district.signing(), by=plant, accept=True)
    assert [one.status for one in begun.manifests.all()] == ["closed"]
