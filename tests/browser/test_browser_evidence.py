"""A receipt from the movement's page to somebody who has no account here, and an officer's look."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from tests.browser.conftest import PHONE

from wufei.hub.evidence.receipts import receipt
from wufei.hub.evidence.services import roots
from wufei.hub.evidence.services.sequencing import sequence_all
from wufei.hub.evidence.words import check_path
from wufei.hub.ledger.models import Movement


@pytest.fixture
def here(site):
    """``here(work)``: do it in this process, on a thread where no browser runs."""

    def do(work):
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        yield lambda work: thread.submit(do, work).result()


def first_movement():
    return Movement.objects.order_by("pk")[0]


def sign():
    sequence_all()
    roots.sign_now()


def test_a_receipt_is_had_by_the_firm_and_checked_by_anybody(enter, page, look, tmp_path, here):
    movement = here(first_movement)
    file = _receipt_of(enter("clerk"), movement, look, tmp_path)
    page.context.clear_cookies()
    page.set_viewport_size(PHONE)
    _check(page, file)
    assert "目前没有不符之处" in page.inner_text("#verdict")
    # The worker numbered it; the day's root is signed after midnight, or when somebody asks.
    here(sign)
    file = _receipt_of(enter("clerk"), movement, look, tmp_path)
    page.context.clear_cookies()
    _check(page, file)
    assert "已证明" in page.inner_text("#verdict")
    assert page.locator("#verdict .check-good").count() == 5
    look("evidence-verify")
    _refuse_what_was_altered(page, file)


def _receipt_of(page, movement, look, folder):
    """The movement's page fetches its part of the log; its receipt is downloaded."""
    page.goto(f"/ledger/movements/{movement.uuid}/")
    page.wait_for_selector("#evidence")
    look("evidence-movement")
    page.click("#evidence li a")
    page.wait_for_selector(".receipt-code svg")
    look("evidence-receipt")
    with page.expect_download() as waiting:
        page.click(".heading-actions a")
    file = folder / "receipt.json"
    waiting.value.save_as(file)
    return file


def _check(page, file):
    page.goto("/verify/")
    page.set_input_files("#file", file)
    page.click("main form button[type=submit]")
    page.wait_for_selector("#verdict")


def _refuse_what_was_altered(page, file):
    told = json.loads(file.read_text())
    told["entry"] = told["entry"].replace('"mass_g":', '"mass_g":1')
    page.fill("#receipt", json.dumps(told))
    page.click("main form button[type=submit]")
    page.wait_for_selector("#verdict.verdict-bad")
    assert "内容被改动" in page.inner_text("#verdict")


def test_the_code_on_paper_says_that_the_leaf_is_there(page, look, here):
    page.set_viewport_size(PHONE)
    page.goto(here(lambda: check_path(receipt(first_movement()))))
    assert "已被签名根覆盖" in page.inner_text("#verdict")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    look("evidence-leaf")


def test_an_officer_sees_how_the_log_is(enter, look):
    page = enter("officer")
    page.goto("/evidence/")
    page.wait_for_selector("#roots tbody tr")
    look("evidence-log")
    page.click(".heading-actions a >> nth=0")
    page.wait_for_selector("#keys tbody tr")
    look("evidence-roots")
