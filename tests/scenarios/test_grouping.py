"""Grouping 合并: several containers leave as one, and what becomes of the one becomes of them.

The parent is the large container, or the manifest that it travels under; its children are the
containers that were poured into it, and the manifests that brought those. When the parent is
cancelled, annulled, expires or is refused, the children are free again; when the parent is
treated, they have ended as well, and say so.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import Container, LotPart
from wufei.hub.ledger.models import Account, Lot
from wufei.hub.ledger.queries.trace import NodeKind, back, forward
from wufei.hub.ledger.queries.trace_starts import of_lot
from wufei.hub.ledger.refusals import LotMovedOn
from wufei.hub.ledger.regroupings import Regrouping
from wufei.hub.ledger.services.treatments import Input
from wufei.hub.ledger.units import grams, tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import services
from wufei.hub.manifests.fate import fates
from wufei.hub.manifests.models import Manifest, Status
from wufei.hub.manifests.services import expiry, revisions
from wufei.hub.manifests.tests.conftest import OIL, District, build, t

WORKS, GARAGE, STATION = "works", "garage", "station"
CARRIER, REFINERY = "dangerous goods", "refinery"


@dataclass
class Story:
    """Three drums of the works in one tank, and who does what with it."""

    district: District
    drums: list[Lot] = field(default_factory=list)

    def pour(self, lots: list[Lot], label: str = "tank", firm: str = WORKS) -> Regrouping:
        return self.refill(lots, [(label, sum(lot.remaining_g for lot in lots))], firm)

    def refill(self, lots: list[Lot], containers: list[tuple[str, int]], firm: str) -> Regrouping:
        return ledger.regroup(
            [LotPart(lot.uuid, lot.remaining_g) for lot in lots],
            [Container(label, mass_g) for label, mass_g in containers],
            id=uuid7(),
            by=self.district.firm(firm).person,
            happened_at=self.district.signing().signed_at,
        )

    def ungroup(self, grouping: Regrouping, firm: str = WORKS) -> None:
        person = self.district.firm(firm).person
        ledger.ungroup(grouping.uuid, by=person, reason="it stays here after all")

    def send(self, lots: list[Lot], sender: str = WORKS, receiver: str = REFINERY) -> Manifest:
        mass_t = sum(lot.remaining_g for lot in lots) / 1_000_000
        new = self.district.new(OIL, mass_t, lots=lots, sender=sender, receiver=receiver)
        by = self.district.firm(sender).person
        return services.issue(new, id=uuid7(), signing=self.district.signing(), by=by)

    def bring(self, manifest: Manifest, mass_t: float) -> None:
        self.district.load(manifest, mass_t)
        self.district.arrive(manifest, mass_t)

    def refuse(self, manifest: Manifest) -> Manifest:
        """All of it; it goes home on the same truck and is received there."""
        self.district.accept(manifest, accepted=grams(0), refusal_reason="wet")
        plant = self.district.firm(manifest.consignee.name).person
        home = services.send_back(manifest, id=uuid7(), signing=self.district.signing(), by=plant)
        self.district.arrive(home, sum(line.declared_g for line in home.lines.all()) / 1_000_000)
        self.district.accept(home)
        return home

    def treat(self, firm: str, *lots: Lot) -> None:
        parts = tuple(LotPart(lot.uuid, lot.remaining_g) for lot in lots)
        mass = grams(sum(lot.remaining_g for lot in lots))
        ledger.record_treatment(
            self.district.firm(firm).site,
            [Input(self.district.waste(OIL).pk, mass, "oil_refining", parts)],
            id=uuid7(),
            happened_at=self.district.signing().signed_at,
            by=self.district.firm(firm).person,
        )

    def standing(self, firm: str) -> list[Lot]:
        """What stands in a firm's store, by label."""
        holder = self.district.firm(firm).organisation
        rows = Lot.objects.filter(account__kind="stock", account__holder=holder, remaining_g__gt=0)
        return list(rows.order_by("label", "pk"))


