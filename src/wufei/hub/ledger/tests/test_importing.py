from datetime import timedelta

from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import IdReused
from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import LotPart, NewLot
from wufei.hub.ledger.models import Balance, FlowDay, Lot, Movement, Unfolded
from wufei.hub.ledger.refusals import InTheFuture, TooHeavy
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.ledger.verify import differences

LOTS = "hazardous_industrial"


def history(district, days=30, place="power station", t=10):
    """A stock that takes in ``t`` a day and gives away half of it in the evening."""
    start = timezone.now().replace(hour=1) - timedelta(days=days + 1)
    for day in range(days):
        at = start + timedelta(days=day)
        origin, stock = district.key("origin", place), district.key("stock", place)
        yield district.entry(origin, stock, t, at=at)
        yield district.entry(
            stock, district.key("recovered", place), t / 2, at=at + timedelta(hours=8)
        )


def load(district, entries, **more):
    return services.import_movements(entries, by=district.by, cause="import:1", **more)


def test_an_imported_history_stands_and_is_folded(real_district):
    result = load(real_district, history(real_district), batch_rows=17)
    assert (result.recorded, result.repeated, result.refused) == (60, 0, [])
    assert real_district.stock_t("power station") == 150
    assert Unfolded.objects.count() == 0
    assert FlowDay.objects.filter(kind="origin").count() == 30
    assert differences() == []


def test_importing_again_changes_nothing(real_district):
    rows = list(history(real_district))
    load(real_district, rows)
    result = load(real_district, rows)
    assert (result.recorded, result.repeated) == (0, 60)
    assert real_district.stock_t("power station") == 150


def test_a_bad_row_is_reported_and_the_others_go_in(real_district):
    rows = list(history(real_district, days=3))
    origin, stock = real_district.key("origin", "yard"), real_district.key("stock", "yard")
    rows.insert(1, real_district.entry(origin, stock, 30_000_000))
    rows.insert(4, real_district.entry(origin, stock, 1, at=timezone.now() + timedelta(days=2)))
    other = real_district.entry(origin, stock, 1)
    rows += [other, real_district.entry(origin, stock, 2, id=other.id), other]
    result = load(real_district, rows)
    assert [(number, type(refusal)) for number, refusal in result.refused] == [
        (1, TooHeavy),
        (4, InTheFuture),
        (9, IdReused),
    ]
    assert (result.recorded, result.repeated) == (7, 1)
    assert differences() == []


def test_an_imported_fact_that_the_book_lacks_is_a_shortfall(real_district):
    stock, gone = real_district.key("stock", "yard"), real_district.key("recovered", "yard")
    now = timezone.now()
    rows = [
        real_district.entry(real_district.key("origin", "yard"), stock, 3, at=now),
        real_district.entry(stock, gone, 5, at=now + timedelta(seconds=1)),
        real_district.entry(stock, gone, 1, at=now + timedelta(seconds=2)),
        real_district.entry(
            real_district.key("origin", "yard"), stock, 2, at=now + timedelta(seconds=3)
        ),
    ]
    result = load(real_district, rows)
    assert result.shortfall_g == 3 * GRAMS_PER_T
    shortfalls = Movement.objects.filter(kind="shortfall").order_by("pk")
    assert [row.mass_g for row in shortfalls] == [2 * GRAMS_PER_T, 1 * GRAMS_PER_T]
    assert real_district.stock_t("yard") == 2
    assert FindingRecord.objects.filter(code="ledger.shortfall").count() == 2
    assert differences() == []


def test_what_is_booked_is_left_alone_by_an_import(real_district):
    from wufei.hub.ledger.units import grams

    real_district.arise("yard", 5)
    key = real_district.key("stock", "yard")
    services.book(key, grams(4 * GRAMS_PER_T), id=uuid7(), by=real_district.by, cause="m")
    result = load(
        real_district, [real_district.entry(key, real_district.key("recovered", "yard"), 2)]
    )
    assert result.shortfall_g == 1 * GRAMS_PER_T
    assert Balance.objects.get(account=real_district.account(key)).booked_g == 4 * GRAMS_PER_T
    assert differences() == []


def test_drums_are_imported_as_lots(real_district):
    stock = real_district.key("stock", "works", waste=LOTS)
    now = timezone.now() - timedelta(days=1)
    drums = [uuid7() for _ in range(4)]
    rows = [
        real_district.entry(
            real_district.key("origin", "works", waste=LOTS),
            stock,
            0.2,
            at=now,
            lot_in=NewLot(drum, f"drum {number}"),
        )
        for number, drum in enumerate(drums)
    ]
    rows.append(
        real_district.entry(
            stock,
            real_district.key("recovered", "works", waste=LOTS),
            0.2,
            at=now + timedelta(hours=1),
            lots_out=(LotPart(drums[2], 200_000),),
        )
    )
    rows.append(
        real_district.entry(
            stock,
            real_district.key("recovered", "works", waste=LOTS),
            0.2,
            at=now + timedelta(hours=2),
            lots_out=(LotPart(uuid7(), 200_000),),
        )
    )
    result = load(real_district, rows)
    assert (result.recorded, [number for number, _ in result.refused]) == (5, [5])
    assert Lot.objects.get(uuid=drums[2]).remaining_g == 0
    assert load(real_district, rows[:5]).repeated == 5
    assert differences() == []
