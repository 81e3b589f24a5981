"""A trace as a reader may see it: names, places and documents only of what they reach.

Whoever has part in a chain sees all of it, in masses, kinds and wastes; names they see of their own
accounts, of those that mass came from or went to, and of the parties of their own loads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor
from wufei.hub.ledger.models import Account, AccountKind, Lot, Movement, MovementKind, Treatment
from wufei.hub.ledger.queries.facts import Of
from wufei.hub.ledger.queries.people import cause_of
from wufei.hub.ledger.queries.reach import reach
from wufei.hub.ledger.queries.trace import Edge, Node, NodeKind, Trace
from wufei.hub.ledger.regroupings import Regrouping
from wufei.hub.ledger.tables import method_label
from wufei.hub.registry.models import Organisation, Site

ACT = "ledger.trace.view"


@dataclass(eq=False)
class Stop:
    """One place of a trace; grams. ``layer`` counts hops, below zero back from the start.

    ``stands_g`` is what is still there, where that is known.
    """

    kind: str
    what: str
    who: str
    layer: int
    waste: str = ""
    title: str = ""
    place: str = ""
    url: str = ""
    domain: str = ""
    stands_g: int | None = None
    hidden: bool = False
    cut: bool = False
    # On the way between two places.
    road: bool = False
    # Stops of one key and layer are one in a picture.
    key: str = ""


@dataclass(frozen=True)
class Step:
    """One edge of a trace as a row: from, to, mass, day, document."""

    hop: int
    back: bool
    tail: Stop
    head: Stop
    mass_g: int
    happened_at: datetime
    document: str
    url: str
    exact: bool
    certain: bool


@dataclass(frozen=True)
class Told:
    """Steps back (nearest first) and forward; ``more`` where not all could be followed."""

    starts: list[Stop]
    back: list[Step]
    forward: list[Step]
    more: bool

    @property
    def steps(self) -> list[Step]:
        """In the order in which mass went."""
        return [*self.back[::-1], *self.forward]


def tell(back: Trace, forward: Trace, actor: Actor) -> Told:
    """Both traces of one start as ``actor`` may read them."""
    book = _Book([*back.edges, *forward.edges], [*back.starts, *forward.starts], actor)
    layers = {node: -layer for node, layer in layers_of(back, onward=False).items()}
    layers |= layers_of(forward, onward=True)
    cut = {*back.cut, *forward.cut}
    stops = {node: book.stop(node, layer, cut=node in cut) for node, layer in layers.items()}
    _count_standing(stops, forward)
    starts = [stops[node] for node in forward.starts]
    after = [book.step(edge, stops, back=False) for edge in forward.edges]
    after += _made(book, forward, stops)
    before = [book.step(edge, stops, back=True) for edge in back.edges]
    return Told(starts, before, after, more=bool(cut))


def layers_of(trace: Trace, *, onward: bool) -> dict[Node, int]:
    """The longest way from the start to each node, so that every edge leads on in a picture."""
    layers = dict.fromkeys(trace.starts, 0)
    most = max((edge.hop for edge in trace.edges), default=0) + len(trace.starts)
    changed = True
    while changed:
        changed = False
        for edge in trace.edges:
            near, far = (edge.tail, edge.head) if onward else (edge.head, edge.tail)
            layer = layers.get(near, 0) + 1
            # Mass moves forward in time; were there a ring, it would not be walked for ever.
            if layers.get(far, -1) < layer <= most * 2:
                layers[far], changed = layer, True
    return layers


def _count_standing(stops: dict[Node, Stop], forward: Trace) -> None:
    """What of the followed bulk mass was taken by nobody still stands there."""
    left = {n: n.mass_g for n in stops if n.kind is NodeKind.FLOW and stops[n].stands_g is not None}
    for edge in forward.edges:
        if edge.tail in left:
            left[edge.tail] -= edge.mass_g
    for node, stands_g in left.items():
        known = node in forward.starts or stops[node].layer > 0
        stops[node].stands_g = stands_g if known and not stops[node].cut else None


def _made(book: "_Book", forward: Trace, stops: dict[Node, Stop]) -> list[Step]:
    """What batches made besides wastes: products, and what was lost (water, gas)."""
    steps: list[Step] = []
    came = {edge.head: edge for edge in forward.edges if edge.head.kind is NodeKind.TREATMENT}
    certain = {edge.head for edge in forward.edges if edge.certain}
    batches = {n for n in stops if n.kind is NodeKind.TREATMENT and stops[n].layer >= 0}
    exact = _told_apart(node.id for node in batches)
    for node in sorted(batches - set(forward.cut)):
        treatment, batch = book.treatments[node.id], stops[node]
        made = [(one["name"], one["mass_g"], "product") for one in treatment.products]
        made.append((_("Loss (water, gas)"), treatment.loss_g, "loss"))
        for name, mass_g, kind in made:
            if mass_g:
                known = exact[node.id]
                steps.append(
                    Step(
                        hop=came[node].hop + 1 if node in came else 1,
                        back=False,
                        tail=batch,
                        head=_product(kind, name, batch),
                        mass_g=mass_g,
                        happened_at=treatment.happened_at,
                        document=_("Treatment batch"),
                        url=batch.url,
                        exact=known,
                        certain=known and (node in certain or node in forward.starts),
                    )
                )
    return steps


def _product(kind: str, name: str, batch: Stop) -> Stop:
    return Stop(
        kind=kind,
        what=_("Product") if kind == "product" else name,
        who=batch.who,
        layer=batch.layer + 1,
        waste=name if kind == "product" else "",
        place=batch.place,
        hidden=batch.hidden,
        key=f"{kind}:{batch.key}:{name}",
    )


def _told_apart(treatments: Iterable[int]) -> dict[int, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id, ledger_batch_exact(t) FROM ledger_treatment t WHERE t.id = ANY(%s)",
            [list(treatments)],
        )
        return dict(cursor.fetchall())


def _site(place: Site | None, holder: Organisation) -> str:
    """The site, where it has a name of its own."""
    name = str(place or "")
    return "" if name == str(holder) else name


def _what(account: Account) -> str:
    kind = str(AccountKind(account.kind).label)
    return f"{kind} · {method_label(account.method)}" if account.method else kind


class _Book:
    """Rows behind the nodes and edges, each kind fetched once, and who may see what of them."""

    def __init__(self, edges: Sequence[Edge], starts: Sequence[Node], actor: Actor) -> None:
        self.edges, self.of, self.actor = edges, reach(actor, ACT), actor
        self.nodes = {*starts, *(n for edge in edges for n in (edge.tail, edge.head))}
        ids = {kind: {node.id for node in self.nodes if node.kind is kind} for kind in NodeKind}
        moved = {edge.via_id for edge in edges if edge.via == "movement"}
        self.lots = Lot.objects.in_bulk(ids[NodeKind.LOT])
        self.movements = Movement.objects.in_bulk(moved | ids[NodeKind.FLOW])
        self.treatments = Treatment.objects.select_related("place__organisation").in_bulk(
            ids[NodeKind.TREATMENT]
        )
        regrouped = {edge.via_id for edge in edges if edge.via == "regrouping"}
        self.regroupings = Regrouping.objects.in_bulk(regrouped)
        self.accounts = self._accounts(ids[NodeKind.END])

    def _accounts(self, ends: Iterable[int]) -> dict[int, Account]:
        wanted = {*ends, *(lot.account_id for lot in self.lots.values())}
        for movement in self.movements.values():
            wanted |= {movement.source_id, movement.target_id}
        return Account.objects.select_related("holder", "place", "waste").in_bulk(wanted)

    # What may be seen.
    @cached_property
    def mine(self) -> set[Node]:
        return {node for node in self.nodes if self._is_mine(node)}

    @cached_property
    def named(self) -> set[Node]:
        """Their own, the neighbours of those, and the other ends of their own loads."""
        beside: dict[Node, set[Node]] = {}
        for edge in self.edges:
            beside.setdefault(edge.tail, set()).add(edge.head)
            beside.setdefault(edge.head, set()).add(edge.tail)
        near = {other for node in self.mine for other in beside.get(node, ())}
        loads = {node for node in near if self._on_the_road(node)}
        return self.mine | near | {other for node in loads for other in beside.get(node, ())}

    def _is_mine(self, node: Node) -> bool:
        if node.kind is NodeKind.TREATMENT:
            return self._place_within(self.treatments[node.id].place, node)
        account = self.account_of(node)
        return account is not None and within(self.of, account)

    def _place_within(self, place: Site, node: Node) -> bool:
        """A batch is theirs whose movements are."""
        own = self.of.holders is None or place.organisation_id in self.of.holders
        return own and any(self._may_open(e) for e in self.edges if node in (e.tail, e.head))

    def _on_the_road(self, node: Node) -> bool:
        account = self.account_of(node)
        return account is not None and account.kind == AccountKind.CUSTODY

    def _may_open(self, edge: Edge) -> bool:
        if edge.via == "regrouping":
            return within(self.of, self.accounts[self.lots[edge.tail.id].account_id])
        movement = self.movements[edge.via_id]
        ends = (self.accounts[movement.source_id], self.accounts[movement.target_id])
        return any(within(self.of, account) for account in ends)

    def account_of(self, node: Node) -> Account | None:
        match node.kind:
            case NodeKind.LOT:
                return self.accounts[self.lots[node.id].account_id]
            case NodeKind.FLOW:
                return self.accounts[self.movements[node.id].target_id]
            case NodeKind.END:
                return self.accounts[node.id]
            case _:
                return None

    # What is said.
    def stop(self, node: Node, layer: int, *, cut: bool) -> Stop:
        hidden = node not in self.named
        if node.kind is NodeKind.TREATMENT:
            return self._batch(node, layer, cut=cut, hidden=hidden)
        account = self.account_of(node)
        assert account is not None
        lot = self.lots.get(node.id) if node.kind is NodeKind.LOT else None
        return Stop(
            kind=node.kind,
            what=_what(account),
            who=_("another organisation") if hidden else str(account.holder),
            layer=layer,
            waste=account.waste.label,
            title="" if lot is None or hidden else lot.label,
            place="" if hidden else _site(account.place, account.holder),
            url=self._url(node, account),
            domain=account.waste.domain,
            stands_g=lot.remaining_g if lot else node.mass_g if account.limited else None,
            hidden=hidden,
            cut=cut,
            road=account.kind == AccountKind.CUSTODY,
            key=f"{account.holder_id}:{account.waste_id}:{account.kind}:{account.method}",
        )

    def _batch(self, node: Node, layer: int, *, cut: bool, hidden: bool) -> Stop:
        treatment = self.treatments[node.id]
        url = reverse("ledger.treatment", args=[treatment.uuid]) if node in self.mine else ""
        return Stop(
            kind=node.kind,
            what=_("Treatment batch"),
            who=_("another organisation") if hidden else str(treatment.place.organisation),
            layer=layer,
            place="" if hidden else _site(treatment.place, treatment.place.organisation),
            url=url,
            hidden=hidden,
            cut=cut,
            key=f"treatment:{treatment.place_id}",
        )

    def _url(self, node: Node, account: Account) -> str:
        if node not in self.mine:
            return ""
        match node.kind:
            case NodeKind.LOT:
                return reverse("ledger.lot", args=[self.lots[node.id].uuid])
            case NodeKind.FLOW:
                return reverse("ledger.movement", args=[self.movements[node.id].uuid])
            case _:
                return reverse("ledger.trace.account", args=[account.pk])

    def step(self, edge: Edge, stops: dict[Node, Stop], *, back: bool) -> Step:
        words, url = self._document(edge)
        return Step(
            hop=edge.hop,
            back=back,
            tail=stops[edge.tail],
            head=stops[edge.head],
            mass_g=edge.mass_g,
            happened_at=self._happened_at(edge),
            document=words,
            url=url,
            exact=edge.exact,
            certain=edge.certain,
        )

    def _happened_at(self, edge: Edge) -> datetime:
        rows: Any = self.regroupings if edge.via == "regrouping" else self.movements
        at: datetime = rows[edge.via_id].happened_at
        return at

    def _document(self, edge: Edge) -> tuple[str, str]:
        """What it was, and the page of it; a cause may name people, so others see the kind."""
        may = self._may_open(edge)
        if edge.via == "regrouping":
            uuid = self.regroupings[edge.via_id].uuid
            return _("Grouping"), reverse("ledger.regrouping", args=[uuid]) if may else ""
        movement = self.movements[edge.via_id]
        kind = str(MovementKind(movement.kind).label)
        if not may:
            return kind, ""
        cause = cause_of(movement.cause)
        page = reverse("ledger.movement", args=[movement.uuid])
        return (cause.words, cause.url) if cause.url else (kind, page)


def within(of: Of, account: Account) -> bool:
    """Whether ``of`` lets this account through."""
    pairs = (
        (of.wastes, account.waste_id),
        (of.regions, account.region_id),
        (of.holders, account.holder_id),
    )
    return all(ids is None or id in ids for ids, id in pairs)
