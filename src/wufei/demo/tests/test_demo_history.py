"""The demo's history is the same for the same seed, and shows what it is meant to show."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from wufei.demo import district
from wufei.demo.history import Correction, Place, World, history
from wufei.demo.history.bulk import How
from wufei.demo.history.hazardous import FLY_ASH
from wufei.demo.history.plants import HABITS
from wufei.demo.history.stream import lot_sources, sources
from wufei.demo.history.world import BASE_YEAR
from wufei.demo.rates import BY_DOMAIN, RATES, recovered
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.shipped import waste_types
from wufei.hub.ledger import rules
from wufei.hub.ledger.entries import Entry
from wufei.hub.ledger.models import AccountKind

NOW = datetime(2026, 11, 23, 6, 32, tzinfo=UTC)
WASTES = {row["code"]: row for row in waste_types()}
KEYS = [firm.key for firm in district.firms()]
ARISES = (AccountKind.ORIGIN, AccountKind.IMPORTED, AccountKind.SECONDARY_ORIGIN)


def world(seed=2021, first=date(2026, 10, 1)):
    codes = {source.waste for source in all_sources()}
    return World(
        seed=seed,
        places={key: Place(number, number) for number, key in enumerate(KEYS, start=1)},
        wastes={code: number for number, code in enumerate(sorted(codes), start=1)},
        first=first,
    )


def all_sources():
    return [*sources(), *lot_sources(), FLY_ASH]


def waste_of(entry):
    codes = sorted({source.waste for source in all_sources()})
    return WASTES[codes[entry.source.waste_id - 1]]


def test_the_same_seed_tells_the_same_history():
    assert list(history(world(), NOW)) == list(history(world(), NOW))


def test_another_seed_tells_another_one():
    ids = {event.id for event in islice(history(world(), NOW), 2_000)}
    assert not any(event.id in ids for event in islice(history(world(seed=7), NOW), 2_000))


def test_a_longer_history_begins_with_the_shorter_one():
    shorter = list(history(world(), NOW - timedelta(days=9)))
    assert shorter == list(islice(history(world(), NOW), len(shorter)))


def test_events_come_in_the_order_of_time_and_none_lies_in_the_future():
    times = [event.happened_at for event in history(world(), NOW)]
    assert times == sorted(times)
    assert times[-1] < NOW


def test_each_event_has_an_id_of_its_own():
    ids = [event.id for event in history(world(), NOW)]
    assert len(ids) == len(set(ids))


def test_every_movement_would_pass_the_ledgers_own_rules():
    for event in history(world(), NOW):
        if isinstance(event, Entry):
            rules.check(event, now=NOW, load_t_max=100, movement_t_max=200_000)


def test_a_mistake_is_taken_back_after_it_was_made():
    events = list(history(world(), NOW))
    made = {event.id: event for event in events if isinstance(event, Entry)}
    corrections = [event for event in events if isinstance(event, Correction)]
    assert corrections
    for correction in corrections:
        assert made[correction.movement].happened_at < correction.happened_at


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_a_source_names_known_places_and_the_methods_of_its_stream(source):
    stream = declarations.stream(WASTES[source.waste]["stream"])
    assert {source.place, source.carrier} <= set(KEYS)
    for outlet in source.outlets:
        assert outlet.place in KEYS or (outlet.how is How.ONSITE and not outlet.place)
        known = {method.code for method in stream.methods}
        assert outlet.method in known or (outlet.how is How.EXPORT and not outlet.method)
    if not getattr(source, "outside", False):
        assert getattr(source, "stored", True) == stream.storage_ledger


def test_plants_with_habits_exist():
    assert set(HABITS) <= set(KEYS)


@pytest.fixture(scope="module")
def years():
    """Grams by (year, what): arisen of each stream and domain, counted of each rate."""
    found, overdrawn, standing = Counter[Any](), Counter[Any](), Counter[Any]()
    wastes: dict[int, Any] = {}
    for event in history(world(first=date(BASE_YEAR, 1, 1)), NOW):
        if not isinstance(event, Entry):
            continue
        if (waste := wastes.get(event.source.waste_id)) is None:
            waste = wastes[event.source.waste_id] = waste_of(event)
        year = (event.happened_at + timedelta(hours=8)).year
        add_up(found, event, waste, year)
        for key, sign in ((event.source, -1), (event.target, 1)):
            if key.limited:
                standing[key] += sign * event.mass_g
                if standing[key] < 0:
                    overdrawn[key] += 1
    return found, overdrawn


def add_up(found, event, waste, year):
    if event.source.kind in ARISES:
        found[year, "arisen", waste["stream"]] += event.mass_g
        found[year, "arisen", waste["domain"]] += event.mass_g
    if recovered(event.target):
        found[year, "recovered", waste["domain"]] += event.mass_g
    for rate in RATES:
        if waste["stream"] in rate.streams and rate.counted(event.target):
            found[year, "counted", rate.code] += event.mass_g


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.code)
def test_a_rate_is_near_what_it_should_show(years, rate):
    found, _overdrawn = years
    for year, percent in rate.shown.items():
        arisen = sum(found[year, "arisen", stream] for stream in rate.streams)
        assert 100 * found[year, "counted", rate.code] / arisen == pytest.approx(percent, abs=3)


@pytest.mark.parametrize("domain", BY_DOMAIN)
def test_a_domain_recovers_what_it_should(years, domain):
    found, _overdrawn = years
    for year, percent in BY_DOMAIN[domain].items():
        share = 100 * found[year, "recovered", domain] / found[year, "arisen", domain]
        assert share == pytest.approx(percent, abs=2)


def test_only_the_forgetful_works_runs_short_of_its_book(years):
    _found, overdrawn = years
    assert {KEYS[key.holder_id - 1] for key in overdrawn} == {"machine"}


def test_the_years_have_the_size_of_a_district(years):
    found, _overdrawn = years
    for domain, t_year in (
        ("industrial", 186_000),
        ("agricultural", 97_000),
        ("household", 45_000),
        ("construction", 260_000),
        ("hazardous", 3_600),
        ("renewable", 55_000),
    ):
        assert found[2025, "arisen", domain] / 1e6 == pytest.approx(t_year, rel=0.12)
