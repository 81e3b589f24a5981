"""The one way on from a refusal "the book holds less than you need": surpluses first, then it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid5

from django.db import transaction

from wufei.hub.base.actor import Actor
from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import Account, AccountKind
from wufei.hub.ledger.services.accounts import lock
from wufei.hub.ledger.services.stocktakes import record_surplus
from wufei.hub.ledger.units import grams

T = TypeVar("T")


def after_surpluses(
    surpluses: Mapping[Account, int],
    then: Callable[[], T],
    *,
    also: Iterable[int] = (),
    id: UUID,
    happened_at: datetime,
    by: Actor,
    reason: str,
) -> T:
    """Record ``surpluses`` (grams by account) and do ``then``, together or not at all.

    ``also`` names the ids of other stocks that ``then`` will take from: all are locked at once and
    in one order, so that two people doing this never wait for each other in a ring. Retrying
    with the same ``id`` records nothing twice.
    """
    with transaction.atomic():
        lock({account.pk for account in surpluses} | set(also))
        for account in sorted(surpluses, key=lambda account: account.pk):
            record_surplus(
                key_of(account),
                grams(surpluses[account]),
                id=uuid5(id, f"surplus:{account.pk}"),
                happened_at=happened_at,
                by=by,
                reason=reason,
            )
        return then()


def key_of(account: Account) -> AccountKey:
    return AccountKey(
        AccountKind(account.kind),
        account.holder_id,
        account.waste_id,
        account.place_id,
        method=account.method,
        line=account.line,
    )
