"""Panels of the desk that look into a room from outside."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import Panel
from wufei.hub.catalogue import declarations
from wufei.hub.ledger.queries.balance import balanced
from wufei.hub.ledger.queries.facts import By, Period
from wufei.hub.ledger.queries.one_account import one_account
from wufei.hub.ledger.queries.reach import reach

ACCOUNT = "ledger.account.view"


def _account(actor: Actor) -> dict[str, Any] | None:
    """The one account of this year by domain; nothing where nothing moved."""
    today = timezone.localdate()
    of, period = reach(actor, ACCOUNT), Period(today.replace(month=1, day=1), today)
    lines = one_account(of, period, By.DOMAIN)
    if not lines:
        return None
    met = balanced(of, period, By.DOMAIN, lines)
    order = [domain.code for domain in declarations.domains()]
    lines.sort(key=lambda line: order.index(line.key))
    return {"year": today.year, "lines": lines, "balanced": met}


PANELS = (Panel("ledger.account", _("One account"), ACCOUNT, "desk/account.html", _account),)
