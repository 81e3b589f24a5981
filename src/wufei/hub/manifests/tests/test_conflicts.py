"""A step of a phone's queue that could not be signed is settled by a person, never dropped."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.models import Notice
from wufei.hub.manifests.models import Manifest, Mode, Origin, QueuedStep
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, t
from wufei.hub.manifests.tests.phones import Phone

WEIGHED = {"value_0": "1.99", "unit_0": "t"}
LIST = "/manifests/conflicts/"


@pytest.fixture
def people(district, sign_in):
    def enter(firm, role="keeper", **more):
        return sign_in(role, organisations=[district.firm(firm).organisation], **more)

    return enter


@pytest.fixture
def phone(people):
    def take(firm, role="keeper"):
        held = Phone(people(firm, role))
        assert held.register().status_code == 200
        return held

    return take


@pytest.fixture
def load(district):
    district.licence("refinery", "hazardous")
    load = district.issue(OIL, 2, lots=district.stored("works", OIL, 2))
    district.load(load, 2)
    return load


@pytest.fixture
def conflict(load, phone):
    """The refiner's phone shows an old page: (the phone, its conflict)."""
    held = phone("refinery")
    entry = held.keep("arrive", manifest=str(load.uuid), seen="0" * 64, fields=WEIGHED)
    (result,) = held.send(entry)
    row = QueuedStep.objects.get(uuid=entry["id"])
    assert result["url"] == f"{LIST}{row.uuid}/"
    return held, row


def page(row, action=""):
    return f"{LIST}{row.uuid}/{action}"


def at(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_its_page_says_in_words_what_the_phone_kept(conflict):
    held, row = conflict
    text = held.client.get(page(row)).content.decode()
    assert "1.99 t" in text
    assert "value_0" not in text


# Settled.
def test_signed_all_the_same_with_a_stated_time(district, load, conflict):
    held, row = conflict
    stated = timezone.now().replace(second=0, microsecond=0)
    answer = held.client.post(page(row, "sign/"), {"at": at(stated)})
    assert answer.headers["Location"] == page(row)
    signature = load.signatures.get(step="arrive")
    assert (signature.uuid, signature.signed_at) == (row.uuid, stated)
    assert signature.mode == Mode.QUEUE
    row.refresh_from_db()
    assert (row.outcome, row.settled_by) == ("settled", held.user)
    assert row.payload


def test_a_colleague_settles_it_and_signs_it_as_themselves(load, conflict, people):
    _held, row = conflict
    colleague = people("refinery")
    colleague.post(page(row, "sign/"), {"at": at(timezone.now())})
    assert load.signatures.get(step="arrive").actor == f"person:{colleague.user.uuid}"


def test_discarded_with_a_reason_that_is_kept(load, conflict):
    held, row = conflict
    assert held.client.post(page(row, "discard/"), {"reason": " "}).status_code == 422
    held.client.post(page(row, "discard/"), {"reason": "weighed twice"})
    row.refresh_from_db()
    assert row.outcome == "settled"
    assert "weighed twice" in row.settlement
    assert load.signatures.count() == 2
    assert held.client.post(page(row, "sign/"), {"at": at(timezone.now())}).status_code == 422
    assert load.signatures.count() == 2


def test_what_signing_refuses_stays_a_conflict(load, conflict):
    held, row = conflict
    answer = held.client.post(page(row, "sign/"), {"at": at(timezone.now() - timedelta(days=3))})
    assert answer.status_code == 422
    assert "cannot have been at" in answer.content.decode()
    row.refresh_from_db()
    assert row.outcome == "conflict"


@pytest.mark.parametrize("change", ["payload = '{}'", "actor = 'x'", "device_time = now()"])
def test_what_a_phone_sent_cannot_be_changed_nor_removed(conflict, change):
    for statement in (
        f"UPDATE manifests_queuedstep SET {change}",
        "DELETE FROM manifests_queuedstep",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert QueuedStep.objects.count() == 1


# Whom it concerns.
@pytest.mark.parametrize(
    ("firm", "role", "sees", "works"),
    [
        ("refinery", "keeper", True, True),
        ("works", "clerk", True, False),
        ("dangerous goods", "driver", True, False),
        ("spoil ground", "keeper", False, False),
    ],
)
def test_parties_see_it_and_the_signers_side_settles_it(conflict, people, firm, role, sees, works):
    _held, row = conflict
    client = people(firm, role)
    assert client.get(page(row)).status_code == (200 if sees else 404)
    assert (str(row.uuid) in client.get(LIST).content.decode()) is sees
    answer = client.post(page(row, "discard/"), {"reason": "mine"})
    assert answer.status_code == (302 if works else 403 if sees else 404)


def test_what_an_agent_signed_for_one_firm_is_no_affair_of_another(district, load, sign_in, people):
    """An agent 环保管家 serves the refinery and a neighbour that has no part in the load."""
    firms = [district.firm(name).organisation for name in ("refinery", "neighbour")]
    held = Phone(sign_in("agent", organisations=firms))
    held.register()
    entry = held.keep("arrive", manifest=str(load.uuid), seen="0" * 64, fields=WEIGHED)
    assert held.send(entry)[0]["outcome"] == "conflict"
    row = QueuedStep.objects.get(uuid=entry["id"])
    neighbour = people("neighbour")
    assert neighbour.get(page(row)).status_code == 404
    assert str(row.uuid) not in neighbour.get(LIST).content.decode()
    assert neighbour.post(page(row, "discard/"), {"reason": "mine"}).status_code == 404
    assert people("refinery").post(page(row, "discard/"), {"reason": "twice"}).status_code == 302


def test_officers_see_it_and_settle_nothing(conflict, sign_in):
    _held, row = conflict
    officer = sign_in("officer")
    text = officer.get(page(row)).content.decode()
    assert "no longer what the phone showed" in text
    assert officer.post(page(row, "discard/"), {"reason": "x"}).status_code == 403


def test_the_signer_is_told(conflict):
    held, row = conflict
    notice = Notice.objects.get(person=held.user)
    assert notice.link == page(row)


# By itself.
def test_an_arrival_that_came_before_its_departure_is_signed_when_that_comes(district, phone):
    """Gate and site both had no network, and the site's phone found it first."""
    district.licence("spoil ground", "construction")
    truck = district.truck("muck trucks", "鲁P00777")
    waste = district.waste(SPOIL)
    ground = district.firm("spoil ground", "plant", "landfill")
    pit = district.firm("pit", "construction", "construction")
    gate, site = phone("pit"), phone("spoil ground")
    out = gate.keep(
        "out",
        manifest=str(uuid7()),
        vehicle=str(truck.uuid),
        site=str(pit.site.uuid),
        ago_s=50,
        provisional_no="1126-AAAA-1",
        fields={
            "waste": waste.slug,
            "value_0": "18.4",
            "unit_0": "t",
            "consignee_site": str(ground.site.uuid),
        },
    )
    arrival = site.keep(
        "in", vehicle=str(truck.uuid), fields={"value_0": "18.3", "unit_0": "t"}, ago_s=20
    )
    (result,) = site.send(arrival)
    assert (result["outcome"], result["code"]) == ("conflict", "manifest_no_load_for_truck")
    assert gate.send(out)[0]["outcome"] == "signed"
    load = Manifest.objects.get(provisional_no="1126-AAAA-1")
    assert (load.status, load.origin) == ("closed", Origin.OFFLINE)
    assert QueuedStep.objects.get(uuid=arrival["id"]).outcome == "signed"
    assert load.signatures.get(step="arrive").actor == site.user
    assert district.g("stock", "spoil ground", SPOIL) in (0, t(18.3))
