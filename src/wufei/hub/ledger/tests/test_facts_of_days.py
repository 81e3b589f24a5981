"""What days know beside masses: places, the other end, how many movements."""

from importlib import import_module
from types import SimpleNamespace

from django.db import connection
from django.db.models import Sum
from uuid_utils.compat import uuid7

from wufei.hub.ledger import services
from wufei.hub.ledger.models import FlowDay, FlowMonth, Unfolded
from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.tests.conftest import days_ago, t
from wufei.hub.ledger.verify import differences


def handed_over(district):
    """Ten tonnes arise at the yard, four go to the plant, of which one was a mistake."""
    district.arise("yard", 10, at=days_ago(3))
    ends = district.key("stock", "yard"), district.key("stock", "plant")
    district.move(*ends, 3, at=days_ago(2))
    wrong = district.move(*ends, 1, at=days_ago(2))
    services.reverse(wrong.uuid, id=uuid7(), by=district.by, reason="counted twice")


def known(name, kind, other):
    """Sums over facts and queue of one end of all movements between two kinds of account."""
    sums = {"in": 0, "out": 0, "in_count": 0, "out_count": 0}
    for table in (FlowDay, Unfolded):
        rows = table.objects.filter(place__name=name, kind=kind, other_kind=other)
        found = rows.aggregate(
            **{"in": Sum("in_g"), "out": Sum("out_g")},
            in_count=Sum("in_count"),
            out_count=Sum("out_count"),
        )
        sums = {key: sums[key] + (found[key] or 0) for key in sums}
    return tuple(sums.values())


def test_days_tell_places_and_ends_apart_and_count_a_reversal_as_a_movement(real_district):
    handed_over(real_district)
    for _time in range(2):
        assert known("yard", "stock", "origin") == (t(10), 0, 1, 0)
        assert known("yard", "stock", "stock") == (0, t(3), 0, 3)
        assert known("plant", "stock", "stock") == (t(3), 0, 3, 0)
        assert differences() == []
        fold_all()
    assert not Unfolded.objects.exists()
    handed = FlowDay.objects.filter(kind="stock", other_kind="stock")
    assert set(handed.values_list("across", flat=True)) == {True}


def test_verify_sees_a_count_or_a_place_that_is_wrong(real_district):
    handed_over(real_district)
    fold_all()
    FlowDay.objects.filter(place__name="plant").update(in_count=7)
    (found,) = differences()
    assert found.check == "facts by day"
    assert "7 + 0 movements" in found.seen
    FlowDay.objects.filter(place__name="plant").update(in_count=3, place=None)
    assert {one.check for one in differences()} == {"facts by day"}


def test_days_folded_before_they_knew_all_that_are_counted_again(real_district):
    """As the migration finds them: rows of old without places, and a queue behind them."""
    handed_over(real_district)
    fold_all()
    FlowDay.objects.filter(kind="origin").update(place=None, other_kind="", out_count=0)
    FlowDay.objects.filter(kind="stock").delete()
    FlowMonth.objects.update(in_g=1)
    real_district.arise("yard", 2)
    assert Unfolded.objects.exists()
    migration = import_module("wufei.hub.ledger.migrations.0008_count_days_again")
    migration.count_again(None, SimpleNamespace(connection=connection))
    assert differences() == []
    assert not Unfolded.objects.exists()
    assert known("yard", "stock", "origin") == (t(12), 0, 2, 0)
    real_district.arise("yard", 1)
    fold_all()
    assert differences() == []
