"""The one screen: its figures are the ledger's, to the gram, and each leads down."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from uuid_utils.compat import uuid7

from wufei.hub.cockpit import figures, sankey, verify
from wufei.hub.cockpit.screen import books
from wufei.hub.ledger import services
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.one_account import Line, one_account
from wufei.hub.ledger.services import fold
from wufei.hub.ledger.tests.histories import Player, examples, furnish, steps
from wufei.hub.ledger.units import GRAMS_PER_T

LOTS = "hazardous_industrial"


def wrong():
    return [*verify.cards(), *verify.bands()]


@pytest.fixture
def year(district):
    """Ash that arises, travels, is recovered; drums of oil; a mistake put right late."""
    district.region.covered_by = ["T1"]
    district.region.save()
    at = timezone.now() - timedelta(minutes=50)
    district.arise("power station", 100.123456, at=at)
    mistake = district.arise("power station", 5, at=at)
    line = uuid7()
    road = district.key("custody", "haulier", line=line)
    district.move(district.key("stock", "power station"), road, 40, at=at)
    district.move(road, district.key("stock", "brickworks"), 38.5, at=at)
    district.move(road, district.key("variance", "brickworks"), 0.5, at=at)
    district.recover("brickworks", 30, at=at)
    district.arise("garage", 0.250001, waste=LOTS, at=at)
    services.reverse(mistake.uuid, id=uuid7(), by=district.by, reason="typed twice")
    return district


def test_cards_bands_and_indicators_are_what_the_movements_add_up_to(year):
    assert wrong() == []
    fold()
    assert wrong() == []
    industrial = next(line for line in books(Of()).domains if line.key == "industrial")
    assert (industrial.arisen_g, industrial.custody_g) == (100_123_456, GRAMS_PER_T)


def test_a_figure_that_is_not_the_recount_is_found(year, monkeypatch):
    def short(of: Of, period: Period, by: By) -> list[Line]:
        lines = one_account(of, period, by)
        lines[0].recovered_g += 1
        return lines

    monkeypatch.setattr("wufei.hub.cockpit.screen.one_account", short)
    assert [difference.check for difference in verify.cards()] == ["cards"]
    assert list(verify.bands()) != []


@given(history=steps())
@examples(10)
def test_any_history_gives_a_screen_that_a_recount_gives_too(open_district, history):
    player = Player(furnish(open_district), str(uuid7()))
    player.play(history)
    assert wrong() == []
    fold()
    assert wrong() == []
    assert books(Of()).balanced is True


@pytest.fixture
def open_district(district):
    return district


def test_every_figure_of_the_screen_opens_movements_that_add_up_to_it(year, sign_in):
    client = sign_in("leader")
    html = client.get(reverse("cockpit.screen")).content.decode()
    found = re.findall(r'data-figure="([\w.]+)" data-g="(-?\d+)" href="([^"]+)"', html)
    assert len(found) == 30
    for code, grams, link in found:
        behind = client.get(link.replace("&amp;", "&")).content.decode()
        (listed,) = re.findall(r'data-grams="(-?\d+)"', behind)
        assert listed == grams, code


def test_the_screen_refreshes_itself_with_few_questions(
    year, sign_in, django_assert_max_num_queries
):
    client = sign_in("leader")
    client.get(reverse("cockpit.figures"))
    with django_assert_max_num_queries(19):
        answer = client.get(reverse("cockpit.figures"))
    data = answer.json()
    assert data["cards"][0]["code"] == "industrial"
    assert data["account"]["balanced"] is True
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_number_of_questions_does_not_grow_with_what_is_shown(
    year, sign_in, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in("leader")
    client.get(reverse("cockpit.figures"))
    with CaptureQueriesContext(connection) as before:
        client.get(reverse("cockpit.figures"))
    for number in range(12):
        year.arise(f"firm {number}", 3)
    with django_assert_num_queries(len(before)):
        client.get(reverse("cockpit.figures"))


def test_a_town_officer_sees_the_own_town_and_no_balance_of_the_district(year, sign_in):
    client = sign_in("town_officer", regions=["T2"])
    data = client.get(reverse("cockpit.figures")).json()
    assert data["empty"] is True
    assert data["account"]["balanced"] is None
    data = sign_in("town_officer", regions=["T1"]).get(reverse("cockpit.figures")).json()
    assert data["empty"] is False


def test_a_clerk_has_no_cockpit(year, sign_in):
    assert sign_in("clerk").get(reverse("cockpit.screen")).status_code == 403


def test_an_empty_district_has_a_screen_that_says_so(db, sign_in):
    client = sign_in("leader")
    assert client.get(reverse("cockpit.screen")).status_code == 200
    data = client.get(reverse("cockpit.figures")).json()
    assert data["empty"] is True
    assert {card["rate"]["text"] for card in data["cards"]} == {"—"}


@pytest.mark.parametrize(
    ("mass_g", "hazardous", "language", "text"),
    [
        (186_000_000_000 // 1000 * 1000, False, "zh-hans", "18.6万"),
        (186_049_999_999, False, "zh-hans", "18.6万"),
        (8_640_000_000, False, "zh-hans", "8,640"),
        (1_250_000, False, "zh-hans", "1.2"),
        (186_000_000_000, False, "en", "186.0k"),
        (3_184_612_345, True, "zh-hans", "3,184.612"),
        (0, True, "en", "0"),
        (-4_100_000, False, "en", "−4.1"),
    ],
)
def test_masses_are_written_to_be_read_from_three_metres(mass_g, hazardous, language, text):
    from django.utils.translation import override

    with override(language):
        shown = figures.mass(mass_g, "", hazardous=hazardous)
    assert shown.text + shown.rest + shown.unit == text


def test_the_smallest_bands_are_merged_and_nothing_is_lost():
    line = Line("construction", arisen_g=1_000_000)
    masses = [700_000, 100_000, 60_000, 50_000, 40_000, 30_000, 1_000, 1_000]
    line.recovered_g = masses[0]
    line.exported_g, line.stock_g, line.custody_g = masses[5], masses[6], masses[7]
    for number, mass_g in enumerate(masses[1:5]):
        line.disposed_g += mass_g
        line.by_method[(AccountKind.DISPOSED, f"way {number}")] = mass_g
    line.variance_g = -(1_000_000 - sum(masses))
    assert line.off_g == 0
    shown = sankey.bands([line])
    assert {node.code for node in shown.merged["other:2"]} == {"into_store", "onto_the_road"}
    out_g = sum(flow.mass_g for flow in shown.flows if flow.source == "domain:construction")
    assert out_g == 1_000_000


@pytest.mark.parametrize("code", ["issued", "moving", "closed", "abnormal"])
def test_each_figure_of_the_manifests_opens_as_many(year, sign_in, code):
    client = sign_in("leader")
    data = client.get(reverse("cockpit.figures")).json()
    (load,) = [one for one in data["loads"] if one["code"] == code]
    html = client.get(load["url"]).content.decode()
    assert re.findall(r'id="load-count">(\d+)<', html) == [load["text"]]


def test_a_figure_that_does_not_exist_is_not_found(db, sign_in):
    assert sign_in("leader").get(reverse("cockpit.loads", args=["flying"])).status_code == 404
