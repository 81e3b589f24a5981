"""Phone pages with the network cut: what is signed is kept, and sent later by its signer."""

import re

import pytest
from tests.browser.conftest import PHONE, sign_in
from tests.browser.test_browser_manifests import _issue, _take_over, enter_desk

WAITING = "#queue .queue-count"


@pytest.fixture
def phone(page, enter):
    """``phone("driver")``: somebody else takes the phone into their hand."""

    def take(username):
        page.context.clear_cookies()
        page.set_viewport_size(PHONE)
        return enter(username)

    return take


def open_step(page, number):
    """The manifest's page, with the key of this phone made."""
    page.goto("/m/")
    page.fill("#code", number)
    page.press("#code", "Enter")
    page.wait_for_selector("form[data-sign]")
    has_key(page)


def has_key(page):
    page.wait_for_selector("#queue[data-ready]", state="attached")


def left(page, count):
    """The phone tells how many steps wait; kept on disk first, so a moment after the tap."""
    page.wait_for_selector(f"#queue[data-left='{count}']", state="attached")
    if count:
        assert page.inner_text(WAITING).endswith(str(count))


def all_sent(page):
    left(page, 0)


def test_a_hazardous_load_arrives_while_the_network_is_cut(enter, phone, site, look):
    number = _issue(enter("clerk"), site, lambda _name: None)
    _take_over(phone("driver"), number, lambda _name: None)
    page = phone("refiner")
    open_step(page, number)
    page.context.set_offline(True)
    page.fill("[name=value_0]", "0.179")
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("form[data-sign] [name=step][value=accept]", state="attached")
    left(page, 1)
    look("phone-offline")
    page.set_viewport_size(PHONE)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("form[data-sign]", state="detached")
    left(page, 2)
    assert "已在本机签署" in page.inner_text("#kept-step")
    page.context.set_offline(False)
    page.wait_for_selector("#standing.done")
    page = enter_desk(phone, "refiner", "/ledger/stock/")
    assert "0.179" in page.inner_text("main")
    page = enter_desk(phone, "officer", "/manifests/")
    page.click(f"#list >> text={number}")
    page.wait_for_selector("#signatures tbody tr >> nth=3")
    assert page.locator("#steps li.done").count() == 5


def test_what_was_kept_is_sent_when_the_page_opens_again(phone, site):
    page = phone("gate")
    page.goto(f"/t/{site.ids['tippers'][0]}/")
    has_key(page)
    page.fill("[name=value_0]", "17.5")
    page.context.set_offline(True)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("#kept-step")
    shown = page.inner_text("[data-kept-no]")
    assert re.fullmatch(r"\d{4}-[0-9A-F]{4}-1", shown)
    page.route("**/m/queue/", lambda route: route.abort("internetdisconnected"))
    page.context.set_offline(False)
    page.goto("/m/")
    page.wait_for_selector(f"#queue .queue-steps >> text={shown}")
    page.unroute("**/m/queue/")
    page.reload()
    all_sent(page)
    page.goto("/m/find/?code=" + shown)
    page.wait_for_url(re.compile("/m/[0-9a-f-]{36}/"))
    assert shown in page.inner_text("main")


def test_a_shared_phone_keeps_one_persons_steps_from_another(phone, site):
    page = phone("spoilkeeper")
    page.goto(f"/t/{site.ids['tippers'][0]}/")
    has_key(page)
    page.fill("[name=value_0]", "17.4")
    page.route("**/m/queue/", lambda route: route.abort("internetdisconnected"))
    page.context.set_offline(True)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("#kept-step")
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.unroute("**/m/queue/")
    sent = []
    page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/m/queue/") else None)
    sign_in(page, "gate").goto("/m/")
    page.wait_for_selector("#queue .queue-count >> text=1")
    assert sent == []
    page.context.clear_cookies()
    sign_in(page, "spoilkeeper").goto("/m/")
    all_sent(page)
    page.goto(f"/t/{site.ids['tippers'][0]}/")
    assert page.locator("form[data-sign]").count() == 0


def loaded(page):
    page.goto("/m/offline/")
    has_key(page)
    page.wait_for_selector("#pack-state[data-at]")


def departs(page, truck, weight):
    """A truck leaves the gate: its code is typed on the page that stays open."""
    page.fill("#code", f"/t/{truck}/")
    page.press("#code", "Enter")
    page.wait_for_selector("#opened form[data-sign]")
    page.fill("[name=value_0]", weight)
    page.click("#opened form[data-sign] button[type=submit]")
    page.wait_for_selector("#kept-step")
    return page.inner_text("[data-kept-no]")


def test_a_truck_is_scanned_at_gate_and_site_while_both_have_no_network(phone, site, look):
    page = phone("gate")
    loaded(page)
    page.context.set_offline(True)
    number = departs(page, site.ids["tippers"][1], "16.2")
    look("phone-offline-gate")
    page.set_viewport_size(PHONE)
    page.context.set_offline(False)
    all_sent(page)
    page.goto("/m/find/?code=" + number)
    page.wait_for_url(re.compile("/m/[0-9a-f-]{36}/"))
    page = phone("spoilkeeper")
    loaded(page)
    look("phone-pack")
    page.set_viewport_size(PHONE)
    page.context.set_offline(True)
    page.click("#pack-loads a >> nth=0")
    page.wait_for_selector("#opened form[data-sign]")
    page.fill("[name=value_0]", "16.1")
    page.click("#opened form[data-sign] button[type=submit]")
    page.wait_for_selector("#kept-step")
    page.click("#pack-back")
    page.wait_for_selector("#pack-loads >> text=待发送")
    page.context.set_offline(False)
    all_sent(page)
    page.wait_for_selector("#pack-empty", state="visible")


def test_the_page_opens_again_without_network(phone, site):
    page = phone("gate")
    loaded(page)
    page.goto("/m/")
    page.context.set_offline(True)
    page.goto("/m/offline/")
    page.wait_for_selector("#pack-state >> text=没有网络")
    assert departs(page, site.ids["tippers"][2], "15.1")


def test_a_kept_step_is_not_offered_again(phone, site):
    page = phone("gate")
    page.goto(f"/t/{site.ids['tippers'][3]}/")
    page.fill("[name=value_0]", "15.2")
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_url(re.compile("/m/[0-9a-f-]{36}/"))
    page = phone("spoilkeeper")
    loaded(page)
    page.context.set_offline(True)
    page.click("#pack-loads a >> nth=0")
    page.fill("[name=value_0]", "15")
    page.click("#opened form[data-sign] button[type=submit]")
    page.wait_for_selector("#kept-step")
    page.click("#pack-back")
    page.click("#pack-loads a >> nth=0")
    page.wait_for_selector("#kept-step")
    assert page.locator("#opened form[data-sign]").count() == 0
