"""A load of hazardous waste from the desk to the receiver's phone, and a muck truck's two scans."""

import re

import pytest
import segno
from tests.browser.conftest import PASSWORD, PHONE, sign_in


@pytest.fixture
def phone(page, enter):
    """``phone("driver")``: somebody else takes the phone into their hand."""

    def take(username):
        page.context.clear_cookies()
        page.set_viewport_size(PHONE)
        return enter(username)

    return take


def test_a_hazardous_load_goes_from_the_desk_to_the_receivers_stock(enter, phone, site, look):
    number = _issue(enter("clerk"), site, look)
    _take_over(phone("driver"), number, look)
    _receive(phone("refiner"), number, look)
    page = enter_desk(phone, "refiner", "/ledger/stock/")
    assert "0.179" in page.inner_text("main")
    page = enter_desk(phone, "officer", "/manifests/")
    page.click(f"#list >> text={number}")
    page.wait_for_selector("#signatures tbody tr >> nth=3")
    assert page.locator("#steps li.done").count() == 5
    page.wait_for_timeout(1500)
    look("manifest")


def _issue(page, site, look):
    """The clerk sends the container; the page of the manifest has its number."""
    page.goto(f"/manifests/new/?site={site.ids['yard']}")
    page.click("#offers >> text=900-249-08")
    page.wait_for_selector("#issue-form")
    page.click("[data-whole]")
    assert page.inner_text("#lots-sum") == "0.180 t"
    page.select_option("[name=consignee_site]", label="示例油品再生 · 厂区")
    page.select_option("[name=method]", "oil_refining")
    page.select_option("[name=carrier]", label="示例危运")
    look("manifest-new")
    page.click("#issue-form button[type=submit]")
    page.wait_for_url(re.compile(r"/manifests/[0-9a-f-]{36}/$"))
    page.wait_for_selector("#steps li.done")
    look("manifest-issued")
    return page.inner_text(".facts dd >> nth=0")


def _take_over(page, number, look):
    """The driver finds it among what waits, weighs and signs; a weight in kg is told in t."""
    page.goto("/m/")
    look("driver")
    page.set_viewport_size(PHONE)
    # That something waits is seen within the thumb's reach, on every page.
    page.wait_for_selector(".bottom a[href='/m/'] .count:visible")
    assert page.inner_text(".bottom a[href='/m/'] .count") == "1"
    page.click(f".waiting a:has-text('{number}')")
    page.wait_for_selector("form[data-sign]")
    page.fill("[name=value_0]", "0.18")
    page.check("[name=unit_0][value=kg]", force=True)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector(".errorlist")
    assert "kg" in page.inner_text(".errorlist")
    page.fill("[name=value_0]", "180")
    page.check("[name=unit_0][value=kg]", force=True)
    assert "0.180 t" in page.inner_text("[data-converted=value_0]")
    look("phone-load")
    page.set_viewport_size(PHONE)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("#standing")


def _receive(page, number, look):
    page.goto("/m/")
    page.fill("#code", number)
    page.press("#code", "Enter")
    page.wait_for_selector("form[data-sign]")
    page.fill("[name=value_0]", "0.179")
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("form[data-sign] [name=step][value=accept]", state="attached")
    look("phone-accept")
    page.set_viewport_size(PHONE)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("#standing.done")
    look("phone-closed")


def enter_desk(phone, username, path):
    page = phone(username)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(path)
    return page


def test_a_muck_truck_is_scanned_at_the_gate_and_at_the_site(phone, site, look):
    code = f"/t/{site.ids['tipper']}/"
    page = phone("gate")
    page.goto("/m/")
    look("phone-home")
    page.set_viewport_size(PHONE)
    page.goto(code)
    assert page.inner_text(".plate") == "鲁P·6T208"
    page.fill("[name=value_0]", "18.42")
    assert "R7" in page.inner_text("[data-note-of=consignee_site]")
    look("gate")
    page.set_viewport_size(PHONE)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_url(re.compile("/m/[0-9a-f-]{36}/"))
    look("gate-done")
    page = phone("spoilkeeper")
    page.goto(code)
    page.fill("[name=value_0]", "18.30")
    assert "−120 kg" in page.inner_text("[data-difference]")
    look("site")
    page.set_viewport_size(PHONE)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("#standing.done")
    page.goto(code)
    page.wait_for_selector("#standing")


