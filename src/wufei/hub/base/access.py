"""Every view names its permission: ``view.act`` is the act, or "" where the page is open to all.

A test walks every address and asks for that attribute, so none can be forgotten.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from wufei.hub.base.actor import Actor, ActorKind

ViewFunction = Callable[..., HttpResponseBase]


class Request(HttpRequest):
    """A request as our middlewares leave it."""

    actor: Actor
    htmx: HtmxDetails


def needs(act: str, outside: ViewFunction | None = None) -> Callable[[ViewFunction], ViewFunction]:
    """Let only actors through who have ``act``: others sign in, or see why not (``Forbidden``).

    ``outside`` is what who is not signed in may look at instead of the sign-in page.
    """

    def guard(view: ViewFunction) -> ViewFunction:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.actor.kind is ActorKind.OUTSIDE:
                if outside is not None and request.method == "GET":
                    return outside(request, *args, **kwargs)
                return _sign_in(request)
            request.actor.require(act)
            return view(request, *args, **kwargs)

        guarded.act = act  # type: ignore[attr-defined]
        return guarded

    return guard


def public(view: ViewFunction) -> ViewFunction:
    """Mark a page that anyone may open."""
    view.act = ""  # type: ignore[attr-defined]
    return view


def _sign_in(request: Request) -> HttpResponse:
    if not request.htmx:
        return redirect_to_login(request.get_full_path())
    # A fragment must not be replaced by the sign-in page: the whole page goes there.
    page = request.htmx.current_url_abs_path or "/"
    return HttpResponseClientRedirect(redirect_to_login(page).url)


class Page(View):
    """Base of our class-based pages: ``act`` guards the view that ``as_view`` returns."""

    act: str = ""
    request: Request

    @classmethod
    def as_view(cls, **initkwargs: Any) -> ViewFunction:
        act = initkwargs.get("act", cls.act)
        assert act, f"{cls.__name__} names no act"
        # Django only takes keywords that the class has already: give them to a class of our own.
        made: Any = type(cls.__name__, (cls,), {"__module__": cls.__module__, **initkwargs})
        return needs(act)(super(Page, made).as_view())
