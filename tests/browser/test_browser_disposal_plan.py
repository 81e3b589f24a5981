"""A disposal plan in a browser: a clerk writes it, the town passes it on, an officer decides."""

import re
from typing import Any

from tests.browser.conftest import sign_in

START = "/filings/forms/construction.plan/start/"
SINGLE = {
    "project": "示例医院扩建",
    "builder": "示例建筑公司",
    "address": "示例路1号",
    "begins": "2026-11-26",
    "ends": "2027-06-30",
    "measures": "场内土方平衡，余料回用。",
    "sorting": "渣土、金属、木材分区存放。",
}
CARRIED = {
    "carrier": "示例北山渣土车队",
    "vehicles": "6",
    "route": "示例环路—示例大道",
    "hours": "21:00-05:00",
}
GONE = {"waste": "LC-spoil", "consignee": "示例北山消纳场", "mass": "1600"}
DUST = ("fenced", "covered", "washed", "paved", "wetted", "closed")


def leave(page: Any) -> None:
    page.context.clear_cookies()


def cell(page: Any, section: str, row: int, name: str) -> Any:
    line = page.locator(f"table[data-rows={section}] > tbody > tr").nth(row)
    return line.locator(f"[name$='-{name}']").last


def add(page: Any, section: str, values: dict[str, str]) -> None:
    rows = page.locator(f"table[data-rows={section}] > tbody > tr")
    if rows.count() == 0 or cell(page, section, rows.count() - 1, "waste").count() == 0:
        page.click(f"[data-add={section}]")
    for name, value in values.items():
        cell(page, section, rows.count() - 1, name).fill(value)


def write(page: Any) -> None:
    page.locator("[name=v-kind]").select_option("earthwork")
    for name, value in SINGLE.items():
        page.fill(f"[name=v-{name}]", value)
    cell(page, "classes", 0, "volume").fill("1000")
    cell(page, "classes", 0, "mass").fill("1700")
    add(page, "carriers", CARRIED)
    add(page, "consignees", GONE)
    cell(page, "consignees", 0, "method").select_option("spoil_ground")
    for name in DUST:
        box = page.locator(f"[name=v-{name}]").first
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(index=1)
        else:
            box.check(force=True)
    page.wait_for_selector("#saved b")


def first_in_queue(page: Any) -> None:
    page.goto("/filings/review/")
    page.locator("tr", has_text="处理方案").locator("td.row-action a").first.click()
    page.wait_for_selector("#decision")


def submit(page: Any) -> None:
    page.click(".filing-actions button[name=submit]")
    page.wait_for_url(lambda url: not url.endswith("/edit/"))


def passed_on(page: Any) -> None:
    """The town looks first."""
    leave(page)
    sign_in(page, "townsman")
    first_in_queue(page)
    page.click("button[value=forward]")
    page.wait_for_url(re.compile("/filings/review/$"))


def test_a_clerk_plans_town_and_department_look_and_a_quota_is_there(
    page: Any, site: Any, look: Any
) -> None:
    sign_in(page, "builder")
    page.goto(START)
    look("plan-start")
    page.locator("[name=site]").select_option(index=1)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile("/edit/"))
    edit = page.url
    write(page)
    look("plan-form")
    # 1000 m³ of 1.6 t/m³ are no 1700 t.
    page.click(".filing-actions button[name=submit]")
    page.wait_for_selector(".has-errors")
    assert "1,600.000" in page.inner_text("main")
    look("plan-problems")
    cell(page, "classes", 0, "mass").fill("1600")
    submit(page)
    detail = page.url

    passed_on(page)
    leave(page)
    sign_in(page, "officer")
    first_in_queue(page)
    page.fill("#note", "请补充渣土堆放位置")
    page.click("button[value=send_back]")
    page.wait_for_url(re.compile("/filings/review/$"))

    leave(page)
    sign_in(page, "builder")
    page.goto(edit)
    assert "请补充渣土堆放位置" in page.inner_text("main")
    look("plan-returned")
    page.fill("[name=v-sorting]", "渣土堆于北侧围挡内，金属、木材分区存放。")
    page.wait_for_selector("#saved b")
    submit(page)

    passed_on(page)

    leave(page)
    sign_in(page, "officer")
    first_in_queue(page)
    look("plan-review")
    assert "LC-SPOIL" in page.inner_text("main")
    page.click("button[value=accept]")
    page.wait_for_url(re.compile("/filings/review/$"))
    page.goto(detail)
    assert page.locator("main .mark.good").first.is_visible()
    look("plan-accepted")
