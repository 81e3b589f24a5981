from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from wufei.ui.templatetags import wufei

T = 1_000_000


def words(markup: str) -> str:
    """The text of a quantity: number and unit."""
    return (
        markup.replace('<span class="quantity">', "")
        .replace('<span class="unit">', " ")
        .replace("</span>", "")
    )


@pytest.mark.parametrize(
    ("mass_g", "shown"),
    [
        (1_234_567_890, "1,234.568 t"),
        (-760_000, "−0.760 t"),
        (0, "0.000 t"),
        (-1, "0.000 t"),
        (500, "0.000 t"),
        (1_500, "0.002 t"),
    ],
)
def test_grams_are_shown_as_tonnes_rounded_half_even(mass_g, shown):
    assert words(wufei.mass(mass_g)) == shown


def test_kilograms_where_tonnes_would_say_little():
    assert words(wufei.mass(12_345, "kg", 1)) == "12.3 kg"


@pytest.mark.parametrize(
    ("tonnes", "chinese", "english"),
    [(412, "412 t", "412 t"), (9_999, "9,999 t", "9,999 t"), (186_000, "18.6 万 t", "186.0 kt")],
)
def test_the_cockpit_counts_in_ten_thousands(tonnes, chinese, english):
    with translation.override("zh-hans"):
        assert words(wufei.mass(tonnes * T, short=True)) == chinese
    with translation.override("en"):
        assert words(wufei.mass(tonnes * T, short=True)) == english


def test_what_is_not_known_is_a_dash_and_no_zero():
    assert wufei.mass(None) == wufei.tonnes(None) == wufei.day(None) == "—"
    assert wufei.quantity(None, "t") == "—"


def test_a_quantity_has_separators_and_its_unit():
    assert words(wufei.quantity(Decimal("12345.6"), "m³", 1)) == "12,345.6 m³"


def test_times_are_shanghais():
    late = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)
    assert wufei.day(late) == "2026-11-24"
    assert wufei.clock(late) == "02:05"
    assert "2026-11-24 02:05" in wufei.moment(late)


@pytest.mark.parametrize(
    ("days", "said"),
    [(-3, "3 days overdue"), (-1, "1 day overdue"), (0, "today"), (1, "tomorrow")],
)
def test_a_deadline_is_said_as_people_say_it(days, said):
    with translation.override("en"):
        assert wufei.due_words(timezone.localdate() + timedelta(days=days)) == said


def test_a_weekday_is_short():
    monday = date(2026, 11, 23)
    with translation.override("zh-hans"):
        assert wufei.weekday(monday) == "一"
    with translation.override("en"):
        assert wufei.weekday(monday) == "Mo"


def test_a_mark_cannot_carry_markup():
    assert "<b>" not in wufei.mark("<b>late</b>", "bad")
