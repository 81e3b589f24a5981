from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import IdReused
from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import LotPart, NewLot
from wufei.hub.ledger.models import Balance, Booking, Lot, LotEntry, Movement
from wufei.hub.ledger.refusals import (
    AlreadyReversed,
    BookingClosed,
    InTheFuture,
    LotNotEnough,
    MovedOn,
    NoSuchFlow,
    NotEnough,
    ReasonMissing,
    TooHeavy,
    UnknownLot,
)
from wufei.hub.ledger.services import Lack
from wufei.hub.ledger.units import GRAMS_PER_T, grams

LOTS = "hazardous_industrial"


def t(tonnes):
    return int(tonnes * GRAMS_PER_T)


def test_waste_that_arises_stands_in_stock(district):
    district.arise("power station", 12.5)
    assert district.stock_t("power station") == 12.5


def test_treated_waste_leaves_the_stock(district):
    district.arise("brickworks", 10)
    district.recover("brickworks", 4)
    assert district.stock_t("brickworks") == 6


def test_what_is_not_there_is_refused_with_the_way_on(district):
    district.arise("brickworks", 3)
    with pytest.raises(NotEnough) as refusal:
        district.recover("brickworks", 5)
    assert "3.000 t" in str(refusal.value)
    assert "2.000 t" in str(refusal.value)
    assert "surplus" in str(refusal.value)
    assert district.stock_t("brickworks") == 3


def test_a_loaded_truck_wins_over_the_book_and_opens_a_finding(district):
    district.arise("spoil yard", 3)
    movement = district.move(
        district.key("stock", "spoil yard"),
        district.key("custody", "haulier", line=uuid7()),
        5,
        on_lack=Lack.SHORTFALL,
    )
    assert district.stock_t("spoil yard") == 0
    assert Movement.objects.get(kind="shortfall").mass_g == t(2)
    finding = FindingRecord.objects.get(code="ledger.shortfall")
    assert finding.values["mass_g"] == t(2)
    assert movement.mass_g == t(5)


def test_a_retry_returns_the_first_result_and_changes_nothing(district):
    entry = district.entry(
        district.key("origin", "power station"), district.key("stock", "power station"), 7
    )
    first = services.post([entry], by=district.by, cause="weighing:1")
    again = services.post([entry], by=district.by, cause="weighing:1")
    assert [row.pk for row in first] == [row.pk for row in again]
    assert district.stock_t("power station") == 7


def test_a_retry_after_the_stock_is_gone_is_still_the_first_result(district):
    district.arise("brickworks", 5)
    keys = district.key("stock", "brickworks"), district.key("recovered", "brickworks")
    entry = district.entry(*keys, 5)
    services.post([entry], by=district.by, cause="x")
    services.post([entry], by=district.by, cause="x")
    assert district.stock_t("brickworks") == 0


@pytest.mark.parametrize("change", ["mass", "time", "cause", "group"])
def test_an_id_reused_for_something_else_is_refused(district, change):
    entry = district.entry(
        district.key("origin", "power station"), district.key("stock", "power station"), 7
    )
    services.post([entry], by=district.by, cause="weighing:1")
    other = district.entry(
        entry.source,
        entry.target,
        8 if change == "mass" else 7,
        id=entry.id,
        at=entry.happened_at.replace(year=2020) if change == "time" else entry.happened_at,
    )
    with pytest.raises(IdReused):
        services.post(
            [other],
            by=district.by,
            cause="weighing:2" if change == "cause" else "weighing:1",
            group=uuid7() if change == "group" else None,
        )
    assert district.stock_t("power station") == 7


def test_a_group_is_posted_together_or_not_at_all(district):
    district.arise("brickworks", 5)
    stock, out = district.key("stock", "brickworks"), district.key("recovered", "brickworks")
    with pytest.raises(NotEnough):
        services.post(
            [district.entry(stock, out, 4), district.entry(stock, out, 4)],
            by=district.by,
            cause="x",
        )
    assert district.stock_t("brickworks") == 5
    assert Movement.objects.count() == 1


def test_thirty_million_tonnes_are_taken_for_a_wrong_unit(district):
    with pytest.raises(TooHeavy, match="kg or t"):
        district.arise("power station", 30_000_000)


def test_a_load_heavier_than_a_lorry_is_refused(district):
    with pytest.raises(TooHeavy):
        district.move(
            district.key("origin", "site"), district.key("custody", "haulier", line=uuid7()), 101
        )


def test_tomorrow_has_not_happened(district):
    with pytest.raises(InTheFuture):
        district.arise("site", 1, at=timezone.now() + timedelta(days=1))


def test_recovered_mass_does_not_come_back(district):
    with pytest.raises(NoSuchFlow):
        district.move(district.key("recovered", "site"), district.key("stock", "site"), 1)


