"""The lake and what writes it, without processes: what is new, what was there, who may write."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from deltalake.exceptions import CommitFailedError
from hypothesis import given, settings
from hypothesis import strategies as st

from wufei.hub.telemetry import keys, lake, sink, tidying
from wufei.hub.telemetry.consume import Batch
from wufei.hub.telemetry.fixes import UNFIXED
from wufei.hub.telemetry.lake import Lake, Position, frame
from wufei.hub.telemetry.tests.conftest import EPOCH_MS, make_fixes

HOUR_MS = 3_600_000


@pytest.fixture
def now(monkeypatch):
    """The sink's clock, to be moved by hand."""
    clock = SimpleNamespace(ms=EPOCH_MS)
    monkeypatch.setattr(sink, "_now_ms", lambda: clock.ms)
    return clock


@pytest.fixture
def writer(lake_folder, now):
    return sink.Writer([0])


def batch(fixes, sequence=1):
    return 0, Batch(sequence, EPOCH_MS, fixes, None)


def stored():
    days = [row["day"] for row in Lake().table.partitions()]
    return Lake().scan(days).collect()


def test_a_fix_lies_in_the_day_that_its_clock_shows_in_china(lake_folder):
    midnight_ms = 1_795_622_400_000  # 2026-11-26 00:00 in Asia/Shanghai
    rows = frame(make_fixes(2, device_time_ms=[midnight_ms - 1, midnight_ms]), 0)
    assert rows["day"].to_list() == ["2026-11-25", "2026-11-26"]


def test_a_lake_in_a_folder_with_blanks_and_chinese_is_read(tmp_path):
    the_lake = Lake(str(tmp_path / "无废 数据, 100%"))
    the_lake.append(frame(make_fixes(3), 0), {0: Position(1, EPOCH_MS)})
    days = [row["day"] for row in the_lake.table.partitions()]
    assert len(the_lake.scan(days).collect()) == 3
    assert all(Path(file).exists() for file in the_lake.all_files())


def test_everything_that_a_fix_says_comes_back_from_the_lake(writer):
    fix = make_fixes(1, status=2**32 - 1, alarm=7, mileage_km=123_456.7, altitude_m=-20, marks=256)
    writer.write([batch(fix)])
    row = stored().row(0, named=True)
    assert row == {name: fix[name][0].item() for name in fix.dtype.names}


def test_a_frame_sent_again_is_stored_once_in_the_batch_and_afterwards(writer):
    fixes = make_fixes(5)
    assert writer.write([batch(np.concatenate([fixes, fixes]))]) == sink.Written(5, 5)
    assert writer.write([batch(fixes, 2)]) == sink.Written(0, 5)
    assert len(stored()) == 5


def test_of_two_frames_with_one_key_the_first_stays(writer):
    fixes = make_fixes(2, device_time_ms=EPOCH_MS, serial=9, speed_kmh=[11, 99])
    writer.write([batch(fixes)])
    assert stored()["speed_kmh"].to_list() == [11]


def test_the_same_moment_with_another_serial_or_device_is_another_fix(writer):
    fixes = make_fixes(3, device_time_ms=EPOCH_MS, serial=[1, 2, 1], device=[4, 4, 8])
    writer.write([batch(fixes)])
    assert len(stored()) == 3


@pytest.mark.parametrize("late_ms", [30 * 24 * HOUR_MS, 2 * HOUR_MS, -5 * HOUR_MS])
def test_a_repeat_is_known_at_any_age_also_by_a_sink_that_started_anew(writer, now, late_ms):
    """Months late or from tomorrow: what is not held in memory is looked up in the lake."""
    fixes = make_fixes(3, device_time_ms=EPOCH_MS - late_ms)
    writer.write([batch(fixes)])
    assert writer.write([batch(fixes, 2)]).rows == 0
    assert sink.Writer([0]).write([batch(fixes, 3)]).rows == 0


def test_a_repeat_is_known_when_the_window_has_moved_on(writer, now):
    ahead = make_fixes(1, device_time_ms=EPOCH_MS + HOUR_MS + 60_000)
    writer.write([batch(ahead)])
    now.ms += HOUR_MS
    assert writer.write([batch(ahead, 2)]).rows == 0


