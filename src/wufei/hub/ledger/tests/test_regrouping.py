"""Drums are poured together and tanks drawn off; the stock stays what it was."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.ledger import rules, services
from wufei.hub.ledger.entries import Container, LotPart, NewLot
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.refusals import (
    GroupedApart,
    GroupingDoesNotAdd,
    LotMovedOn,
    LotNotEnough,
    NotInStore,
    ReasonMissing,
    UnknownLot,
    UnknownRegrouping,
)
from wufei.hub.ledger.regroupings import RegroupedPart, Regrouping
from wufei.hub.ledger.tests.conftest import LOTS, days_ago, t
from wufei.hub.ledger.tests.test_concurrency import together
from wufei.hub.ledger.units import grams
from wufei.hub.ledger.verify import differences


def drum(district, tonnes, label="", *, place="yard", at=None) -> Lot:
    lot = NewLot(uuid7(), label)
    district.arise(place, tonnes, waste=LOTS, lot_in=lot, at=at)
    return Lot.objects.get(uuid=lot.uuid)


def regroup(district, parts, containers, **more) -> Regrouping:
    return services.regroup(
        [LotPart(lot.uuid, t(tonnes)) for lot, tonnes in parts],
        [Container(label, t(tonnes)) for label, tonnes in containers],
        id=more.pop("id", None) or uuid7(),
        by=district.by,
        happened_at=more.pop("at", None) or timezone.now(),
        **more,
    )


def made_by(regrouping) -> list[Lot]:
    lots = Lot.objects.filter(regrouped_from__regrouping=regrouping).distinct()
    return sorted(lots, key=lambda lot: lot.label)


def remaining_t(lot: Lot) -> float:
    lot.refresh_from_db()
    return lot.remaining_g / 1_000_000


def test_three_drums_are_poured_into_a_tank_and_keep_their_origin(real_district):
    drums = [drum(real_district, 0.2, f"D{number}") for number in range(3)]
    (tank,) = made_by(regroup(real_district, [(one, 0.2) for one in drums], [("T1", 0.6)]))
    assert (tank.mass_g, tank.remaining_g) == (t(0.6), t(0.6))
    assert [remaining_t(one) for one in drums] == [0, 0, 0]
    assert real_district.stock_t("yard", waste=LOTS) == 0.6
    parts = RegroupedPart.objects.order_by("parent")
    assert [(part.parent, part.mass_g, part.attributed) for part in parts] == [
        (one, t(0.2), False) for one in drums
    ]
    assert differences() == []


def test_a_tank_is_drawn_off_into_drums_and_the_rest_stays_in_it(real_district):
    tank = drum(real_district, 1, "T1")
    made = made_by(regroup(real_district, [(tank, 0.7)], [("D1", 0.2), ("D2", 0.5)]))
    assert [(one.label, one.remaining_g) for one in made] == [("D1", t(0.2)), ("D2", t(0.5))]
    assert remaining_t(tank) == 0.3
    assert not RegroupedPart.objects.filter(attributed=True).exists()
    assert differences() == []


def test_what_was_mixed_before_it_was_filled_is_attributed_in_proportion(district):
    one, other = drum(district, 1), drum(district, 3)
    regroup(district, [(one, 1), (other, 3)], [("A", 2), ("B", 2)])
    parts = RegroupedPart.objects.order_by("lot__label", "parent")
    assert [(part.mass_g, part.attributed) for part in parts] == [
        (t(0.5), True),
        (t(1.5), True),
        (t(0.5), True),
        (t(1.5), True),
    ]


def test_a_new_container_does_not_make_the_waste_younger(district):
    old, young = drum(district, 1, at=days_ago(300)), drum(district, 1, at=days_ago(2))
    (tank,) = made_by(regroup(district, [(old, 1), (young, 1)], [("T1", 2)]))
    assert (tank.arisen_at, tank.since) == (old.arisen_at, old.since)


def test_what_is_taken_and_what_is_filled_must_be_equal(district):
    tank = drum(district, 1)
    with pytest.raises(GroupingDoesNotAdd, match=r"0\.700 t are taken and 0\.800 t"):
        regroup(district, [(tank, 0.7)], [("D1", 0.8)])
    assert remaining_t(tank) == 1


def test_no_more_is_taken_than_stands_free_in_the_lot(district):
    tank = drum(district, 10)
    with pytest.raises(LotNotEnough):
        regroup(district, [(tank, 11)], [("D1", 11)])
    key = district.key("stock", "yard", waste=LOTS)
    services.book(key, grams(t(6)), id=uuid7(), by=district.by, cause="plan:1", lot=tank.uuid)
    with pytest.raises(LotNotEnough, match=r"only 4\.000 t"):
        regroup(district, [(tank, 5)], [("D1", 5)])
    # Named twice it is still one lot.
    with pytest.raises(LotNotEnough):
        regroup(district, [(tank, 3), (tank, 3)], [("D1", 6)])
    regroup(district, [(tank, 4)], [("D1", 4)])


def test_lots_of_two_stores_or_of_a_truck_are_not_put_together(district):
    here, there = drum(district, 1, place="yard"), drum(district, 1, place="depot")
    with pytest.raises(GroupedApart, match=r"yard.*depot"):
        regroup(district, [(here, 1), (there, 1)], [("T1", 2)])
    line = uuid7()
    road = district.key("custody", "haulier", waste=LOTS, line=line)
    district.move(district.key("stock", "yard", waste=LOTS), road, 1)
    with pytest.raises(NotInStore):
        regroup(district, [(Lot.objects.get(account__line=line), 1)], [("T1", 1)])
    with pytest.raises(UnknownLot):
        services.regroup(
            [LotPart(uuid7(), 1)],
            [Container("", 1)],
            id=uuid7(),
            by=district.by,
            happened_at=timezone.now(),
        )


def test_a_grouping_sent_twice_is_one_grouping(district):
    tank, id, at = drum(district, 1), uuid7(), timezone.now()
    first = regroup(district, [(tank, 0.4)], [("D1", 0.4)], id=id, at=at)
    again = regroup(district, [(tank, 0.4)], [("D1", 0.4)], id=id, at=at)
    assert (again.pk, remaining_t(tank)) == (first.pk, 0.6)
    for parts, containers, when in (
        ([(tank, 0.4)], [("D2", 0.4)], at),
        ([(tank, 0.3)], [("D1", 0.3)], at),
        ([(tank, 0.4)], [("D1", 0.2), ("D1", 0.2)], at),
        ([(tank, 0.4)], [("D1", 0.4)], at - timedelta(hours=1)),
    ):
        with pytest.raises(IdReused):
            regroup(district, parts, containers, id=id, at=when)
    assert Regrouping.objects.count() == 1


def test_ungrouping_puts_everything_back_once(real_district):
    drums = [drum(real_district, 1), drum(real_district, 2)]
    made = regroup(real_district, [(drums[0], 1), (drums[1], 2)], [("A", 1.5), ("B", 1.5)])
    with pytest.raises(ReasonMissing):
        services.ungroup(made.uuid, by=real_district.by, reason=" ")
    undone = services.ungroup(made.uuid, by=real_district.by, reason="wrong tank")
    assert services.ungroup(made.uuid, by=real_district.by, reason="wrong tank") == undone
    assert [remaining_t(one) for one in drums] == [1, 2]
    assert [one.remaining_g for one in made_by(made)] == [0, 0]
    with pytest.raises(UnknownRegrouping):
        services.ungroup(undone.uuid, by=real_district.by, reason="undo the undoing")
    assert differences() == []


def test_what_has_moved_on_or_is_reserved_is_not_ungrouped_and_says_where_it_is(district):
    tank = drum(district, 3)
    made = regroup(district, [(tank, 3)], [("D1", 1), ("D2", 2)])
    first, second = made_by(made)
    out = district.recover("yard", 1, waste=LOTS, lots_out=(LotPart(first.uuid, t(1)),))
    with pytest.raises(LotMovedOn, match=r"D1 .* → yard yard \(Recovered\)"):
        services.ungroup(made.uuid, by=district.by, reason="wrong")
    services.reverse(out.uuid, id=uuid7(), by=district.by, reason="wrong")
    key, booking = district.key("stock", "yard", waste=LOTS), uuid7()
    services.book(key, grams(t(2)), id=booking, by=district.by, cause="plan:7", lot=second.uuid)
    with pytest.raises(LotMovedOn, match=r"D2 .*2\.000 t → plan:7"):
        services.ungroup(made.uuid, by=district.by, reason="wrong")
    services.release(booking, by=district.by)
    services.ungroup(made.uuid, by=district.by, reason="wrong")


def test_mass_that_was_grouped_is_not_reversed_and_says_where_it_is(district):
    """A revision of what was received must wait until the grouping is undone."""
    arisen = district.arise("yard", 10, waste=LOTS)
    lot = arisen.lot_entries.get().lot
    made = regroup(district, [(lot, 6)], [("T1", 6)])
    with pytest.raises(LotMovedOn, match=r"6\.000 t → T1"):
        services.reverse(arisen.uuid, id=uuid7(), by=district.by, reason="weighed again")
    services.ungroup(made.uuid, by=district.by, reason="to be weighed again")
    services.reverse(arisen.uuid, id=uuid7(), by=district.by, reason="weighed again")


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all at once, each on a connection of its own; what each returned or refused."""
    results: list[Any] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            results.append(work())
        except Refusal as refusal:
            results.append(refusal)

    together([partial(run, work) for work in works])
    assert len(results) == len(works)
    return results


