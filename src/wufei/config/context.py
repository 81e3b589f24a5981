"""What the page frame needs on every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from wufei.config import navigation
from wufei.demo.people import DEMO_USERS, DemoUser
from wufei.hub.accounts.actors import memberships
from wufei.hub.accounts.middleware import ACTING_FOR
from wufei.hub.accounts.models import User
from wufei.hub.base.actor import NOBODY, Actor
from wufei.hub.base.notices.services import unread_count
from wufei.hub.registry.models import Region


def frame(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that fragments pay only for what they show."""
    actor: Actor = getattr(request, "actor", NOBODY)
    return {
        "actor": actor,
        "demo": settings.DEMO,
        "district": SimpleLazyObject(_district),
        "navigation": SimpleLazyObject(lambda: navigation.groups(actor, request.path)),
        "bottom": SimpleLazyObject(lambda: navigation.bottom(actor, request.path)),
        "organisations": SimpleLazyObject(lambda: _organisations(request)),
        "acting_for": SimpleLazyObject(lambda: request.session.get(ACTING_FOR)),
        "acting_name": SimpleLazyObject(lambda: _acting_name(request)),
        "demo_users": SimpleLazyObject(_demo_users),
        "notices_url": reverse("base.notice.list") if actor.may("base.notice.view") else "",
        "notices_count": SimpleLazyObject(lambda: unread_count(actor)),
        "search_url": reverse("search") if actor.may("desk.view") else "",
    }


def _demo_users() -> list[DemoUser]:
    """Those who can sign in already: the district loads behind the first page."""
    if not settings.DEMO:
        return []
    names = [person.username for person in DEMO_USERS]
    there = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    return [person for person in DEMO_USERS if person.username in there]


def _organisations(request: HttpRequest) -> dict[int, str]:
    if not request.user.is_authenticated:
        return {}
    return dict(memberships().organisations(request.user))


def _acting_name(request: HttpRequest) -> str:
    """The organisation that an agent has chosen to act for; empty for all of theirs."""
    return _organisations(request).get(request.session.get(ACTING_FOR, 0), "")


def _district() -> str:
    """Name of the supervised district in the current language, as the registry knows it."""
    # The zone if the district is one, else the highest region inside it.
    within = Region.objects.filter(within=True)
    root = within.filter(level=Region.Level.ZONE).first() or within.order_by("path").first()
    if root is None:
        return ""
    return root.name_en or root.name if get_language() == "en" else root.name
