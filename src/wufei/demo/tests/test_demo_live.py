"""History and live day join without a seam: no day is missing, no load counts twice."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import pytest
from django.utils import timezone

from wufei.demo import live
from wufei.demo.history import history
from wufei.demo.history.stream import sources
from wufei.demo.models import LiveSpan, Load
from wufei.demo.tests.test_demo_history import KEYS, WASTES, all_sources, world
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind

FIRST = date(2026, 10, 1)
BEGIN, END = datetime(2026, 10, 20, 4, tzinfo=UTC), datetime(2026, 10, 24, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 10, 2, tzinfo=UTC)
CODES = sorted({source.waste for source in all_sources()})
SIMULATED = {(source.place, source.waste) for source in all_sources() if source.simulated}


def told(**values):
    built = world(first=FIRST)
    for name, value in values.items():
        object.__setattr__(built, name, value)
    return [event for event in history(built, NOW) if isinstance(event, Entry)]


def leaves(entry):
    """(place, waste) of a load that leaves a source, None for anything else."""
    if entry.target.kind is not AccountKind.CUSTODY:
        return None
    return KEYS[entry.source.holder_id - 1], CODES[entry.source.waste_id - 1]


@pytest.fixture(scope="module")
def whole():
    return told()


@pytest.fixture(scope="module")
def interrupted():
    return told(live=((BEGIN, END),))


def test_construction_and_hazardous_waste_are_simulated_and_medical_waste_is_not():
    domains = {WASTES[waste]["domain"] for _place, waste in SIMULATED}
    assert domains == {"construction", "hazardous"}
    assert not [waste for _place, waste in SIMULATED if WASTES[waste]["stream"] == "medical"]


def test_no_simulated_load_leaves_while_the_simulator_is_at_work(interrupted, whole):
    def left_live(events):
        return [e for e in events if leaves(e) in SIMULATED and BEGIN <= e.happened_at < END]

    assert left_live(whole)
    assert not left_live(interrupted)


def test_everything_else_goes_on_as_ever(interrupted, whole):
    def others(events):
        return [
            (e.id, e.mass_g)
            for e in events
            if CODES[e.source.waste_id - 1] not in {waste for _place, waste in SIMULATED}
        ]

    assert others(interrupted) == others(whole)


def test_simulated_loads_leave_before_and_after(interrupted):
    days = {e.happened_at.date() for e in interrupted if leaves(e) in SIMULATED}
    assert max(day for day in days if day <= BEGIN.date()) >= BEGIN.date() - timedelta(days=1)
    assert END.date() + timedelta(days=1) in days


def test_what_was_on_the_road_when_it_began_arrives_all_the_same(interrupted):
    """Whatever enters a load's custody leaves it again, unless it is still on the road."""
    standing: dict[AccountKey, int] = {}
    for entry in interrupted:
        for key, sign in ((entry.source, -1), (entry.target, 1)):
            if key.kind is AccountKind.CUSTODY:
                standing[key] = standing.get(key, 0) + sign * entry.mass_g
    late = {e.target for e in interrupted if e.happened_at > NOW - timedelta(hours=12)}
    assert not [key for key, mass_g in standing.items() if mass_g and key not in late]


def test_plants_never_treat_what_only_live_loads_brought(interrupted):
    stock: dict[AccountKey, int] = {}
    for entry in interrupted:
        for key, sign in ((entry.source, -1), (entry.target, 1)):
            if key.kind is AccountKind.STOCK and KEYS[key.holder_id - 1] != "machine":
                stock[key] = stock.get(key, 0) + sign * entry.mass_g
                assert stock[key] >= 0


def test_a_day_that_is_told_later_is_the_same_day(interrupted):
    """An open span is closed later: what was told meanwhile was told for good."""
    open_still = told(live=((BEGIN, None),))
    until = [e for e in open_still if e.happened_at < END]
    assert until == [e for e in interrupted if e.happened_at < END]


def test_a_container_that_left_on_a_manifest_is_not_carried_away_again(interrupted, whole):
    picked_up = [e for e in interrupted if leaves(e) in SIMULATED and e.lots_out]
    later = next(e for e in picked_up if e.happened_at > END)
    lot = later.lots_out[0].lot
    without = told(live=((BEGIN, END),), gone=frozenset({lot}))
    assert lot not in {part.lot for e in without for part in e.lots_out}
    assert [e for e in without if e.happened_at < BEGIN] == [
        e for e in whole if e.happened_at < BEGIN
    ]


def test_some_wastes_can_be_told_before_the_others():
    built = world(first=FIRST)
    ahead = {s.waste for s in sources() if WASTES[s.waste]["domain"] == "construction"}
    early = list(history(built, NOW, ahead))
    expected = [e for e in told() if CODES[e.source.waste_id - 1] in ahead]
    assert early == expected
    for _moment, group in groupby(early, key=lambda event: event.happened_at):
        assert len(list(group)) >= 1


# When spans open and close.
@pytest.fixture
def record(db, settings, tmp_path):
    settings.SIMULATE, settings.HOME = True, tmp_path
    now = timezone.now()
    return Load.objects.create(
        seed=1, movements_max=0, anchor=now.date(), first=now.date(), until=now
    )


def lived(record, at):
    path = live.state_file()
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"alive_at": at.isoformat()}))


def test_a_first_load_hands_over_to_the_simulator(record):
    live.hand_over(record, record.until)
    assert live.spans(record) == ((record.until, None),)


def test_a_short_absence_changes_nothing(record):
    live.hand_over(record, record.until)
    lived(record, record.until + timedelta(hours=3))
    live.hand_over(record, record.until + timedelta(hours=3, minutes=5))
    assert live.spans(record) == ((record.until, None),)


def test_the_time_when_nothing_ran_is_the_historys(record):
    live.hand_over(record, record.until)
    stopped = record.until + timedelta(hours=3)
    lived(record, stopped)
    live.hand_over(record, record.until + timedelta(hours=20))
    assert live.spans(record) == (
        (record.until, stopped),
        (record.until + timedelta(hours=20), None),
    )


def test_a_simulator_that_never_lived_leaves_everything_to_the_history(record):
    live.hand_over(record, record.until)
    again = record.until + timedelta(hours=2)
    live.hand_over(record, again)
    assert live.spans(record) == ((record.until, record.until), (again, None))


def test_what_was_told_while_a_span_was_open_stays_as_it_was_told(record):
    live.hand_over(record, record.until)
    lived(record, record.until + timedelta(minutes=5))
    record.reached = record.until + timedelta(minutes=30)
    live.hand_over(record, record.until + timedelta(hours=1))
    assert LiveSpan.objects.all()[0].end == record.reached


def test_without_a_simulator_nothing_is_live(record, settings):
    live.hand_over(record, record.until)
    lived(record, record.until + timedelta(hours=1))
    settings.SIMULATE = False
    live.hand_over(record, record.until + timedelta(hours=1, minutes=1))
    assert live.spans(record) == ((record.until, record.until + timedelta(hours=1)),)