def test_a_reversal_undoes_exactly_and_keeps_the_day(district):
    district.arise("brickworks", 10)
    wrong = district.recover("brickworks", 4, at=timezone.now() - timedelta(days=3))
    reversal = services.reverse(wrong.uuid, id=uuid7(), by=district.by, reason="typed twice")
    assert district.stock_t("brickworks") == 10
    reversal.refresh_from_db()
    wrong.refresh_from_db()
    assert (reversal.sign, reversal.day, reversal.kind) == (-1, wrong.day, wrong.kind)


def test_a_reversal_can_be_retried_but_not_repeated(district):
    wrong = district.arise("brickworks", 10)
    id = uuid7()
    first = services.reverse(wrong.uuid, id=id, by=district.by, reason="typed twice")
    assert services.reverse(wrong.uuid, id=id, by=district.by, reason="x").pk == first.pk
    with pytest.raises(AlreadyReversed):
        services.reverse(wrong.uuid, id=uuid7(), by=district.by, reason="again")
    assert district.stock_t("brickworks") == 0


def test_mass_that_moved_on_cannot_be_reversed_and_the_refusal_says_where_it_is(district):
    wrong = district.arise("brickworks", 10)
    district.recover("brickworks", 8)
    with pytest.raises(MovedOn, match=r"8\.000 t → brickworks"):
        services.reverse(wrong.uuid, id=uuid7(), by=district.by, reason="typed twice")


def test_a_reversal_needs_a_reason(district):
    wrong = district.arise("brickworks", 10)
    with pytest.raises(ReasonMissing):
        services.reverse(wrong.uuid, id=uuid7(), by=district.by, reason=" ")


def test_booked_stock_is_not_free(district):
    district.arise("yard", 10)
    services.book(district.key("stock", "yard"), grams(t(7)), id=uuid7(), by=district.by, cause="m")
    with pytest.raises(NotEnough):
        district.recover("yard", 4)
    assert district.recover("yard", 3).mass_g == t(3)


def test_the_weight_at_loading_may_exceed_the_booking_if_free_stock_allows(district):
    district.arise("yard", 10)
    booking = services.book(
        district.key("stock", "yard"), grams(t(7)), id=uuid7(), by=district.by, cause="m"
    )
    district.move(
        district.key("stock", "yard"),
        district.key("custody", "haulier", line=uuid7()),
        8,
        booking=booking.uuid,
    )
    booking.refresh_from_db()
    assert booking.state == Booking.State.POSTED
    assert Balance.objects.get(account=booking.account).booked_g == 0
    with pytest.raises(BookingClosed):
        services.release(booking.uuid, by=district.by)


def test_a_released_booking_frees_its_mass_once(district):
    district.arise("yard", 10)
    booking = services.book(
        district.key("stock", "yard"), grams(t(7)), id=uuid7(), by=district.by, cause="m"
    )
    services.release(booking.uuid, by=district.by)
    services.release(booking.uuid, by=district.by)
    assert Balance.objects.get(account=booking.account).booked_g == 0


def test_booking_twice_with_one_id_reserves_once(district):
    district.arise("yard", 10)
    id = uuid7()
    key = district.key("stock", "yard")
    services.book(key, grams(t(7)), id=id, by=district.by, cause="m")
    booking = services.book(key, grams(t(7)), id=id, by=district.by, cause="m")
    assert Balance.objects.get(account=booking.account).booked_g == t(7)
    with pytest.raises(IdReused):
        services.book(key, grams(t(1)), id=id, by=district.by, cause="m")


def test_each_drum_is_a_lot_and_the_lots_add_up_to_the_stock(district):
    drums = [uuid7(), uuid7()]
    for number, drum in enumerate(drums):
        district.arise("works", 0.2, waste=LOTS, lot_in=NewLot(drum, f"drum {number}"))
    district.move(
        district.key("stock", "works", waste=LOTS),
        district.key("custody", "haulier", waste=LOTS, line=uuid7()),
        0.2,
        lots_out=(LotPart(drums[1], t(0.2)),),
    )
    left = Lot.objects.get(uuid=drums[0])
    assert left.remaining_g == t(0.2) == t(district.stock_t("works", waste=LOTS))
    moved = LotEntry.objects.get(parent__uuid=drums[1])
    assert moved.lot.label == "drum 1"
    assert not moved.attributed


def test_unnamed_lots_are_taken_first_in_first_out_and_marked_attributed(district):
    for number in range(3):
        district.arise("works", 1, waste=LOTS, lot_in=NewLot(uuid7(), f"drum {number}"))
    district.recover("works", 1.5, waste=LOTS)
    out = LotEntry.objects.filter(side="out").order_by("pk")
    assert [(row.lot.label, row.mass_g, row.attributed) for row in out] == [
        ("drum 0", t(1), True),
        ("drum 1", t(0.5), True),
    ]


