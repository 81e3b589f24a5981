"""The one screen in a real browser: it fits, it leads down, it keeps itself fresh."""

import re

import pytest

SCREENS = {"1080": (1920, 1080), "2160": (3840, 2160)}


@pytest.fixture
def cockpit(enter):
    page = enter("leader")
    page.goto("/cockpit/")
    page.wait_for_selector("#bands svg, #bands-empty:not([hidden])")
    return page


@pytest.mark.parametrize("size", SCREENS, ids=list(SCREENS))
def test_the_screen_fits_without_scrolling(cockpit, look_at, size):
    width, height = SCREENS[size]
    cockpit.set_viewport_size({"width": width, "height": height})
    cockpit.wait_for_timeout(400)
    for side, most in (("scrollWidth", width), ("scrollHeight", height)):
        assert cockpit.evaluate(f"document.documentElement.{side}") <= most
    # Nothing is cut off at its edge: every figure of the cards lies inside its card.
    outside = cockpit.evaluate(
        """() => [...document.querySelectorAll('.card')].flatMap((card) => {
            const ring = card.querySelector('.ring').getBoundingClientRect();
            return [...card.querySelectorAll('.figure')]
                .filter((figure) => figure.getBoundingClientRect().right > ring.left + 1)
                .map((figure) => figure.dataset.figure);
        })"""
    )
    assert outside == []
    look_at(f"cockpit-{size}")


def test_labels_of_the_bands_never_overlap(cockpit):
    boxes = cockpit.eval_on_selector_all(
        "#bands svg text",
        """texts => texts.filter(t => t.textContent.trim()).map(t => {
            const r = t.getBoundingClientRect();
            return [r.left, r.top, r.right, r.bottom];
        })""",
    )
    assert boxes
    overlaps = [
        (a, b)
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
        if a != b
        and min(a[2], b[2]) - max(a[0], b[0]) > 1
        and min(a[3], b[3]) - max(a[1], b[1]) > 2
    ]
    assert overlaps == []


def test_a_number_of_the_screen_is_followed_to_a_movement(cockpit):
    figure = cockpit.locator("[data-figure='industrial.arisen']")
    grams = int(figure.get_attribute("data-g"))
    assert grams > 0
    figure.click()
    cockpit.wait_for_selector("#number-total")
    assert int(cockpit.get_attribute("#number-total", "data-grams")) == grams
    cockpit.click("#movement-list tbody a >> nth=0")
    cockpit.wait_for_selector("dl.facts")


def test_a_ring_is_followed_to_its_indicator_and_on_to_the_movements(cockpit):
    cockpit.click("[data-ring='industrial']")
    cockpit.wait_for_selector("[data-years] svg")
    cockpit.click(".parts .figure >> nth=0")
    cockpit.wait_for_selector("#number-total")


def test_the_screen_keeps_itself_fresh_and_says_when_it_cannot(cockpit):
    before = cockpit.inner_text("#at")
    cockpit.wait_for_function(
        "(old) => document.getElementById('at').textContent !== old", arg=before
    )
    # A status that the console does not complain of; no answer at all is handled the same way.
    cockpit.route("**/cockpit/figures/", lambda route: route.fulfill(status=422, body=""))
    cockpit.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    cockpit.wait_for_selector("body.stale", timeout=15_000)
    cockpit.unroute("**/cockpit/figures/")
    cockpit.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    cockpit.wait_for_selector("body:not(.stale)", timeout=15_000)


def test_the_key_f_fills_the_screen_and_escape_leaves_it(cockpit):
    cockpit.keyboard.press("f")
    cockpit.wait_for_function("document.fullscreenElement !== null")
    cockpit.keyboard.press("f")
    cockpit.wait_for_function("document.fullscreenElement === null")


def test_on_a_phone_the_screen_becomes_a_page(cockpit):
    cockpit.set_viewport_size({"width": 360, "height": 800})
    cockpit.wait_for_timeout(300)
    assert cockpit.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_desk_of_a_leader_leads_to_the_screen(enter):
    page = enter("leader")
    page.click(".heading-actions a")
    page.wait_for_url(re.compile("/cockpit/"))


@pytest.mark.parametrize("path", ["/indicators/", "/indicators/industrial.utilisation/"])
def test_indicators_need_no_scrolling_sideways_on_a_phone(enter, look, path):
    page = enter("leader")
    page.goto(path)
    look("indicators" if path.endswith("indicators/") else "indicator")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
