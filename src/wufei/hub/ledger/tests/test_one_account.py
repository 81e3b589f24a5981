from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.ledger import services
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.movements import Cell, movements
from wufei.hub.ledger.queries.one_account import one_account, total
from wufei.hub.ledger.queries.statements import statement
from wufei.hub.ledger.queries.stock import stock
from wufei.hub.ledger.queries.trace import attributed, back, forward, lot_node
from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.units import GRAMS_PER_T

LOTS = "hazardous_industrial"


def at(day, hour=4):
    return datetime.fromisoformat(f"{day}T{hour:02}:00").replace(tzinfo=UTC)


@pytest.fixture
def spring(district):
    """Stock from January, arising and recovery in February and March."""
    district.arise("power station", 10, at=at("2025-01-20"))
    district.arise("power station", 5, at=at("2025-02-14"))
    district.recover("power station", 8, at=at("2025-03-03"))
    district.move(
        district.key("stock", "power station"),
        district.key("disposed", "power station"),
        2,
        at=at("2025-03-31"),
    )
    district.arise("quarry", 1, at=at("2025-03-10"))
    return district


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(date(2025, 1, 1), date(2025, 12, 31)), (0, 16, 8, 2, 6)),
        (Period(date(2025, 2, 1), date(2025, 2, 28)), (10, 5, 0, 0, 15)),
        (Period(date(2025, 2, 10), date(2025, 3, 5)), (10, 5, 8, 0, 7)),
        (Period(date(2025, 3, 4), date(2025, 3, 30)), (7, 1, 0, 0, 8)),
        (Period(date(2025, 3, 31), date(2025, 3, 31)), (8, 0, 0, 2, 6)),
    ],
)
def test_any_period_adds_up_folded_or_not(spring, folded, period, expected):
    if folded:
        fold_all()
    line = total(one_account(Of(), period, By.ALL))
    assert line.off_g == 0
    shown = (
        line.before_stock_g,
        line.arisen_g,
        line.recovered_g,
        line.disposed_g,
        line.stock_g,
    )
    assert tuple(mass_g // GRAMS_PER_T for mass_g in shown) == expected


def test_months_carry_their_stock_on(spring):
    fold_all()
    lines = one_account(Of(), Period(date(2025, 1, 15), date(2025, 3, 31)), By.MONTH)
    assert [(line.key.month, line.before_stock_g // GRAMS_PER_T) for line in lines] == [
        (1, 0),
        (2, 10),
        (3, 15),
    ]
    assert all(line.off_g == 0 for line in lines)


def test_the_account_by_holder_domain_and_waste(spring):
    period = Period(date(2025, 1, 1), date(2025, 12, 31))
    holders = one_account(Of(), period, By.HOLDER)
    assert sorted(line.arisen_g // GRAMS_PER_T for line in holders) == [1, 15]
    (domain,) = one_account(Of(), period, By.DOMAIN)
    assert (domain.key, domain.by_method[(AccountKind.DISPOSED, "landfill")]) == (
        "industrial",
        2 * GRAMS_PER_T,
    )
    quarry = spring.place("quarry").organisation_id
    (line,) = one_account(Of(holders=[quarry]), period, By.WASTE)
    assert line.arisen_g == GRAMS_PER_T


def test_a_number_opens_its_movements_page_by_page(spring):
    cell = Cell(Of(), Period(date(2025, 1, 1), date(2025, 12, 31)), kind="origin", side="out")
    first = movements(cell, limit=2)
    second = movements(cell, after=first.after, limit=2)
    masses = [row.mass_g // GRAMS_PER_T for row in first.movements + second.movements]
    assert (masses, second.after) == ([1, 5, 10], None)


def test_a_statement_runs_from_what_stood_before(spring):
    account = spring.account(spring.key("stock", "power station"))
    page = statement(account, Period(date(2025, 2, 1), date(2025, 3, 31)))
    assert (page.before_g, page.end_g) == (10 * GRAMS_PER_T, 5 * GRAMS_PER_T)
    assert [line.running_g // GRAMS_PER_T for line in page.lines] == [15, 7, 5]


def test_a_day_below_zero_in_the_order_of_happening_is_shown(district):
    district.arise("yard", 5, at=at("2025-05-10"))
    district.recover("yard", 3, at=at("2025-05-08"))
    account = district.account(district.key("stock", "yard"))
    page = statement(account, Period(date(2025, 5, 1), date(2025, 5, 31)))
    assert page.negative_days == [
        (date(2025, 5, 8), -3 * GRAMS_PER_T),
        (date(2025, 5, 9), -3 * GRAMS_PER_T),
    ] or page.negative_days == [(date(2025, 5, 8), -3 * GRAMS_PER_T)]


def test_stock_says_how_old_its_oldest_mass_is(district):
    now = timezone.now()
    district.arise("yard", 5, at=now - timedelta(days=100))
    district.arise("yard", 5, at=now - timedelta(days=10))
    assert stock(Of())[0].age_days == 100
    district.recover("yard", 5)
    assert stock(Of())[0].age_days == 10


def test_a_reversed_arising_does_not_make_the_stock_younger(district):
    now = timezone.now()
    district.arise("yard", 5, at=now - timedelta(days=100))
    mistake = district.arise("yard", 5, at=now - timedelta(days=10))
    services.reverse(mistake.uuid, id=uuid7(), by=district.by, reason="typed twice")
    (standing,) = stock(Of())
    assert (standing.mass_g, standing.age_days) == (5 * GRAMS_PER_T, 100)


def test_bulk_mass_is_attributed_first_in_first_out_and_stays_so(district):
    first = district.arise("yard", 5)
    second = district.arise("yard", 5)
    out = district.recover("yard", 7)
    expected = [(first.uuid, 5 * GRAMS_PER_T), (second.uuid, 2 * GRAMS_PER_T)]
    assert [(part.movement, part.mass_g) for part in attributed(out)] == expected
    third = district.arise("yard", 5)
    services.reverse(third.uuid, id=uuid7(), by=district.by, reason="wrong")
    assert [(part.movement, part.mass_g) for part in attributed(out)] == expected


def test_mass_whose_leaving_was_reversed_is_attributed_to_where_it_came_from(district):
    first = district.arise("yard", 5)
    wrong = district.recover("yard", 5)
    services.reverse(wrong.uuid, id=uuid7(), by=district.by, reason="wrong")
    again = district.recover("yard", 5)
    assert [part.movement for part in attributed(again)] == [first.uuid]


def test_a_drum_is_traced_back_and_forward_exactly(district):
    drum = district.arise("works", 1, waste=LOTS).lot_entries.get().lot
    line = uuid7()
    road = district.key("custody", "haulier", waste=LOTS, line=line)
    district.move(district.key("stock", "works", waste=LOTS), road, 1)
    arrived = district.move(road, district.key("stock", "plant", waste=LOTS), 1)
    last = arrived.lot_entries.get(side="in").lot
    found = back([lot_node(last.pk)]).edges
    assert [(edge.hop, edge.certain) for edge in found] == [(1, True), (2, True), (3, True)]
    assert forward([lot_node(drum.pk)]).edges[-1].head == lot_node(last.pk)
