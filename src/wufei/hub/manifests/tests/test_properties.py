"""Random steps by random parties in random order, against a plain model of our own.

Whatever people do, a manifest's status is legal, its mass is where its status says, nothing is
created or lost, and the recount of the ledger agrees.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import Refusal
from wufei.hub.ledger.models import Account, Balance
from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.tests.histories import examples
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services import Signing
from wufei.hub.manifests.tests.conftest import BATTERIES, SPOIL, District, net_g

PARTIES = ("consignor", "carrier", "consignee", "stranger")
# (status, step) → who may sign it, and where it leads: written down by hand, not derived.
WAY = {
    "hazardous": {
        ("issued", "load"): ("carrier", "loaded"),
        ("loaded", "arrive"): ("consignee", "arrived"),
        ("arrived", "accept"): ("consignee", "accepted"),
        ("accepted", "close"): ("consignor", "closed"),
    },
    "construction": {
        ("issued", "load"): ("consignor", "loaded"),
        ("loaded", "arrive"): ("consignee", "arrived"),
        ("arrived", "accept"): ("consignee", "accepted"),
        ("accepted", "close"): ("consignee", "closed"),
    },
}
TOLERANCE = {"hazardous": 10, "construction": 20}
NAMES = {
    "hazardous": ("works", "dangerous goods", "refinery", "neighbour"),
    "construction": ("pit", "muck trucks", "spoil ground", "neighbour"),
}
LOAD_G = 1_000_000
NUMBERS = count()


@dataclass(frozen=True)
class Deed:
    """Somebody does something to one of the manifests; ``off`` thousandths differ on the scale."""

    verb: str
    party: str = "consignor"
    pick: int = 0
    off: int = 0
    again: bool = False


VERBS = ("issue", "load", "arrive", "accept") * 2 + ("close", "cancel", "number", "gate", "site")
DEEDS = st.lists(
    st.builds(
        Deed,
        verb=st.sampled_from(VERBS),
        party=st.sampled_from([*PARTIES, "right", "right", "right"]),
        pick=st.integers(0, 3),
        off=st.sampled_from([0, 0, 5, -5, 30, -30, 400]),
        again=st.booleans(),
    ),
    min_size=3,
    max_size=30,
)


@dataclass
class Player:
    """Does deeds to manifests of one template, and knows what should come of them."""

    district: District
    form: str
    manifests: list[Manifest] = field(default_factory=list)
    status: dict[UUID, str] = field(default_factory=dict)
    weighed: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    plates: list[str] = field(default_factory=list)

    @property
    def stream(self) -> str:
        return BATTERIES if self.form == "hazardous" else SPOIL

    def play(self, deed: Deed) -> None:
        if deed.verb in ("issue", "gate"):
            self._begin(deed)
        elif self.manifests:
            manifest = self.manifests[deed.pick % len(self.manifests)]
            getattr(self, f"_{deed.verb}", self._step)(manifest, deed)

    # Deeds.
    def _begin(self, deed: Deed) -> None:
        by, id, signing = self._person(deed.party, "consignor"), uuid7(), self._signing()
        new = self.district.new(self.stream, 1)
        truck, mass = self._truck(len(self.manifests)), self._mass(deed)

        def call() -> Manifest:
            if deed.verb == "issue":
                return services.issue(new, id=id, signing=signing, by=by)
            return services.scan_out(truck, new, mass, id=id, signing=signing, by=by)

        manifest = self._try(call, again=deed.again)
        right = deed.party in ("right", "consignor")
        allowed = right and not (deed.verb == "gate" and self.form == "hazardous")
        assert (manifest is not None) == allowed, deed
        if manifest is not None:
            self.manifests.append(manifest)
            loaded = deed.verb == "gate"
            self.status[manifest.uuid] = "loaded" if loaded else "issued"
            if loaded:
                self.weighed[manifest.uuid] = (self._mass(deed).grams, 0)

    def _step(self, manifest: Manifest, deed: Deed) -> None:
        before = self.status[manifest.uuid]
        party, after = WAY[self.form].get((before, deed.verb), ("nobody", before))
        right = deed.party in ("right", party) and party != "nobody"
        by, signing = self._person(deed.party, party), self._signing()
        values = self._values(manifest, deed)
        signature = self._try(
            lambda: services.sign(manifest, deed.verb, signing=signing, values=values, by=by),
            again=deed.again,
        )
        assert (signature is not None) == right, (deed, before)
        if right:
            self._note(manifest, deed, after)

    def _site(self, manifest: Manifest, deed: Deed) -> None:
        before = self.status[manifest.uuid]
        by, signing, mass = self._person(deed.party, "consignee"), self._signing(), self._mass(deed)
        done = self._try(
            lambda: services.scan_in(manifest, mass, signing=signing, by=by), again=deed.again
        )
        right = deed.party in ("right", "consignee") and before == "loaded"
        assert (done is not None) == (right and self.form == "construction"), (deed, before)
        if done is not None:
            self._weigh_in(manifest, deed)
            self._settle(manifest)

    def _cancel(self, manifest: Manifest, deed: Deed) -> None:
        before, by = self.status[manifest.uuid], self._person(deed.party, "consignor")
        done = self._try(
            lambda: services.cancel(manifest, reason="changed plans", by=by), again=deed.again
        )
        right = deed.party in ("right", "consignor") and before in ("issued", "cancelled")
        assert (done is not None) == right, (deed, before)
        if right:
            self.status[manifest.uuid] = "cancelled"

    def _number(self, manifest: Manifest, deed: Deed) -> None:
        by, number = self._person(deed.party, "consignor"), f"202637150{next(NUMBERS):05}"
        self._try(lambda: services.set_authority_no(manifest, number, by=by), again=False)

    # What should come of them.
    def _note(self, manifest: Manifest, deed: Deed, after: str) -> None:
        self.status[manifest.uuid] = after
        if deed.verb == "load":
            self.weighed[manifest.uuid] = (self._mass(deed).grams, 0)
        if deed.verb == "arrive":
            self._weigh_in(manifest, deed)
        if deed.verb == "accept":
            self._settle(manifest)

    def _weigh_in(self, manifest: Manifest, deed: Deed) -> None:
        self.weighed[manifest.uuid] = (self.weighed[manifest.uuid][0], self._mass(deed).grams)

    def _settle(self, manifest: Manifest) -> None:
        out_g, in_g = self.weighed[manifest.uuid]
        agree = abs(out_g - in_g) * 1000 <= out_g * TOLERANCE[self.form]
        self.status[manifest.uuid] = "closed" if agree else "accepted"

    # What they are made of.
    def _values(self, manifest: Manifest, deed: Deed) -> dict[str, Any]:
        match deed.verb:
            case "load":
                number = self.manifests.index(manifest)
                carrier = NAMES[self.form][1]
                driver = self.district.driver(carrier)
                return {
                    "weighed_out": self._mass(deed),
                    "vehicle": self._truck(number),
                    "driver": driver,
                }
            case "arrive":
                return {"weighed_in": self._mass(deed)}
            case "close":
                return {"difference_reason": "spilt"}
            case _:
                return {}

    def _mass(self, deed: Deed) -> Mass:
        return grams(LOAD_G + LOAD_G * deed.off // 1000)

    def _truck(self, number: int) -> Any:
        while len(self.plates) <= number:
            self.plates.append(f"鲁{uuid4().hex[:6]}")
        return self.district.truck(NAMES[self.form][1], self.plates[number])

    def _person(self, party: str, right: str) -> Any:
        if party == "right":
            party = right if right in PARTIES else "stranger"
        return self.district.firm(NAMES[self.form][PARTIES.index(party)]).person

    def _signing(self) -> Signing:
        self.district.at += timedelta(seconds=1)
        return Signing(uuid7(), self.district.at)

    def _try(self, call: Any, *, again: bool = False) -> Any:
        """What the call returns, None where it is refused; sent twice, it says the same twice."""
        try:
            first = call()
        except Refusal:
            first = None
        if again:
            try:
                assert call() == first
            except Refusal:
                assert first is None
        return first


def right_now(player: Player) -> None:
    """Status, custody and bookings are what the model says."""
    firms = [player.district.firm(name).organisation.pk for name in NAMES[player.form]]
    waste = player.district.waste(player.stream)
    booked_g = 0
    for manifest in player.manifests:
        now = Manifest.objects.get(pk=manifest.pk)
        expected = player.status[manifest.uuid]
        assert now.status == expected
        (line,) = now.lines.all()
        out_g, in_g = player.weighed.get(manifest.uuid, (None, 0))
        assert (line.weighed_out_g, line.weighed_in_g) == (out_g, in_g or None)
        custody = Account.objects.filter(line=line.uuid).first()
        moving = expected in ("loaded", "arrived")
        assert (net_g(custody) if custody else 0) == (out_g if moving else 0)
        booked_g += LOAD_G if expected == "issued" else 0
        assert all(queries.signature_holds(one) for one in now.signatures.all())
    if player.form == "hazardous":
        kept = Balance.objects.filter(account__holder__in=firms, account__waste=waste)
        assert sum(row.booked_g for row in kept) == booked_g
    # Nothing was made and nothing was lost: what came out of everything went into something.
    accounts = Account.objects.filter(waste=waste, holder__in=firms)
    assert sum(net_g(account) for account in accounts) == 0


@examples(20)
@given(form=st.sampled_from(["hazardous", "construction"]), deeds=DEEDS)
def test_whatever_people_do_the_mass_is_where_the_status_says(real_district, form, deeds):
    # Firms of the example's own: several examples share one database.
    district = District(real_district.town, real_district.away)
    if form == "hazardous":
        district.stored("works", BATTERIES, *[50.0] * 2)
    player = Player(district, form)
    for name in NAMES[form]:
        district.firm(name, *KINDS.get(name, ()))
    for deed in deeds:
        player.play(deed)
    right_now(player)
    fold_all()
    assert differences() == []


KINDS = {
    "dangerous goods": ("carrier", "yard"),
    "muck trucks": ("carrier", "yard"),
    "refinery": ("plant", "treatment"),
    "spoil ground": ("plant", "treatment"),
}
