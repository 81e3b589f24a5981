"""Lists on a phone: filters behind one button, rows as cards; both without scripts as well."""

import pytest
from tests.browser.conftest import DESK, PHONE

LIST = "/registry/organisations/"


@pytest.fixture
def without_scripts(page, chromium, site):
    """A page of the same signed-in person whose scripts do not run."""
    context = chromium.new_context(
        viewport=PHONE, locale="zh-CN", base_url=site.address, java_script_enabled=False
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


def test_filters_stand_open_on_a_desk_and_behind_a_button_on_a_phone(page, enter, look):
    enter("officer")
    page.goto(LIST)
    field = page.locator(".filter-fields select").first
    button = page.locator("details.filters > summary")
    assert field.is_visible()
    assert not button.is_visible()
    page.set_viewport_size(PHONE)
    page.goto(LIST)
    assert not field.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    button.focus()
    page.keyboard.press("Enter")
    assert field.is_visible()
    field.select_option(index=1)
    page.wait_for_selector("#filters-set .count:has-text('1')")
    assert field.is_visible()
    page.set_viewport_size(DESK)
    look("list-filters")


def test_a_card_unfolds_what_is_less_important(page, enter):
    enter("officer")
    page.set_viewport_size(PHONE)
    page.goto(LIST)
    row = page.locator("table.stack tbody tr:has(.unfold)").first
    less = row.locator("td.less:not(.nothing)").first
    assert not less.is_visible()
    row.locator(".unfold summary").click()
    assert less.is_visible()
    page.set_viewport_size(DESK)
    assert not row.locator(".unfold").is_visible()
    assert less.is_visible()


def test_without_scripts_they_fold_and_unfold_as_well(page, enter, without_scripts):
    enter("officer")
    without_scripts.add_cookies(page.context.cookies())
    plain = without_scripts.new_page()
    plain.goto(LIST)
    field = plain.locator(".filter-fields select").first
    assert not field.is_visible()
    plain.click("details.filters > summary")
    assert field.is_visible()
    less = plain.locator("table.stack td.less:not(.nothing)").first
    assert not less.is_visible()
    plain.locator(".unfold summary").first.click()
    assert less.is_visible()
