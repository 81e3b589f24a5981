"""Drums are labelled from a list and scanned; a driver shows the load to an inspector."""

import io
import os
import re
from datetime import timedelta

import pytest
import zxingcpp
from django.utils import timezone
from PIL import Image
from tests.browser.conftest import PASSWORD, PHONE
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import system
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart, NewLot
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.units import grams
from wufei.hub.manifests import services as manifests
from wufei.hub.manifests.services import NewLine, NewManifest, Signing
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle
from wufei.hub.registry.rules.codes import credit_code

BY = system("test")


# Both before Playwright starts: while it runs, a test cannot use the database.
@pytest.fixture(scope="module")
def drums(site):
    """Four more drums of oil in the yard of the plant, which now has a credit code."""
    return _drums(site)


@pytest.fixture(scope="module", autouse=True)
def load(site, drums):
    """The last drum is on the road to the refinery."""
    return _load(drums[-1])


def _drums(site):
    yard = Site.objects.get(uuid=site.ids["yard"])
    Organisation.objects.filter(pk=yard.organisation_id).update(
        credit_code=credit_code("91371502MA3N1234")
    )
    oil = WasteType.objects.get(code="900-249-08")
    source, target = (
        AccountKey(kind, yard.organisation_id, oil.pk, yard.pk)
        for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
    )
    at = timezone.now() - timedelta(hours=3)
    for number in range(2, 6):
        lot = NewLot(uuid7(), f"YT-00{number}")
        entry = Entry(uuid7(), source, target, grams(175_000), at, lot_in=lot)
        ledger.post([entry], by=BY, cause="test")
    return list(Lot.objects.filter(label__startswith="YT-00").order_by("label"))


def _load(drum):
    plant = Site.objects.get(organisation__name="示例油品再生")
    carrier = Organisation.objects.get(name="示例危运")
    line = NewLine(
        drum.account.waste,
        grams(drum.remaining_g),
        method="oil_refining",
        lots=(LotPart(drum.uuid, drum.remaining_g),),
        containers=1,
    )
    new = NewManifest(drum.account.place, carrier, plant, (line,))
    at = timezone.now() - timedelta(hours=1)
    found = manifests.issue(new, id=uuid7(), signing=Signing(uuid7(), at), by=BY)
    values = {
        "weighed_out": grams(drum.remaining_g),
        "vehicle": Vehicle.objects.filter(carrier=carrier).first(),
        "driver": Driver.objects.filter(carrier=carrier).first(),
    }
    signing = Signing(uuid7(), at + timedelta(minutes=10))
    manifests.sign(found, "load", signing=signing, values=values, by=BY)
    return found


def test_a_clerk_labels_drums_from_the_list(drums, enter, look):
    page = enter("clerk")
    page.goto("/labels/")
    look("labels")
    boxes = page.locator("input[name=lot]")
    for at in range(3):
        boxes.nth(at).check()
    assert page.inner_text("[data-chosen]") == "(3)"
    page.click("text=打印所选标签")
    page.wait_for_selector("[name=group0-volume_l]")
    page.fill("[name=group0-volume_l]", "200")
    page.select_option("[name=group0-container]", "drum")
    page.select_option("[name=group0-form]", "liquid")
    page.fill("[name=group0-components]", "矿物油、水")
    page.fill("[name=group0-harmful]", "石油烃")
    look("labels-prepare")
    page.click("main button[type=submit]")
    page.wait_for_selector("[name=group0-precautions] ~ .errorlist")
    page.fill("[name=group0-precautions]", "远离火源")
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile("/labels/runs/"))
    look("labels-run")
    pdf = page.request.get(page.get_attribute("text=打开 PDF", "href"))
    assert pdf.body().startswith(b"%PDF")
    page.goto("/labels/?state=unprinted")
    assert page.locator("input[name=lot]").count() == 0
    page.goto(f"/labels/lots/{drums[1].uuid}/")
    look("label")


def test_all_of_a_page_is_chosen_at_once(drums, enter):
    page = enter("clerk")
    page.goto("/labels/")
    page.check("[data-choose-all]")
    count = page.locator("input[name=lot]").count()
    assert page.inner_text("[data-chosen]") == f"({count})"
    page.uncheck("[data-choose-all]")
    assert page.inner_text("[data-chosen]") == ""


@pytest.mark.parametrize("path", ["/labels/", "/labels/lots/{lot}/", "/labels/lots/{lot}/edit/"])
def test_pages_of_labels_fit_a_phone(drums, enter, path):
    page = enter("clerk")
    page.set_viewport_size(PHONE)
    page.goto(path.format(lot=drums[1].uuid))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_driver_shows_the_load_to_an_inspector_without_an_account(
    load, enter, chromium, site, look
):
    page = enter("driver")
    page.set_viewport_size(PHONE)
    page.goto(f"/m/{load.uuid}/")
    page.click("text=供检查人员查看")
    page.click("text=出示二维码")
    page.wait_for_selector(".pass-code")
    look("pass")
    address = _scan(page)
    assert "#" in address
    context = chromium.new_context(viewport=PHONE, locale="zh-CN")
    inspector = context.new_page()
    inspector.goto(address)
    inspector.wait_for_url(re.compile("/k/[0-9a-f-]{36}/"))
    assert "示例油品再生" in inspector.inner_text("#check")
    assert "YT-005" in inspector.inner_text("#containers")
    assert inspector.evaluate("document.documentElement.scrollWidth") <= 360
    _keep(inspector, "check-phone")
    # Nobody else's phone opens it a second time.
    other = chromium.new_context(locale="zh-CN").new_page()
    other.goto(address)
    other.wait_for_selector("[data-refusal=pass_taken]")
    for one in (context, other.context):
        one.close()


def _scan(page):
    """What another phone's camera reads from this screen."""
    page.set_viewport_size(PHONE)
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    return found.text


def _keep(page, name):
    if folder := os.environ.get("WUFEI_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_stranger_who_scans_a_drum_learns_that_it_is_genuine(drums, page, look):
    page.goto(f"/c/{drums[0].uuid}/")
    assert "真实有效" in page.inner_text("#verification")
    assert "湖畔" not in page.inner_text("#verification")
    look("verification")
    page.click("text=登录后继续")
    page.fill("input[name=login]", "clerk")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(f"/c/{drums[0].uuid}/"))
    look("container")


def test_a_code_can_be_typed_where_no_camera_is(drums, enter):
    page = enter("clerk")
    page.set_viewport_size(PHONE)
    page.goto("/m/")
    page.fill("#code", "YT-003")
    page.press("#code", "Enter")
    page.wait_for_url(re.compile(f"/c/{drums[2].uuid}/"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
