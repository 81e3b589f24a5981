"""Who may see something that goes to browsers: asked for each event and each actor, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.manifests.models import Manifest


class _Party(Protocol):
    """An organisation, as far as it matters here."""

    @property
    def pk(self) -> Any: ...
    @property
    def region(self) -> Any: ...
    @property
    def domains(self) -> Any: ...


Watch = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True)
class Audience:
    """Whose the thing is: organisations by key, and pairs of region codes and waste domains.

    Who watches regions or domains sees it when one pair holds both theirs. An empty audience
    means: only for those who see the whole district.
    """

    organisations: frozenset[int] = frozenset()
    watched: frozenset[Watch] = frozenset()

    def __or__(self, other: "Audience") -> "Audience":
        return Audience(self.organisations | other.organisations, self.watched | other.watched)

    def as_json(self) -> dict[str, list[Any]]:
        return {
            "organisations": sorted(self.organisations),
            "watched": sorted(
                [sorted(regions), sorted(domains)] for regions, domains in self.watched
            ),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Audience":
        pairs = values.get("watched", ())
        return cls(
            frozenset(values.get("organisations", ())),
            frozenset((frozenset(regions), frozenset(domains)) for regions, domains in pairs),
        )


NOBODY_BUT_ALL = Audience()


def audience(*parties: _Party) -> Audience:
    """For these organisations, and whoever watches their regions and domains.

    Regions must be loaded (``select_related``).
    """
    pairs = {(frozenset(party.region.covered_by), frozenset(party.domains)) for party in parties}
    return Audience(frozenset(party.pk for party in parties), frozenset(pairs))


def of_manifest(manifest: Manifest) -> Audience:
    """For those who see the manifest (``manifests.scope``): its parties, and who watches its ends.

    Both sites and their regions must be loaded, and ``legs`` where there are many manifests.
    """
    domain = frozenset({manifest.domain})
    sites = (manifest.consignor_site, manifest.consignee_site)
    carriers = {manifest.carrier_id}
    if manifest.leg_last > 1:
        carriers |= {leg.carrier_id for leg in manifest.legs.all()}
    return Audience(
        frozenset({manifest.consignor_id, *carriers, manifest.consignee_id}),
        frozenset((frozenset(site.region.covered_by), domain) for site in sites),
    )


def reaches(actor: Actor, act: str, to: Audience) -> bool:
    """May this actor see it? Own organisations, own regions and domains, or all; as lists do."""
    match actor.scope(act):
        case Scope.ALL:
            return True
        case Scope.OWN:
            return not to.organisations.isdisjoint(actor.organisation_ids)
        case Scope.REGION if actor.region_codes or actor.domains:
            return _watches(actor, to)
        case _:
            return False


def _watches(actor: Actor, to: Audience) -> bool:
    codes = {code.rstrip("/").rsplit("/", 1)[-1] for code in actor.region_codes} - {""}
    return any(
        (not actor.region_codes or not regions.isdisjoint(codes))
        and (not actor.domains or not domains.isdisjoint(actor.domains))
        for regions, domains in to.watched
    )
