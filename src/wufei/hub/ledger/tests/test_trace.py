"""Drums of waste oil from garages to a refinery, and what became of the residue; and both ways."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import system
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import Container, LotPart, NewLot
from wufei.hub.ledger.models import Lot, LotEntry, Movement, Treatment
from wufei.hub.ledger.queries.told import layers_of, tell
from wufei.hub.ledger.queries.trace import Edge, Node, NodeKind, Trace, back, forward, lot_node
from wufei.hub.ledger.regroupings import RegroupedPart, Regrouping
from wufei.hub.ledger.services.treatments import Input, Material, Secondary
from wufei.hub.ledger.tests.conftest import LOTS, t
from wufei.hub.ledger.tests.histories import Player, examples, furnish, steps
from wufei.hub.ledger.tests.stories import OIL, RESIDUE, Names, OilStory, drum, oil_story
from wufei.hub.ledger.units import grams

GARAGES = Names.garages[:2]


@pytest.fixture
def oil(district) -> OilStory:
    return oil_story(district)


def lots_of(edges: Iterable[Edge], end: str) -> set[int]:
    nodes = (getattr(edge, end) for edge in edges)
    return {node.id for node in nodes if node.kind is NodeKind.LOT}


# The story.
def test_what_was_landfilled_leads_back_to_every_garage_and_to_no_other(oil):
    found = back([lot_node(oil.landfilled.pk)]).edges
    assert {drum.pk for drum in oil.drums} <= lots_of(found, "tail")
    assert oil.other.pk not in lots_of(found, "tail")
    sources = {edge.tail.id for edge in found if edge.tail.kind is NodeKind.END}
    garages = {oil.district.account(oil.district.key("origin", g, waste=OIL)).pk for g in GARAGES}
    assert sources == garages
    assert all(edge.certain for edge in found)


def test_a_drum_leads_forward_to_the_refinery_and_the_landfill(oil):
    found = forward([lot_node(oil.drums[0].pk)]).edges
    assert Node(NodeKind.TREATMENT, oil.batch.pk) in {edge.head for edge in found}
    assert {oil.residue.pk, oil.landfilled.pk} <= lots_of(found, "head")
    (end,) = {edge.head.id for edge in found if edge.head.kind is NodeKind.END}
    landfill = oil.district.account(oil.district.key("disposed", "Landfill", waste=RESIDUE))
    assert end == landfill.pk
    # Fetched, brought, poured together, fetched, brought, refined, residue, twice carried, buried.
    assert [edge.hop for edge in found] == list(range(1, 11))


def test_several_drums_refined_together_are_not_told_apart_in_what_comes_out(district):
    for number in range(2):
        drum(district, "Refinery", 0.2, f"D{number}")
    first = Lot.objects.get(label="D0")
    services.record_treatment(
        district.place("Refinery"),
        [Input(district.waste(OIL).pk, grams(t(0.4)), "oil_refining")],
        id=uuid7(),
        happened_at=timezone.now(),
        by=district.by,
        products=[Material("base oil", grams(t(0.3)))],
        secondary=[Secondary(district.waste().pk, grams(t(0.05)))],
    )
    went_in, came_out = forward([lot_node(first.pk)]).edges
    assert (went_in.certain, came_out.exact, came_out.certain) == (True, False, False)


def test_fly_ash_leads_back_through_bulk_stock_attributed(district):
    """Ash from two firms is burnt from one heap: first in, first out says whose it was."""
    for firm in ("power station", "mill"):
        load = uuid7()
        district.arise(firm, 10)
        road = district.key("custody", "haulier", line=load)
        district.move(district.key("stock", firm), road, 10)
        district.move(road, district.key("stock", "kiln"), 10)
    services.record_treatment(
        district.place("kiln"),
        [Input(district.waste().pk, grams(t(12)), "building_materials")],
        id=uuid7(),
        happened_at=timezone.now(),
        by=district.by,
        secondary=[Secondary(district.waste(OIL).pk, grams(t(1)), NewLot(uuid7(), "fly ash"))],
    )
    ash = Lot.objects.get(label="fly ash")
    found = back([lot_node(ash.pk)]).edges
    into_kiln = {edge.mass_g: edge for edge in found if edge.hop == 2}
    assert set(into_kiln) == {t(10), t(2)}
    assert not any(edge.exact for edge in into_kiln.values())
    # On the road nothing else was on the truck: that step is exact, what leads to it is not.
    on_the_road = [edge for edge in found if edge.hop == 3]
    assert [(edge.exact, edge.certain) for edge in on_the_road] == [(True, False)] * 2
    # Only two of the mill's ten tonnes were burnt: no more of them is followed.
    assert sorted(edge.mass_g for edge in found if edge.tail.kind is NodeKind.END) == [t(2), t(10)]


def test_a_reversed_step_leads_nowhere(district):
    one = drum(district, "Garage North", 0.2, "D1")
    road = district.key("custody", "Haulier", waste=OIL, line=uuid7())
    wrong = district.move(district.key("stock", "Garage North", waste=OIL), road, 0.2)
    services.reverse(wrong.uuid, id=uuid7(), by=district.by, reason="wrong truck")
    grouped = services.regroup(
        [LotPart(one.uuid, t(0.2))],
        [Container("T1", t(0.2))],
        id=uuid7(),
        by=district.by,
        happened_at=timezone.now(),
    )
    services.ungroup(grouped.uuid, by=district.by, reason="wrong tank")
    assert forward([lot_node(one.pk)]).edges == []


# Limits.
def test_what_is_not_followed_is_named_and_the_order_is_the_same_each_time(oil):
    start = [lot_node(oil.drums[0].pk)]
    short = forward(start, hops=3)
    assert short.cut == [lot_node(oil.tank.pk)]
    few = forward(start, nodes=4)
    assert (len(few.edges), few.cut) == (3, [few.edges[-1].head])
    assert forward(start) == forward(start)


def test_of_many_trucks_from_one_heap_only_the_first_are_followed_and_it_says_so(district):
    heap = district.arise("yard", 20)
    for _ in range(20):
        road = district.key("custody", "haulier", line=uuid7())
        district.move(district.key("stock", "yard"), road, 1)
    start = Node(NodeKind.FLOW, heap.pk, 0, t(20))
    few, all_of_them = forward([start], nodes=6), forward([start])
    assert (few.edges, few.cut) == (all_of_them.edges[:5], [start])
    assert (len(all_of_them.edges), all_of_them.cut) == (20, [])


def test_a_ring_is_walked_once(district):
    """There is no such thing in a ledger; were there one, a trace would still end."""
    lots = [drum(district, "yard", 0.2, f"D{n}") for n in range(2)]
    for tail, head in (lots, lots[::-1]):
        grouping = Regrouping.objects.create(
            uuid=uuid7(),
            account=tail.account,
            mass_g=1,
            happened_at=timezone.now(),
            actor="system:test",
        )
        RegroupedPart.objects.create(regrouping=grouping, parent=tail, lot=head, mass_g=1)
    found = forward([lot_node(lots[0].pk)])
    assert len(found.edges) == 2
    assert set(layers_of(found, onward=True)) == {lot_node(lot.pk) for lot in lots}


# Any history.
def everything(player: Player) -> list[Node]:
    """All that can be followed at the places of ``player``, each once, and whole."""
    mine = [player.district.places[name].organisation_id for name in player.district.places]
    lots = Lot.objects.filter(account__holder__in=mine)
    moved = Movement.objects.filter(target__holder__in=mine, sign=1, reversal=None)
    batches = Treatment.objects.filter(place__organisation__in=mine)
    batched = set(batches.values_list("uuid", flat=True))
    flows = [m for m in moved.select_related("target") if is_flow(m, batched)]
    return [
        *(lot_node(lot.pk) for lot in lots),
        *(Node(NodeKind.FLOW, m.pk, 0, m.mass_g) for m in flows),
        *(Node(NodeKind.TREATMENT, batch.pk) for batch in batches),
    ]


def is_flow(movement: Movement, batched: set[Any]) -> bool:
    """Into bulk stock, or to an end; what enters lots or a batch is followed as those."""
    if movement.target.limited:
        return movement.target.tracking == "bulk"
    return not (movement.kind == "treatment" and movement.group_uuid in batched)


def one_hop(trace: Trace, reversed_flows: set[Any]) -> Counter[Any]:
    """Grams by what mass left and how, without where it began."""
    sums: Counter[Any] = Counter()
    for edge in trace.edges:
        tail = edge.tail
        begun = tail.kind is NodeKind.END
        if edge.hop == 1 and not begun and not (tail.kind == "flow" and tail.id in reversed_flows):
            sums[tail.kind, tail.id, edge.via, edge.via_id, edge.exact] += edge.mass_g
    return sums


@examples(40)
@given(history=steps())
def test_back_and_forward_are_the_same_edges_seen_from_either_end(real_district, history):
    player = Player(furnish(real_district), uuid4().hex)
    player.play(history)
    nodes = everything(player)
    undone = set(Movement.objects.filter(sign=-1).values_list("reverses", flat=True))
    limits = {"hops": 1, "nodes": 10_000}
    onward, backward = forward(nodes, **limits), back(nodes, **limits)
    assert one_hop(onward, undone) == one_hop(backward, undone)
    for node in nodes:
        came = sum(edge.mass_g for edge in backward.edges if edge.head == node)
        went = sum(edge.mass_g for edge in onward.edges if edge.tail == node)
        if node.kind is NodeKind.LOT:
            lot = Lot.objects.get(pk=node.id)
            # What was undone came from nowhere.
            assert came in (lot.mass_g, 0)
            assert came == went + lot.remaining_g
        elif node.kind is NodeKind.FLOW:
            assert came == node.mass_g
            assert went <= node.mass_g


@examples(40)
@given(history=steps())
def test_a_trace_of_lots_reaches_their_children_and_nothing_else(real_district, history):
    player = Player(furnish(real_district), uuid4().hex)
    player.play(history)
    children: dict[int, set[int]] = {}
    entries = LotEntry.objects.filter(side="in", parent__isnull=False)
    live = entries.filter(movement__sign=1, movement__reversal=None)
    parts = RegroupedPart.objects.filter(regrouping__undoing=None)
    for rows in (live.values_list("parent", "lot"), parts.values_list("parent", "lot")):
        for parent, child in rows:
            children.setdefault(parent, set()).add(child)
    for lot in Lot.objects.filter(account__waste=player.district.waste(LOTS)):
        expected: set[int] = set()
        waiting = [lot.pk]
        while waiting:
            more = children.get(waiting.pop(), set()) - expected
            expected |= more
            waiting += more
        assert lots_of(forward([lot_node(lot.pk)]).edges, "head") == expected


# What people see.
def page(client, lot: Lot, **query):
    return client.get(reverse("ledger.trace.lot", args=[lot.uuid]), query)


def test_an_officer_sees_the_whole_chain_by_name(oil, sign_in):
    html = page(sign_in("officer"), oil.drums[0]).content.decode()
    for name in ("Garage North", "Collection site", "Refinery", "base oil", "Landfill", "0.060"):
        assert name in html
    assert "another organisation" not in html.partition("<table")[2].rpartition("</table>")[0]


def test_a_garage_sees_where_its_drum_ended_but_not_at_whose(oil, sign_in):
    garage = oil.district.place("Garage North").organisation
    client = sign_in("clerk", organisations=[garage])
    html = page(client, oil.drums[0]).content.decode()
    # It knows who fetched the drum and who got it; all further on are other organisations.
    for name in ("Haulier", "Collection site", "another organisation", "base oil", "Disposed of"):
        assert name in html
    for name in ("Refinery", "Landfill", "Garage South", "T1", "R1"):
        assert name not in html
    assert page(client, oil.residue).status_code == 404


def test_a_longer_trace_asks_no_more_questions(oil, django_assert_max_num_queries):
    officer = system("officer")
    for lot in (oil.residue, oil.drums[0], oil.landfilled):
        start = [lot_node(lot.pk)]
        with django_assert_max_num_queries(8):
            assert tell(back(start), forward(start), officer).steps


def test_the_file_holds_the_steps_in_the_order_of_the_mass(oil, sign_in):
    address = reverse("ledger.trace.lot.export", args=[oil.residue.uuid])
    answer = sign_in("officer").get(address, {"format": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("direction,hop,came from")
    assert lines[-1].startswith("onward,3,Landfill")
    assert any(line.startswith("back,1,Refinery") for line in lines)


@pytest.mark.parametrize("of", ["account", "movement", "treatment"])
def test_stocks_movements_and_batches_have_a_trace_too(oil, sign_in, of):
    account = oil.tank.account
    movement = Movement.objects.filter(source=account).latest("pk")
    key = {"account": account.pk, "movement": movement.uuid, "treatment": oil.batch.uuid}[of]
    client = sign_in("officer")
    html = client.get(reverse(f"ledger.trace.{of}", args=[key])).content.decode()
    assert "Garage South" in html
    assert "Landfill" in html
    assert client.get(reverse(f"ledger.trace.{of}.export", args=[key])).status_code == 200


def test_landfilled_mass_is_traced_from_its_account(oil, sign_in):
    landfill = oil.district.account(oil.district.key("disposed", "Landfill", waste=RESIDUE))
    html = sign_in("officer").get(reverse("ledger.trace.account", args=[landfill.pk]))
    assert "Garage North" in html.content.decode()
