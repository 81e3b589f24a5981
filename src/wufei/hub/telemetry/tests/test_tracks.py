"""Tracks out of the lake: what belongs to a trip, how far it went, where it stood."""

import csv
import io
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wufei.hub.telemetry import sink, tracks
from wufei.hub.telemetry.consume import Batch
from wufei.hub.telemetry.fixes import UNFIXED
from wufei.hub.telemetry.tests.conftest import EPOCH_MS, make_fixes

KM = 1 / 111.195
"""A kilometre northwards, in degrees."""


@pytest.fixture
def write(lake_folder, monkeypatch):
    monkeypatch.setattr(sink, "_now_ms", lambda: EPOCH_MS)
    writer = sink.Writer([0])
    return lambda fixes: writer.write([(0, Batch(1, EPOCH_MS, fixes, None))])


def at(seconds):
    return datetime.fromtimestamp(EPOCH_MS / 1000 + seconds, UTC)


def points(*rows):
    """Rows of (second, km north, km/h)."""
    return pl.DataFrame(
        {
            "device_time_ms": [EPOCH_MS + second * 1000 for second, _km, _kmh in rows],
            "longitude": [115.95 for _row in rows],
            "latitude": [36.3 + km * KM for _second, km, _kmh in rows],
            "speed_kmh": [float(kmh) for _second, _km, kmh in rows],
            "heading_deg": [0 for _row in rows],
        },
        schema=tracks.TRACK,
    )


def test_a_track_is_one_vehicles_usable_fixes_between_two_moments_in_order(write):
    write(make_fixes(10, vehicle=7)[::-1])
    write(make_fixes(10, vehicle=8, device=8))
    write(make_fixes(1, vehicle=7, device_time_ms=EPOCH_MS + 4500, marks=UNFIXED))
    found = tracks.track(7, at(2), at(6))
    seconds = [(ms - EPOCH_MS) / 1000 for ms in found["device_time_ms"]]
    assert seconds == [2, 3, 4, 5, 6]
    assert found.schema == tracks.TRACK


def test_a_track_over_midnight_comes_from_both_days(write):
    midnight_ms = 1_795_622_400_000
    write(
        make_fixes(
            4,
            vehicle=7,
            device_time_ms=midnight_ms + 1000 * (pl.arange(-2, 2, eager=True).to_numpy()),
        )
    )
    moment = datetime.fromtimestamp(midnight_ms / 1000, UTC)
    assert len(tracks.track(7, moment - timedelta(minutes=1), moment + timedelta(minutes=1))) == 4


def test_without_a_lake_or_with_a_span_turned_round_a_track_is_empty(lake_folder):
    assert tracks.track(7, at(0), at(9)).is_empty()
    assert tracks.track(7, at(9), at(0)).schema == tracks.TRACK


def test_distance_and_duration_of_a_straight_way():
    facts = tracks.facts(points((0, 0, 60), (60, 1, 60), (120, 2, 60)))
    assert facts.distance_km == pytest.approx(2, abs=0.001)
    assert facts.duration == timedelta(seconds=120)
    assert (facts.stops, facts.gaps) == ((), ())


def test_a_fix_that_jumps_adds_no_distance():
    there_and_back = points((0, 0, 40), (10, 0.1, 40), (20, 90, 40), (30, 0.3, 40), (40, 0.4, 40))
    assert tracks.distance_km(there_and_back) == pytest.approx(0.2, abs=0.001)


def test_standing_three_minutes_is_a_stop_and_two_are_none():
    rows = [
        (0, 0, 40),
        (10, 1, 0),
        (130, 1, 0),
        (140, 1.1, 40),
        (200, 2, 0),
        (400, 2, 0),
        (410, 2, 40),
    ]
    (stop,) = tracks.facts(points(*rows)).stops
    assert (stop.start_ms, stop.length) == (EPOCH_MS + 200_000, timedelta(seconds=210))


def test_standing_at_the_end_is_a_stop_too_and_a_gap_ends_it():
    rows = [(0, 0, 0), (100, 0, 0), (900, 0, 0), (1200, 0, 0)]
    facts = tracks.facts(points(*rows))
    assert [gap.length for gap in facts.gaps] == [timedelta(seconds=800), timedelta(seconds=300)]
    assert facts.stops == ()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(1, 600), st.integers(-9, 9), st.integers(0, 90)),
        min_size=1,
        max_size=40,
    )
)
def test_whatever_the_track_its_facts_hold_together(steps):
    rows, second = [], 0
    for seconds, km, kmh in steps:
        second += seconds
        rows.append((second, km / 10, kmh))
    facts = tracks.facts(points(*rows))
    assert facts.distance_km >= 0
    stood = sum((stop.length for stop in facts.stops), timedelta())
    unseen = sum((gap.length for gap in facts.gaps), timedelta())
    assert stood + unseen <= facts.duration + timedelta(seconds=1)