@pytest.mark.parametrize(
    ("drums", "leaving", "parts"),
    [
        (9, [(1, None)], [(0, 1, True)]),
        (9, [(1, None), (1.5, None)], [(0, 1, True), (1, 1, True), (2, 0.5, True)]),
        (2, [(1, None), (1, None)], [(0, 1, True), (1, 1, False)]),
        (3, [(1, 0), (1, 1), (0.5, None)], [(0, 1, False), (1, 1, False), (2, 0.5, False)]),
        (4, [(1, 0), (1, 1), (0.5, None)], [(0, 1, False), (1, 1, False), (2, 0.5, True)]),
        (2, [(1.5, None), (0.5, None)], [(0, 1, True), (1, 0.5, True), (1, 0.5, False)]),
    ],
)
def test_several_leave_at_once_the_oldest_first_unless_named(district, drums, leaving, parts):
    """Of drums of a tonne; ``leaving`` are tonnes and the number of the drum, if it is named."""
    ids = [uuid7() for _ in range(drums)]
    for number, drum in enumerate(ids):
        district.arise("works", 1, waste=LOTS, lot_in=NewLot(drum, str(number)))
    stock, gone = (district.key(kind, "works", waste=LOTS) for kind in ("stock", "recovered"))
    entries = [
        district.entry(
            stock, gone, mass, lots_out=() if named is None else (LotPart(ids[named], t(mass)),)
        )
        for mass, named in leaving
    ]
    services.post(entries, by=district.by, cause="test")
    out = LotEntry.objects.filter(side="out").order_by("pk").select_related("lot")
    assert [(int(row.lot.label), row.mass_g / t(1), row.attributed) for row in out] == parts


def test_of_many_drums_only_those_that_leave_are_looked_at(district):
    for _ in range(30):
        district.arise("works", 1, waste=LOTS)
    seen = []

    def count(instance, **_):
        seen.append(instance)

    post_init.connect(count, sender=Lot)
    district.recover("works", 1.5, waste=LOTS)
    post_init.disconnect(count, sender=Lot)
    assert len(seen) == 3


def test_taking_everything_leaves_no_choice_and_is_exact(district):
    for _ in range(2):
        district.arise("works", 1, waste=LOTS)
    district.recover("works", 2, waste=LOTS)
    assert not LotEntry.objects.filter(attributed=True).exists()


def test_more_than_a_lot_holds_is_refused(district):
    drum = uuid7()
    district.arise("works", 1, waste=LOTS, lot_in=NewLot(drum))
    district.arise("works", 1, waste=LOTS)
    with pytest.raises(LotNotEnough):
        district.recover("works", 1.5, waste=LOTS, lots_out=(LotPart(drum, t(1.5)),))
    with pytest.raises(UnknownLot):
        district.recover("works", 1, waste=LOTS, lots_out=(LotPart(uuid7(), t(1)),))


def test_a_reversed_load_puts_its_drum_back(district):
    drum = uuid7()
    district.arise("works", 1, waste=LOTS, lot_in=NewLot(drum))
    loaded = district.recover("works", 1, waste=LOTS, lots_out=(LotPart(drum, t(1)),))
    services.reverse(loaded.uuid, id=uuid7(), by=district.by, reason="wrong drum")
    assert Lot.objects.get(uuid=drum).remaining_g == t(1)


def test_a_booked_drum_is_loaded_by_its_booking(district):
    drum = uuid7()
    district.arise("works", 1, waste=LOTS)
    district.arise("works", 1, waste=LOTS, lot_in=NewLot(drum))
    key = district.key("stock", "works", waste=LOTS)
    booking = services.book(key, grams(t(1)), id=uuid7(), by=district.by, cause="m", lot=drum)
    with pytest.raises(LotNotEnough):
        district.recover("works", 1, waste=LOTS, lots_out=(LotPart(drum, t(1)),))
    district.recover("works", 1, waste=LOTS, booking=booking.uuid)
    assert Lot.objects.get(uuid=drum).remaining_g == 0


def test_the_day_of_a_movement_is_the_day_in_shanghai(district):
    movement = district.arise("yard", 1, at=datetime(2025, 3, 31, 17, 0, tzinfo=UTC))
    movement.refresh_from_db()
    assert movement.day == date(2025, 4, 1)


def test_posting_takes_few_queries(district, django_assert_max_num_queries):
    district.arise("yard", 1)
    with django_assert_max_num_queries(12):
        district.arise("yard", 1)


def test_the_digest_is_made_by_the_database(district):
    movement = district.arise("yard", 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest = ledger_movement_digest(m) FROM ledger_movement m WHERE uuid = %s",
            [movement.uuid],
        )
        assert cursor.fetchone() == (True,)