def lots_of(grouping: Regrouping) -> list[Lot]:
    rows = Lot.objects.filter(regrouped_from__regrouping=grouping)
    return list(rows.distinct().order_by("label"))


def free_g(lot: Lot) -> int:
    lot.refresh_from_db()
    return lot.remaining_g - lot.booked_g


def ends(lot: Lot) -> set[tuple[str, str]]:
    """(kind, holder) of the accounts in which a container's mass has ended or stands."""
    edges = forward(of_lot(lot)).edges
    tails = {edge.tail for edge in edges}
    last = [edge.head for edge in edges if edge.head not in tails]
    lots = Account.objects.filter(lots__in=[one.id for one in last if one.kind is NodeKind.LOT])
    treated = {("treated", "") for one in last if one.kind is NodeKind.TREATMENT}
    others = Account.objects.filter(pk__in=[one.id for one in last if one.kind is NodeKind.END])
    accounts = lots.select_related("holder").union(others.select_related("holder"))
    return treated | {(account.kind, account.holder.name) for account in accounts}


@pytest.fixture
def story(committed: str) -> Story:
    story = Story(build())
    story.drums = story.district.stored(WORKS, OIL, 1, 2, 3)
    return story


# Nothing has left yet.
def test_cancelling_the_parent_frees_the_children(story: Story):
    grouping = story.pour(story.drums)
    (tank,) = lots_of(grouping)
    manifest = story.send([tank])
    assert [free_g(lot) for lot in (*story.drums, tank)] == [0, 0, 0, 0]
    with pytest.raises(LotMovedOn, match="Manifest: Issue"):
        story.ungroup(grouping)
    services.cancel(manifest, reason="not this week", by=story.district.firm(WORKS).person)
    assert free_g(tank) == t(6)
    story.ungroup(grouping)
    assert [free_g(lot) for lot in story.drums] == [t(1), t(2), t(3)]
    alone = story.send(story.drums[:1])
    assert alone.status == Status.ISSUED
    assert differences() == []


