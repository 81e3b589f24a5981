"""A clerk brings in last week's manifests from a file of another system, and mends a line."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from django.utils import timezone
from openpyxl import load_workbook
from tests.browser.conftest import PHONE

HEAD = "联单编号,移出时间,移出人,承运人,车牌号,驾驶员,接受人,废物代码,利用处置方式,移出量（千克）"
WASTE = "900-249-08,oil_refining"


def load(number, plate):
    out = timezone.localtime(timezone.now() - timedelta(days=3, minutes=number))
    when = f"{out:%Y-%m-%d %H:%M}"
    return (
        f"2026371500000{number},{when},湖畔砖厂,示例危运,{plate},示例司机,示例油品再生,{WASTE},15"
    )


def csv(*lines):
    text = "\r\n".join((HEAD, *lines))
    return {"name": "联单.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_file_comes_in_and_a_bad_line_is_mended(page, enter, look, tmp_path):
    enter("clerk")
    page.goto("/manifests/")
    page.click("a[href='/manifests/import/']")
    page.wait_for_selector("nav.tabs a[aria-current]")
    look("manifest-import")
    page.set_input_files("#import-file", files=[csv(load(1, "鲁P8D301"), load(2, "鲁P00000"))])
    page.focus("form.panel button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))
    page.wait_for_selector("text=已完成", timeout=60_000)
    assert "鲁P00000" in page.inner_text("main")
    look("manifest-import-run")
    page.set_viewport_size(PHONE)
    assert fits(page)
    with page.expect_download() as waiting:
        page.click("a[download]")
    book = load_workbook(BytesIO(Path(waiting.value.path()).read_bytes()))
    sheet = book.active
    assert sheet is not None
    sheet.cell(2, HEAD.split(",").index("车牌号") + 1, "鲁P8D301")
    mended = tmp_path / "联单-已改.xlsx"
    book.save(mended)
    page.goto("/manifests/import/")
    assert fits(page)
    page.set_input_files("#import-file", mended)
    page.click("form.panel button[type=submit]")
    page.wait_for_selector("text=已完成", timeout=60_000)
    page.goto("/manifests/")
    page.wait_for_selector("#list")
    assert page.locator("#list tbody tr").count() == 2
    page.click("#list tbody a >> nth=0")
    page.wait_for_selector("main >> text=导入记录")
    look("manifest-imported")
    assert page.locator("text=示例油品再生").count()


def test_receipts_and_numbers_have_tables_of_their_own(page, enter, look):
    enter("clerk")
    page.set_viewport_size(PHONE)
    page.goto("/manifests/import/")
    for words in ("接收凭证", "编号"):
        page.click(f"nav.tabs a:has-text('{words}')")
        page.wait_for_selector(f"nav.tabs a[aria-current]:has-text('{words}')")
        assert fits(page)
    page.goto("/manifests/receipts/")
    look("receipt-import")
