"""Loading the demo: through the services, again, after a kill, and not twice at once."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from itertools import islice

import pytest
from django.db import connection
from django.utils import timezone

from wufei.demo.history import history
from wufei.demo.load import AlreadyLoading, _alone, _world, load
from wufei.demo.models import Load
from wufei.demo.progress import panel, share, status
from wufei.hub.accounts.models import User
from wufei.hub.base.actor import NOBODY, system
from wufei.hub.ledger.entries import Entry
from wufei.hub.ledger.models import Booking, Lot, Movement, StockTake, Treatment
from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.one_account import one_account
from wufei.hub.ledger.verify import differences
from wufei.hub.registry import queries
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle

CAP = 1_500


@pytest.fixture(autouse=True)
def small(settings):
    settings.DEMO, settings.DEMO_SEED, settings.DEMO_MOVEMENTS = True, 2021, CAP


def recorded():
    return set(Movement.objects.values_list("uuid", "mass_g", "sign", "happened_at"))


def test_a_loaded_demo_is_right_and_complete(committed):
    record = load()
    assert differences() == []
    assert record.finished
    assert CAP / 2 < record.movements <= CAP
    assert not Movement.objects.filter(happened_at__gt=timezone.now()).exists()
    lines = one_account(Of(), Period(record.first, timezone.localdate()), By.DOMAIN)
    assert len(lines) == 6
    assert all(line.off_g == 0 for line in lines)
    assert Treatment.objects.count() >= 3
    assert StockTake.objects.count() == 3
    assert Booking.objects.filter(state="open").count() >= 2
    assert Lot.objects.filter(label__startswith="SL").exists()
    _the_registers_are_filled()
    before = recorded()
    assert load().pk == record.pk
    assert recorded() == before


def _the_registers_are_filled():
    assert (
        Organisation.objects.count() == Organisation.objects.filter(name__startswith="示例").count()
    )
    assert Site.objects.filter(approximate=True).count() == Organisation.objects.count()
    assert Vehicle.objects.count() == Driver.objects.count() == 49
    assert Driver.objects.get(user__username="driver").carrier.name == "示例·江北渣土一队"
    clerk = User.objects.get(username="clerk")
    assert clerk.memberships.get().organisation.name == "示例·湖西汽配"
    expiring = [queries.licences_expiring(days, system("test")).count() for days in (7, 15, 30)]
    assert expiring == sorted(expiring)
    assert expiring[0] >= 2


def test_tomorrow_goes_on_where_today_ended(committed, settings):
    settings.DEMO_MOVEMENTS = 100_000_000
    start = timezone.now() - timedelta(days=3)
    Load.objects.create(
        seed=2021,
        movements_max=0,
        anchor=start.date(),
        first=start.date() - timedelta(days=4),
        until=start,
    )
    load(now=start)
    before = recorded()
    longer = load(now=start + timedelta(days=2))
    assert before < recorded()
    expected = {e.id for e in _expected(longer)}
    assert expected <= {row[0] for row in recorded()}
    assert differences() == []


def _expected(record):
    from wufei.demo.entering import enter

    world = _world(record, enter(system("demo"), record.anchor))
    told = islice(history(world, record.until), record.movements_max or None)
    return [event for event in told if isinstance(event, Entry)]


def test_a_killed_load_is_simply_started_again(committed):
    environment = os.environ | {"WUFEI_DEMO": "true", "WUFEI_DEMO_MOVEMENTS": str(CAP)}
    child = subprocess.Popen([sys.executable, "-m", "wufei.cli", "demo", "load"], env=environment)
    deadline = time.monotonic() + 120
    while not Movement.objects.exists() and time.monotonic() < deadline and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    _wait_until_nobody_loads()
    record = load()
    expected = {(entry.id, entry.mass_g) for entry in _expected(record)}
    assert expected <= {row[:2] for row in recorded()}
    assert record.finished
    assert differences() == []


def _wait_until_nobody_loads():
    """The server notices that the killed one is gone when it next speaks to it."""
    for _attempt in range(200):
        try:
            with _alone():
                return
        except AlreadyLoading:
            time.sleep(0.05)


def test_two_loaders_do_not_work_at_once(committed):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [0x64656D6F])
        with pytest.raises(AlreadyLoading):
            load()
    finally:
        other.close()


def test_the_desk_says_how_far_the_history_is(db):
    assert panel(NOBODY) is None
    assert "not loaded" in status()
    now = timezone.now()
    record = Load.objects.create(
        seed=2021,
        movements_max=0,
        anchor=now.date(),
        first=now.date() - timedelta(days=100),
        until=now,
        reached=now - timedelta(days=50),
        movements=9,
    )
    assert panel(NOBODY) == {"load": record, "share": share(record)}
    assert 48 <= share(record) <= 52
    assert "9 movements" in status()


def test_progress_is_a_fragment_for_people_who_have_a_desk(db, sign_in):
    answer = sign_in("officer").get("/demo/progress/")
    assert "complete" in answer.content.decode()
