"""Lots chosen for printing: which have a label, and what the others still need to say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from wufei.hub.base.actor import Actor
from wufei.hub.labels import rules
from wufei.hub.labels.formats import Format, format_of
from wufei.hub.labels.forms import FactsForm
from wufei.hub.labels.models import ContainerLabel
from wufei.hub.labels.queries import containers
from wufei.hub.labels.queries.lots import chosen, usual
from wufei.hub.labels.refusals import UnknownLots
from wufei.hub.labels.services.runs import check_count
from wufei.hub.ledger.models import Account, Lot


@dataclass
class Group:
    """Lots of one organisation and waste that have no label yet: one form says it of all."""

    account: Account
    lots: list[Lot] = field(default_factory=list)
    form: FactsForm | None = None

    @property
    def format(self) -> Format:
        return format_of(self.account.waste.stream)

    @property
    def mass_g(self) -> int:
        return sum(lot.remaining_g for lot in self.lots)


@dataclass(frozen=True)
class Choice:
    """What was chosen, in the list's order; ``labels`` are those that are there already."""

    lots: Sequence[Lot]
    labels: dict[int, ContainerLabel]
    groups: list[Group]

    @property
    def reprints(self) -> int:
        return sum(label.prints > 0 for label in self.labels.values())


def choose(actor: Actor, uuids: Sequence[UUID]) -> Choice:
    """Raises ``NothingChosen``, ``TooMany`` or ``UnknownLots``."""
    wanted = list(dict.fromkeys(uuids))
    check_count(len(wanted))
    lots = chosen(actor, wanted)
    if len(lots) < len(wanted):
        raise UnknownLots(count=len(wanted) - len(lots))
    labels = {lot.pk: label for lot in lots if (label := _label(lot)) is not None}
    return Choice(lots, labels, _groups([lot for lot in lots if lot.pk not in labels]))


def _label(lot: Lot) -> ContainerLabel | None:
    """Its own, else the one that it came with."""
    own: ContainerLabel | None = getattr(lot, "container_label", None)
    if own is not None or not getattr(lot, "arrived", False):
        return own
    return containers.label_of(containers.chain(lot))


def _groups(lots: Sequence[Lot]) -> list[Group]:
    found: dict[tuple[int, int], Group] = {}
    for lot in lots:
        key = lot.account.holder_id, lot.account.waste_id
        found.setdefault(key, Group(lot.account)).lots.append(lot)
    return list(found.values())


def with_forms(groups: Sequence[Group], data: Any = None) -> bool:
    """Give each group its form, filled in as the latest label says; whether all are valid."""
    valid = True
    for number, group in enumerate(groups):
        account = group.account
        known = usual(account.holder_id, account.waste_id)
        known = rules.with_hazard(known, account.waste.hazard)
        group.form = FactsForm(data, format=group.format, usual=known, prefix=f"group{number}")
        # Each is looked at, so that all that is wrong is shown at once.
        valid = group.form.is_valid() and valid
    return valid
