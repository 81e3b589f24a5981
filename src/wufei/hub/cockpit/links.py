"""Where the cockpit's figures lead to."""

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from wufei.hub.ledger.queries.facts import Period


def movements(period: Period, number: str, **query: str) -> str:
    """The movements that a number of the account is the sum of."""
    return _days("ledger.movements", period, {"number": number} | query)


def account(period: Period, **query: str) -> str:
    return _days("ledger.one_account", period, query)


def page(name: str, *args: Any, **query: str) -> str:
    """Address of a page of another room; "" where there is none."""
    try:
        address = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address


def _days(name: str, period: Period, query: dict[str, str]) -> str:
    days = {"from": period.start.isoformat(), "to": period.end.isoformat()}
    return f"{reverse(name)}?{urlencode(days | {k: v for k, v in query.items() if v})}"
