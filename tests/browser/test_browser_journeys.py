"""A driver's round on a phone of 360 px, the plant's one weight, and the inbox by keyboard."""

import re
from datetime import date

import pytest
from django.test import override_settings
from tests.browser.conftest import _HASHER, PASSWORD, PHONE

SHOPS = ("莲花餐厅", "石桥饭店", "三杯酒家")


@pytest.fixture(scope="module")
def town(site):
    """Three restaurants, a truck and its driver, a biogas plant; before the browser starts."""
    from wufei.hub.accounts.services import make_user
    from wufei.hub.catalogue.models import WasteType
    from wufei.hub.registry.models import Licence, LicenceLine, Organisation, Region, Vehicle
    from wufei.hub.registry.models import Site as Place
    from wufei.hub.registry.validity import period

    region = Region.objects.filter(within=True, level="town").first()
    assert region is not None
    since = period(date(2020, 1, 1))

    def firm(name, kind, place):
        owner = Organisation.objects.create(
            name=name, pinyin=name, kind=kind, region=region, domains=["household"], validity=since
        )
        Place.objects.create(
            organisation=owner,
            name=f"{name}厂区",
            pinyin=name,
            kind=place,
            region=region,
            validity=since,
        )
        return owner

    for name in SHOPS:
        firm(name, "enterprise", "storage")
    carrier, plant = firm("示例餐运", "carrier", "yard"), firm("示例沼气", "plant", "treatment")
    Vehicle.objects.create(plate="鲁P6C001", kind="tipper", carrier=carrier, validity=since)
    licence = Licence.objects.create(
        organisation=plant, kind="kitchen", number="K-1", validity=since
    )
    LicenceLine.objects.create(
        licence=licence, organisation=plant, kind="kitchen", code="*", validity=since
    )
    assert WasteType.objects.filter(stream="catering_kitchen").exists()
    with override_settings(PASSWORD_HASHERS=[_HASHER]):
        for username, role, own in (("rounder", "driver", carrier), ("weigher", "keeper", plant)):
            make_user(
                username,
                display_name=username,
                role=role,
                password=PASSWORD,
                organisations=[own.pk],
                check_password=False,
            )
    return site


@pytest.fixture
def phone(town, page, enter):
    def take(username):
        page.context.clear_cookies()
        page.set_viewport_size(PHONE)
        return enter(username)

    return take


def test_a_round_from_setting_out_to_the_plants_scale(phone, look):
    page = phone("rounder")
    page.goto("/m/rounds/")
    page.click("a.btn-primary.big")
    page.click(".waiting a[href='?template=kitchen_waste']")
    page.wait_for_selector("form[data-sign]")
    for name in SHOPS:
        page.check(f"label:has-text('{name}') input")
    _fits(page)
    look("round-new")
    page.set_viewport_size(PHONE)
    page.click("button.big")
    page.wait_for_url(re.compile(r"/m/rounds/[0-9a-f-]{36}/$"))
    for kg in ("200", "300"):
        page.click(".phone-actions.low a.btn-primary")
        page.wait_for_selector("[name=value_0]")
        _fits(page)
        page.fill("[name=value_0]", kg)
        look("round-stop")
        page.set_viewport_size(PHONE)
        page.click(".phone-actions.low button")
        page.wait_for_selector("#stops li.done")
    page.click(".phone-actions.low a.btn-primary")
    page.click(".phone-actions.low a.btn:not(.btn-primary)")
    page.fill("[name=reason]", "今日歇业")
    page.click(".phone-actions.low button")
    page.wait_for_selector("#stops li.dropped")
    _fits(page)
    look("round")
    page.set_viewport_size(PHONE)
    address = page.url
    page.click(".phone-actions.low a.btn-primary")
    page.click(".phone-actions.low button")
    page.wait_for_url(address)

    page = phone("weigher")
    page.goto(address)
    page.fill("[name=value_0]", "0.495")
    look("round-receive")
    page.set_viewport_size(PHONE)
    page.click(".phone-actions.low button")
    page.wait_for_selector("[name=value_0]", state="detached")
    page.goto("/ledger/stock/")
    assert "0.495" in page.inner_text("main")


def _fits(page):
    """Nothing is wider than the phone, and the big button is within the thumb's reach."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for box in page.locator(".phone-actions.low > *").all():
        assert box.bounding_box()["height"] >= 56


def test_the_inbox_is_worked_by_keyboard_alone(town, page, enter, look):
    site = town
    enter("clerk")
    page.goto(f"/manifests/new/?site={site.ids['yard']}")
    page.click("#offers >> text=900-249-08")
    page.click("[data-whole]")
    page.select_option("[name=consignee_site]", label="示例油品再生 · 厂区")
    page.select_option("[name=method]", "oil_refining")
    page.select_option("[name=carrier]", label="示例危运")
    # Kept as a draft first, then gone on with.
    page.click("button[data-plain]:not([name=kind])")
    page.wait_for_url(re.compile(r"draft="))
    assert page.input_value("[name=method]") == "oil_refining"
    look("manifest-draft")
    page.goto("/manifests/drafts/")
    look("drafts")
    page.click("#drafts a.btn")
    page.wait_for_selector("#issue-form")
    page.click("#issue-form button.btn-primary")
    page.wait_for_url(re.compile(r"/manifests/[0-9a-f-]{36}/$"))

    page.context.clear_cookies()
    enter("driver")
    page.goto("/manifests/inbox/")
    page.focus("#inbox .row-action a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sign-here [name=value_0]")
    # The hand stays on the keyboard: the first field has the focus.
    page.keyboard.type("0.18")
    assert page.input_value(".sign-here [name=value_0]") == "0.18"
    look("inbox")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/manifests/inbox/$"))
    page.wait_for_selector(".sign-here", state="detached")
