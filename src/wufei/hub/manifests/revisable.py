"""What may still be changed of a signed manifest, and by which way. Pure: no database.

Parties, places and what travels are what a manifest is: who got one of them wrong annuls it and
issues another. Everything else can be corrected by a revision that all who have signed agree to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wufei.hub.manifests.models import StepCode


class Says(StrEnum):
    """What kind of value a field has."""

    MASS = "mass"
    METHOD = "method"
    COUNT = "count"
    ROW = "row"
    TEXT = "text"


@dataclass(frozen=True)
class Revisable:
    """``moves`` is the step whose movements have to be posted anew, None where none depend."""

    says: Says
    moves: StepCode | None = None


REVISABLE: Mapping[str, Revisable] = {
    "declared": Revisable(Says.MASS),
    "weighed_out": Revisable(Says.MASS, moves=StepCode.LOAD),
    "weighed_in": Revisable(Says.MASS, moves=StepCode.ACCEPT),
    # What is not accepted of what was weighed in is refused: they are revised together.
    "accepted": Revisable(Says.MASS, moves=StepCode.ACCEPT),
    "method": Revisable(Says.METHOD, moves=StepCode.ACCEPT),
    "containers": Revisable(Says.COUNT),
    "vehicle": Revisable(Says.ROW),
    "driver": Revisable(Says.ROW),
    "route": Revisable(Says.ROW),
    "note": Revisable(Says.TEXT),
    "authority_no": Revisable(Says.TEXT),
    "refusal_reason": Revisable(Says.TEXT),
    "difference_reason": Revisable(Says.TEXT),
}
FIXED = frozenset(
    {"consignor", "consignor_site", "carrier", "consignee", "consignee_site", "alternate_site"}
    | {"waste", "lots", "legs", "refused", "exemption"}
)
# What the only signer so far may still change without asking anybody.
EDITABLE = frozenset(
    {"carrier", "consignee_site", "declared", "method", "lots", "containers", "alternate_site"}
    | {"vehicle", "driver", "route", "note", "further_carriers"}
)


def moved_since(names: "frozenset[str] | set[str]") -> StepCode | None:
    """The earliest step whose movements a change of ``names`` makes wrong."""
    steps = {REVISABLE[name].moves for name in names}
    for step in (StepCode.LOAD, StepCode.ACCEPT):
        if step in steps:
            return step
    return None
