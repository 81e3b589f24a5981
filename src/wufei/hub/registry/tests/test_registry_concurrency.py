"""Several people at once, on real connections: one wins, the others are told why they did not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from wufei.hub.base.actor import system
from wufei.hub.base.errors import Refusal
from wufei.hub.registry.models import (
    DeviceBinding,
    Licence,
    LicenceLine,
    Organisation,
    Quota,
    Region,
    Vehicle,
)
from wufei.hub.registry.services import devices, licences, organisations, quotas, vehicles
from wufei.hub.registry.services.licences import Line

BY = system("test")
WRITERS = 8


@pytest.fixture
def plant(committed):
    return organisations.create(
        BY,
        name="聊城水城危废处置有限公司",
        kind="plant",
        region=Region.objects.get(code="371502011"),
    )


def at_once(work):
    """``work(number)`` by several writers that start together; their refusals, and the rest."""
    start = Barrier(WRITERS)

    def one(number):
        try:
            start.wait(timeout=30)
            return work(number)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        results = list(pool.map(one, range(WRITERS)))
    refused = [result for result in results if isinstance(result, Refusal)]
    return refused, [result for result in results if result not in refused]


def test_of_overlapping_licences_one_stands(plant):
    def issue(number):
        return licences.create(
            BY,
            organisation=plant,
            kind="hazardous",
            number=f"第{number}号",
            # Every pair overlaps in one code and in some days.
            lines=[Line("900-249-08", Decimal(100)), Line(f"900-00{number}-49", Decimal(1))],
            valid_from=date(2026, 1 + number % 3, 1),
            valid_until=date(2026, 12, 31),
        )

    refused, made = at_once(issue)
    assert len(made) == 1
    assert {refusal.code for refusal in refused} == {"registry_licence_overlaps"}
    assert all(made[0].number in str(refusal) for refusal in refused)
    assert Licence.objects.count() == 1
    assert LicenceLine.objects.count() == 2


def test_one_plate_goes_to_one_carrier(plant):
    def enter(number):
        return vehicles.create(BY, plate="鲁P12345", carrier=plant, kind="tipper")

    refused, made = at_once(enter)
    assert (len(refused), len(made)) == (WRITERS - 1, 1)
    assert Vehicle.objects.count() == 1


def test_one_terminal_sits_on_one_truck(plant):
    trucks = [
        vehicles.create(BY, plate=f"鲁P1234{number}", carrier=plant, kind="tipper")
        for number in range(WRITERS)
    ]
    terminal = devices.create(BY, number="1", kind="jt808", organisation=plant)
    refused, made = at_once(lambda number: devices.bind(terminal, BY, vehicle=trucks[number]))
    assert len(made) == 1
    assert all(str(made[0].vehicle) in str(refusal) for refusal in refused)
    assert DeviceBinding.objects.count() == 1


def test_a_request_that_is_sent_eight_times_makes_one_organisation(committed):
    uuid, region = UUID(int=11), Region.objects.get(code="371502011")

    def enter(number):
        return organisations.create(BY, uuid=uuid, name="一家公司", kind="farm", region=region)

    refused, made = at_once(enter)
    assert not refused
    assert {organisation.pk for organisation in made} == {Organisation.objects.get().pk}


def test_quotas_of_one_year_do_not_add_up_unseen(plant):
    def grant(number):
        return quotas.create(
            BY, organisation=plant, code="900-249-08", limit_t=Decimal(number + 1), year=2026
        )

    refused, made = at_once(grant)
    assert len(made) == 1
    assert Quota.objects.get().limit_t == made[0].limit_t
    assert {refusal.code for refusal in refused} == {"registry_quota_overlaps"}
