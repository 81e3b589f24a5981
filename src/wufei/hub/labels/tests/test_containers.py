"""Behind the code on a container: each who scans it gets the page that is theirs."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from wufei.hub.labels import services
from wufei.hub.labels.queries import containers
from wufei.hub.labels.tests.conftest import DRUM
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.tests.conftest import OIL


def text_of(answer):
    return answer.content.decode()


def code_of(lot):
    return reverse("labels.container", args=[lot.uuid])


def step_of(manifest):
    return reverse("manifests.qr", args=[manifest.uuid])


@pytest.fixture
def drum(district):
    (found,) = district.stored("works", OIL, 2)
    services.make([found.uuid], replace(DRUM, volume_l=Decimal(1000)), by=by(district))
    return found


def by(district):
    return district.firm("works").person


@pytest.fixture
def load(district, drum):
    """The drum waits to be loaded for the refinery."""
    return district.issue(OIL, 2, lots=[drum])


def test_whose_turn_it_is_gets_the_step_to_sign(district, load, drum, people):
    answer = people("dangerous goods", "driver").get(code_of(drum))
    assert answer.headers["Location"] == step_of(load)


def test_a_party_whose_turn_it_is_not_sees_the_container(load, drum, people):
    for firm in ("works", "refinery"):
        text = text_of(people(firm).get(code_of(drum)))
        assert str(load) in text
        assert "90024908" in text


def test_the_code_stays_the_same_while_the_container_travels(district, load, drum, people):
    district.load(load, 2)
    refinery = people("refinery")
    assert refinery.get(code_of(drum)).headers["Location"] == step_of(load)
    district.arrive(load, 2)
    district.accept(load)
    drum.refresh_from_db()
    lots = containers.chain(drum)
    assert [lot.account.kind for lot in lots] == ["stock", "custody", "stock"]
    assert containers.label_of(lots) == drum.container_label
    assert [lot.account.holder.name for lot in containers.standing(lots)] == ["refinery"]
    assert containers.chain(lots[-1]) == lots


def test_the_owner_sees_where_it_stands_and_its_trace(drum, people):
    text = text_of(people("works").get(code_of(drum)))
    assert "works site" in text
    assert reverse("labels.label.detail", args=[drum.uuid]) in text
    trace = reverse("ledger.trace.lot", args=[drum.uuid])
    assert trace in text
    assert people("works").get(trace).status_code == 200


def test_the_receiver_follows_the_lot_that_is_theirs(district, load, drum, people):
    district.load(load, 2)
    district.arrive(load, 2)
    district.accept(load)
    refinery = people("refinery")
    page = text_of(refinery.get(code_of(drum)))
    found = re.search(r'href="(/ledger/trace/lots/[^"]+)"', page)
    assert found is not None
    assert refinery.get(found[1]).status_code == 200


def test_an_official_at_the_roadside_gets_the_check(district, load, drum, sign_in):
    officer = sign_in("officer")
    assert officer.get(code_of(drum)).status_code == 200
    district.load(load, 2)
    answer = officer.get(code_of(drum))
    assert answer.headers["Location"] == reverse("labels.check", args=[load.uuid])


def test_others_learn_nothing(district, load, drum, people):
    district.firm("stranger")
    for role in ("clerk", "keeper", "driver", "agent"):
        answer = people("stranger", role).get(code_of(drum))
        assert answer.status_code == 404
        for secret in ("works", "refinery", drum.account.waste.label, "90024908"):
            assert secret not in text_of(answer)


def test_who_is_not_signed_in_learns_that_it_is_genuine(load, drum, client, sign_in):
    for one in (client, sign_in("resident")):
        text = text_of(one.get(code_of(drum), headers={"accept-language": "en"}))
        assert "Label of a container or lot" in text
        assert "in storage" in text
        for secret in ("works", "refinery", drum.account.waste.label, "90024908", "2.000"):
            assert secret not in text


def test_the_digital_code_can_be_typed_where_no_camera_works(load, drum, people):
    code = drum.container_label.code
    for typed in (code, code.lower(), f"{code[:18]} {code[18:26]} {code[26:34]} {code[34:]}"):
        answer = people("works").get(reverse("manifests.find"), {"code": typed})
        assert answer.headers["Location"] == code_of(drum), typed


def test_a_container_that_is_not_here_is_told_to_whom_is_signed_in(district, people):
    district.firm("works")
    unknown = "0190a1b2-0000-7000-8000-00000000ffff"
    answer = people("works").get(f"/c/{unknown}/")
    assert answer.status_code == 404
    assert "This container is not here" in text_of(answer)


def test_what_is_put_into_another_container_is_not_that_container(district, drum):
    """Only going on a truck and coming off it keeps the container."""
    other = district.stored("works", OIL, 1)[0]
    assert containers.chain(drum) == [drum]
    assert containers.chain(other) == [other]
    assert Lot.objects.count() == 2
