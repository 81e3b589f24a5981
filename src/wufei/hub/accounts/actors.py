"""From a user to the ``Actor`` that services know.

Memberships in organisations live in the registry, a higher room: it hands a provider in.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from wufei.hub.accounts.models import User
from wufei.hub.accounts.permissions import acts_of
from wufei.hub.base.actor import NOBODY, Actor, ActorKind


class Memberships(Protocol):
    """What the registry knows of a person's organisations."""

    def organisations(self, user: User) -> Mapping[int, str]:
        """Names of the organisations the person acts for today, by primary key."""
        ...

    def join(self, user: User, organisation_ids: Iterable[int], by: Actor) -> None:
        """Make the person a member of these organisations from today on."""
        ...


class _NoMemberships:
    def organisations(self, user: User) -> Mapping[int, str]:
        return {}

    def join(self, user: User, organisation_ids: Iterable[int], by: Actor) -> None:
        assert not list(organisation_ids), "no room keeps memberships"


_provider: Memberships = _NoMemberships()


def register_memberships(provider: Memberships) -> None:
    """Called once at start-up by ``config``."""
    global _provider
    _provider = provider


def memberships() -> Memberships:
    return _provider


def actor_for(user: User, *, acting_for: int | None = None) -> Actor:
    """The person as an ``Actor``; ``acting_for`` narrows an agent to one of their organisations."""
    if not user.is_active:
        return NOBODY
    organisations = frozenset(_provider.organisations(user))
    if acting_for in organisations:
        organisations = frozenset({acting_for}) & organisations
    return Actor(
        kind=ActorKind.PERSON,
        id=f"person:{user.uuid}",
        name=user.display_name or user.username,
        role=user.role,
        organisation_ids=organisations,
        region_codes=frozenset(user.region_paths),
        domains=frozenset(user.domains),
        acts=acts_of(user.role),
    )
