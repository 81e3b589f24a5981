"""One container through the lots that it stands in: at the producer, on the truck, at the plant."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from wufei.hub.base.actor import Actor
from wufei.hub.labels.models import ContainerLabel
from wufei.hub.ledger.models import AccountKind, Lot, LotEntry
from wufei.hub.ledger.queries.reach import accounts_of, reach
from wufei.hub.manifests import queries as manifests
from wufei.hub.manifests.models import OPEN, LineLot, Manifest

# A container changes hands a few times; more is a mistake in the book.
HANDS_MAX = 50
# So many containers of one name are looked at for the one that is the reader's.
ALIKE_MAX = 20
ACCOUNT = "ledger.account.view"
WITH = ("account__waste", "account__holder", "account__place")
WITH_LOT = tuple(f"lot__{name}" for name in WITH)


def chain(lot: Lot) -> list[Lot]:
    """All lots that are this very container, from the first on; ``lot`` is one of them.

    The content goes on in the same container where it is loaded or received; what is grouped,
    split or treated ends in another.
    """
    before: list[Lot] = []
    while (earlier := _before(before[0] if before else lot)) and len(before) < HANDS_MAX:
        before.insert(0, earlier)
    return [*before, lot, *_after(lot)]


def _before(lot: Lot) -> Lot | None:
    entries = LotEntry.objects.filter(_hand_over(), lot=lot, side="in", parent__isnull=False)
    parents = {entry.parent_id: entry.parent for entry in entries.select_related("parent__account")}
    return next(iter(parents.values())) if len(parents) == 1 else None


def _after(lot: Lot) -> list[Lot]:
    found: list[Lot] = []
    ids = {lot.pk}
    frontier = [lot.pk]
    while frontier and len(found) < HANDS_MAX:
        entries = LotEntry.objects.filter(_hand_over(), parent__in=frontier, side="in")
        children = Lot.objects.filter(entries__in=entries).exclude(pk__in=ids)
        new = list(children.distinct().select_related(*WITH).order_by("pk"))
        found += new
        frontier = [one.pk for one in new]
        ids.update(frontier)
    return found


def _hand_over() -> Q:
    """Entries by which a container goes on a truck or comes off it."""
    return Q(lot__account__kind=AccountKind.CUSTODY) | Q(parent__account__kind=AccountKind.CUSTODY)


def label_of(lots: Iterable[Lot]) -> ContainerLabel | None:
    """The label that hangs on the container which stood in these lots."""
    return (
        ContainerLabel.objects.filter(lot__in=list(lots))
        .select_related("holder", "waste", "lot__account__place")
        .order_by("pk")
        .first()
    )


def standing(lots: Iterable[Lot]) -> list[Lot]:
    """Where its content is now: lots in which something is left."""
    return [lot for lot in lots if lot.remaining_g > 0]


def open_manifest(lots: Iterable[Lot]) -> Manifest | None:
    """The manifest that carries the container, or will; the latest."""
    parts = LineLot.objects.filter(lot__in=list(lots), line__manifest__status__in=OPEN)
    part = parts.select_related("line__manifest").order_by("-pk").first()
    return part.line.manifest if part else None


def seen(manifest: Manifest | None, actor: Actor) -> bool:
    """Whether the actor has a part in it."""
    return manifest is not None and manifests.visible(actor).filter(pk=manifest.pk).exists()


def read(text: str, actor: Actor) -> Lot | None:
    """The lot of what ``text`` stands on, if the actor may see it: a digital code, or a label.

    A code is found however people space it. Several firms may call a container alike, and the
    same one stands in one lot after the other: the latest that the actor sees is meant.
    """
    tidy = "".join(text.split()).replace("-", "").upper()
    if not tidy:
        return None
    coded = ContainerLabel.objects.filter(code=tidy).select_related(*WITH_LOT).first()
    rows = Lot.objects.filter(label=text).select_related(*WITH).order_by("-since", "-pk")
    candidates = [coded.lot] if coded else rows[:ALIKE_MAX]
    return next((lot for lot in candidates if is_seen(chain(lot), actor)), None)


def is_seen(lots: list[Lot], actor: Actor) -> bool:
    """Whether the actor has a part in the container: in what carries it, or in where it stood."""
    return seen(open_manifest(lots), actor) or is_reached(lots, actor)


def is_reached(lots: list[Lot], actor: Actor) -> bool:
    """Whether one of the lots stands, or stood, in a stock that the actor may look at."""
    ids = [one.pk for one in lots]
    return Lot.objects.filter(accounts_of(reach(actor, ACCOUNT), "account__"), pk__in=ids).exists()


def codes_of(lots: Sequence[Lot]) -> dict[int, str]:
    """Codes on the labels that were made for these very lots, by the lots' keys."""
    rows = ContainerLabel.objects.filter(lot__in=[lot.pk for lot in lots])
    return dict(rows.order_by().values_list("lot", "code"))
