"""Panels of the desk that look into a room from outside."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import Panel
from wufei.hub.ledger.queries.facts import By, Period
from wufei.hub.ledger.queries.one_account import one_account
from wufei.hub.ledger.queries.reach import reach

ACCOUNT = "ledger.account.view"


def _account(actor: Actor) -> dict[str, Any] | None:
    """The one account of this year by domain; nothing where nothing moved."""
    today = timezone.localdate()
    lines = one_account(
        reach(actor, ACCOUNT), Period(today.replace(month=1, day=1), today), By.DOMAIN
    )
    if not lines:
        return None
    balanced = all(line.off_g == 0 for line in lines)
    return {"year": today.year, "lines": lines, "balanced": balanced}


PANELS = (Panel("ledger.account", _("One account"), ACCOUNT, "desk/account.html", _account),)
