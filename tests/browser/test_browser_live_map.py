"""A vehicle moves on the map and a trip is replayed: real bus, real lake, real browser."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from wufei.testing import TEST_HOME

# MapLibre draws with WebGL, here in software.
_WEBGL = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
_PLATE = "鲁P90001"


def _until(what: Any, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"still not so after {seconds} s")


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A bus and an empty lake, in the environment of the server that ``site`` starts."""
    from wufei.cli.processes.nats import binary

    folder = tmp_path_factory.mktemp("telemetry")
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    settings = {"NATS_URL": f"nats://127.0.0.1:{port}", "WUFEI_LAKE_URL": str(folder / "lake")}
    os.environ.update(settings)
    server = subprocess.Popen(
        [binary(), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder / "nats")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: _answers(port))
        yield settings["NATS_URL"]
    finally:
        server.kill()
        server.wait()
        for name in settings:
            os.environ.pop(name)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def road(telemetry: str, site: Any) -> Iterator[Any]:
    """A truck with a load, the watcher and the sink; ``road(longitude, …)`` drives it on."""
    vehicle, manifest = _loaded_truck()
    site.ids["trip"] = str(manifest.uuid)
    site.ids["vehicle"] = str(vehicle.uuid)
    environment = dict(os.environ)
    with ExitStack() as stack:
        for name in ("watch", "sink"):
            log = stack.enter_context((TEST_HOME / f"browser-{name}.log").open("wb"))
            process = subprocess.Popen(
                [sys.executable, "-m", "wufei.cli", name], env=environment, stdout=log, stderr=log
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
        # Playwright has a loop in this thread already.
        thread = stack.enter_context(ThreadPoolExecutor(1))
        yield lambda *places: thread.submit(
            asyncio.run, _drive(telemetry, vehicle.pk, places)
        ).result()


def _loaded_truck() -> tuple[Any, Any]:
    from uuid_utils.compat import uuid7

    from wufei.hub.base.actor import system
    from wufei.hub.manifests.models import Manifest
    from wufei.hub.registry.models import Region
    from wufei.hub.registry.services import organisations, sites, vehicles

    by = system("test")
    town = Region.objects.get(name="于集镇")
    firm = organisations.create(
        by, name="于集渣土运输", kind="carrier", region=town, domains=["construction"]
    )
    places = [
        sites.create(
            by, organisation=firm, name=name, kind=kind, longitude=longitude, latitude=latitude
        )
        for name, kind, longitude, latitude in (
            ("于集工地", "construction", 115.93, 36.34),
            ("朱老庄消纳场", "landfill", 116.06, 36.33),
        )
    ]
    vehicle = vehicles.create(by, plate=_PLATE, carrier=firm, kind="tipper")
    at = timezone.now() - timedelta(minutes=40)
    manifest = Manifest.objects.create(
        uuid=uuid7(),
        template="construction",
        domain="construction",
        local_id="JZ-20261125-0001",
        status="loaded",
        issued_at=at,
        loaded_at=at,
        vehicle=vehicle,
        consignor=firm,
        consignor_site=places[0],
        carrier=firm,
        consignee=firm,
        consignee_site=places[1],
    )
    return vehicle, manifest


async def _drive(url: str, vehicle: int, places: Any) -> None:
    """Publish fixes, the last of them of this moment, ten seconds apart."""
    import numpy as np

    from wufei.hub.telemetry.bus import Publisher
    from wufei.hub.telemetry.fixes import FIX

    fixes = np.zeros(len(places), dtype=FIX)
    now_ms = time.time_ns() // 1_000_000
    fixes["device"], fixes["vehicle"], fixes["serial"] = 4, vehicle, np.arange(len(places))
    fixes["device_time_ms"] = now_ms - 10_000 * np.arange(len(places))[::-1]
    fixes["received_ms"] = now_ms
    fixes["longitude"] = [longitude for longitude, _latitude in places]
    fixes["latitude"] = [latitude for _longitude, latitude in places]
    fixes["speed_kmh"], fixes["heading_deg"] = 45, 90
    publisher = Publisher("test", url)
    await publisher.open()
    await publisher.publish(0, fixes)
    await publisher.close()


@pytest.fixture(scope="module")
def chromium(road: Any, site: Any, chromium_path: str | None) -> Iterator[Any]:
    """The same browser as elsewhere, able to draw maps."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(args=_WEBGL, executable_path=chromium_path)
        yield browser
        browser.close()


def _drawn_at(page: Any, vehicle: str) -> Any:
    return page.evaluate("id => document.getElementById('live-map').overlay?.at(id)", vehicle)


def test_a_vehicle_moves_on_the_map(enter: Any, site: Any, road: Any, look: Any) -> None:
    page = enter("officer")
    page.goto("/telemetry/live/")
    page.wait_for_selector("text=没有可显示的车辆")
    page.wait_for_selector("#live-map[data-ready]", timeout=60_000)
    vehicle = site.ids["vehicle"]
    road((115.94, 36.341))
    page.wait_for_selector(f"text={_PLATE}", timeout=60_000)
    assert page.inner_text("[data-live-state]") == "实时"
    # It is bound to its load, and the row leads to the trip.
    assert page.get_attribute(".vehicle-load", "href") == f"/telemetry/trips/{site.ids['trip']}/"
    assert _drawn_at(page, vehicle) == [115.94, 36.341]
    road((115.99, 36.338))
    _until(lambda: 115.94 < _drawn_at(page, vehicle)[0] < 115.99)
    _until(lambda: _drawn_at(page, vehicle) == [115.99, 36.338])
    page.click(".vehicle-pick")
    look("live-map")


def test_a_trip_is_replayed(enter: Any, site: Any, road: Any, look: Any) -> None:
    road(*[(115.94 + 0.001 * n, 36.341) for n in range(100)])
    page = enter("officer")

    def there() -> bool:
        page.goto(f"/telemetry/trips/{site.ids['trip']}/")
        # What the sink has written so far may be one fix, which moves nowhere.
        found = re.search(r"定位点\s+(\d+)", page.inner_text("main"))
        return found is not None and int(found[1]) > 20

    _until(there)
    page.wait_for_selector("#trip-map[data-ready]", timeout=60_000)
    before = page.inner_text("#now")
    page.select_option("#speed", "600")
    page.click("#play")
    _until(lambda: page.inner_text("#now") != before)
    _until(lambda: page.get_attribute("#play", "aria-pressed") == "false")
    page.focus("#at")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    look("trip")