# Pages ------------------------------------------------------------------------------------


@pytest.fixture
def trip(truck, load, write):
    """A trip of three minutes, within the hour before; arrived."""
    manifest = load(loaded_at=at(-60), arrived_at=at(180), status="arrived")
    write(
        make_fixes(
            180,
            vehicle=truck.pk,
            device_time_ms=EPOCH_MS + 1000 * pl.arange(180, eager=True).to_numpy(),
        )
    )
    return manifest


def test_a_trip_runs_from_loading_to_arrival(trip):
    assert len(tracks.trip(trip)) == 180
    trip.arrived_at = at(9)
    assert len(tracks.trip(trip)) == 10
    trip.loaded_at = None
    assert tracks.trip(trip).is_empty()


def test_the_trips_page_shows_what_it_came_to(trip, sign_in):
    text = sign_in("officer").get(reverse("telemetry.trip", args=[trip.uuid])).content.decode()
    assert "2:59" in text
    assert 'id="speed-chart"' in text


def test_a_trip_without_positions_says_what_to_do(load, lake_folder, sign_in):
    manifest = load()
    page = sign_in("officer").get(reverse("telemetry.trip", args=[manifest.uuid]))
    assert "Check that its terminal is registered" in page.content.decode()


@pytest.mark.parametrize("name", ["telemetry.trip", "telemetry.trip.geojson", "telemetry.trip.csv"])
def test_a_trip_is_seen_by_its_parties_and_their_officials_only(trip, sign_in, name):
    url = reverse(name, args=[trip.uuid])
    assert sign_in("clerk", organisations=[trip.consignee]).get(url).status_code == 200
    assert sign_in("clerk").get(url).status_code == 404
    assert sign_in("resident").get(url).status_code == 403


def test_a_trip_as_files_holds_every_point(trip, sign_in):
    client = sign_in("officer")
    feature = client.get(reverse("telemetry.trip.geojson", args=[trip.uuid])).json()
    assert feature["geometry"]["type"] == "LineString"
    assert len(feature["geometry"]["coordinates"]) == len(feature["properties"]["times_ms"]) == 180
    text = client.get(reverse("telemetry.trip.csv", args=[trip.uuid])).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 180
    assert rows[0]["time"] == "2026-11-18 19:06:40"


def test_the_live_page_lists_what_one_may_see_and_says_so_when_there_is_nothing(
    truck,
    sign_in,
):
    from wufei.hub.telemetry.live import Live

    assert (
        "No vehicle to show" in sign_in("officer").get(reverse("telemetry.live")).content.decode()
    )
    live = Live()
    live.handle(make_fixes(1, vehicle=truck.pk), EPOCH_MS)
    live.tick(EPOCH_MS)
    row = f'data-vehicle="{truck.uuid}"'
    assert row in sign_in("officer").get(reverse("telemetry.live")).content.decode()
    assert row not in sign_in("clerk").get(reverse("telemetry.live")).content.decode()
    other = reverse("telemetry.live") + "?domain=hazardous"
    assert row not in sign_in("officer").get(other).content.decode()


def test_pieces_of_a_base_map_are_served_and_never_all_of_it(db, sign_in, tmp_path, monkeypatch):
    from wufei.ui import basemap

    file = tmp_path / "base.pmtiles"
    file.write_bytes(b"PMTiles\x03" + bytes(91) + b"\x01" + bytes(100))
    monkeypatch.setenv("WUFEI_PMTILES", str(file))
    assert basemap.base_map().kind == "vector"
    client, url = sign_in("officer"), reverse("telemetry.base_map")
    piece = client.get(url, headers={"Range": "bytes=0-6"})
    assert (piece.status_code, piece.content) == (206, b"PMTiles")
    assert piece.headers["Content-Range"] == "bytes 0-6/200"
    assert client.get(url, headers={"Range": "bytes=190-999"}).content == bytes(10)
    for wrong in ("", "bytes=200-", "bytes=-5", "bytes=a-b"):
        assert client.get(url, headers={"Range": wrong}).status_code == 416
    monkeypatch.setenv("WUFEI_PMTILES", str(tmp_path / "missing"))
    assert client.get(url).status_code == 204
