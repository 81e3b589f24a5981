"""A plant claims a batch of fly ash exempt on its report; an officer contests the claim."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pypdf import PdfWriter
from tests.browser.conftest import PHONE, sign_in
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import system
from wufei.hub.catalogue.models import WasteType
from wufei.hub.exemptions.models import Criterion
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry, NewLot
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.units import tonnes
from wufei.hub.registry.models import Site


# Before Playwright starts: while it runs, a test cannot use the database.
@pytest.fixture(scope="module")
def limits(site: Any) -> dict[str, str]:
    """Two batches of fly ash stand in the yard; half of every limit, by its code."""
    yard = Site.objects.get(uuid=site.ids["yard"])
    ash = WasteType.objects.get(code="772-002-18")
    source, target = (
        AccountKey(kind, yard.organisation_id, ash.pk, yard.pk)
        for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
    )
    at = timezone.now() - timedelta(hours=3)
    for label in ("FH-1", "FH-2"):
        entry = Entry(uuid7(), source, target, tonnes(20), at, lot_in=NewLot(uuid7(), label))
        ledger.post([entry], by=system("test"), cause="test")
    return {one.code: f"{one.limit / 2:f}" for one in Criterion.objects.all()}


def report() -> dict[str, Any]:
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(target)
    return {"name": "JC-118.pdf", "mimeType": "application/pdf", "buffer": target.getvalue()}


def test_a_batch_is_claimed_on_its_report_and_contested(limits, page, enter, look):
    enter("clerk")
    page.goto("/exemptions/claims/")
    look("claims-empty")
    page.click("a[href$='/exemptions/claims/new/']")
    page.get_by_label("FH-1").check()
    for name, text in (
        ("report_no", "JC-2026-118"),
        ("laboratory", "双林检测"),
        *((day, timezone.localdate().isoformat()) for day in ("sampled_on", "reported_on")),
        ("valid_until", (timezone.localdate() + timedelta(days=60)).isoformat()),
        *((f"value-{code}", text) for code, text in limits.items()),
    ):
        page.fill(f"[name='{name}']", text)
    page.fill("[name='value-lead']", "0.31")
    page.set_input_files("[name=evidence]", report())
    look("claim-form")
    page.click("main button[type=submit]")
    page.get_by_text("铅 0.31 mg/L").wait_for()
    look("claim-refused")
    page.fill("[name='value-lead']", "<0.01")
    page.set_input_files("[name=evidence]", report())
    page.click("main button[type=submit]")
    page.get_by_role("heading", name="JC-2026-118").wait_for()
    look("claim")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    address = page.url
    page.context.clear_cookies()
    sign_in(page, "officer")
    page.goto(address)
    page.get_by_role("button", name="质疑").first.click()
    page.fill("[name=reason]", "检测机构无资质")
    page.get_by_role("button", name="质疑").last.click()
    page.get_by_text("检测机构无资质").first.wait_for()
    look("claim-contested")
    page.goto("/exemptions/limits/")
    look("limits")
