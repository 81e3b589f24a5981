"""Rates over facts: what counts, what does not, and the way down to the gram."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from uuid_utils.compat import uuid7

from wufei.hub.indicators import declarations, goals, queries
from wufei.hub.indicators.goals import Goal
from wufei.hub.indicators.queries import State, Value
from wufei.hub.indicators.verify import differences
from wufei.hub.ledger import services
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.queries.facts import By, Of
from wufei.hub.ledger.queries.movements import movements
from wufei.hub.ledger.queries.numbers import COUNTED, Reckoner, cell_of
from wufei.hub.ledger.services import fold
from wufei.hub.ledger.tests.histories import Player, examples, furnish, steps
from wufei.hub.ledger.units import GRAMS_PER_T

LAST_YEAR = timezone.localdate().year - 1


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T04:00").replace(tzinfo=UTC)


def rate(code: str, year: int = LAST_YEAR) -> Value:
    return queries.value(declarations.indicator(code), year)


def test_a_rate_is_what_was_recovered_of_what_arose(district):
    district.arise("power station", 100, at=at(f"{LAST_YEAR}-03-01"))
    district.recover("power station", 80, at=at(f"{LAST_YEAR}-03-02"))
    found = rate("industrial.utilisation")
    assert (found.numerator_g, found.denominator_g) == (80 * GRAMS_PER_T, 100 * GRAMS_PER_T)
    assert found.value == 80


def test_what_is_drawn_from_earlier_storage_stands_in_the_denominator(district):
    district.arise("power station", 50, at=at(f"{LAST_YEAR - 1}-03-01"))
    district.arise("power station", 100, at=at(f"{LAST_YEAR}-03-01"))
    district.recover("power station", 120, at=at(f"{LAST_YEAR}-03-02"))
    found = rate("industrial.utilisation")
    assert found.denominator_g == 120 * GRAMS_PER_T
    assert found.value == 100


def test_a_reversed_recovery_does_not_count_on_its_day(district):
    district.arise("power station", 100, at=at(f"{LAST_YEAR}-03-01"))
    wrong = district.recover("power station", 80, at=at(f"{LAST_YEAR}-12-31"))
    services.reverse(wrong.uuid, id=uuid7(), by=district.by, reason="typed twice")
    assert rate("industrial.utilisation").numerator_g == 0


def test_without_waste_there_is_no_rate_and_never_a_zero(district):
    found = rate("medical.disposal")
    assert found.value is None
    assert found.state is State.NOT_COMPUTABLE
    assert found.why_not


@pytest.mark.parametrize(
    ("recovered_t", "target", "year", "state"),
    [
        (80, 75, LAST_YEAR, State.MET),
        (80, 80, LAST_YEAR, State.MET),
        (79.9999, 80, LAST_YEAR, State.MISSED),
        (79, 80, LAST_YEAR + 1, State.ON_THE_WAY),
        (60, 80, LAST_YEAR + 1, State.AT_RISK),
        (60, None, LAST_YEAR + 1, State.NO_TARGET),
    ],
)
def test_the_state_says_how_it_stands_against_the_target(
    district, monkeypatch, recovered_t, target, year, state
):
    if year > LAST_YEAR and timezone.localdate() == date(year, 12, 31):
        pytest.skip("on the last day of the year nothing is under way any more")
    goal = {} if target is None else {"industrial.utilisation": Goal(">=", Decimal(target), year)}
    monkeypatch.setattr(goals, "in_force", lambda _year: goal)
    day = f"{year}-01-01"
    district.arise("power station", 100, at=at(day) - timedelta(hours=3))
    district.recover("power station", recovered_t, at=at(day) - timedelta(hours=2))
    assert rate("industrial.utilisation", year).state is state


def test_a_target_of_a_later_year_was_not_missed_before_it_is_due(district, monkeypatch):
    goal = {"industrial.utilisation": Goal(">=", Decimal(80), LAST_YEAR)}
    monkeypatch.setattr(goals, "in_force", lambda _year: goal)
    for year in (LAST_YEAR - 1, LAST_YEAR):
        district.arise("power station", 100, at=at(f"{year}-03-01"))
        district.recover("power station", 60, at=at(f"{year}-03-02"))
    assert rate("industrial.utilisation", LAST_YEAR - 1).state is State.ON_THE_WAY
    assert rate("industrial.utilisation", LAST_YEAR).state is State.MISSED


def test_a_rate_that_only_rounds_to_its_target_has_not_met_it(district, monkeypatch):
    goal = Goal(">=", Decimal(95), LAST_YEAR)
    assert not goal.met_by(Decimal("94.9999999"))
    assert goal.met_by(Decimal(95))


def everything_listed_g(value: Value, part: queries.Part) -> int:
    """The sum of the movements that the list behind a part shows, page after page."""
    number = COUNTED[part.term.number]
    of = Of(wastes=queries.wastes(value.indicator))
    cell = cell_of(number, of, value.period, part.term.methods)
    reckoner, after, sum_g = Reckoner(cell, number.sign), None, 0
    while True:
        page = movements(cell, after=after, limit=7)
        sum_g += sum(reckoner.change_g(row) for row in page.movements)
        if page.after is None:
            return sum_g
        after = page.after


@given(history=steps())
@examples(12)
def test_any_history_gives_indicators_that_a_recount_gives_too(django_db_blocker_open, history):
    player = Player(furnish(django_db_blocker_open), str(uuid7()))
    player.play(history)
    assert list(differences()) == []
    fold()
    assert list(differences()) == []
    for year in queries.years():
        for value in queries.values(year):
            for part in (*value.numerator, *value.denominator):
                assert everything_listed_g(value, part) == part.mass_g, (value.code, part)


@pytest.fixture
def django_db_blocker_open(district):
    return district


def test_the_parts_by_waste_and_by_town_add_up_to_the_whole(district):
    district.arise("power station", 100, at=at(f"{LAST_YEAR}-03-01"))
    district.recover("power station", 80, at=at(f"{LAST_YEAR}-03-02"))
    district.arise("quarry", 10, waste="boiler_slag", at=at(f"{LAST_YEAR}-03-02"))
    whole = rate("industrial.utilisation")
    for by in (By.WASTE, By.REGION):
        shares = queries.shares(whole, Of(), by)
        assert sum(share.numerator_g for share in shares) == whole.numerator_g
        assert sum(share.denominator_g for share in shares) == whole.denominator_g


def test_every_indicator_names_streams_and_methods_of_its_domain():
    from wufei.hub.catalogue import declarations as catalogue

    for one in declarations.indicators().values():
        for code in one.streams:
            assert catalogue.domain_of(code).code == one.domain, one.code
        known = {m.code for code in one.streams for m in catalogue.stream(code).methods}
        for term in one.numerator + one.denominator:
            assert term.number in COUNTED
            assert set(term.methods) <= known, one.code


def test_every_domain_has_one_indicator_on_its_card():
    from wufei.hub.catalogue import declarations as catalogue

    for domain in catalogue.domains():
        assert declarations.main_of(domain.code) is not None, domain.code


def test_the_national_list_is_marked_as_a_draft():
    drafts = [o for o in declarations.indicators().values() if o.source.grade is not None]
    assert drafts
    assert all(one.source.grade is declarations.Grade.C for one in drafts)


def test_a_recount_sees_a_fact_that_was_changed(district, as_owner):
    district.arise("power station", 100)
    fold()
    Movement.objects.count()
    assert list(differences()) == []
