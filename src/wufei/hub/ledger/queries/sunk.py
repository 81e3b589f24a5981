"""Accounts that were below zero at the end of some day, a line each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.models import Account
from wufei.hub.ledger.queries.facts import Of
from wufei.hub.ledger.queries.reach import accounts_of
from wufei.hub.ledger.services.scanning import CODE

SHOWN_MAX = 50


@dataclass(frozen=True)
class Sunk:
    """``days`` are those on which something moved; ``lowest_g`` is grams, below zero.

    ``last`` is None where only the nightly scan has counted them.
    """

    account: Account
    days: int
    first: date
    last: date | None
    lowest_g: int
    holder: str = ""

    @property
    def url(self) -> str:
        period = f"?from={self.first}&to={self.last}" if self.last else f"?from={self.first}"
        return reverse("ledger.account", args=[self.account.pk]) + period


def sunk(days: Iterable[tuple[int, date, int]]) -> list[Sunk]:
    """From account, day and grams of each such day; whoever sank first comes first."""
    found: dict[int, list[tuple[date, int]]] = {}
    for account, day, running_g in days:
        found.setdefault(account, []).append((day, running_g))
    accounts = Account.objects.select_related("place", "waste").in_bulk(found)
    lines = [
        Sunk(
            accounts[pk],
            len(of_one),
            min(day for day, _ in of_one),
            max(day for day, _ in of_one),
            min(running_g for _, running_g in of_one),
        )
        for pk, of_one in found.items()
    ]
    return sorted(lines, key=lambda line: (line.first, line.account.pk))


def known_sunk(of: Of, kind: str) -> list[Sunk]:
    """Those of this kind that the nightly scan found, at most ``SHOWN_MAX``."""
    records = FindingRecord.objects.filter(code=CODE, cleared_at=None)
    values = {int(one.subject.rpartition(":")[2]): one.values for one in records}
    accounts = Account.objects.filter(accounts_of(of), kind=kind, pk__in=values)
    rows = accounts.select_related("place", "waste", "holder").order_by("pk")
    return [
        Sunk(
            one,
            values[one.pk]["days"],
            date.fromisoformat(values[one.pk]["first"]),
            None,
            values[one.pk]["mass_g"],
            holder=str(one.holder),
        )
        for one in rows[:SHOWN_MAX]
    ]
