"""A clerk opens the register of their firm, changes the table, and takes it home as a file."""

import re
from pathlib import Path

from tests.browser.conftest import PHONE


def test_a_clerk_reads_the_register_and_takes_it_home(page, enter, site, look):
    enter("clerk")
    page.click("nav a:has-text('台账') >> nth=0")
    page.wait_for_selector("#register-table tbody tr")
    assert "湖畔砖厂" in page.inner_text("h1")
    assert "与账本逐克相符" in page.inner_text(".reconciliation")
    look("register")
    page.select_option("[name=table]", "hj1259.B.1")
    page.wait_for_selector("#register-table h2:has-text('B.1')")
    assert page.locator("#register-table tbody tr").count() == 1
    assert "YT-001" in page.inner_text("#register-table tbody")
    assert "产生批次编码" in page.inner_text(".register-source")
    look("register-statutory")
    page.click("#register-table button:has-text('Excel')")
    page.wait_for_url(re.compile(r"/exports/[0-9a-f-]{36}/$"))
    page.wait_for_selector("a:has-text('下载')", timeout=60_000)
    look("export")
    with page.expect_download() as waiting:
        page.click("a:has-text('下载')")
    file = Path(waiting.value.path())
    assert file.read_bytes().startswith(b"PK")
    assert waiting.value.suggested_filename.endswith(".xlsx")


def test_a_register_fits_a_phone_and_the_keyboard(page, enter):
    enter("clerk")
    page.set_viewport_size(PHONE)
    page.goto("/registers/?table=stored")
    page.wait_for_selector("#register-table")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("details.filters > summary")
    page.focus("[name=table]")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "stream"
    page.focus(".more-filters summary")
    page.keyboard.press("Enter")
    assert page.is_visible("[name=plate]")
    page.fill("[name=label]", "YT-")
    page.keyboard.press("Enter")
    page.wait_for_url("**/registers/?*label=YT-*")
    page.wait_for_selector("#register-table h2:has-text('· 1')")


def test_an_officer_chooses_whose_register(page, enter, look):
    enter("officer")
    page.goto("/registers/")
    look("register-choose")
    page.click("a:has-text('湖畔砖厂')")
    page.wait_for_selector("#register-table tbody tr")
