"""How often one address may ask the public pages; counted in the database, for all processes."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse

from wufei.hub.evidence.refusals import TooManyQuestions

View = Callable[..., HttpResponse]
_RATES = {"evidence_look": "120/m/ip", "evidence_check": "20/m/ip"}


def limited(action: str) -> Callable[[View], View]:
    """Raise ``TooManyQuestions`` where an address asks more often than ``_RATES[action]``."""
    assert action in _RATES, action

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            counted = ratelimit.consume(
                request, app="wufei", action=action, config=_RATES, limit_get=True
            )
            if not counted:
                raise TooManyQuestions()
            return view(request, *args, **kwargs)

        return guarded

    return guard


look, check = limited("evidence_look"), limited("evidence_check")
