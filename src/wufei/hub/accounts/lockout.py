"""Too many wrong passwords: how long it lasts, and how an administrator ends it.

The counts are allauth's; they live in the cache, which is a table of the database, so that they
hold for every process.
"""

import math
import time
from collections.abc import Iterator
from typing import Any

from allauth.account import app_settings
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

_APP, _ACTION = "allauth.account", "login_failed"


def key_of(username: str) -> str:
    """What failures of one user name are counted under, from whatever address they come."""
    return f"username:{username.strip().lower()}"


def wait_s(request: HttpRequest, username: str) -> int:
    """Seconds until the next try counts again: the longest of the limits that are full."""
    now, wait = time.time(), 0.0
    for rate, entry in _entries(request, username):
        # Newest first; a limit is full while its oldest counted try is younger than its span.
        history = cache.get(entry) or []
        if len(history) >= rate.amount:
            wait = max(wait, history[rate.amount - 1] + rate.duration - now)
    return max(1, math.ceil(wait))


def lift(username: str) -> None:
    """Forget the failures of this user name (not those of an address)."""
    for rate, entry in _entries(None, username):
        if rate.per == "key":
            cache.delete(entry)


def _entries(request: HttpRequest | None, username: str) -> Iterator[tuple[Any, str]]:
    for rate in ratelimit.parse_rates(app_settings.RATE_LIMITS[_ACTION]):
        if request is not None or rate.per == "key":
            entry = ratelimit.get_cache_key(
                request, app=_APP, action=_ACTION, rate=rate, key=key_of(username)
            )
            yield rate, entry
