"""Beside a number stands where it lies among others': never whose they are, nothing of a few."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.filings import checks, declarations
from wufei.hub.filings.declarations import Checked
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing
from wufei.hub.filings.peers import (
    PEERS_MIN,
    Compared,
    Quartiles,
    Spread,
    figures,
    rounded,
    spread,
)
from wufei.hub.filings.services import checking
from wufei.hub.filings.tests.stories import HEAD, MONTHLY, OCTOBER, WASTES, Town, month

OUTPUT = Compared("output")
MASS = Compared("mass", "wastes", by="waste")
RATE = Compared("mass", "wastes", by="waste", per="output")
FORM = replace(MONTHLY, compared=(OUTPUT, MASS, RATE), checks=())


@pytest.fixture
def others(town: Town) -> Town:
    declarations.fill([FORM])
    return town


def file(town: Town, name: str, output: int, mass: Any, **more: Any) -> Filing:
    filing = town.month(firm=town.firm(name), form=FORM, **more)
    town.submit(filing, month(mass, output))
    return filing


def quartiles(*figures: Any) -> Quartiles:
    return Quartiles(*(Decimal(one) for one in figures))


def five(town: Town) -> None:
    for n, name in enumerate(("Ash", "Birch", "Cedar", "Elm", "Fir"), 1):
        file(town, name, 100 * n, 10 * n)


def seen(town: Town, name: str = "Works", output: int = 300, mass: Any = 30) -> Any:
    filing = town.month(firm=town.firm(name), form=FORM)
    draft = town.write(filing, month(mass, output))
    return checking.checked_of(draft).peers()


def test_five_others_are_told_by_their_quartiles(others, django_assert_num_queries):
    five(others)
    filing = others.month(form=FORM)
    draft = others.write(filing, month(30, 300))
    checked = checking.checked_of(draft)
    with django_assert_num_queries(1):
        told = checked.peers()
    tenth = Decimal("0.1")
    assert told[OUTPUT, ""] == Spread(5, quartiles(200, 300, 400))
    assert told[MASS, "X-1"] == Spread(5, quartiles(20, 30, 40))
    assert told[RATE, "X-1"] == Spread(5, quartiles(tenth, tenth, tenth))


def test_of_four_others_nothing_is_told_but_their_number(others):
    five(others)
    # One of the five, who looks at what the other four say.
    filing = Filing.objects.get(organisation=others.firm("Elm"))
    told = checking.checked_of(others.write(filing, month(1, 1))).peers()
    assert told[OUTPUT, ""] == Spread(4)
    assert told[MASS, "X-1"] == Spread(4)


def test_only_what_is_alike_and_accepted_counts(others):
    five(others)
    file(others, "Big works", 9000, 900)
    file(others, "October", 9000, 900, span=OCTOBER)
    others.write(others.month(firm=others.firm("Drafts"), form=FORM), month(900, 9000))
    farm = others.firm("Farm", kind="farm")
    Filing.objects.filter(organisation__name="Fir").update(organisation=farm)
    # Another class, another month, a draft, another kind of filer: four are left.
    assert seen(others)[OUTPUT, ""] == Spread(4)


def test_several_sites_of_one_firm_are_one_among_the_others(others):
    five(others)
    ash = others.firm("Ash")
    once = Filing.objects.get(organisation=ash)
    for n in range(5):
        site = others.site(ash, f"Yard {n}")
        twin = Filing.objects.create(
            type=FORM.code,
            organisation=ash,
            site=site,
            first=once.first,
            last=once.last,
            recurs=True,
            class_code=once.class_code,
        )
        others.submit(twin, month(1, 1))
    assert seen(others)[OUTPUT, ""].others == 5


def test_names_and_figures_of_others_are_not_on_the_page(others, sign_in):
    for n, name in enumerate(("Ash", "Birch", "Cedar", "Elm", "Fir")):
        file(others, name, 4321 + 1111 * n, 10)
    filing = others.month(form=FORM)
    clerk: Client = sign_in("clerk", organisations=[others.firm()])
    page = clerk.get(reverse("filings.filing.edit", args=[filing.uuid])).content.decode()
    assert "half from 5400 to 7700" in page
    for secret in ("Ash", "Birch", "Cedar", "5432", "6543", "7654"):
        assert secret not in page


def test_too_few_are_told_why_on_the_page_and_in_the_review(others, sign_in):
    file(others, "Ash", 100, 10)
    filing = others.month(form=FORM)
    url = reverse("filings.filing.edit", args=[filing.uuid])
    page = sign_in("clerk", organisations=[others.firm()]).get(url).content.decode()
    assert "1 other has reported it so far; it is shown from 5 on" in page
    others.submit(filing, month(10, 100))
    review = sign_in("officer").get(reverse("filings.review.one", args=[filing.uuid]))
    assert "Among others of this sort" in review.content.decode()


UNLIKE = checks.unlike_peers(RATE, WASTES, code="unlike")
UNLIKE_OUTPUT = checks.unlike_peers(OUTPUT, HEAD, code="unlike_output")


@pytest.mark.parametrize(("mass", "odd"), [(30, 0), (80, 0), (100, 1), (4, 0), (3, 1)])
def test_a_figure_far_from_those_of_others_asks_for_a_reason(mass, odd):
    told = {(RATE, "X-1"): spread(5, [0.1, 0.2, 0.3])}
    checked = Checked(month(mass, 100), None, {}, peers=lambda: told)  # type: ignore[arg-type]
    found = list(UNLIKE(checked))
    assert len(found) == odd
    assert all((one.section, one.row, one.about) == ("wastes", 0, "X-1") for one in found)
    assert list(UNLIKE_OUTPUT(checked)) == []


def test_what_cannot_be_told_is_not_asked_about():
    told = {(RATE, "X-1"): spread(PEERS_MIN - 1, [1, 2, 3])}
    checked = Checked(month(9000, 1), None, {}, peers=lambda: told)  # type: ignore[arg-type]
    assert list(UNLIKE(checked)) == []


def test_an_own_figure_is_the_sum_of_its_rows_and_none_where_nothing_is_said():
    rows = ({"waste": "a", "mass": Decimal(1)}, {"waste": "a", "mass": Decimal(2)}, {"waste": ""})
    form = Form({"output": 6}, {"wastes": rows})
    assert figures((OUTPUT, MASS, RATE), form) == {
        (OUTPUT, ""): 6,
        (MASS, "a"): 3,
        (RATE, "a"): Decimal("0.5"),
    }
    assert figures((OUTPUT, RATE), Form({"output": 0}, {"wastes": rows})) == {(OUTPUT, ""): 0}


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_a_rounded_figure_is_near_and_has_two_digits(figure):
    near = rounded(figure)
    assert abs(near - figure) * 20 <= abs(figure)
    assert len(f"{near:f}".strip("-0.").replace(".", "").strip("0")) <= 2
