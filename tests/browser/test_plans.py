"""A plan in the browser: loaded, reviewed, put into force, worked on."""

import os
from pathlib import Path

import pytest

from wufei.hub.plans.tests.texts import PLAN

PHONE = {"width": 360, "height": 800}
# Another text to look at: WUFEI_PLAN=<file>.
OTHER = os.environ.get("WUFEI_PLAN")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "方案.txt"
    path.write_text(Path(OTHER).read_text(encoding="utf-8") if OTHER else PLAN, encoding="utf-8")
    return path


def narrow(page):
    """Nothing sticks out at the side of a phone."""
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1920, "height": 1080})
    return width <= PHONE["width"]


def test_a_plan_is_loaded_reviewed_and_put_into_force(enter, look, file):
    page = enter("officer")
    page.goto("/plans/")
    look("plan-none")
    page.click("text=载入方案 >> nth=0")
    page.set_input_files("input[type=file]", file)
    page.click("main form button[type=submit]")
    page.wait_for_selector("text=待核对")
    look("plan")
    assert narrow(page)

    while page.locator("text=说明指谁").count():
        page.click("text=说明指谁 >> nth=0")
        page.select_option("select[name=unit]", "agriculture")
        page.click("main form button[type=submit]")
        page.wait_for_selector("text=待核对")
    page.click("button:has-text('使其生效')")
    page.click("#ask-adopt button[type=submit]")
    page.wait_for_selector("dd:has-text('有效')")

    page.eval_on_selector_all(".plan-tree details", "all => all.forEach(one => one.open = true)")
    page.click(".plan-tree a >> nth=-1")
    page.wait_for_selector(".plan-part")
    look("plan-clause")
    assert narrow(page)


def test_a_section_shows_text_and_units_side_by_side_and_a_task_moves_on(enter, look):
    page = enter("officer")
    page.goto("/plans/")
    page.click("main table tbody a >> nth=0")
    page.eval_on_selector_all(".plan-tree details", "all => all.forEach(one => one.open = true)")
    page.click(".plan-tree summary a:has-text('生活垃圾') >> nth=0")
    page.wait_for_selector(".plan-text mark")
    look("plan-section")
    assert narrow(page)

    page.goto("/plans/tasks/")
    look("plan-tasks")
    assert narrow(page)
    page.click("main table tbody a >> nth=0")
    page.wait_for_selector(".plan-names")
    page.click("button:has-text('报告进展')")
    page.select_option("#ask-report select[name=state]", "under_way")
    page.fill("#ask-report textarea", "已走访三家企业")
    page.click("#ask-report button[type=submit]")
    page.wait_for_selector("dd:has-text('进行中')")
    look("plan-task")
    assert narrow(page)


def test_every_unit_has_a_page_with_what_it_leads(enter, look):
    page = enter("officer")
    page.goto("/plans/units/")
    look("plan-units")
    assert narrow(page)
    page.click("main table a:has-text('生态环境分局')")
    page.wait_for_selector("h2:has-text('牵头')")
    look("plan-unit")
    assert narrow(page)
