"""What callers say to the manifests: plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests.measures import as_json
from wufei.hub.manifests.models import Mode, Round, Route
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle


@dataclass(frozen=True)
class Signing:
    """One act of signing. ``id`` is chosen by whoever signs and is the idempotency key.

    ``signed_at`` is the signer's clock, the place in WGS-84 degrees where the device knows it.
    ``evidence`` is the uuid of the stored file that a signature for somebody else rests on.
    """

    id: UUID
    signed_at: datetime
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    device: str = ""
    mode: str = Mode.OWN
    evidence: UUID | None = None


@dataclass(frozen=True)
class NewLine:
    """One waste that is to travel; ``lots`` add up to ``declared`` where they are named.

    ``method`` is what the consignee will do with it (a code of its stream). ``site`` is where it
    comes from if that is not the manifest's own place: a stop of a round.
    """

    waste: WasteType
    declared: Mass
    method: str = ""
    lots: tuple[LotPart, ...] = ()
    containers: int | None = None
    site: Site | None = None


@dataclass(frozen=True)
class NextCarrier:
    """Who takes the load over from the carrier before; vehicle and driver as far as known."""

    carrier: Organisation
    vehicle: Vehicle | None = None
    driver: Driver | None = None


@dataclass(frozen=True)
class NewManifest:
    """A manifest to issue; consignor and consignee are the organisations of the two sites.

    ``further_carriers`` take over one after the other from ``carrier``. ``alternate_site`` is where
    the consignee may send on what it refuses. ``round`` is the collection round that it is part of.
    """

    consignor_site: Site
    carrier: Organisation
    consignee_site: Site
    lines: tuple[NewLine, ...]
    vehicle: Vehicle | None = None
    driver: Driver | None = None
    route: Route | None = None
    authority_no: str = ""
    note: str = ""
    further_carriers: tuple[NextCarrier, ...] = ()
    alternate_site: Site | None = None
    round: Round | None = None

    def field(self, name: str) -> Any:
        """What is said of a field of ``rules.FIELDS``; of lines: whether each says it."""
        match name:
            case "consignor":
                return self.consignor_site.organisation
            case "consignee":
                return self.consignee_site.organisation
            case "legs":
                return self.further_carriers
            case "waste" | "declared" | "method" | "lots" | "containers":
                return all(getattr(line, name) for line in self.lines)
            case _:
                return getattr(self, name, None)


def plain(new: NewManifest) -> list[Any]:
    """All that is asked for, as what a digest is made of."""
    rows = (new.consignor_site, new.carrier, new.consignee_site)
    maybe = (new.vehicle, new.driver, new.route)
    lines = [
        (line.waste.pk, as_json(line.declared), line.method, line.lots, line.containers)
        for line in new.lines
    ]
    legs = [
        tuple(str(row.uuid) if row else None for row in (one.carrier, one.vehicle, one.driver))
        for one in new.further_carriers
    ]
    return [
        *(str(row.uuid) for row in rows),
        *(str(row.uuid) if row else None for row in maybe),
        new.authority_no,
        new.note,
        lines,
        # Only where somebody says it: what was issued before this could be said stays the same.
        *([legs] if legs else []),
        *([f"alternate:{new.alternate_site.uuid}"] if new.alternate_site else []),
        *([f"round:{new.round.uuid}"] if new.round else []),
        *(f"from:{line.site.uuid}" for line in new.lines if line.site),
    ]


@dataclass(frozen=True)
class Act:
    """One step of what is signed now, with the key of its signature."""

    step: str
    id: UUID
    values: Mapping[str, Any]


def part_of(id: UUID, step: str) -> UUID:
    """Key of one step's signature where a scan signs several."""
    return uuid5(id, step)
