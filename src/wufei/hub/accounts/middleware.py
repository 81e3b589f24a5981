"""Every request carries the ``Actor`` that its user is, and people do first what they owe."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from wufei.hub.accounts import duties
from wufei.hub.accounts.actors import actor_for
from wufei.hub.base.actor import NOBODY, Actor

ACTING_FOR = "acting_for"


class ActorMiddleware:
    """``request.actor``; looked up on first use, so that static files cost no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return NOBODY
    return actor_for(request.user, acting_for=request.session.get(ACTING_FOR))


class DutiesMiddleware:
    """Leads to a new password or a second factor before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        # The API knows people by their tokens, and asks for the same duties there.
        if path.startswith((settings.STATIC_URL, "/accounts/", "/i18n/", "/api/")):
            return self.get_response(request)
        if not request.user.is_authenticated or not (duty := duties.owed(request.user)):
            return self.get_response(request)
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": reverse(duty)})
        if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            # A script that looks something up must not open the page of the duty unseen: each
            # look at the second factor's page makes a new secret.
            return HttpResponse(status=403)
        return HttpResponseRedirect(reverse(duty))
