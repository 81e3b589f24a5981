"""The real process, with the real registry."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from wufei.hub.base.actor import system
from wufei.hub.registry.models import Device, Organisation, Region, Vehicle
from wufei.hub.registry.services import devices
from wufei.hub.registry.validity import period
from wufei.hub.telemetry.gateway.tests.conftest import fix, free_port, until
from wufei.hub.telemetry.models import BadFrame
from wufei.protocols.jt808 import messages as m

pytestmark = pytest.mark.processes


class Process:
    device: Device
    vehicle: Vehicle
    fleet: Organisation

    def __init__(self, folder, url):
        self.port = free_port()
        self._log = folder / "gateway.log"
        environment = {"WUFEI_JT808_PORT": str(self.port), "NATS_URL": url}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "wufei.cli", "gateway"],
                env=os.environ | environment,
                stdout=log,
                stderr=log,
            )
        until(lambda: self.says("listening on"))

    def says(self, text):
        told = self._log.read_text()
        assert self.process.poll() is None or text in told, told
        return text in told


@pytest.fixture
def gateway(committed, tmp_path, nats):
    fleet = Organisation.objects.create(
        name="Invented Haulage",
        pinyin="i",
        kind="enterprise",
        region=Region.objects.filter(within=True)[0],
        validity=period(),
    )
    by = system("test")
    device = devices.create(by, number="13800000001", kind="jt808", organisation=fleet)
    truck = Vehicle.objects.create(
        plate="鲁P12345", kind="tipper", carrier=fleet, validity=period()
    )
    devices.bind(device, by, vehicle=truck)
    started = Process(tmp_path, nats.url)
    started.device, started.vehicle, started.fleet = device, truck, fleet
    yield started
    started.process.kill()
    started.process.wait()


def test_the_process_knows_the_registry_and_ends_in_order(gateway, truck, nats):
    one = truck(gateway).sign_in()
    assert one.ask(one.position(fix())).result == m.DONE
    (stored,) = nats.stored()
    assert (stored["device"], stored["vehicle"]) == (gateway.device.pk, gateway.vehicle.pk)
    one.send(b"\x7ebroken\x7e")
    kept = until(BadFrame.objects.first)
    assert (kept.reason, bytes(kept.frame)) == ("checksum", b"broken")
    newcomer = truck(gateway, "13800000002", edition=2013)
    assert newcomer.ask(newcomer.register("鲁P2")).result == m.NO_SUCH_TERMINAL
    Device.objects.create(
        number="013800000002", kind="jt808", organisation=gateway.fleet, validity=period()
    )
    until(lambda: newcomer.ask(newcomer.register("鲁P2")).result == m.DONE)
    gateway.process.send_signal(signal.SIGTERM)
    assert gateway.process.wait(30) == 0
    assert one.is_closed()


def test_a_terminal_signs_in_with_its_old_code_after_a_restart(gateway, truck, nats, tmp_path):
    one = truck(gateway)
    code = one.ask(one.register("鲁P12345")).code
    gateway.process.kill()
    gateway.process.wait()
    again = Process(tmp_path, nats.url)
    try:
        returned = truck(again)
        assert returned.ask(returned.authenticate(code)).result == m.DONE
    finally:
        again.process.kill()
        again.process.wait()


def test_what_was_acknowledged_is_there_after_the_bus_and_the_gateway_were_killed(
    gateway, truck, nats, tmp_path
):
    acknowledged: list[int] = []
    stopping = threading.Event()

    def drive(one):
        while not stopping.is_set():
            serials = [one.serial + n for n in range(5)]
            one.send(*(one.position(fix(n)) for n in serials))
            try:
                heard = one.hear(5)
            except (AssertionError, OSError):
                return
            acknowledged.extend(message.body.serial for message in heard)

    one = truck(gateway).sign_in()
    driver = threading.Thread(target=drive, args=(one,))
    driver.start()
    for _kill in range(3):
        before = len(acknowledged)
        until(lambda before=before: len(acknowledged) > before + 20)
        nats.kill()
        nats.start()
    before = len(acknowledged)
    until(lambda: len(acknowledged) > before + 20)
    gateway.process.kill()
    stopping.set()
    driver.join(30)
    stored = [fix["serial"] for fix in nats.stored()]
    assert set(acknowledged) <= set(stored)
    assert len(acknowledged) == len(set(acknowledged)) > 80
    # Batches that the gateway sent again were stored once.
    assert len(stored) == len(set(stored))
