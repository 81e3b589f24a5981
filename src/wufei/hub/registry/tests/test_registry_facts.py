"""The regions and units that a fresh database knows."""

import re
from collections import Counter
from pathlib import Path

import pytest

from wufei.hub.registry.models import Region, Unit
from wufei.hub.registry.scope import in_regions
from wufei.hub.registry.services import regions, units

PLAN = Path(__file__).parents[6] / "shared/plan/liaocheng_resort_zero_waste_plan.txt"


def test_the_zone_has_four_towns_and_their_villages(db):
    zone = Region.objects.get(code="LCJB")
    towns = Region.objects.filter(zone=zone, level="town")
    assert {town.name for town in towns} == {"湖西街道", "李海务街道", "朱老庄镇", "于集镇"}
    assert Region.objects.filter(within=True).count() == 1 + 4 + 53
    assert all(town.path.startswith("37/3715/371502/") for town in towns)


def test_a_filter_by_zone_finds_what_stands_under_another_county(db):
    in_zone = Region.objects.filter(in_regions(["LCJB"], "zone") | in_regions(["LCJB"], "parent"))
    assert in_zone.filter(level="village").count() == 53
    county = Region.objects.filter(covered_by__contains=["371502"])
    assert county.filter(within=True).count() == 4 + 53
    assert not county.filter(code="LCJB").exists()


def test_loading_the_facts_again_changes_nothing(db):
    before = list(Region.objects.values()), list(Unit.objects.values())
    assert regions.load() == 200
    assert units.load() == 0
    assert (list(Region.objects.values()), list(Unit.objects.values())) == before


def test_twenty_two_units_are_named_and_two_of_them_stand_for_the_towns(db):
    named = Unit.objects.exclude(kind="town")
    assert named.count() == 22
    assert {unit.name for unit in Unit.objects.get(code="towns").members.all()} == {
        "朱老庄镇政府",
        "于集镇政府",
    }
    assert Unit.objects.get(code="subdistricts").members.count() == 2


def attributions(text):
    """Names as the plan writes them: who leads, and who is named at all."""
    joined = text.replace("\n", "")
    leads: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for bracket in re.findall(r"[〔（\[(](牵头单位[^〕）\])]*)[〕）\])]", joined):
        for part in re.split("[;；]", bracket):
            role, _, rest = part.replace(":", "：").rpartition("：")
            names = re.split("[、，,]", rest)
            named.update(names)
            leads.update(names if role.startswith("牵头") else ())
    return leads, named


def test_every_unit_of_the_plan_is_found_by_every_spelling(db):
    if not PLAN.exists():
        pytest.skip(f"the plan's text is not here: {PLAN}")
    leads, named = attributions(PLAN.read_text(encoding="utf-8"))
    counts: Counter[str] = Counter()
    led: Counter[str] = Counter()
    for spelling, times in named.items():
        unit = units.find(spelling)
        assert unit is not None, spelling
        counts[unit.code] += times
        led[unit.code] += leads[spelling]
    assert len(counts) == 22
    assert counts == {
        "towns": 109,
        "subdistricts": 109,
        "ecology": 51,
        "housing": 50,
        "city-management": 40 + 10,  # 区域管局 is a misread 区城管局
        "economy": 37,
        "statistics": 37,
        "commerce": 32,
        "agriculture": 27,
        "market": 20 + 1,
        "approval": 14 + 1,
        "health": 9,
        "education": 8,
        "traffic-police": 7,
        "culture": 7,
        "police": 5,
        "resources": 4,
        "finance": 2,
        "tax": 1,
        "civility": 1,
        "party-office": 1,
        "hazardous-group": 1,
    }
    assert led["ecology"] == 41
