"""Text messages sign a step, through the address at which the gateway delivers them."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client
from uuid_utils.compat import uuid7

from wufei.hub.accounts.models import Contact
from wufei.hub.base import sms as gateway
from wufei.hub.manifests.models import Manifest, Mode, Status
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, t
from wufei.hub.registry.models import DriverIdentity

DRIVER, KEEPER, GATE = "13800000001", "13800000002", "13800000003"


@pytest.fixture(autouse=True)
def switched_on(settings):
    settings.SMS_SECRET = "a-secret-of-the-gateway"
    settings.LANGUAGE_CODE = "en"


def deliver(phone, text, *, id="", stamp=None, signature=None):
    body = json.dumps({"id": id or str(uuid7()), "from": phone, "text": text}).encode()
    stamp = stamp or str(int(time.time()))
    headers = {
        gateway.TIMESTAMP: stamp,
        gateway.SIGNATURE: signature or gateway.signature(stamp, body),
    }
    return Client().post("/m/sms/", body, content_type="application/json", headers=headers)


def reply(phone, text, **more):
    answer = deliver(phone, text, **more)
    assert answer.status_code == 200
    return answer.json()["reply"]


@pytest.fixture
def load(district):
    district.licence("refinery", "hazardous")
    load = district.issue(OIL, 2, lots=district.stored("works", OIL, 2))
    driver = district.driver("dangerous goods")
    DriverIdentity.objects.filter(driver=driver).update(phone=f"+86 {DRIVER[:3]}-{DRIVER[3:]}")
    district.truck("dangerous goods", "鲁P00777")
    return load


def keeper(district, sign_in, firm, phone):
    user = sign_in("keeper", organisations=[district.firm(firm).organisation]).user
    Contact.objects.update_or_create(user=user, defaults={"phone": phone})
    return user


def test_a_driver_takes_over_and_a_keeper_receives(district, load, sign_in):
    assert "Signed: Take over" in reply(DRIVER, f"dl {load.local_id} 2 t 鲁P00777")
    user = keeper(district, sign_in, "refinery", KEEPER)
    assert "Signed: Receive" in reply(KEEPER, f"DD {load.local_id} 1990 kg")
    load.refresh_from_db()
    assert load.status == Status.ARRIVED
    taken, received = load.signatures.get(step="load"), load.signatures.get(step="arrive")
    assert (taken.mode, received.mode) == (Mode.SMS, Mode.SMS)
    assert taken.actor == f"driver:{district.driver('dangerous goods').uuid}"
    assert received.actor == f"person:{user.uuid}"
    assert load.lines.get().weighed_in_g == t(1.99)


def test_a_message_that_is_delivered_twice_signs_once(load):
    first = reply(DRIVER, f"DL {load.local_id} 2 鲁P00777", id="m-1")
    assert reply(DRIVER, f"DL {load.local_id} 2 鲁P00777", id="m-1") == first
    assert load.signatures.count() == 2


@pytest.mark.parametrize(
    ("phone", "text", "said"),
    [
        (DRIVER, "hello", "Not understood"),
        (DRIVER, "DL", "Not understood"),
        (DRIVER, "DL WF-1 12,5", "Not understood"),
        (DRIVER, "DL WF-1 12.5", "No load of yours"),
        ("13899999999", "DL {number} 2 鲁P00777", "registered for nobody"),
        ("", "DL {number} 2 鲁P00777", "registered for nobody"),
        (DRIVER, "DL {number} 2 kg 鲁P00777", "Check the unit"),
        (DRIVER, "DD {number} 2", "is signed by the"),
        (DRIVER, "DL {number} 2", "Vehicle"),
    ],
)
def test_what_cannot_be_done_is_answered_in_words(load, phone, text, said):
    assert said in reply(phone, text.format(number=load.local_id))
    assert load.signatures.count() == 1


def test_a_phone_of_two_people_signs_for_neither(district, load, sign_in):
    keeper(district, sign_in, "refinery", DRIVER)
    keeper(district, sign_in, "spoil ground", DRIVER)
    assert "several people" in reply(DRIVER, f"DL {load.local_id} 2 鲁P00777")


def test_others_loads_are_not_there(district, load, sign_in):
    keeper(district, sign_in, "spoil ground", KEEPER)
    assert "No load of yours" in reply(KEEPER, f"DD {load.local_id} 2")


def test_a_muck_truck_by_its_plate_at_gate_and_site(district, sign_in):
    district.licence("spoil ground", "construction")
    district.firm("spoil ground", "plant", "landfill")
    district.firm("pit", "construction", "construction")
    district.waste(SPOIL)
    district.truck("muck trucks", "鲁P00888")
    keeper(district, sign_in, "pit", GATE)
    keeper(district, sign_in, "spoil ground", KEEPER)
    assert "Signed" in reply(GATE, "DL 鲁P00888 18.4")
    assert "Signed" in reply(KEEPER, "DD 鲁P00888 18.3")
    manifest = Manifest.objects.get()
    assert manifest.status == Status.CLOSED
    assert {one.mode for one in manifest.signatures.all()} == {Mode.SMS}


# The gateway.
def test_without_a_secret_it_is_off(load, settings):
    settings.SMS_SECRET = ""
    assert deliver(DRIVER, "DL 1 2").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"signature": "0" * 64}, {"stamp": "1700000000"}, {"stamp": "soon"}]
)
def test_who_is_not_the_gateway_signs_nothing(load, wrong):
    answer = deliver(DRIVER, f"DL {load.local_id} 2 鲁P00777", **wrong)
    assert answer.status_code == 401
    assert load.signatures.count() == 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"id": 1}', b"\xff"])
def test_what_is_no_message_is_told(body):
    stamp = str(int(time.time()))
    headers = {gateway.TIMESTAMP: stamp, gateway.SIGNATURE: gateway.signature(stamp, body)}
    answer = Client().post("/m/sms/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 422


def test_the_answer_goes_out_by_the_gateway_signed(load, settings):
    taken = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stamp = self.headers[gateway.TIMESTAMP]
            assert gateway.is_genuine(stamp, self.headers[gateway.SIGNATURE], body)
            taken.append(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments):
            return None

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/send"
    said = reply(DRIVER, f"DL {load.local_id} 2 鲁P00777")
    thread.join(10)
    server.server_close()
    assert (taken[0]["to"], taken[0]["text"]) == (DRIVER, said)


def test_a_gateway_that_is_down_keeps_nobody_from_signing(load, settings):
    settings.SMS_URL = "http://127.0.0.1:9/send"
    assert "Signed" in reply(DRIVER, f"DL {load.local_id} 2 鲁P00777")
