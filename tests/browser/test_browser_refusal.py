"""A keeper refuses part of a muck truck with one thumb, and sends it back with the truck."""

import re

import pytest
from tests.browser.conftest import PHONE, sign_in


@pytest.fixture
def phone(page):
    """``phone("gate")``: somebody else takes the phone into their hand."""

    def take(username):
        page.context.clear_cookies()
        page.set_viewport_size(PHONE)
        return sign_in(page, username)

    return take


def test_part_of_a_truck_is_refused_and_goes_back(phone, site, look):
    code = f"/t/{site.ids['tipper']}/"
    page = phone("gate")
    page.goto(code)
    page.fill("[name=value_0]", "18.42")
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_url(re.compile("/m/[0-9a-f-]{36}/"))
    load = page.url

    page = phone("spoilkeeper")
    page.goto(code)
    page.fill("[name=value_0]", "18.40")
    page.click("details.refuse > summary")
    page.click("text=与联单不符的废物")
    page.fill("[name=refuse_value_0]", "3.4")
    assert page.inner_text("[data-split]") == "接受量 15.000 t · 拒收 3.400 t"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    look("refuse-site")
    page.set_viewport_size(PHONE)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("#refused")
    assert "3.400" in page.inner_text("#refused")
    look("refused")
    page.set_viewport_size(PHONE)
    page.click("text=其他方式")
    page.wait_for_selector("[name=way]", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    look("refused-ways")
    page.set_viewport_size(PHONE)
    page.goto(load)
    page.click("text=随原车退回")
    page.wait_for_url(lambda url: "/m/" in url and url != load)
    assert "退回" in page.inner_text("main")

    page = phone("gate")
    page.goto("/m/")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(load.replace("/m/", "/manifests/"))
    assert "3.400" in page.inner_text("#linked")
    assert "15.000" in page.inner_text("#fate")
    look("refused-document")