def test_of_two_groupings_of_six_tonnes_out_of_ten_exactly_one_succeeds(real_district):
    for _ in range(5):
        tank = drum(real_district, 10)
        results = at_once(
            *(partial(regroup, real_district, [(tank, 6)], [(f"T{n}", 6)]) for n in range(2))
        )
        assert sorted(type(one).__name__ for one in results) == ["LotNotEnough", "Regrouping"]
        assert remaining_t(tank) == 4
    assert differences() == []


def test_a_grouping_sent_twice_at_once_is_one_grouping(real_district):
    tank, id, at = drum(real_district, 10), uuid7(), timezone.now()
    results = at_once(*[lambda: regroup(real_district, [(tank, 6)], [("T1", 6)], id=id, at=at)] * 3)
    assert {one.pk for one in results} == {Regrouping.objects.get().pk}
    assert remaining_t(tank) == 4
    assert differences() == []


@given(
    inputs_g=st.lists(st.integers(1, 10**13), min_size=1, max_size=8),
    cuts=st.lists(st.integers(1, 10**13), max_size=8),
)
def test_proportions_add_up_both_ways_to_the_gram(inputs_g, cuts):
    whole = sum(inputs_g)
    bounds = sorted({0, whole, *(cut % whole for cut in cuts)})
    outputs_g = [b - a for a, b in itertools.pairwise(bounds)]
    rows = rules.proportions_g(inputs_g, outputs_g)
    assert [sum(row) for row in rows] == outputs_g
    assert [sum(column) for column in zip(*rows, strict=True)] == inputs_g
    for output_g, row in zip(outputs_g, rows, strict=True):
        for input_g, share_g in zip(inputs_g, row, strict=True):
            assert share_g >= 0
            # A gram of rounding for each output that was filled before.
            assert abs(share_g * whole - output_g * input_g) <= (len(rows) + 1) * whole
