"""A keeper weighs in a shift's loads in one table and accepts them with one button, by keyboard."""

from datetime import date, timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from tests.browser.conftest import _HASHER, PASSWORD, PHONE
from uuid_utils.compat import uuid7


@pytest.fixture(scope="module")
def loads(site):
    """Three loads of ash on their way to a plant; before the browser starts."""
    from wufei.hub.accounts.services import make_user
    from wufei.hub.base.actor import system
    from wufei.hub.catalogue.models import WasteType
    from wufei.hub.ledger.units import tonnes
    from wufei.hub.manifests import services
    from wufei.hub.manifests.models import Manifest
    from wufei.hub.manifests.services import NewLine, NewManifest, Signing, ToIssue, ToSign
    from wufei.hub.registry.models import Organisation, Vehicle
    from wufei.hub.registry.models import Site as Place
    from wufei.hub.registry.validity import period

    yard, since = Place.objects.get(uuid=site.ids["yard"]), period(date(2020, 1, 1))

    def firm(name, kind, place):
        owner = Organisation.objects.create(
            name=name, pinyin=name, kind=kind, region=yard.region, validity=since
        )
        return Place.objects.create(
            organisation=owner,
            name="厂区",
            pinyin=name,
            kind=place,
            region=yard.region,
            validity=since,
        )

    plant, carrier = firm("示例灰渣", "plant", "treatment"), firm("示例灰运", "carrier", "yard")
    owner = carrier.organisation
    truck = Vehicle.objects.create(plate="鲁P7H001", kind="tipper", carrier=owner, validity=since)
    with override_settings(PASSWORD_HASHERS=[_HASHER]):
        make_user(
            "shift",
            display_name="shift",
            role="keeper",
            password=PASSWORD,
            organisations=[plant.organisation_id],
            check_password=False,
        )
    by, at = system("test"), timezone.now() - timedelta(minutes=20)
    ash = WasteType.objects.get(code=site.ids["ash"], stream="coal_ash")
    new = NewManifest(yard, owner, plant, (NewLine(ash, tonnes(20)),))
    asked = [ToIssue(new, uuid7(), Signing(uuid7(), at)) for _n in range(3)]
    issued = [one for one in services.issue_many(asked, by=by) if isinstance(one, Manifest)]
    weighed = {"weighed_out": tonnes(20), "vehicle": truck}
    later = at + timedelta(minutes=1)
    services.sign_many(
        "load", [ToSign(one, Signing(uuid7(), later), weighed) for one in issued], by=by
    )
    return issued


def test_a_shift_is_weighed_in_and_accepted_by_keyboard(loads, page, enter, look):
    enter("shift")
    page.goto("/manifests/inbox/")
    page.click("a[href$='?step=arrive']")
    button = page.locator("#many button[data-pick-needed]")
    assert button.is_disabled()
    page.focus(".weight-input >> nth=0")
    for weight in ("20.0", "19.98", "0.02"):
        page.keyboard.type(weight)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
    assert page.locator("[name=one]:checked").count() == 3
    assert button.locator("[data-pick-count]").text_content() == "3"
    look("many-weights")
    page.focus(".weight-input >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector(".many-told")
    # Kilograms for tonnes: refused, kept as it was written; the others are signed.
    assert page.locator("#many-rows tr.refused").count() == 1
    assert page.input_value("tr.refused .weight-input") == "0.02"
    look("many-told")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.fill("tr.refused .weight-input", "20.02")
    page.keyboard.press("Enter")
    page.wait_for_selector("#many-rows tr.refused", state="detached")

    page.goto("/manifests/inbox/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.focus("[data-pick-all]")
    page.keyboard.press("Space")
    assert page.locator("[name=one]:checked").count() == 3
    look("many-inbox")
    page.focus("#many button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".many-told")
    assert page.locator("#many-rows tr.refused").count() == 0
    page.goto("/manifests/inbox/")
    assert page.locator("#inbox").count() == 0
