"""A clerk and the forms of HJ 1259 in the browser: a plan, and a month that the ledger fills."""

from datetime import timedelta

from django.utils import timezone
from tests.browser.conftest import PHONE


def start(page, code, first=""):
    page.goto(f"/filings/forms/{code}/start/")
    if first:
        page.select_option("[name=period]", first)
    page.click("form.panel button.btn-primary")
    page.wait_for_selector("form#filing")


def test_a_clerk_completes_the_month_of_the_ledger_and_hands_it_in(page, enter, look):
    enter("clerk")
    # The drum arose half an hour before the pages were opened.
    month = timezone.localtime(timezone.now() - timedelta(minutes=31)).date()
    start(page, "hazardous.ledger_b1", month.replace(day=1).isoformat())
    assert "B.1" in page.inner_text("form#filing")
    assert page.input_value("[name$='container']") == "YT-001"
    look("ledger-b1")
    page.fill("[name$='batch']", f"HWCS{month:%Y%m%d}001")
    page.click("button[name=submit]")
    page.wait_for_url("**/filings/*/")
    look("ledger-b1-handed-in")
    assert "HWB1" in page.inner_text("main")


def test_the_plan_is_cut_to_the_class_and_fits_a_phone(page, enter, look):
    enter("clerk")
    start(page, "hazardous.plan")
    text = page.inner_text("form#filing")
    assert "A.1" in text
    assert "A.7" in text
    # Nothing is known of the years before: registered management, which files A.1, A.3 and A.7.
    assert "A.2" not in text
    look("plan")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_officer_looks_at_the_capacity_match(page, enter, look):
    enter("officer")
    page.goto("/hazardous/capacity/")
    assert "HW08" in page.inner_text("table")
    look("capacity")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
