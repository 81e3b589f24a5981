"""Lots are put together and followed: the picture, the table that says the same, a phone."""

import re

import pytest
from playwright.sync_api import expect

from wufei.hub.ledger.tests.conftest import District
from wufei.hub.ledger.tests.stories import Names, oil_story
from wufei.hub.registry.models import Region

NAMES = Names(
    garages=("甲镇汽修厂", "乙镇汽修厂", "丙镇汽修厂"),
    haulier="平安危运车队",
    collector="湖北路废矿物油收集点",
    refinery="清源再生油厂",
    landfill="北山危废填埋场",
    residue="废油精制残渣",
    product="基础油",
)


@pytest.fixture(scope="module")
def oil(site):
    """In the site's own database."""
    town = Region.objects.filter(within=True, level="town").order_by("path").first()
    assert town is not None
    return oil_story(District(town), NAMES)


def test_a_drum_is_followed_to_the_landfill_in_a_picture_and_a_table(oil, enter, look):
    page = enter("officer")
    page.goto(f"/ledger/lots/{oil.drums[0].uuid}/")
    look("lot")
    page.get_by_role("link", name="追溯").click()
    picture = page.locator(".chart-trace")
    for name in (NAMES.collector, NAMES.refinery, NAMES.landfill):
        expect(picture.get_by_text(name, exact=False).first).to_be_visible()
        expect(page.locator("table").get_by_text(name, exact=False).first).to_be_visible()
    look("trace-forward")
    page.goto(f"/ledger/trace/lots/{oil.landfilled.uuid}/")
    look("trace-back")
    page.goto(f"/ledger/trace/lots/{oil.tank.uuid}/")
    look("trace-both")
    # A click on the picture opens the place, as its link in the table does.
    page.locator(".chart-trace").get_by_text("T1", exact=False).first.click()
    expect(page).to_have_url(re.compile(f"/ledger/lots/{oil.tank.uuid}/"))


def test_a_trace_reads_on_a_phone_without_scrolling_sideways(oil, enter):
    page = enter("officer")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"/ledger/trace/lots/{oil.tank.uuid}/")
    expect(
        page.locator(".chart-trace").get_by_text(NAMES.refinery, exact=False).first
    ).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_drums_are_grouped_on_the_page_and_the_rest_is_counted(oil, enter, look):
    page = enter("clerk")
    page.goto("/ledger/stock/")
    page.get_by_role("link", name="900-249-08").or_(
        page.get_by_role("link", name="废矿物油")
    ).first.click()
    page.get_by_role("link", name="合并或分装").click()
    page.locator("[data-lot] [type=checkbox]").first.check()
    expect(page.locator("[data-taken]")).to_have_text("0.180")
    page.get_by_role("button", name="再加一个容器").click()
    labels = page.locator("#output-rows [name$=-label]")
    expect(labels).to_have_count(2)
    labels.nth(0).fill("YT-001A")
    labels.nth(1).fill("YT-001B")
    page.locator("#output-rows [name$=-value]").first.fill("0.1")
    expect(page.locator("[data-left]")).to_have_text("0.080")
    look("regrouping")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("table")).to_contain_text("YT-001B")
    look("regrouped")
