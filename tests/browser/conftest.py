"""A real browser against a real server and a real worker, on a database of their own.

Skipped, loudly, where no Chromium is found. ``WUFEI_SCREENSHOTS=<folder>`` keeps pictures.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from tests.browser import builders, filers, households, roads, yards
from uuid_utils.compat import uuid7

from wufei.testing import database_copy, use_database

PASSWORD = "a-good-Passphrase-7"
_HASHER = "django.contrib.auth.hashers.Argon2PasswordHasher"
DESK, PHONE = {"width": 1920, "height": 1080}, {"width": 360, "height": 800}


def pytest_itemcollected(item: pytest.Item) -> None:
    if "tests/browser" in str(item.path):
        item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """Where the pages are, and what stands in them."""

    address: str
    ids: dict[str, Any] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return f"{self.address}{path}"


@pytest.fixture(scope="module")
def site(chromium_path: str | None, django_db_blocker: Any) -> Iterator[Site]:
    with database_copy("browser") as name, use_database(name), django_db_blocker.unblock():
        found = Site(f"http://127.0.0.1:{_free_port()}", _people_and_places())
        environment = os.environ | {
            "WUFEI_PORT": found.address.rpartition(":")[2],
            "WUFEI_DATABASE_NAME": name,
            "WUFEI_DEMO": "false",
        }
        subprocess.run(_wufei("assets"), env=environment, check=True, capture_output=True)
        with (
            _running(_wufei("serve"), environment) as server,
            _running(_wufei("work"), environment),
        ):
            _wait_for(found.url("/health/"), server)
            yield found


def _wufei(command: str) -> list[str]:
    return [sys.executable, "-m", "wufei.cli", command]


@contextmanager
def _running(
    command: list[str], environment: dict[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    log = Path(environment["WUFEI_HOME"]) / f"browser-{command[-1]}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Until the server answers; says so if it ended instead."""
    for _attempt in range(600):
        assert server.poll() is None, "the server ended: see browser-serve.log in the test folder"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer at {url}")


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _people_and_places() -> dict[str, Any]:
    """A plant with waste in its yard, its clerk, and an officer."""
    from wufei.hub.accounts.services import make_user
    from wufei.hub.base.actor import system
    from wufei.hub.catalogue.models import WasteType
    from wufei.hub.ledger import services
    from wufei.hub.ledger.entries import AccountKey, Entry, NewLot
    from wufei.hub.ledger.models import AccountKind
    from wufei.hub.ledger.units import tonnes
    from wufei.hub.registry.models import Organisation, Region
    from wufei.hub.registry.models import Site as Place
    from wufei.hub.registry.validity import period

    town = Region.objects.filter(within=True, level="town").order_by("path").first()
    assert town is not None
    since = period(date(2020, 1, 1))
    firm = Organisation.objects.create(
        name="湖畔砖厂", pinyin="hpzc", kind="plant", region=town, validity=since
    )
    yard = Place.objects.create(
        organisation=firm, name="堆场", pinyin="dc", kind="yard", region=town, validity=since
    )
    ash = WasteType.objects.filter(stream="coal_ash").order_by("draft", "code").first()
    oil = WasteType.objects.get(code="900-249-08")
    assert ash is not None
    by, at = system("test"), timezone.now() - timedelta(minutes=30)

    def arise(waste: WasteType, t: str, label: str = "") -> None:
        source, target = (
            AccountKey(kind, firm.pk, waste.pk, yard.pk)
            for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
        )
        lot = NewLot(uuid7(), label) if label else None
        entry = Entry(uuid7(), source, target, tonnes(t), at, lot_in=lot)
        services.post([entry], by=by, cause="test")

    arise(ash, "120.5")
    arise(oil, "0.18", "YT-001")
    for username, role, own in (
        ("officer", "officer", []),
        ("leader", "leader", []),
        ("clerk", "clerk", [firm.pk]),
    ):
        # The server knows the real hashers only, not the quick one of the other tests.
        with override_settings(PASSWORD_HASHERS=[_HASHER]):
            make_user(
                username,
                display_name=role,
                role=role,
                password=PASSWORD,
                organisations=own,
                check_password=False,
            )
    with override_settings(PASSWORD_HASHERS=[_HASHER]):
        roads_ids = (
            roads.make(PASSWORD, firm)
            | filers.make(PASSWORD, town)
            | filers.make_farmer(PASSWORD, town)
        )
        roads_ids |= yards.make(PASSWORD, town)
        roads_ids |= households.make(PASSWORD, town)
        roads_ids |= builders.make(PASSWORD, town)
    places = {"firm": firm.name, "ash": ash.code, "yard": str(yard.uuid), "town": town.name}
    return places | roads_ids


@pytest.fixture(scope="module")
def chromium_path() -> str | None:
    """The machine's Chromium; None for the one that Playwright brought."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    with playwright.sync_playwright() as driver:
        if not Path(driver.chromium.executable_path).exists():
            pytest.skip("no Chromium on this machine: install one to run the browser tests")
    return None


# Of the module and after the site: while Playwright runs, no other test could use the database.
@pytest.fixture(scope="module")
def chromium(site: Site, chromium_path: str | None) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(args=["--no-sandbox"], executable_path=chromium_path)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, site: Site) -> Iterator[Any]:
    """A page of 1920 px in Chinese; what its console complains about fails the test."""
    context = chromium.new_context(
        viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=site.address
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: _note(line, complaints))
    yield page
    context.close()
    assert not complaints, "\n".join(complaints)


def _note(line: Any, complaints: list[str]) -> None:
    # A refused form answers 422, and a test may pull the plug: the console counts both as
    # failures; they are none.
    expected = ("status of 422", "ERR_INTERNET_DISCONNECTED")
    if line.type == "error" and not any(words in line.text for words in expected):
        complaints.append(line.text)


@pytest.fixture
def enter(page: Any) -> Callable[[str], Any]:
    """``enter("clerk")``: sign in as a person does."""

    return lambda username: sign_in(page, username)


def sign_in(page: Any, username: str) -> Any:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


@pytest.fixture
def look(page: Any) -> Callable[[str], None]:
    """``look("desk")``: keep a picture in both widths, if somebody wants to look at them."""

    def keep(name: str) -> None:
        folder = os.environ.get("WUFEI_SCREENSHOTS")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for suffix, size in (("", DESK), ("-phone", PHONE)):
            page.set_viewport_size(size)
            page.wait_for_timeout(300)
            page.screenshot(path=f"{folder}/{name}{suffix}.png", full_page=suffix != "")
        page.set_viewport_size(DESK)

    return keep


@pytest.fixture
def look_at(page: Any) -> Callable[[str], None]:
    """``look_at("cockpit")``: keep a picture as it stands."""

    def keep(name: str) -> None:
        folder = os.environ.get("WUFEI_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}.png")

    return keep
