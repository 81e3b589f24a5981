"""A weight is corrected between desk and phone; a paper is entered; an emergency is completed."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from tests.browser.conftest import PHONE, sign_in


@pytest.fixture
def phone(page):
    """``phone("driver")``: somebody else takes the phone into their hand."""

    def take(username):
        page.context.clear_cookies()
        page.set_viewport_size(PHONE)
        return sign_in(page, username)

    return take


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_wrong_weight_is_corrected_when_the_driver_agrees(enter, phone, site, look):
    page = enter("clerk")
    address = _issue(page, site)
    page.click("text=编辑")
    page.wait_for_selector("#issue-form")
    page.fill("[name=note]", "一只吨桶")
    look("edit")
    page.click("#issue-form button[type=submit]")
    page.wait_for_url(lambda url: url.endswith(address))
    assert "一只吨桶" in page.inner_text("main")

    page = phone("driver")
    page.goto(address.replace("/manifests/", "/m/"))
    page.fill("[name=value_0]", "0.18")
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("#standing")

    page = _at_the_desk(phone("clerk"), address)
    page.click("text=提出更正")
    page.wait_for_selector("[name=weighed_out_0]")
    assert page.input_value("[name=weighed_out_0]") == "0.18"
    page.fill("[name=weighed_out_0]", "0.176")
    page.fill("[name=reason]", "磅单抄错")
    look("revise")
    page.click("main form button[type=submit]")
    page.wait_for_selector("#changes")
    revision = page.url

    page = phone("driver")
    page.goto(revision)
    page.wait_for_selector("#sign")
    assert fits(page)
    look("revision")
    page.set_viewport_size(PHONE)
    page.click("button[value=approve]")
    page.wait_for_selector("#answers >> text=同意")
    assert page.locator("#sign").count() == 0

    page = _at_the_desk(phone("clerk"), address)
    assert "0.176" in page.inner_text("#lines")
    assert "磅单抄错" in page.inner_text("#revisions")
    look("corrected")


def _issue(page, site):
    page.goto(f"/manifests/new/?site={site.ids['yard']}")
    page.click("#offers >> text=900-249-08")
    page.wait_for_selector("#issue-form")
    page.click("[data-whole]")
    page.select_option("[name=consignee_site]", label="示例油品再生 · 厂区")
    page.select_option("[name=method]", "oil_refining")
    page.select_option("[name=carrier]", label="示例危运")
    page.click("#issue-form button[type=submit]")
    page.wait_for_url(re.compile(r"/manifests/[0-9a-f-]{36}/$"))
    return page.url.removeprefix(site.address)


def _at_the_desk(page, address):
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(address)
    return page


def test_a_paper_is_entered_with_its_scan(enter, site, look):
    page = enter("clerk")
    page.goto("/manifests/")
    page.click("text=补录纸质联单")
    page.goto(f"/manifests/paper/?site={site.ids['yard']}&code=900-249-08")
    page.click("#offers >> text=900-249-08")
    page.wait_for_selector("#issue-form")
    if page.locator("[name=value_0]").count():
        page.fill("[name=value_0]", "0.2")
    page.select_option("[name=consignee_site]", label="示例油品再生 · 厂区")
    page.select_option("[name=method]", "oil_refining")
    page.select_option("[name=carrier]", label="示例危运")
    page.select_option("[name=vehicle]", str(site.ids["tanker"]))
    driver = page.locator("[name=driver] option:has-text('示例危运')").first
    page.select_option("[name=driver]", driver.get_attribute("value"))
    for name, hours in (("issued_at", 9), ("loaded_at", 8), ("arrived_at", 7), ("accepted_at", 6)):
        at = timezone.localtime() - timedelta(hours=hours)
        page.fill(f"[name={name}]", f"{at:%Y-%m-%dT%H:%M}")
    page.fill("[name=value_1]", "0.2")
    page.fill("[name=value_2]", "0.2")
    picture = BytesIO()
    Image.new("L", (600, 800), 250).save(picture, "PNG")
    scan = {"name": "联单.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    page.set_input_files("[name=scan]", scan)
    page.fill("[name=reason]", "停电")
    look("paper")
    page.set_viewport_size(PHONE)
    assert fits(page)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.click("#issue-form button[type=submit]")
    page.wait_for_url(re.compile(r"/manifests/[0-9a-f-]{36}/$"))
    assert page.locator("#steps li.done").count() == 5
    assert "停电" in page.inner_text("main")
    look("paper-entered")


def test_an_emergency_is_issued_and_completed(enter, site, look):
    page = enter("clerk")
    page.goto(f"/manifests/emergency/?site={site.ids['yard']}&code=900-249-08")
    page.click("#offers >> text=900-249-08")
    page.wait_for_selector("#issue-form")
    if page.locator("[name=value_0]").count():
        page.fill("[name=value_0]", "0.3")
    page.select_option("[name=consignee_site]", label="示例油品再生 · 厂区")
    page.select_option("[name=carrier]", label="示例危运")
    page.fill("[name=reason]", "储罐破裂")
    for box in page.locator("[name=left_open]").all():
        box.check()
    look("emergency")
    page.click("#issue-form button[type=submit]")
    page.wait_for_selector("#left-open")
    look("emergency-issued")
    page.click("#left-open a")
    page.wait_for_selector("[name=method_0]")
    page.select_option("[name=method_0]", "oil_refining")
    look("complete")
    page.set_viewport_size(PHONE)
    assert fits(page)
    page.click("main form button[type=submit]")
    page.wait_for_selector("#left-open")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/manifests/numbers/")
    look("numbers")
