"""Whatever is done to a manifest locks in one order, so that no two deeds wait for each other.

First what a plan or licence allows, then mass, then the numbers.
"""

import threading
import time
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services import expiry, revisions
from wufei.hub.manifests.tests import test_paper
from wufei.hub.manifests.tests.conftest import OIL
from wufei.hub.registry.models import Headroom

WORKS, CARRIER, REFINERY = "works", "dangerous goods", "refinery"
ORDER = ("registry_headroom", "ledger_balance", "base_serial")


def locked(deed):
    """What a deed locks, in the order in which it first does."""
    found = []

    def watch(execute, sql, params, many, context):
        for table in ORDER:
            locks = "FOR UPDATE" in sql or sql.lstrip().startswith(("UPDATE", "INSERT"))
            if locks and table in sql and table not in found:
                found.append(table)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        deed()
    return found


def in_order(deed, *, numbered=False):
    assert locked(deed) == list(ORDER if numbered else ORDER[:2])


@pytest.fixture
def district(district):
    """The works have a plan, the refinery a licence with a quantity."""
    district.planned = False
    district.stored(WORKS, OIL, 50)
    district.quota(WORKS, OIL, 100)
    district.licence(REFINERY, "hazardous", "900-249-08").lines.update(limit_t=Decimal(100))
    return district


def person(district, firm):
    return district.firm(firm).person


def agreed(district, revision):
    by, signing = person(district, CARRIER), district.signing()
    revisions.decide(revision, True, signing=signing, by=by)
    assert revision.state == "approved"


def test_issuing_and_loading(district):
    in_order(lambda: district.issue(OIL, 2), numbered=True)
    manifest = Manifest.objects.get()
    in_order(lambda: district.load(manifest, 1.99))
    district.arrive(manifest, 1.98)
    in_order(lambda: district.accept(manifest))


def test_editing_cancelling_and_expiring(district):
    manifest, by = district.issue(OIL, 2), person(district, WORKS)
    changes = {"declared": tonnes(3)}
    in_order(lambda: services.edit(manifest, changes, signing=district.signing(), by=by))
    in_order(lambda: services.cancel(manifest, reason="rain", by=by))
    waits = district.issue(OIL, 2)
    Manifest.objects.filter(pk=waits.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    in_order(lambda: expiry.expire(timezone.now()))
    waits.refresh_from_db()
    assert waits.status == "expired"


def test_correcting_and_annulling(district):
    manifest, by = district.issue(OIL, 2), person(district, WORKS)
    district.load(manifest, 2)
    changes = {"weighed_out": tonnes("2.1")}
    wrong = revisions.propose(manifest, changes, id=uuid7(), reason="typed wrongly", by=by)
    in_order(partial(agreed, district, wrong))
    lost = revisions.propose_annulment(manifest, id=uuid7(), reason="turned back", by=by)
    in_order(partial(agreed, district, lost))


def test_a_paper_takes_its_number_when_both_ends_are_locked(district, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    first = district.issue(OIL, 1)
    for deed in (lambda: district.load(first, 1), lambda: district.arrive(first, 1)):
        deed()
    district.accept(first)
    new = district.new(OIL, 2)
    enter = partial(test_paper.enter, district, "load", "arrive", "accept", new=new)
    in_order(enter, numbered=True)


def test_who_gives_back_waits_for_the_plan_before_taking_the_licence(real_district):
    """The licence is older here than the plan: the neighbour has sent oil there before."""
    district = real_district
    district.planned = False
    district.licence(REFINERY, "hazardous", "900-249-08").lines.update(limit_t=Decimal(100))
    district.stored("neighbour", OIL, 5)
    services.issue(
        district.new(OIL, 1, sender="neighbour"),
        id=uuid7(),
        signing=district.signing(),
        by=person(district, "neighbour"),
    )
    district.stored(WORKS, OIL, 5)
    plan = district.quota(WORKS, OIL, 100)
    manifest, by = district.issue(OIL, 2), person(district, WORKS)
    licence, mine = Headroom.objects.get(quota=None), Headroom.objects.get(quota=plan)
    assert licence.pk < mine.pk

    def cancel():
        services.cancel(manifest, reason="rain", by=by)
        connection.close()

    waiting = threading.Thread(target=cancel)
    with transaction.atomic():
        Headroom.objects.select_for_update().get(pk=mine.pk)
        waiting.start()
        until_it_waits()
        # Whoever issues has the plan and goes on to the licence: nobody stands in the way.
        Headroom.objects.select_for_update(nowait=True).get(pk=licence.pk)
    waiting.join()
    manifest.refresh_from_db()
    assert manifest.status == "cancelled"


def until_it_waits():
    for _look in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
