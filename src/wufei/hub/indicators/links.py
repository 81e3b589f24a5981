"""The way down: from an indicator to its page, from each of its sums to the movements."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from wufei.hub.indicators.queries import Part, Value


def page_url(value: Value) -> str:
    return f"{reverse('indicators.indicator.detail', args=[value.code])}?year={value.year}"


def sum_url(value: Value, parts: Sequence[Part], **narrower: Any) -> str:
    """What a sum of parts is made of: one part's movements, else the account with all of them."""
    counted = [part for part in parts if part.counts_g]
    if len(counted) == 1:
        return movements_url(value, counted[0], **narrower)
    query = _days(value) | {"streams": ",".join(value.indicator.streams), "by": "waste"} | narrower
    return f"{reverse('ledger.one_account')}?{urlencode(query)}"


def movements_url(value: Value, part: Part, **narrower: Any) -> str:
    """The movements that a part is the sum of; ``waste`` or ``region`` codes narrow it."""
    query = _days(value) | {
        "number": part.term.number,
        "method": ",".join(part.term.methods),
        "streams": ",".join(value.indicator.streams),
        **narrower,
    }
    return f"{reverse('ledger.movements')}?{urlencode({k: v for k, v in query.items() if v})}"


def _days(value: Value) -> dict[str, str]:
    return {"from": value.period.start.isoformat(), "to": value.period.end.isoformat()}
