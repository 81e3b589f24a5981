"""The ledger's part of the desk and of the search box."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import ATTENTION, BAD, Card, Todo, TodoSource
from wufei.hub.base.search import Hit, Source
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.queries.ages import age_of, too_long
from wufei.hub.ledger.queries.reach import accounts_of, reach
from wufei.hub.ledger.queries.stock import Standing

ACT = "ledger.account.view"


def _urgent(actor: Actor) -> list[Standing]:
    return too_long(reach(actor, ACT))


def _count(actor: Actor) -> int:
    return len(_urgent(actor))


def _todos(actor: Actor, limit: int) -> Iterator[Todo]:
    for standing in _urgent(actor)[:limit]:
        age, account = age_of(standing), standing.account
        due = None
        if age.since and age.limit_days:
            due = timezone.localdate(age.since + timedelta(days=age.limit_days))
        yield Todo(
            what=_("Stored for %(age)s") % {"age": age.words},
            whom=f"{account.holder} · {account.place or ''}",
            url=reverse("ledger.account", args=[account.pk]),
            button=_("Open"),
            state=age.state,
            tone=BAD if age.over else ATTENTION,
            note=account.waste.label,
            mass_g=standing.mass_g,
            due=due,
        )


def _lots(words: str, actor: Actor, limit: int) -> Iterator[Hit]:
    rows = Lot.objects.filter(accounts_of(reach(actor, ACT), "account__"), label__icontains=words)
    for lot in rows.select_related("account__holder", "account__waste")[:limit]:
        note = f"{lot.account.waste.label} · {lot.account.holder}"
        yield Hit(lot.label, note, reverse("ledger.lot", args=[lot.uuid]))


DESK_PARTS = (
    Card(
        code="ledger.too_long",
        label=_("Stored too long, or soon"),
        act=ACT,
        count=_count,
        url=lambda: reverse("ledger.stock") + "?state=urgent",
        tone=BAD,
        side="ledger.stock",
    ),
    TodoSource("ledger.too_long", ACT, _todos, _count),
)
SEARCH = (Source("ledger.lot", _("Lots and containers"), ACT, _lots),)