def test_a_repeat_is_known_when_more_came_than_memory_holds(writer, monkeypatch):
    monkeypatch.setattr(keys, "HELD_MAX", 10)
    fixes = make_fixes(25)
    for number in range(5):
        writer.write([batch(fixes[number * 5 : number * 5 + 5], number + 1)])
    assert writer.write([batch(fixes, 9)]) == sink.Written(0, 25)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(-3, 3), st.integers(0, 2)), min_size=1, max_size=30
    ),
    st.integers(1, 7),
)
def test_whatever_comes_in_whatever_batches_each_key_is_stored_once(tmp_path_factory, found, size):
    folder = str(tmp_path_factory.mktemp("lake"))
    fixes = make_fixes(len(found))
    fixes["device"] = [4 * device for device, _hours, _serial in found]
    fixes["device_time_ms"] = [EPOCH_MS + hours * HOUR_MS for _device, hours, _serial in found]
    fixes["serial"] = [serial for _device, _hours, serial in found]
    the_lake = Lake(folder)
    known = keys.Keys(the_lake, 0, EPOCH_MS)
    for start in range(0, len(fixes), size):
        rows = known.new(frame(fixes[start : start + size], 0), EPOCH_MS)
        the_lake.append(rows, {0: Position(start + 1, EPOCH_MS)})
        known.add(rows)
    days = [row["day"] for row in the_lake.table.partitions()]
    rows = the_lake.scan(days).select(lake.KEY).collect()
    assert len(rows.unique()) == len(set(found))


def test_marked_fixes_are_stored_with_their_mark(writer):
    writer.write([batch(make_fixes(2, marks=[0, UNFIXED]))])
    assert stored()["marks"].to_list() == [0, UNFIXED]


def test_the_lake_knows_how_far_each_partition_is(writer):
    writer.write([batch(make_fixes(1), sequence=41), batch(make_fixes(2), sequence=42)])
    assert Lake().position(0) == Position(42, EPOCH_MS)
    assert Lake().position(1) == Position(0, 0)


def test_a_second_writer_of_the_partition_is_refused_by_the_table_itself(lake_folder, now):
    """Behind the locks: a writer that was cut off, and does not know it, cannot commit."""
    cut_off, other = sink.Writer([0]), sink.Writer([0])
    other.write([batch(make_fixes(1, serial=1))])
    with pytest.raises(CommitFailedError):
        cut_off.write([batch(make_fixes(1, serial=2))])
    assert stored()["serial"].to_list() == [1]


def test_writers_of_different_partitions_do_not_disturb_each_other(lake_folder, now):
    one, two = sink.Writer([0]), sink.Writer([1])
    one.write([(0, Batch(1, EPOCH_MS, make_fixes(1, device=4), None))])
    two.write([(1, Batch(1, EPOCH_MS, make_fixes(1, device=5), None))])
    one.write([(0, Batch(2, EPOCH_MS, make_fixes(1, device=8), None))])
    assert sorted(stored()["device"]) == [4, 5, 8]


def test_an_empty_commit_that_a_power_cut_left_is_no_obstacle(writer, lake_folder):
    writer.write([batch(make_fixes(1))])
    (lake_folder / "fixes" / "_delta_log" / f"{2:020}.json").touch()
    assert sink.Writer([0]).write([batch(make_fixes(1, serial=5), 2)]).rows == 1


def test_small_files_are_put_together_and_nothing_changes(writer):
    for number in range(tidying.FILES_MAX + 1):
        writer.write([batch(make_fixes(1, serial=number), number + 1)])
    before = stored().sort("serial")
    assert tidying.tidy(writer.lake, vacuum=True) == tidying.FILES_MAX
    assert len(Lake().table.file_uris()) == 1
    assert stored().sort("serial").equals(before)
    # The writer goes on where it was, and still knows what it has.
    assert writer.position(0).sequence == tidying.FILES_MAX + 1
    assert writer.write([batch(make_fixes(1, serial=3), 99)]).rows == 0


def test_reading_some_days_opens_the_files_of_these_days_only(writer):
    day_ms = 24 * HOUR_MS
    writer.write([batch(make_fixes(3, device_time_ms=[EPOCH_MS - n * day_ms for n in range(3)]))])
    day = lake.day_of(EPOCH_MS - day_ms)
    files = Lake().files([day])
    assert len(files) == 1
    assert f"day={day}" in files[0]
    assert Lake().scan([day]).select(pl.len()).collect().item() == 1
