"""Codes as people type them, and exemptions."""

from datetime import date

import pytest

from wufei.hub.catalogue import rules, shipped
from wufei.hub.catalogue.models import Exemption

DAY = date(2026, 11, 23)
EXEMPTIONS = [Exemption(**row) for row in shipped.exemptions()]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("900-214-08", "900-214-08"),
        ("90021408", "900-214-08"),
        ("900 214 08", "900-214-08"),
        ("９００－２１４－０８", "900-214-08"),
        ("900—214—08", "900-214-08"),
        ("hw08", "HW08"),
        ("sw02", "SW02"),
        ("lc-Straw-Wheat", "LC-straw-wheat"),
        ("900-001-s17", "900-001-S17"),
        ("废机油", "废机油"),
        ("1234", "1234"),
        ("", ""),
        ("900\x00-214-08", "900-214-08"),
    ],
)
def test_a_code_is_recognised_however_it_is_typed(typed, code):
    assert rules.as_code(typed) == code


def test_the_search_key_holds_the_initials_of_every_name_and_the_bare_code():
    key = rules.search_key("900-214-08", "废机油", "废矿物油与含矿物油废物", "发动机油")
    assert key == "fjy fkwyyhkwyfw fdjy 90021408"
    assert rules.search_key("LC-straw-wheat", "小麦秸秆", "", "") == "xmjg"


def claims(code, stage, **kwargs):
    return [(e.item, e.stage) for e in rules.exempt(code, stage, DAY, EXEMPTIONS, **kwargs)]


def test_a_clinic_of_up_to_19_beds_is_exempt_when_its_waste_is_collected():
    found = list(rules.exempt("841-001-01", "collection", DAY, EXEMPTIONS))
    assert [(e.item, e.effect) for e in found] == [(2, "collection")]
    assert "19" in found[0].subject
    assert "床位" in found[0].evidence


def test_oily_rags_that_nobody_sorted_are_exempt_at_every_stage():
    for stage in ("collection", "transport", "recovery", "disposal"):
        assert (24, "all") in claims("900-041-49", stage)


def test_an_unbroken_lead_battery_is_exempt_on_the_road_only():
    assert claims("900-052-31", "transport") == [(18, "transport")]
    assert claims("900-052-31", "disposal") == []


def test_a_category_exempts_each_of_its_codes():
    assert [item for item, _stage in claims("900-300-34", "recovery")] == [20, 20, 32]


def test_what_no_code_tells_is_claimed_by_its_source():
    assert (1, "all") not in claims("900-024-29", "collection")
    assert (1, "all") in claims("900-024-29", "collection", source="household")
    assert (26, "recovery_disposal") in claims("261-041-21", "disposal", source="legacy")


def test_nothing_is_exempt_before_the_edition_was_in_force():
    assert list(rules.exempt("900-041-49", "all", date(2020, 12, 31), EXEMPTIONS)) == []


def test_waste_that_is_not_hazardous_needs_no_exemption():
    assert claims("LC-straw-wheat", "") == []
