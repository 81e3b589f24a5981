"""Who acts: every service takes an ``Actor``, and everything it writes remembers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from wufei.hub.base.errors import Forbidden

_NO_ACTS: Mapping[str, "Scope"] = MappingProxyType({})


class ActorKind(StrEnum):
    PERSON = "person"
    SYSTEM = "system"
    DEVICE = "device"
    OUTSIDE = "outside"


class Scope(StrEnum):
    """How far an act reaches: own organisations, own regions and domains, or the whole district."""

    NONE = ""
    OWN = "own"
    REGION = "region"
    ALL = "all"


@dataclass(frozen=True)
class Actor:
    """A person, job, device or outside party.

    ``id`` is opaque ("person:<uuid>"), so append-only rows hold no personal data.
    ``acts`` is the actor's row of the permission table, ``region_codes`` are prefixes.
    """

    kind: ActorKind
    id: str
    name: str = ""
    role: str = ""
    organisation_ids: frozenset[int] = frozenset()
    region_codes: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    acts: Mapping[str, Scope] = field(default_factory=lambda: _NO_ACTS)

    def scope(self, act: str) -> Scope:
        if self.kind is ActorKind.SYSTEM:
            return Scope.ALL
        return self.acts.get(act, Scope.NONE)

    def may(self, act: str) -> bool:
        return self.scope(act) is not Scope.NONE

    def require(self, act: str) -> Scope:
        """The scope of ``act``; raises ``Forbidden`` where the actor has none."""
        scope = self.scope(act)
        if scope is Scope.NONE:
            raise Forbidden(act)
        return scope


def system(name: str) -> Actor:
    """A job or command of the platform itself, such as ``system("demo")``."""
    return Actor(ActorKind.SYSTEM, id=f"system:{name}", name=name)


NOBODY = Actor(ActorKind.OUTSIDE, id="outside:anonymous")
