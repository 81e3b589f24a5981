"""The digital code: segments as a place sets them, each filled or refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.labels import coding

RULE = "2023-07-01 producer:18 waste:8 day:8 serial:3"
PARTS = {"producer": "91371502MA3N1234XX", "waste": "900-249-08"}
DAY = date(2026, 11, 26)


def test_the_default_form_has_37_places():
    (rule,) = coding.parse(RULE)
    code = rule.whole(rule.beginning(PARTS, DAY), 7)
    assert code == "91371502MA3N1234XX9002490820261126007"
    assert len(code) == rule.length == 37
    assert rule.parts(code) == ["91371502MA3N1234XX", "90024908", "20261126", "007"]


def test_a_form_holds_from_its_day_on():
    rules = coding.parse(f"{RULE}; 2027-01-01 producer:18 waste:8 day:6 serial:5")
    assert coding.rule_on(rules, date(2023, 6, 30)) is None
    assert coding.rule_on(rules, date(2026, 12, 31)) == rules[0]
    assert coding.rule_on(rules, date(2027, 1, 1)) == rules[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023-07-01",
        "2023-13-01 serial:3",
        "2023-07-01 serial:3 waste:8",
        "2023-07-01 waste:8 waste:8 serial:3",
        "2023-07-01 colour:8 serial:3",
        "2023-07-01 day:7 serial:3",
        "2023-07-01 serial:0",
        "2023-07-01 producer:59 serial:3",
        f"{RULE};{RULE}",
    ],
)
def test_a_form_that_cannot_be_is_told(text):
    with pytest.raises(ValueError, match=r"."):
        coding.parse(text)


@pytest.mark.parametrize(
    "part",
    [
        {"producer": ""},
        {"producer": "91371502MA3N1234X"},
        {"producer": "91371502MA3N1234無無"},
        {"waste": "900-249-0"},
        {"waste": "T-spoil-"},
    ],
)
def test_a_part_that_does_not_fill_its_segment_is_refused(part):
    (rule,) = coding.parse(RULE)
    with pytest.raises(coding.Unfit):
        rule.beginning(PARTS | part, DAY)


@given(
    serial=st.integers(1, 999),
    waste=st.from_regex(r"[0-9]{3}-[0-9]{3}-[0-9]{2}", fullmatch=True),
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
)
def test_a_code_can_be_taken_apart_again(serial, waste, day):
    (rule,) = coding.parse(RULE)
    code = rule.whole(rule.beginning(PARTS | {"waste": waste}, day), serial)
    producer, waste_digits, day_digits, serial_digits = rule.parts(code)
    assert producer == PARTS["producer"]
    assert waste_digits == waste.replace("-", "")
    assert day_digits == day.strftime("%Y%m%d")
    assert int(serial_digits) == serial
