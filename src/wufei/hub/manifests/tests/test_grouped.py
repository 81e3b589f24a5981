"""Drums poured into a tank 合并: what becomes of the tank decides what can become of the drums."""

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import Container, LotPart
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.queries import trace
from wufei.hub.ledger.refusals import LotMovedOn
from wufei.hub.ledger.services.regrouping import lot_of
from wufei.hub.ledger.services.treatments import Input, record_treatment
from wufei.hub.ledger.units import grams, tonnes
from wufei.hub.manifests import services
from wufei.hub.manifests.tests.conftest import BATTERIES, t


@pytest.fixture
def drums(district):
    return district.stored("works", BATTERIES, 1, 2)


@pytest.fixture
def tank(district, drums):
    return poured(district, drums)


def poured(district, drums):
    """All drums in one tank of three tonnes."""
    made = ledger.regroup(
        [LotPart(drum.uuid, drum.remaining_g) for drum in drums],
        [Container("tank", sum(drum.remaining_g for drum in drums))],
        id=uuid7(),
        by=district.firm("works").person,
        happened_at=timezone.now(),
    )
    return Lot.objects.get(uuid=lot_of(made.uuid, 0)), made


def ungroup(district, made):
    by = district.firm("works").person
    return ledger.ungroup(made.uuid, by=by, reason="drums after all")


def in_drums(drums):
    return [Lot.objects.get(pk=drum.pk).remaining_g for drum in drums]


def test_a_cancelled_manifest_of_the_tank_frees_the_drums(district, drums, tank):
    lot, made = tank
    manifest = district.issue(BATTERIES, 3, lots=[lot])
    with pytest.raises(LotMovedOn):
        ungroup(district, made)
    by = district.firm("works").person
    services.cancel(manifest, reason="no truck", by=by)
    ungroup(district, made)
    assert in_drums(drums) == [t(1), t(2)]
    district.issue(BATTERIES, 1, lots=[Lot.objects.get(pk=drums[0].pk)])


def test_a_tank_that_is_refused_comes_back_and_still_leads_to_its_drums(district, drums, tank):
    lot, _made = tank
    manifest = district.issue(BATTERIES, 3, lots=[lot])
    district.load(manifest, 3)
    district.arrive(manifest, 3)
    district.accept(manifest, accepted=grams(0), refusal_reason="wet")
    by = district.firm("refinery").person
    back = services.send_back(manifest, id=uuid7(), signing=district.signing(), by=by)
    district.arrive(back, 3)
    district.accept(back)
    (home,) = Lot.objects.filter(
        account__place=district.firm("works").site, remaining_g__gt=0, account__kind="stock"
    )
    came_from = {edge.tail.id for edge in trace.back([trace.lot_node(home.pk)]).edges}
    assert {drum.pk for drum in drums} <= came_from
    # Free again: it goes out anew.
    district.issue(BATTERIES, 3, lots=[home])


def test_a_tank_that_is_treated_closes_the_drums(district, drums, tank):
    lot, made = tank
    manifest = district.issue(BATTERIES, 3, lots=[lot])
    district.load(manifest, 3)
    district.arrive(manifest, 3)
    district.accept(manifest)
    refinery = district.firm("refinery")
    record_treatment(
        refinery.site,
        [Input(district.waste(BATTERIES).pk, tonnes(3), "metal_recovery")],
        id=uuid7(),
        happened_at=timezone.now(),
        by=refinery.person,
    )
    assert in_drums(drums) == [0, 0]
    with pytest.raises(LotMovedOn):
        ungroup(district, made)
    for drum in drums:
        ends = trace.forward([trace.lot_node(drum.pk)]).edges
        assert trace.NodeKind.TREATMENT in {edge.head.kind for edge in ends}
