"""What forms brought into small stores was fetched since: garages and schools treat nothing.

The demo's collectors come from outside the district, a month or two after a waste arose. Without
them two years of forms would stand there as two years of neglect.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from uuid import uuid5

from wufei.hub.base.actor import Actor
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.units import grams

_DAYS_FROM, _DAYS_TO = 25, 60
_TOGETHER = 200
_CAUSE = "import:demo-collected"


def fetch(by: Actor, until: datetime) -> None:
    """Once for each lot: what was fetched stands there no more."""
    fetched = [one for one in map(_entry, _waiting(until)) if one.happened_at < until]
    for start in range(0, len(fetched), _TOGETHER):
        services.post(fetched[start : start + _TOGETHER], by=by, cause=_CAUSE)


def _waiting(until: datetime) -> Iterable[Lot]:
    lots = Lot.objects.filter(
        account__kind=AccountKind.STOCK,
        account__waste__domain="hazardous",
        entries__movement__cause__startswith="filing:",
        since__lt=until - timedelta(days=_DAYS_FROM),
        remaining_g__gt=0,
        booked_g=0,
    )
    return lots.select_related("account").order_by("since", "pk").distinct()


def _entry(lot: Lot) -> Entry:
    days = Random(lot.uuid.int).randint(_DAYS_FROM, _DAYS_TO)  # noqa: S311 - invented
    return Entry(
        uuid5(lot.uuid, "collected"),
        _account(lot, AccountKind.STOCK),
        _account(lot, AccountKind.EXPORTED),
        grams(lot.remaining_g),
        lot.since + timedelta(days=days, hours=10),
        (LotPart(lot.uuid, lot.remaining_g),),
    )


def _account(lot: Lot, kind: AccountKind) -> AccountKey:
    one = lot.account
    return AccountKey(kind, one.holder_id, one.waste_id, one.place_id)