def test_a_parent_that_nobody_fetches_frees_them_as_well(story: Story):
    grouping = story.pour(story.drums)
    manifest = story.send(lots_of(grouping))
    Manifest.objects.filter(pk=manifest.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    assert expiry.expire(timezone.now()) == 1
    story.ungroup(grouping)
    assert [free_g(lot) for lot in story.drums] == [t(1), t(2), t(3)]
    assert differences() == []


# It is on the road.
def test_on_the_road_the_children_are_held_and_annulling_the_parent_frees_them(story: Story):
    grouping = story.pour(story.drums)
    manifest = story.send(lots_of(grouping))
    story.district.load(manifest, 6)
    with pytest.raises(LotMovedOn):
        story.ungroup(grouping)
    works, carrier = (story.district.firm(name).person for name in (WORKS, CARRIER))
    asked = revisions.propose_annulment(manifest, id=uuid7(), reason="the wrong tank", by=works)
    revisions.decide(asked, True, signing=story.district.signing(), by=carrier)
    story.ungroup(grouping)
    assert [free_g(lot) for lot in story.drums] == [t(1), t(2), t(3)]
    assert story.district.g("custody", CARRIER, OIL) == 0
    assert differences() == []


# The plant refuses it.
def test_a_parent_that_is_refused_comes_home_and_its_children_are_free_again(story: Story):
    """The tank is another container by now, and it is drawn off again into three drums."""
    grouping = story.pour(story.drums)
    manifest = story.send(lots_of(grouping))
    story.bring(manifest, 6)
    home = story.refuse(manifest)
    manifest.refresh_from_db()
    assert (manifest.status, home.status) == (Status.CLOSED, Status.CLOSED)
    (tank,) = story.standing(WORKS)
    assert free_g(tank) == t(6)
    drawn = lots_of(
        story.refill([tank], [("drum A", t(1)), ("drum B", t(2)), ("drum C", t(3))], WORKS)
    )
    assert [free_g(lot) for lot in drawn] == [t(1), t(2), t(3)]
    assert ends(story.drums[0]) == {("stock", WORKS)}
    # Each still knows all the drums it may have come from.
    tails = {edge.tail.id for edge in back(of_lot(drawn[0])).edges}
    assert {lot.pk for lot in story.drums} <= tails
    assert story.send(drawn[:1]).status == Status.ISSUED
    assert differences() == []


def test_of_a_parent_that_is_refused_in_part_only_that_part_comes_home(story: Story):
    grouping = story.pour(story.drums)
    manifest = story.send(lots_of(grouping))
    story.bring(manifest, 6)
    story.district.accept(manifest, accepted=tonnes(4), refusal_reason="water in it")
    plant = story.district.firm(REFINERY).person
    home = services.send_back(manifest, id=uuid7(), signing=story.district.signing(), by=plant)
    story.district.arrive(home, 2)
    story.district.accept(home)
    assert [free_g(lot) for lot in story.standing(WORKS)] == [t(2)]
    story.treat(REFINERY, *story.standing(REFINERY))
    # A part of each drum is treated, a part of each stands at home.
    for drum in story.drums:
        assert {kind for kind, _holder in ends(drum)} == {"treated", "stock"}
    assert differences() == []


# The plant treats it.
def test_treating_the_parent_ends_the_children(story: Story):
    grouping = story.pour(story.drums)
    manifest = story.send(lots_of(grouping))
    story.bring(manifest, 6)
    story.district.accept(manifest)
    story.treat(REFINERY, *story.standing(REFINERY))
    manifest.refresh_from_db()
    assert manifest.status == Status.CLOSED
    (found,) = fates(manifest)
    assert (found.treated_g, found.in_stock_g) == (t(6), 0)
    for drum in story.drums:
        assert {kind for kind, _holder in ends(drum)} == {"treated"}
        assert free_g(drum) == 0
    with pytest.raises(LotMovedOn, match=r"On the road|custody|Load"):
        story.ungroup(grouping)
    assert differences() == []


# Manifests that were grouped: two producers' oil leaves a station as one load.
@pytest.fixture
def collected(story: Story) -> list[Manifest]:
    """Two loads that the station has accepted, each from a producer of its own."""
    story.district.firm(STATION, "plant", "collection")
    found = []
    for sender, mass_t in ((WORKS, 2), (GARAGE, 4)):
        (drum,) = story.district.stored(sender, OIL, mass_t)
        manifest = story.send([drum], sender=sender, receiver=STATION)
        story.bring(manifest, mass_t)
        story.district.accept(manifest)
        found.append(manifest)
    return found


def told(manifest: Manifest) -> tuple[int, int]:
    """Grams of it that have been treated, and that stand with its consignee."""
    (found,) = fates(Manifest.objects.get(pk=manifest.pk))
    return found.treated_g, found.in_stock_g


def test_treating_the_grouped_load_is_told_on_each_manifest_that_went_into_it(
    story: Story, collected: list[Manifest]
):
    grouping = story.pour(story.standing(STATION), firm=STATION)
    assert [told(one) for one in collected] == [(0, t(2)), (0, t(4))]
    parent = story.send(lots_of(grouping), sender=STATION)
    story.bring(parent, 6)
    story.district.accept(parent)
    story.treat(REFINERY, *story.standing(REFINERY))
    assert told(parent) == (t(6), 0)
    assert [told(one) for one in collected] == [(t(2), 0), (t(4), 0)]
    assert differences() == []


def test_a_grouped_load_that_is_refused_stands_at_the_station_for_each_of_them_again(
    story: Story, collected: list[Manifest]
):
    grouping = story.pour(story.standing(STATION), firm=STATION)
    parent = story.send(lots_of(grouping), sender=STATION)
    story.bring(parent, 6)
    assert [told(one) for one in collected] == [(0, 0), (0, 0)]
    story.refuse(parent)
    assert [told(one) for one in collected] == [(0, t(2)), (0, t(4))]
    story.treat(STATION, *story.standing(STATION))
    assert [told(one) for one in collected] == [(t(2), 0), (t(4), 0)]
    assert differences() == []
