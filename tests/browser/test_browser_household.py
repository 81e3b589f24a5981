"""Household waste in a browser: village, kitchen and tank trucks by thumb, a plant at a desk."""

from typing import Any

from tests.browser.conftest import PHONE, sign_in


def opened(page: Any, site: Any, who: str, form: str) -> None:
    """From the calendar to the form by one tap."""
    page.set_viewport_size(PHONE)
    sign_in(page, who)
    page.goto("/filings/mine/")
    page.click(f"a[href*='{site.ids[f'{who} {form}']}/phone/']")
    page.wait_for_selector("#phone-filing")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def reported(page: Any) -> None:
    page.click(".phone-go button[name=submit]")
    page.wait_for_selector(".done-sheet")


def test_a_village_says_two_numbers_how_often_and_whether_it_is_clean(
    page: Any, site: Any, look_at: Any
) -> None:
    opened(page, site, "village", "household.village")
    look_at("village")
    page.fill("[name=v-households]", "240")
    page.fill("[name=v-with_bin]", "260")
    page.check("[name=v-frequency][value=daily]", force=True)
    page.check("[name=v-litter][value=no]", force=True)
    page.click(".phone-go button[name=submit]")
    page.wait_for_selector("text=已配桶户数多于常住户数")
    look_at("village-impossible")
    page.fill("[name=v-with_bin]", "228")
    reported(page)
    look_at("village-done")


def test_a_kitchen_confirms_what_the_collector_has_weighed(
    page: Any, site: Any, look_at: Any
) -> None:
    opened(page, site, "hotel", "household.catering")
    assert page.input_value("[name=v-food]") == "2580"
    look_at("kitchen")
    page.fill("[name=v-grease]", "18")
    reported(page)


def test_tank_trucks_report_trips_and_tonnes(page: Any, site: Any, look_at: Any) -> None:
    opened(page, site, "sanitation", "household.faeces")
    assert page.input_value("[name=v-trips]") == "3"
    assert page.input_value("[name=v-mass]") == "24"
    page.locator(".tiles label", has_text="堆肥").click()
    look_at("faeces")
    reported(page)


def test_a_plants_month_stands_there_day_by_day(page: Any, site: Any, look: Any) -> None:
    sign_in(page, "burner")
    page.goto(f"/filings/{site.ids['burner household.plant']}/edit/")
    rows = page.locator("table[data-rows=days_incinerator] > tbody > tr")
    assert rows.count() >= 28
    assert page.input_value("[name='r-days_incinerator-2-received']") == "27.260"
    look("plant")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_the_list_of_points_and_the_months_rounds_open_and_fit(
    page: Any, site: Any, look: Any
) -> None:
    for who, form in (("village", "household.points"), ("sanitation", "household.rounds")):
        sign_in(page, who)
        page.goto(f"/filings/{site.ids[f'{who} {form}']}/edit/")
        look(form.partition(".")[2])
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        page.context.clear_cookies()
