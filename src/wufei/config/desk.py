"""The desk as a whole: in which order each role finds its parts, and panels over several rooms."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.accounts.permissions import Role
from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import Panel
from wufei.hub.catalogue import declarations
from wufei.hub.indicators.links import page_url
from wufei.hub.indicators.queries import State, values
from wufei.hub.ledger.queries.balance import balanced
from wufei.hub.ledger.queries.facts import By, Period
from wufei.hub.ledger.queries.one_account import one_account
from wufei.hub.ledger.queries.reach import reach

ACCOUNT, INDICATORS = "ledger.account.view", "indicators.indicator.view"
GOALS_MAX = 6

# What each role looks for first in the morning: codes of cards, lists and panels, or rooms
# ("alarms."). What is not named comes after, as its room declares it.
_BOOKS = ("ledger.", "registry.licences", "registry.")
ORDER: Mapping[str, Sequence[str]] = {
    Role.LEADER: ("cockpit.", "plans.", "indicators.", "alarms.", "manifests.", "ledger."),
    Role.OFFICER: (
        "manifests.",
        "filings.",
        "base.findings",
        "alarms.",
        *_BOOKS,
        "indicators.",
        "plans.",
    ),
    Role.DISPATCHER: ("alarms.", "manifests.", "telemetry.", "registry.", "ledger."),
    Role.TOWN_OFFICER: ("alarms.", "filings.", "base.findings", "plans.", "manifests.", "ledger."),
    Role.CLERK: (
        "filings.",
        "manifests.waiting",
        *_BOOKS,
        "manifests.",
        "base.findings",
        "base.imports",
    ),
    Role.AGENT: (
        "filings.",
        "manifests.waiting",
        *_BOOKS,
        "manifests.",
        "base.findings",
        "base.imports",
    ),
    Role.DRIVER: ("manifests.", "registry."),
    Role.KEEPER: ("manifests.waiting", "filings.", "ledger.", "manifests.", "registry."),
    Role.AUDITOR: ("base.findings", "manifests.", "alarms.", "ledger.", "registry."),
}


def order_of(role: str) -> Sequence[str]:
    """The order of a role's desk; empty for a role that nothing was said about."""
    return ORDER.get(role, ())


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


def _goals(actor: Actor) -> dict[str, Any] | None:
    """The targets furthest behind; nothing where no plan sets any."""
    of, year = reach(actor, INDICATORS), timezone.localdate().year
    aimed = [value for value in values(year, of) if value.target is not None]
    if not aimed:
        return None
    behind = sorted(aimed, key=lambda value: (value.state is State.MET, -(value.gap or 0)))
    met = sum(value.state is State.MET for value in aimed)
    rows = [(value, page_url(value)) for value in behind[:GOALS_MAX]]
    return {"year": year, "rows": rows, "count": len(aimed), "met": met}


PANELS = (
    Panel("ledger.account", _("One account"), ACCOUNT, "desk/account.html", _account),
    Panel("indicators.goals", _("Targets"), INDICATORS, "desk/goals.html", _goals),
)
