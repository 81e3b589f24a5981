"""What lines of a ledger say that the platform's ledger does not have: movements to post.

Every line names its ``waste``, ``site``, ``mass`` in tonnes and ``happened_at``; where lots are
kept, its ``container``.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.catalogue.queries import WasteBook
from wufei.hub.filings.declarations import Accepted, Text, Values
from wufei.hub.filings.effects import Flow
from wufei.hub.ledger.entries import AccountKey, LotPart
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.units import Mass, tonnes
from wufei.hub.registry.models import Site

# Columns that name a place of one's own.
_PLACES = ("site", "from_site")
When = Callable[[Values], bool]
Flows = Callable[[Accepted], Iterator[Flow]]


class _Lines:
    """Lines that are not in the ledger, with the wastes and sites that they name."""

    def __init__(self, accepted: Accepted, when: When = lambda row: True) -> None:
        rows = accepted.form.rows.get("lines", ())
        self.new = [row for row in rows if not row.get("entry") and when(row)]
        self.holder = accepted.subject.organisation.pk
        self._wastes = WasteBook() if self.new else None
        uuids = {row[name] for row in self.new for name in _PLACES if row.get(name)}
        found = Site.objects.filter(organisation=self.holder, uuid__in=uuids)
        self._sites = {site.uuid: site for site in found}
        self._lots: dict[str, list[Lot]] = {}

    def waste(self, row: Values) -> WasteType:
        assert self._wastes is not None, "there are lines"
        return self._wastes.waste(str(row["waste"]), row["happened_at"].date())

    def site(self, row: Values, name: str = "site") -> Site:
        found: Site = self._sites[row[name]]
        return found

    def stock(self, waste: WasteType, place: int) -> AccountKey:
        return AccountKey(AccountKind.STOCK, self.holder, waste.pk, place)

    def lots(self, row: Values, waste: WasteType, mass: Mass) -> dict[int, tuple[LotPart, ...]]:
        """By place, the part of the container that this line names; whatever it still holds.

        A lot that an earlier version has emptied is found as well, so that both say the same.
        """
        if not row.get("container"):
            return {}
        self._read_lots()
        return {
            lot.account.place_id: (LotPart(lot.uuid, mass.grams),)
            for lot in self._lots.get(row["container"], ())
            if lot.account.waste_id == waste.pk and lot.account.place_id is not None
        }

    def _read_lots(self) -> None:
        if self._lots:
            return
        labels = {row["container"] for row in self.new if row.get("container")}
        rows = Lot.objects.filter(
            label__in=labels, account__holder=self.holder, account__kind=AccountKind.STOCK
        )
        for lot in rows.select_related("account").order_by("pk"):
            self._lots.setdefault(lot.label, []).append(lot)


def arising(accepted: Accepted) -> Iterator[Flow]:
    """Out of nothing into the store, in a container of its own where it names one."""
    lines = _Lines(accepted)
    for row in lines.new:
        waste, place = lines.waste(row), lines.site(row).pk
        source = AccountKey(AccountKind.ORIGIN, lines.holder, waste.pk, place)
        label = row.get("container") or row.get("batch") or ""
        yield _flow(row, waste, source, lines.stock(waste, place), _("arose"), label=label)


def stored(accepted: Accepted) -> Iterator[Flow]:
    """Containers from another place of one's own; what arose in this store stands here already."""
    lines = _Lines(accepted)
    for row in lines.new:
        waste, place = lines.waste(row), lines.site(row).pk
        elsewhere = lines.lots(row, waste, tonnes(row["mass"]))
        elsewhere.pop(place, None)
        for other, parts in list(elsewhere.items())[:1]:
            source, target = lines.stock(waste, other), lines.stock(waste, place)
            label = row["container"]
            yield _flow(row, waste, source, target, _("into storage"), parts, label=label)


def treated(accepted: Accepted) -> Iterator[Flow]:
    """Out of the store into recovery or disposal."""
    lines = _Lines(accepted)
    for row in lines.new:
        waste, place = lines.waste(row), lines.site(row).pk
        parts = lines.lots(row, waste, tonnes(row["mass"])).get(place, ())
        outcome = AccountKind(str(catalogue.method(row["method"]).outcome))
        target = AccountKey(outcome, lines.holder, waste.pk, place, method=row["method"])
        source = lines.stock(waste, place)
        yield _flow(row, waste, source, target, _("treated"), parts)


def brought(accepted: Accepted) -> Iterator[Flow]:
    """Loose waste from another place of one's own, the site ``from_site``, where one is named."""
    lines = _Lines(accepted, lambda row: bool(row.get("from_site")))
    for row in lines.new:
        waste, place, other = lines.waste(row), lines.site(row).pk, lines.site(row, "from_site").pk
        if place != other:
            source, target = lines.stock(waste, other), lines.stock(waste, place)
            yield _flow(row, waste, source, target, _("into storage"))


def exported(when: When, how: Text) -> Flows:
    """Lines for which ``when`` holds leave for somewhere that no manifest or record leads to."""

    def flows(accepted: Accepted) -> Iterator[Flow]:
        lines = _Lines(accepted, when)
        for row in lines.new:
            waste, place = lines.waste(row), lines.site(row).pk
            parts = lines.lots(row, waste, tonnes(row["mass"])).get(place, ())
            target = AccountKey(AccountKind.EXPORTED, lines.holder, waste.pk, place)
            yield _flow(row, waste, lines.stock(waste, place), target, how, parts)

    return flows


def _flow(
    row: Values,
    waste: WasteType,
    source: AccountKey,
    target: AccountKey,
    how: Text,
    parts: Iterable[LotPart] = (),
    **more: Any,
) -> Flow:
    container = row.get("container") or row.get("batch") or ""
    what = format_lazy("{waste} {container} {how}", waste=str(waste), container=container, how=how)
    return Flow(
        source,
        target,
        tonnes(row["mass"]),
        row["happened_at"],
        what,
        lots_out=tuple(parts),
        **more,
    )
