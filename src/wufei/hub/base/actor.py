"""Who acts: every service takes an ``Actor``, and everything it writes remembers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

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

    def as_json(self) -> dict[str, Any]:
        """For a job that acts later with the rights of now."""
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name,
            "role": self.role,
            "organisation_ids": sorted(self.organisation_ids),
            "region_codes": sorted(self.region_codes),
            "domains": sorted(self.domains),
            "acts": {act: str(scope) for act, scope in self.acts.items()},
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Actor":
        return cls(
            kind=ActorKind(values["kind"]),
            id=values["id"],
            name=values["name"],
            role=values["role"],
            organisation_ids=frozenset(values["organisation_ids"]),
            region_codes=frozenset(values["region_codes"]),
            domains=frozenset(values["domains"]),
            acts={act: Scope(scope) for act, scope in values["acts"].items()},
        )


def system(name: str) -> Actor:
    """A job or command of the platform itself, such as ``system("demo")``."""
    return Actor(ActorKind.SYSTEM, id=f"system:{name}", name=name)


NOBODY = Actor(ActorKind.OUTSIDE, id="outside:anonymous")
