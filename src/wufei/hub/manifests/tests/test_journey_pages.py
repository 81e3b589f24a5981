"""Pages on the way: a later carrier takes over, a load is set down and picked up."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.manifests import services
from wufei.hub.manifests.declarations import Hours
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services import NextCarrier
from wufei.hub.manifests.tests.conftest import OIL

FIRST, SECOND = "dangerous goods", "river barge"


@pytest.fixture(autouse=True)
def long_way(declared):
    declared("hazardous", carriers_max=3, halt_within=Hours(24))


@pytest.fixture
def load(district):
    """Two tonnes of oil on the road with the first of two carriers."""
    district.licence("refinery", "hazardous")
    barge = district.firm(SECOND, "carrier", "yard").organisation
    lots = district.stored("works", OIL, 2)
    manifest = district.issue(OIL, 2, lots=lots, further_carriers=(NextCarrier(barge),))
    district.load(manifest, 2)
    return manifest


@pytest.fixture
def people(district, sign_in):
    def enter(firm, role="driver"):
        return sign_in(role, organisations=[district.firm(firm).organisation])

    return enter


def text_of(answer):
    return answer.content.decode()


def qr(manifest, act=""):
    return reverse("manifests.qr", args=[manifest.uuid]) + (f"?act={act}" if act else "")


def means(district, carrier):
    return {
        "vehicle": str(district.truck(carrier, f"鲁P{len(carrier):05}").uuid),
        "driver": str(district.driver(carrier).uuid),
    }


def send(client, manifest, step, **values):
    return client.post(qr(manifest), {"step": step, "submission": str(uuid7())} | values)


def test_the_code_asks_the_next_carrier_to_take_over_with_a_truck_of_theirs(district, load, people):
    district.truck(SECOND, "鲁P30001")
    text = text_of(people(SECOND).get(qr(load)))
    assert 'name="step" value="take_over"' in text
    assert "鲁P30001" in text
    assert "鲁P00015" not in text  # the first carrier's
    answer = send(people(SECOND), load, "take_over", **means(district, SECOND))
    assert answer.headers["Location"] == qr(load)
    load.refresh_from_db()
    assert load.carrier.name == SECOND


def test_what_the_form_says_wrong_stands_beside_it(district, load, people):
    answer = send(people(SECOND), load, "take_over", vehicle="", driver="")
    assert answer.status_code == 422
    assert "required" in text_of(answer)


def test_the_document_shows_carriers_in_order_and_every_signature(district, load, people):
    send(people(SECOND), load, "take_over", **means(district, SECOND))
    text = text_of(
        people("works", "clerk").get(reverse("manifests.manifest.detail", args=[load.uuid]))
    )
    assert "Carriers in order" in text
    assert "Take over from the carrier before" in text
    assert "has it now" in text


def test_a_driver_sets_the_load_down_and_picks_it_up(district, load, people):
    driver = people(FIRST)
    yard = district.firm("transfer yard", "station", "transfer").site
    page = text_of(driver.get(qr(load)))
    # Nobody is asked to set down; it is offered.
    assert 'name="step"' not in page
    assert "?act=set_down" in page
    assert str(yard.uuid) in text_of(driver.get(qr(load, "set_down")))
    send(driver, load, "set_down", site=str(yard.uuid))
    load.refresh_from_db()
    assert load.halted_at_site == yard
    text = text_of(driver.get(qr(load)))
    assert "transfer yard site" in text
    assert 'name="step" value="pick_up"' in text
    send(driver, load, "pick_up")
    load.refresh_from_db()
    assert load.halted_at_site is None


def test_the_map_says_where_a_load_stands(district, load, people):
    yard = district.firm("transfer yard", "station", "transfer").site
    yard.longitude, yard.latitude = Decimal("115.98"), Decimal("36.44")
    yard.save()
    services.set_down(load, yard, signing=district.signing(), by=district.firm(FIRST).person)
    page = reverse("telemetry.live")
    assert "transfer yard site" in text_of(people("works", "clerk").get(page))
    assert load.local_id not in text_of(people("transfer yard", "clerk").get(page))


def test_whose_load_stands_too_long_sees_it_in_the_inbox(district, load, people):
    yard = district.firm("transfer yard", "station", "transfer").site
    services.set_down(load, yard, signing=district.signing(), by=district.firm(FIRST).person)
    Manifest.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert "Overdue" in text_of(people(FIRST).get(reverse("manifests.inbox")))


def test_the_form_of_a_new_manifest_names_carriers_in_order(district, people):
    district.licence("refinery", "hazardous")
    district.stored("works", OIL, 2)
    for carrier in (FIRST, SECOND):
        district.truck(carrier, f"鲁P{len(carrier):05}")
    client, site = people("works", "clerk"), district.firm("works").site
    offers = client.get(reverse("manifests.manifest.new"), {"site": site.uuid})
    what = offers.context["offers"][0][0]
    (lot, *_rest) = offers.context["offers"][0][1].standing.account.lots.all()
    values = {
        "site": site.uuid,
        "what": what,
        "submission": uuid7(),
        f"lot-{lot.uuid}": "1",
        "unit_0": "t",
        "method": "oil_refining",
        "consignee_site": district.firm("refinery", "plant", "treatment").site.uuid,
        "carrier": district.firm(FIRST).organisation.uuid,
        "carrier_2": district.firm(SECOND).organisation.uuid,
    }
    answer = client.post(reverse("manifests.manifest.new"), values)
    assert answer.status_code == 302, answer.context["form"].errors
    manifest = Manifest.objects.get()
    assert [leg.carrier.name for leg in manifest.legs.all()] == [FIRST, SECOND]


def test_a_carrier_names_truck_and_driver_beforehand(district, load, people):
    second = people(SECOND, "clerk")
    page = reverse("manifests.manifest.means", args=[load.uuid])
    detail = reverse("manifests.manifest.detail", args=[load.uuid])
    assert page in text_of(second.get(detail))
    values = means(district, SECOND) | {"submission": str(uuid7())}
    assert second.post(page, values).headers["Location"] == detail
    assert load.legs.get(number=2).vehicle.plate == f"鲁P{len(SECOND):05}"
    # The first carrier has the load: nothing of its leg is changed any more.
    assert people(FIRST, "clerk").get(page).status_code == 409
    assert people("works", "clerk").get(page).status_code == 409
