"""What a person does in a day, in a real browser."""

import re

import pytest
from openpyxl import Workbook

from wufei.hub.registry.rules.codes import credit_code

PHONE = {"width": 360, "height": 800}


def test_signing_in_leads_to_the_desk_and_the_language_can_be_switched(enter, look):
    page = enter("officer")
    assert page.inner_text("h1") == "今天要办的"
    look("desk")
    page.click(".top-language button")
    page.wait_for_selector("h1:has-text('To do today')")
    assert page.get_attribute("html", "lang") == "en"
    page.click(".top-language button")
    page.wait_for_selector("h1:has-text('今天要办的')")


def test_a_wrong_password_is_told_and_lets_nobody_in(page):
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "officer")
    page.fill("input[name=password]", "not this one")
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(".errorlist, [role=alert]")
    page.goto("/ledger/")
    assert "login" in page.url


def test_a_waste_code_is_found_by_the_first_letters_of_its_pinyin(enter, look):
    page = enter("officer")
    page.goto("/catalogue/wastes/")
    page.fill("#list-q", "qtfkwy")
    page.wait_for_selector("#list >> text=900-249-08")
    look("wastes")
    page.click("h1")
    page.keyboard.press("/")
    page.keyboard.type("qtfkwy", delay=30)
    page.wait_for_selector("#found >> text=900-249-08")


def test_the_waste_picker_works_with_the_keyboard_alone(enter):
    page = enter("clerk")
    page.goto("/ledger/entries/new/")
    page.focus("input[name=waste]")
    page.keyboard.type("900-249", delay=30)
    page.wait_for_selector("[role=option][data-code='900-249-08']")
    page.keyboard.press("Enter")
    assert page.input_value("input[name=waste]").startswith("900-249-08")
    page.fill("input[name=value]", "180")
    page.select_option("select[name=unit]", "kg")
    page.wait_for_selector("#conversion >> text=0.180 t")


def test_an_organisation_list_with_two_bad_rows_comes_back_with_their_reasons(
    enter, site, look, tmp_path
):
    page = enter("officer")
    page.goto("/registry/organisations/import/")
    headings = page.eval_on_selector_all(
        "table tbody tr td:first-child", "cells => cells.map(cell => cell.textContent.trim())"
    )
    file = tmp_path / "单位.xlsx"
    _organisations(headings, site.ids["town"], file)
    page.set_input_files("input[type=file]", file)
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile("/imports/"))
    page.wait_for_selector("a[download]", timeout=60_000)
    look("import")
    assert page.locator("table tbody tr").count() == 2
    text = page.inner_text("main")
    assert "3" in text
    with page.expect_download() as download:
        page.click("a[download]")
    assert download.value.suggested_filename.endswith(".xlsx")
    page.goto("/registry/organisations/?q=" + "测试单位")
    assert page.locator("#list tbody tr").count() == 3


def _organisations(headings, town, file):
    """Three good rows, one with a wrong check digit and one of an unknown kind."""
    good = [credit_code(f"91371502MA3C000{n}") for n in range(3)]
    rows = [(f"测试单位{n}", code, "工业企业") for n, code in enumerate(good)]
    wrong = good[0][:-1] + ("0" if good[0][-1] != "0" else "1")
    rows += [("测试单位8", wrong, "工业企业"), ("测试单位9", "", "城堡")]
    book = Workbook()
    sheet = book.create_sheet("单位", 0)
    names = [heading.split(" (")[0] for heading in headings]
    sheet.append(names)
    for name, code, kind in rows:
        values = {"单位名称": name, "名称": name, "统一社会信用代码": code}
        values |= dict.fromkeys(("类型", "单位类型", "类别", "单位类别"), kind)
        values |= dict.fromkeys(("区划", "行政区划", "所在区划"), town)
        sheet.append([values.get(label) for label in names])
    book.save(file)


def test_a_treatment_is_recorded_with_its_balance_in_sight(enter, site, look):
    page = enter("clerk")
    page.goto(f"/ledger/treatments/new/?site={site.ids['yard']}")
    ash = page.locator("select[name=input-0-stock] option", has_text=site.ids["ash"])
    with page.expect_response(lambda answer: "/treatments/row/" in answer.url):
        page.select_option("select[name=input-0-stock]", ash.get_attribute("value"))
    page.wait_for_selector("select[name=input-0-method]:not(:has(option[value=oil_refining]))")
    page.select_option("select[name=input-0-method]", "building_materials")
    page.fill("input[name=input-0-value]", "20")
    page.click("[data-add-row=product]")
    page.fill("input[name=product-0-name]", "砖")
    page.fill("input[name=product-0-value]", "19.25")
    page.wait_for_selector("#loss:has-text('0.750')")
    look("treatment-form")
    page.click("#treatment-form button[type=submit]:not([name])")
    page.wait_for_url(re.compile(r"/ledger/treatments/[0-9a-f-]{36}/"))
    assert "0.750" in page.inner_text("#loss")
    look("treatment")


def test_what_the_book_lacks_is_one_tap_away(enter, site):
    page = enter("clerk")
    page.goto("/ledger/entries/new/")
    page.select_option("select[name=kind]", "export")
    page.fill("input[name=waste]", site.ids["ash"])
    page.fill("input[name=value]", "150")
    page.click(".entry-form button[type=submit]:not([name])")
    page.wait_for_selector("#way-on")
    page.fill("#surplus-reason", "现场测量堆体")
    page.click("#way-on button")
    page.wait_for_url(re.compile(r"/ledger/movements/[0-9a-f-]{36}/"))


def test_a_number_is_followed_to_its_movements(enter, look):
    page = enter("officer")
    page.goto("/ledger/")
    page.wait_for_selector("[data-chart] svg")
    look("one-account")
    figure = page.locator("tfoot a.figure[href*='number=arisen']")
    exact = figure.get_attribute("title")
    figure.click()
    page.wait_for_selector("#number-total")
    grams = int(page.get_attribute("#number-total", "data-grams"))
    assert f"{grams / 1e6:,.6f} t" == exact
    shown = page.eval_on_selector_all(
        "#movement-list tbody td.num",
        "cells => cells.map(c => Number(c.textContent.replaceAll(',', '').replace('−', '-')))",
    )
    assert round(sum(shown), 3) == round(grams / 1e6, 3)
    look("movements")
    page.click("#movement-list tbody a >> nth=0")
    page.wait_for_selector("dl.facts")
    look("movement")


def test_a_stock_take_shows_the_difference_while_one_writes(enter, site, look):
    page = enter("clerk")
    page.goto(f"/ledger/stocktakes/new/?site={site.ids['yard']}")
    page.click("[data-as-book]")
    lots = page.locator("tr.sub-row [data-difference]")
    assert lots.first.inner_text() == "0.000"
    page.locator("tr.sub-row [data-counted]").first.fill("0.1")
    assert lots.first.inner_text() == "−0.080"
    look("stocktake")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ledger/",
        "/ledger/?by=month",
        "/ledger/movements/?number=arisen",
        "/ledger/stock/",
        "/ledger/entries/new/",
        "/ledger/stocktakes/new/",
        "/ledger/movements/import/",
        "/registry/organisations/",
        "/catalogue/wastes/",
    ],
)
def test_a_phone_needs_no_scrolling_sideways(enter, path):
    page = enter("clerk")
    page.set_viewport_size(PHONE)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
