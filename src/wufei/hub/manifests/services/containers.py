"""Containers and batches that are on the road under a line, and shares of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.models import AccountKind, Lot, LotEntry
from wufei.hub.manifests import rules
from wufei.hub.manifests.models import Line

# Every carrier makes the container a lot of its own account.
_HANDS_MAX = 50


@dataclass
class Container:
    """What stands in the carrier's custody of one lot; ``names`` are the lots that it was before.

    Whoever speaks of a container may know it by any of them: the label was made where it arose.
    """

    lot: Lot
    mass_g: int
    names: set[UUID] = field(default_factory=set)

    @property
    def uuid(self) -> UUID:
        return self.lot.uuid


def on_the_road(lines: Collection[Line]) -> dict[UUID, list[Container]]:
    """Containers in custody by line, the oldest first."""
    found: dict[UUID, list[Container]] = {line.uuid: [] for line in lines}
    rows = Lot.objects.filter(account__line__in=list(found), remaining_g__gt=0)
    by_pk: dict[int, Container] = {}
    for lot in rows.select_related("account").order_by("pk"):
        by_pk[lot.pk] = container = Container(lot, lot.remaining_g, {lot.uuid})
        assert lot.account.line is not None
        found[lot.account.line].append(container)
    _name(by_pk)
    return found


def _name(containers: Mapping[int, Container]) -> None:
    """Add what each container was called before, back to where it was loaded."""
    now = {pk: [container] for pk, container in containers.items()}
    for _hand in range(_HANDS_MAX):
        edges = LotEntry.objects.filter(lot__in=now, side="in", parent__isnull=False)
        rows = edges.values_list("lot", "parent", "parent__uuid", "parent__account__kind")
        before: dict[int, list[Container]] = {}
        for lot, parent, uuid, kind in rows:
            for container in now[lot]:
                container.names.add(uuid)
                if kind == AccountKind.CUSTODY:
                    before.setdefault(parent, []).append(container)
        if not before:
            return
        now = before


def after_difference(
    containers: Sequence[Container], off_g: int, more: UUID
) -> list[tuple[UUID, int]]:
    """What each holds once ``off_g`` has been added (as the new lot ``more``) or taken away."""
    parts = [(one.uuid, one.mass_g) for one in containers]
    if off_g > 0:
        return [*parts, (more, off_g)]
    shares = rules.shares_g(-off_g, [mass_g for _lot, mass_g in parts])
    return [(lot, mass_g - share_g) for (lot, mass_g), share_g in zip(parts, shares, strict=True)]


def in_proportion(parts: Sequence[tuple[UUID, int]], mass_g: int) -> tuple[LotPart, ...]:
    """``mass_g`` taken from all ``parts``, from each its share."""
    shares = rules.shares_g(mass_g, [part_g for _lot, part_g in parts])
    return tuple(
        LotPart(lot, share_g) for (lot, _g), share_g in zip(parts, shares, strict=True) if share_g
    )


def named(containers: Iterable[Container], asked: Collection[UUID]) -> list[Container]:
    """Those that one of ``asked`` names."""
    return [one for one in containers if not one.names.isdisjoint(asked)]


def surplus_lot(difference: UUID) -> UUID:
    """The lot that the ledger makes of mass that ``difference`` adds: ``ledger.services.lots``."""
    return uuid5(difference, "lot")
