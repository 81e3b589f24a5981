"""First in, first out against a queue of single grams."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.base.errors import Refusal
from wufei.hub.ledger import services
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.queries.facts import Of
from wufei.hub.ledger.queries.stock import stock
from wufei.hub.ledger.queries.trace import attributed, taken
from wufei.hub.ledger.tests.histories import examples, furnish
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.ledger.verify import differences

Gram = tuple[Any, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["in", "out", "undo", "undo"]), st.integers(1, 7), st.integers(0, 9)),
    min_size=1,
    max_size=25,
)


@dataclass
class Queue:
    """Every gram has a name: the inflow it came by and its number in it.

    Undone outflow comes back at the end. Undone inflow takes grams from the front, as any
    outflow does, and those stand in its place from then on: it was never there, they still are.
    """

    standing: deque[Gram] = field(default_factory=deque)
    instead: dict[Gram, Gram] = field(default_factory=dict)
    left: dict[Any, list[Gram]] = field(default_factory=dict)
    entered: dict[Any, int] = field(default_factory=dict)

    def come(self, id: Any, mass_g: int) -> None:
        self.entered[id] = mass_g
        self.standing.extend((id, number) for number in range(mass_g))

    def go(self, id: Any, mass_g: int) -> list[Any]:
        """Names of the inflows that leave, gram by gram."""
        self.left[id] = [self.standing.popleft() for _ in range(mass_g)]
        return [self._real(gram)[0] for gram in self.left[id]]

    def undo(self, id: Any) -> None:
        if id in self.left:
            self.standing.extend(self.left[id])
            return
        for number in range(self.entered[id]):
            self.instead[id, number] = self.standing.popleft()

    def front(self) -> Any:
        return self._real(self.standing[0])[0]

    def _real(self, gram: Gram) -> Gram:
        while gram in self.instead:
            gram = self.instead[gram]
        return gram


@examples(40)
@given(history=STEPS)
def test_bulk_stock_is_attributed_gram_by_gram_as_a_queue_would(real_district, history):
    district = furnish(real_district)
    queue, account = Queue(), None
    order: list[Any] = []
    undone: set[Any] = set()
    outflows: dict[Any, list[Any]] = {}
    for verb, mass_g, pick in history:
        if verb == "undo":
            id = order[pick % len(order)] if order else None
            if id is None or id in undone:
                continue
            try:
                services.reverse(id, id=uuid4(), by=district.by, reason="wrong")
            except Refusal:
                assert len(queue.standing) < queue.entered[id]
                continue
            undone.add(id)
            queue.undo(id)
            continue
        if verb == "out" and mass_g > len(queue.standing):
            continue
        move = district.arise if verb == "in" else district.recover
        movement = move("yard", mass_g / GRAMS_PER_T)
        order.append(movement.uuid)
        if verb == "in":
            queue.come(movement.uuid, mass_g)
        else:
            outflows[movement] = queue.go(movement.uuid, mass_g)
        account = district.account(district.key("stock", "yard"))
    # Asked at the end: what was attributed when mass left has not changed since.
    for movement, names in outflows.items():
        found = [part.movement for part in attributed(movement) for _ in range(part.mass_g)]
        assert found == names
    assert both_ways(order, undone) == both_ways(order, undone, onward=True)
    if account and queue.standing:
        (shown,) = stock(Of(holders=[account.holder_id]))
        assert shown.oldest_at == Movement.objects.get(uuid=queue.front()).happened_at


def both_ways(order: list[Any], undone: set[Any], *, onward: bool = False) -> Counter[Any]:
    """Grams by (inflow, outflow), asked of either; without what was undone."""
    pairs: Counter[Any] = Counter()
    for movement in Movement.objects.filter(uuid__in=set(order) - undone):
        for part in taken(movement) if onward else attributed(movement):
            pair = (movement.uuid, part.movement) if onward else (part.movement, movement.uuid)
            if not undone & set(pair):
                pairs[pair] += part.mass_g
    return pairs


@pytest.mark.parametrize("ahead_t", [0.000001, 3])
def test_a_large_inflow_undone_behind_a_little_stock_still_has_an_answer(real_district, ahead_t):
    """Its remaining places stand for the few grams that were ahead of it, however often."""
    first = real_district.arise("yard", ahead_t)
    wrong = real_district.arise("yard", 9000)
    services.reverse(wrong.uuid, id=uuid4(), by=real_district.by, reason="kg, not t")
    gone = real_district.recover("yard", ahead_t)
    assert {part.movement for part in attributed(gone)} == {first.uuid}
    assert {part.movement for part in taken(first)} == {gone.uuid}
    assert differences() == []
