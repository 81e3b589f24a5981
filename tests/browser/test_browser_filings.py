"""Filings in a browser: written, sent back with a remark, corrected, accepted; and by thumb."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.browser.conftest import PHONE, sign_in

MENDED = "/filings/forms/hazardous.rectification/start/"


@pytest.fixture
def paper(tmp_path: Path) -> str:
    path = tmp_path / "yard.png"
    Image.new("RGB", (64, 64), "green").save(path)
    return str(path)


def leave(page: Any) -> None:
    page.context.clear_cookies()


def test_a_clerk_files_an_officer_sends_back_and_accepts_what_is_corrected(
    page: Any, site: Any, look: Any, paper: str
) -> None:
    sign_in(page, "clerk")
    page.goto(MENDED)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile("/edit/"))
    edit = page.url

    # It saves itself, and says at the field what cannot be.
    page.fill("[name=v-assessment_no]", "HGA2026-00001")
    page.fill("[name=v-measures]", "标签已补齐，台账已补登。")
    page.wait_for_selector("#saved b")
    page.reload()
    assert page.input_value("[name=v-assessment_no]") == "HGA2026-00001"
    look("form")

    # What is still empty is said when one submits.
    page.click("button[name=submit] >> nth=0", force=True)
    page.wait_for_selector(".field.has-errors")
    look("form-problems")
    page.fill("[name=v-done_on]", "2026-11-20")
    page.set_input_files("[name=f-v-proof]", paper)
    page.wait_for_selector(".files .file")
    page.click(".filing-actions button[name=submit]")
    page.wait_for_url(lambda url: not url.endswith("/edit/"))
    detail = page.url
    look("detail")

    leave(page)
    sign_in(page, "officer")
    page.goto("/filings/review/")
    look("queue")
    page.locator("td.row-action a").first.click()
    page.wait_for_selector("#decision")
    row = page.locator("tr", has_text="标签已补齐")
    row.locator(".remark-box summary").click()
    row.locator(".remark-box input").fill("请写明补登了哪几天")
    page.fill("#note", "说明不够具体")
    look("review")
    page.click("button[value=send_back]")
    page.wait_for_url(re.compile("/filings/review/$"))

    leave(page)
    sign_in(page, "clerk")
    page.goto("/filings/mine/")
    look("mine")
    page.goto(edit)
    assert "请写明补登了哪几天" in page.inner_text("main")
    look("form-returned")
    page.fill("[name=v-measures]", "标签已补齐，11 月 3 日至 9 日台账已补登。")
    page.wait_for_selector("#saved b")
    page.click(".filing-actions button[name=submit]")
    page.wait_for_url(lambda url: not url.endswith("/edit/"))

    leave(page)
    sign_in(page, "officer")
    page.goto("/filings/review/")
    page.locator("td.row-action a").first.click()
    page.wait_for_selector("#decision")
    assert page.locator("del", has_text="台账已补登").count() == 1
    look("review-again")
    page.click("button[value=accept]")
    page.wait_for_url(re.compile("/filings/review/$"))
    page.goto(detail)
    assert page.locator("main .mark.good").first.is_visible()
    look("detail-accepted")


def test_rows_are_added_filled_and_removed_by_keyboard_and_by_pasting(page: Any, look: Any) -> None:
    sign_in(page, "clerk")
    page.goto("/filings/forms/hazardous.plan/start/")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile("/edit/"))
    add = page.locator("[data-add]").first
    rows = page.locator(f"table[data-rows={add.get_attribute('data-add')}] > tbody > tr")
    had = rows.count()
    add.focus()
    page.keyboard.press("Enter")
    assert rows.count() == had + 1
    page.keyboard.type("一号焚烧炉")
    page.keyboard.press("Enter")
    assert rows.count() == had + 2
    page.keyboard.type("二号焚烧炉")
    page.evaluate(
        """() => {
        const data = new DataTransfer();
        data.setData("text/plain", "三号\\n四号\\n五号");
        document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    )
    assert rows.count() == had + 4
    page.keyboard.press("Alt+Delete")
    assert rows.count() == had + 3
    page.wait_for_selector("#saved b")
    look("plan")
    page.reload()
    assert rows.count() == had + 3


def test_a_garage_reports_its_month_by_three_taps_and_two_numbers(
    page: Any, site: Any, look_at: Any
) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page, "garage")
    page.goto("/filings/mine/")
    look_at("phone-mine")
    page.click(f"a[href*='{site.ids['garage_filing']}/phone/']")  # the first tap
    page.wait_for_selector("#phone-filing")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    look_at("phone-form")
    page.fill("[name=v-oil]", "130")
    page.fill("[name=v-batteries]", "45")
    button = page.locator(".phone-go button[name=submit]")
    assert button.bounding_box()["height"] >= 60
    button.click()  # the second
    page.wait_for_selector(".done-sheet")
    look_at("phone-done")


def test_the_catalogue_and_completeness_are_there_for_an_officer(page: Any, look: Any) -> None:
    sign_in(page, "officer")
    for name, path in (
        ("catalogue", "/filings/forms/"),
        ("type", "/filings/forms/hazardous.report_month/"),
        ("completeness", "/filings/completeness/?month=2026-11"),
        ("list", "/filings/"),
        ("due", "/filings/due-days/new/"),
        ("desk", "/"),
    ):
        page.goto(path)
        look(name)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_farmer_reports_the_month_by_three_taps_and_two_numbers(page: Any, look_at: Any) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page, "farmer")
    taps: list[Any] = []

    def tap(place: Any) -> None:
        taps.append(place)
        assert place.bounding_box()["height"] >= 40
        place.click()

    # From the first page after signing in.
    look_at("farmer-desk")
    # The platform's own clock may have opened what else the farm owes.
    month = page.locator("main tr", has_text="养殖场月报")
    tap(month.locator("a[href$='/phone/']").first)
    page.wait_for_selector("#phone-filing")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    look_at("farmer-form")
    # A tap on the first number opens the keypad; its own key goes on to the second.
    tap(page.locator("[name=v-head]"))
    page.keyboard.type("520")
    page.keyboard.press("Enter")
    page.keyboard.type("35")
    look_at("farmer-filled")
    tap(page.locator(".phone-go button[name=submit]"))
    page.wait_for_selector(".done-sheet")
    look_at("farmer-done")
    assert len(taps) == 3
