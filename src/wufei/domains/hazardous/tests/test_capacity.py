"""Whether what arises can be treated: by category, in the district and around."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.domains.hazardous.capacity import category_of, match
from wufei.hub.base.actor import system
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.queries.facts import Period
from wufei.hub.ledger.services.treatments import Input
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.tests.conftest import OIL, build, t
from wufei.hub.registry.models import LicenceLine

ACT = "hazardous.capacity.view"


@pytest.fixture
def district(db):
    return build()


def year(district):
    day = (district.at - timedelta(days=1)).date()
    return Period(date(day.year, 1, 1), date(day.year, 12, 31))


def limited(district, firm, code, limit_t):
    district.firm(firm, "plant", "treatment")
    licence = district.licence(firm, "hazardous", code)
    LicenceLine.objects.filter(licence=licence).update(limit_t=Decimal(limit_t))


def found(district):
    capacity = match(system("test"), ACT, year(district))
    return {one.category: one for one in capacity.matches}, capacity


def test_the_gap_is_what_arises_beyond_what_is_licensed_here_and_around(district):
    district.stored("works", OIL, 100)
    limited(district, "refinery", "900-249-08", 30)
    limited(district, "far refinery", "HW08", 50)
    by_category, _capacity = found(district)
    oil = by_category["HW08"]
    assert (oil.arisen_g, oil.licensed_g, oil.around_g) == (t(100), t(30), t(50))
    assert (oil.gap_g, oil.gap_around_g) == (t(70), t(20))
    assert oil.holders == {"refinery"}


def test_what_was_really_treated_stands_beside_what_is_licensed(district):
    (lot,) = district.stored("refinery", OIL, 12)
    limited(district, "refinery", "HW08", 48)
    ledger.record_treatment(
        district.firm("refinery").site,
        [Input(district.waste(OIL).pk, tonnes(12), "oil_refining")],
        id=uuid7(),
        happened_at=district.at,
        by=system("test"),
    )
    oil = found(district)[0]["HW08"]
    assert (oil.treated_g, oil.used_permille) == (t(12), 250)
    assert lot.pk


def test_a_licence_for_anything_fills_no_single_gap_and_one_without_limit_leaves_none(district):
    district.stored("works", OIL, 10)
    limited(district, "incinerator", "*", 500)
    by_category, capacity = found(district)
    assert by_category["HW08"].gap_g == t(10)
    assert capacity.shared.licensed_g == t(500)
    district.licence("refinery", "hazardous", "HW08")
    assert found(district)[0]["HW08"].gap_g == 0


@pytest.mark.parametrize(
    ("code", "category"),
    [("HW08", "HW08"), ("900-249-08", "HW08"), ("*", ""), ("900-0", ""), ("HW", "")],
)
def test_the_category_of_what_a_licence_names(code, category):
    assert category_of(code) == category


def test_the_page_shows_the_gap_and_its_file_has_the_same(district, sign_in):
    district.stored("works", OIL, 100)
    limited(district, "refinery", "HW08", 30)
    client = sign_in("officer")
    page = client.get(reverse("hazardous.capacity"), {"year": year(district).start.year})
    html = page.content.decode()
    assert "HW08" in html
    assert html.count("70.000") >= 2
    told = client.get(
        reverse("hazardous.capacity.export"),
        {"year": year(district).start.year, "format": "csv"},
    )
    text = b"".join(told.streaming_content).decode("utf-8-sig")
    (line,) = [one for one in text.splitlines() if one.startswith("HW08")]
    assert ",70," in line
    assert "refinery" in line


def test_a_year_that_nobody_knows_is_said_and_an_empty_one_tells_what_to_do(district, sign_in):
    client = sign_in("leader")
    html = client.get(reverse("hazardous.capacity"), {"year": "1066"}).content.decode()
    assert "has-errors" in html
    assert "Enter the licences" in html


def test_a_clerk_does_not_see_the_district(district, sign_in):
    assert sign_in("clerk").get(reverse("hazardous.capacity")).status_code == 403
