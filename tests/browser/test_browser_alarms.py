"""An alarm opened from a deviation: from positions on the bus to somebody who closes it."""

import os
import re
import subprocess
import sys
from threading import Thread

import pytest
from playwright.sync_api import expect

from wufei.hub.alarms.tests.conftest import PLATE, Road
from wufei.hub.alarms.tests.tracks import drive
from wufei.hub.manifests.tests.conftest import build
from wufei.hub.telemetry.tests.conftest import Bus


@pytest.fixture(scope="module", autouse=True)
def bus(tmp_path_factory):
    """Before the site: its processes find the bus by its address."""
    server = Bus(tmp_path_factory.mktemp("nats"))
    server.start()
    os.environ["NATS_URL"] = server.url
    os.environ["WUFEI_LAKE_URL"] = str(tmp_path_factory.mktemp("lake"))
    yield server
    server.kill()
    del os.environ["NATS_URL"], os.environ["WUFEI_LAKE_URL"]


@pytest.fixture(scope="module")
def truck(bus, site):
    """Key of a loaded truck on its route, with the watcher and the sink at work."""
    district = build()
    # Other plants of this site hold a licence, so this one needs its own.
    district.licence("spoil ground", "construction")
    road = Road(district)
    road.load()
    key = road.truck().pk
    publish(bus, key, drive(0, 120))
    running = [
        subprocess.Popen([sys.executable, "-m", "wufei.cli", name], env=dict(os.environ))
        for name in ("watch", "sink")
    ]
    yield key
    for process in running:
        process.terminate()
        process.wait(20)


def publish(bus, key, fixes):
    fixes["vehicle"] = key
    # Playwright has a loop of its own in this thread, and a bus wants one as well.
    thread = Thread(target=bus.publish, args=(fixes,))
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


def test_a_deviation_becomes_an_alarm_that_somebody_closes(bus, truck, enter, look):
    page = enter("officer")
    page.goto("/alarms/?state=todo")
    row = page.locator("#list tbody tr").filter(has_text=PLATE)
    expect(row).to_have_count(0)
    # The browser's stream stands: from here on the page moves by itself.
    with page.expect_response("**/telemetry/stream/"):
        page.reload()
    publish(bus, truck, drive(120, 300, north_m=420, east_m=3_200))
    expect(row).to_contain_text("偏离路线", timeout=30_000)
    expect(row).to_contain_text("偏离核准路线最远 420 米")
    look("alarms")

    row.get_by_role("link").first.click()
    expect(page.get_by_text("固体废物污染环境防治法")).to_be_visible()
    for _attempt in range(60):
        if page.locator("polyline.episode").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("polyline.corridor")).to_have_count(1)
    expect(page.locator("polyline.episode")).to_have_count(1)
    look("alarm")

    page.get_by_role("button", name="确认").first.click()
    expect(page.get_by_text("已确认").first).to_be_visible()
    page.get_by_role("button", name="关闭").first.click()
    page.get_by_label("已电话通知承运单位，车辆已回到路线").check()
    page.locator("#ask-close").get_by_role("button", name="关闭").click()
    expect(page.locator("main")).to_contain_text(re.compile("已关闭"))
    page.goto("/alarms/?state=todo")
    expect(page.locator("#list")).not_to_contain_text(PLATE)
