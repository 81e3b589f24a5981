"""Renewable resources in a browser: a yard by thumb, a dismantler at a desk."""

import re
from typing import Any

from tests.browser.conftest import PHONE, sign_in


def test_a_yard_reports_its_month_and_looks_at_itself_by_thumb(
    page: Any, site: Any, look_at: Any
) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page, "yard")
    page.goto("/filings/mine/")
    look_at("yard-mine")
    page.click(f"a[href*='{site.ids['yard renewable.station']}/phone/']")
    page.wait_for_selector("#phone-filing")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    # What the ledger has stands there already.
    assert page.input_value("[name=v-scrap_steel]") == "412.5"
    look_at("yard-station")
    page.fill("[name=v-scrap_nonferrous]", "3.2")
    page.click(".phone-go button[name=submit]")
    page.wait_for_selector(".done-sheet")

    page.goto(f"/filings/{site.ids['yard renewable.selfcheck']}/phone/")
    look_at("yard-selfcheck")
    for name in ("open", "hazardous"):
        page.check(f"[name=v-{name}][value=no]", force=True)
    page.click(".phone-go button[name=submit]")
    page.wait_for_selector(".done-sheet")
    look_at("yard-selfcheck-done")


def test_a_dismantler_says_which_vehicle_is_gone_and_what_came_out_of_it(
    page: Any, site: Any, look: Any
) -> None:
    sign_in(page, "breaker")
    page.goto(f"/filings/{site.ids['breaker renewable.vehicles']}/edit/")
    assert page.input_value("[name='r-vehicles-0-certificate']") == "BF-000001"
    look("vehicles")
    day = page.input_value("[name='r-vehicles-0-received_on']")
    page.fill("[name='r-vehicles-0-dismantled_on']", day)
    page.click("button[name=submit] >> nth=0", force=True)
    # Nothing came out of it: where is the rest?
    page.wait_for_selector("text=请说明其余去向")
    look("vehicles-balance")


def test_traction_batteries_and_appliances_open_and_fit(page: Any, look: Any) -> None:
    sign_in(page, "breaker")
    for code in ("renewable.batteries", "renewable.e_waste", "renewable.sorting"):
        page.goto(f"/filings/forms/{code}/start/")
        page.locator("main form button.btn-primary").click()
        page.wait_for_url(re.compile("/edit/|/phone/"))
        look(code.partition(".")[2])
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_an_industrial_ledger_opens_and_fits(page: Any, look: Any) -> None:
    sign_in(page, "clerk")
    page.goto("/filings/forms/industrial.ledger_3/start/")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile("/edit/"))
    page.locator("[data-add]").first.click()
    look("ledger-3")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
