"""The real plan, where the reference folder is at hand: 112 attributions, 93 clauses, 22 units.

An attribution is one bracket 〔牵头单位…〕; a clause is a numbered part with an attribution of its
own; a unit is one of the register, however it is spelt.
"""

import re
from pathlib import Path

import pytest

from wufei.hub.plans.parsing.encoding import decode
from wufei.hub.plans.parsing.matching import Known
from wufei.hub.plans.parsing.reading import read
from wufei.hub.registry.services.regions import read_rows

FILE = Path(__file__).parents[6] / "shared/plan/liaocheng_resort_zero_waste_plan.txt"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="no ../shared/plan beside the project")


@pytest.fixture(scope="module")
def text():
    return decode(FILE.read_bytes())[0]


@pytest.fixture(scope="module")
def plan(text):
    units = [
        Known(row["code"], row["name"], (row["short_name"], *row["aliases"].split("|")))
        for row in read_rows("units.csv")
    ]
    return read(text, units)


def test_it_has_112_attributions_in_93_clauses_with_22_units(plan):
    assert len(plan.attributions) == 112
    assert len(plan.attributed) == 93
    assert len(plan.unit_codes) == 22
    assert len(plan.clauses) == 149


def test_every_lead_label_of_the_text_became_an_attribution(plan, text):
    assert len(re.findall("牵头单位", text)) == len(plan.attributions)
    labelled = [
        role
        for one in plan.attributions
        for role in one.roles
        if role.role == "responsible" and role.labelled
    ]
    assert len(re.findall("责任单位", text)) == len(labelled)


def test_only_the_lowest_parts_have_attributions(plan):
    parents = {clause.section.parent for clause in plan.clauses}
    assert not [c.section.path for c in plan.attributed if c.section.path in parents]


def test_every_name_is_recognised_and_the_misread_one_is_shown(plan):
    found = {(name.text, plan.units.match(name.text).how) for name in plan.names}
    assert not [name for name, how in found if how == "unknown"]
    assert [name for name, how in found if how != "exact"] == ["区域管局"]
    assert sum(name.text == "区域管局" for name in plan.names) == 10


def test_the_spans_hold_the_words_they_were_read_from(plan, text):
    for clause in plan.clauses:
        for part in clause.parts:
            start, end = part.source
            written = "".join(text[start:end].split())
            assert written[1:5] == "牵头单位"
            assert written[-1] in "〕])"
        for one in clause.targets:
            assert str(one.target.value) in text[slice(*one.source)]


def test_a_name_over_a_page_break_is_one_name(plan):
    clause = next(c for c in plan.clauses if c.section.path == "三/(四)/2/(2)")
    (part,) = clause.parts
    assert [name.text for name in part.attribution.roles[0].names][-1] == "区行政审批服务局"


def test_the_two_years_of_a_sentence_are_two_targets(plan):
    clause = next(c for c in plan.clauses if c.section.path == "三/(二)/2/(3)")
    found = [(one.target.year, str(one.target.value)) for one in clause.targets]
    assert found == [(2023, "91.5"), (2025, "92")]
    assert {one.indicator.code for one in clause.targets} == {"agricultural.film_recovery"}