def test_what_was_not_sent_is_sent_again_and_signed_once(phone, site):
    """A phone without a key, as over plain http, keeps the form instead."""
    page = phone("gate")
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.goto(f"/t/{site.ids['tipper']}/")
    page.wait_for_selector("#queue .queue-note >> text=https")
    page.fill("[name=value_0]", "17.5")
    page.context.set_offline(True)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("#network.bad")
    assert page.input_value("[name=value_0]") == "17.5"
    page.context.set_offline(False)
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_url(re.compile("/m/[0-9a-f-]{36}/"))
    number = page.inner_text(".sheet .note >> nth=0")
    page.goto("/manifests/?state=loaded")
    assert page.inner_text("#list").count(number) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("WIFI:S:guest;;", "这不是无废平台的码"),
        ("https://elsewhere.example/m/0190a1b2-0000-7000-8000-00000000ffff/", "这里没有这份联单"),
        ("0190a1b2-0000-7000-8000-00000000ffff", "这不是无废平台的码"),
    ],
)
def test_a_code_of_something_else_is_told_for_what_it_is(phone, text, said):
    page = phone("gate")
    page.goto("/m/")
    page.fill("#code", text)
    page.press("#code", "Enter")
    page.wait_for_selector("#meaning")
    assert said in page.inner_text("#meaning")


def test_who_is_not_signed_in_comes_back_to_the_code_they_scanned(page, site, enter):
    page.set_viewport_size(PHONE)
    page.goto(f"/t/{site.ids['tanker']}/")
    # A stranger is told that the code is ours, and may sign in to go on.
    page.click("#verification a.btn")
    page.fill("input[name=login]", "driver")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile("/t/"))
    assert page.inner_text(".plate") == "鲁P·8D301"


@pytest.mark.parametrize(
    ("username", "path"),
    [
        ("driver", "/m/"),
        ("gate", "/m/"),
        ("clerk", "/manifests/"),
        ("clerk", "/manifests/new/"),
        ("clerk", "/manifests/inbox/"),
    ],
)
def test_a_phone_needs_no_scrolling_sideways(phone, username, path):
    page = phone(username)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.fixture
def camera(chromium, chromium_path, site, tmp_path):
    """``camera(text)``: a phone whose camera looks at the code of ``text`` (at nothing if "")."""
    opened = []

    def look_at(text):
        flags = ["--no-sandbox", "--use-fake-ui-for-media-stream"]
        if text:
            film = tmp_path / "code.y4m"
            film.write_bytes(_film(text))
            flags += [
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ]
        browser = chromium.browser_type.launch(args=flags, executable_path=chromium_path)
        opened.append(browser)
        context = browser.new_context(viewport=PHONE, locale="zh-CN", base_url=site.address)
        return sign_in(context.new_page(), "gate")

    yield look_at
    for browser in opened:
        browser.close()


def _film(text, size=480):
    """Two frames of YUV4MPEG2 that show the code of ``text``, black on white."""
    rows = [list(row) for row in segno.make(text, error="q").matrix_iter(border=4)]
    # The scanner looks at the middle two thirds.
    scale = size * 6 // 10 // len(rows)
    edge = (size - scale * len(rows)) // 2
    luma = bytearray(b"\xeb" * (size * size))
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                for line in range(scale):
                    start = (edge + y * scale + line) * size + edge + x * scale
                    luma[start : start + scale] = b"\x10" * scale
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (size * size // 2)
    return f"YUV4MPEG2 W{size} H{size} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2


def test_the_camera_reads_the_code_of_a_truck(camera, site):
    page = camera(site.url(f"/t/{site.ids['tipper']}/"))
    page.goto("/m/")
    page.click("#scan")
    page.wait_for_url(re.compile("/t/[0-9a-f-]{36}/"), timeout=20_000)
    assert page.inner_text(".plate") == "鲁P·6T208"


def test_without_a_camera_one_types(camera):
    page = camera("")
    page.goto("/m/")
    page.click("#scan")
    page.wait_for_selector("#camera-problem:not([hidden])")
    assert "下方输入" in page.inner_text("#camera-problem")
