"""What a player of manifests knows by hand: who may do what, a deed, and what is true of a load."""

from dataclasses import dataclass, field
from itertools import count

from wufei.hub.manifests.models import Manifest

PARTIES = ("consignor", "carrier", "consignee", "stranger")
# (status, step) → who may sign it, and where it leads.
WAY = {
    "hazardous": {
        ("issued", "load"): ("carrier", "loaded"),
        ("loaded", "arrive"): ("consignee", "arrived"),
        ("arrived", "accept"): ("consignee", "accepted"),
        ("accepted", "close"): ("consignor", "closed"),
        ("partly_accepted", "close"): ("consignor", "closed"),
        ("refused", "close"): ("consignor", "closed"),
    },
    "construction": {
        ("issued", "load"): ("consignor", "loaded"),
        ("loaded", "arrive"): ("consignee", "arrived"),
        ("arrived", "accept"): ("consignee", "accepted"),
        ("accepted", "close"): ("consignor", "closed"),
        ("partly_accepted", "close"): ("consignor", "closed"),
        ("refused", "close"): ("consignor", "closed"),
    },
}
TOLERANCE = {"hazardous": 10, "construction": 20}
# Who sends, who carries, two that receive, and somebody else.
NAMES = {
    "hazardous": ("works", "dangerous goods", "refinery", "second refinery", "neighbour"),
    "construction": ("pit", "muck trucks", "spoil ground", "second ground", "neighbour"),
}
KINDS = {
    "dangerous goods": ("carrier", "yard"),
    "muck trucks": ("carrier", "yard"),
    "refinery": ("plant", "treatment"),
    "second refinery": ("plant", "treatment"),
    "spoil ground": ("plant", "treatment"),
    "second ground": ("plant", "treatment"),
}
# Who may take over from the first carrier of hazardous waste.
BARGE = "river barge"
RECEIVED = ("accepted", "partly_accepted", "refused")
# Somebody else than the issuer has signed.
OPEN_OR_CLOSED = ("loaded", "arrived", *RECEIVED, "closed")
LOAD_G = 1_000_000
NUMBERS = count()


@dataclass(frozen=True)
class Deed:
    """Somebody does something to one of the manifests.

    ``off`` thousandths differ on the scale, ``kept`` hundredths are accepted of what arrived.
    ``stays``: refused mass goes on with its truck; at issue: one carrier brings it all the way.
    """

    verb: str
    party: str = "consignor"
    pick: int = 0
    off: int = 0
    kept: int = 100
    stays: bool = True
    again: bool = False


@dataclass
class Load:
    """What should be true of one manifest; grams.

    ``custody_g`` is what ``carrier`` has of it, ``passed_on``: another one is to take over,
    ``settled``: its closing was signed, whatever was corrected since.
    """

    manifest: Manifest
    status: str
    consignor: str
    consignee: str
    leaves: str
    declared_g: int = LOAD_G
    out_g: int | None = None
    in_g: int | None = None
    accepted_g: int | None = None
    refused_g: int | None = None
    custody_g: int = 0
    carrier: str = ""
    passed_on: bool = False
    settled: bool = False
    halted: bool = False
    follows: "Load | None" = None
    back: bool = False
    followers: list["Load"] = field(default_factory=list)

    @property
    def left_g(self) -> int:
        """Refused mass that nobody takes along."""
        taken = any(one.status != "cancelled" for one in self.followers)
        return 0 if taken or self.status not in RECEIVED else self.refused_g or 0

    @property
    def gone_on(self) -> bool:
        """Another manifest has taken refused mass along, or is to."""
        return any(one.status not in ("cancelled", "expired") for one in self.followers)

    def agrees(self, permille: int) -> bool:
        """Nobody has to sign the closing (any more)."""
        assert self.out_g is not None
        assert self.in_g is not None
        return self.settled or abs(self.out_g - self.in_g) * 1000 <= self.out_g * permille
