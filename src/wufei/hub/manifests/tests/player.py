"""A plain model of manifests, written down by hand: who may do what, and what comes of it.

``Player`` does deeds to real manifests and checks each answer against the model; ``right_now``
compares what stands in the database with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from uuid_utils.compat import uuid7

from wufei.hub.base.errors import Refusal
from wufei.hub.ledger.models import Account, Balance
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.models import Manifest, Revision
from wufei.hub.manifests.services import NextCarrier, Signing, revisions
from wufei.hub.manifests.services.expiry import expire
from wufei.hub.manifests.tests.conftest import BATTERIES, SPOIL, District, net_g
from wufei.hub.manifests.tests.loads import (
    BARGE,
    NAMES,
    NUMBERS,
    OPEN_OR_CLOSED,
    RECEIVED,
    TOLERANCE,
    WAY,
    Deed,
    Load,
)


@dataclass
class Player:
    """Does deeds to manifests of one template, and knows what should come of them."""

    district: District
    form: str
    loads: list[Load] = field(default_factory=list)
    plates: dict[tuple[int, str], str] = field(default_factory=dict)

    @property
    def stream(self) -> str:
        return BATTERIES if self.form == "hazardous" else SPOIL

    def play(self, deed: Deed) -> None:
        if deed.verb in ("issue", "gate"):
            self._begin(deed)
        elif self.loads:
            load = self.loads[deed.pick % len(self.loads)]
            getattr(self, f"_{deed.verb}", self._step)(load, deed)

    # The path.
    def _begin(self, deed: Deed) -> None:
        sender, carrier, plant, *_others = NAMES[self.form]
        load = Load(Manifest(), "issued", sender, plant, leaves=sender, carrier=carrier)
        load.passed_on = self.form == "hazardous" and not deed.stays
        by, id, signing = self._person(load, deed, "consignor"), uuid7(), self._signing()
        barge = self.district.firm(BARGE, "carrier", "yard").organisation
        further = (NextCarrier(barge),) if load.passed_on else ()
        new = self.district.new(self.stream, 1, further_carriers=further)
        truck, mass = self._truck(len(self.loads), carrier), self._mass(load, deed)

        def call() -> Manifest:
            if deed.verb == "issue":
                return services.issue(new, id=id, signing=signing, by=by)
            return services.scan_out(truck, new, mass, id=id, signing=signing, by=by)

        allowed = not (deed.verb == "gate" and self.form == "hazardous")
        if self._try(call, deed, right=_right(deed, "consignor") and allowed):
            load.manifest = self.answer
            self.loads.append(load)
            if deed.verb == "gate":
                self._loaded(load, mass.grams)

    def _step(self, load: Load, deed: Deed) -> None:
        party, after = WAY[self.form].get((load.status, deed.verb), ("nobody", ""))
        by, signing = self._person(load, deed, party), self._signing()
        values, mass = self._values(load, deed), self._mass(load, deed)
        right = _right(deed, party)
        if deed.verb == "accept" and load.back and deed.kept < 100:
            right = False
        if deed.verb == "close" and load.custody_g:
            right = False

        def call() -> Any:
            return services.sign(load.manifest, deed.verb, signing=signing, values=values, by=by)

        if not self._try(call, deed, right=right):
            return
        match deed.verb:
            case "load":
                self._loaded(load, mass.grams)
            case "arrive":
                load.status, load.in_g = "arrived", mass.grams
                load.passed_on = load.halted = False
            case "accept":
                self._accepted(load, deed)
            case _:
                load.status, load.settled = after, True

    def _site(self, load: Load, deed: Deed) -> None:
        by, signing = self._person(load, deed, "consignee"), self._signing()
        mass = self._mass(load, deed)
        said: dict[str, Any] = {"difference_reason": "spilt"}
        if deed.kept < 100:
            said |= {"accepted": _share(mass.grams, deed), "refusal_reason": "wet"}

        def call() -> Any:
            return services.scan_in(load.manifest, mass, signing=signing, by=by, **said)

        right = _right(deed, "consignee") and load.status == "loaded"
        right = right and self.form == "construction" and not (load.back and deed.kept < 100)
        if self._try(call, deed, right=right):
            load.in_g = mass.grams
            load.halted = False
            self._accepted(load, deed)

    def _cancel(self, load: Load, deed: Deed) -> None:
        by = self._person(load, deed, "consignor")
        right = _right(deed, "consignor") and load.status in ("issued", "cancelled")

        def call() -> Any:
            return services.cancel(load.manifest, reason="changed plans", by=by)

        if self._try(call, deed, right=right):
            load.status = "cancelled"

    def _number(self, load: Load, deed: Deed) -> None:
        by, number = self._person(load, deed, "consignor"), f"202637150{next(NUMBERS):05}"
        self._try(lambda: services.set_authority_no(load.manifest, number, by=by), deed)

    # What is written anew.
    def _edit(self, load: Load, deed: Deed) -> None:
        """The issuer declares another mass while nobody else has signed."""
        by, signing = self._person(load, deed, "consignor"), self._signing()
        mass = self._mass(load, deed)

        def call() -> Any:
            return services.edit(load.manifest, {"declared": mass}, signing=signing, by=by)

        differs = mass.grams != load.declared_g and load.follows is None
        right = _right(deed, "consignor") and load.status == "issued" and differs
        if self._try(call, deed, right=right):
            load.declared_g = mass.grams

    def _revise(self, load: Load, deed: Deed) -> None:
        """Another weight at loading, or once it is received other words; ``stays``: all agree."""
        if load.follows or load.followers or load.manifest.turn > 1:
            return
        moving = load.status in ("loaded", "arrived")
        by, id, mass = self._person(load, deed, "consignor"), uuid7(), self._mass(load, deed)
        changes = {"weighed_out": mass} if moving else {"note": f"written {id}"}

        def call() -> Any:
            reason = "typed wrongly"
            return revisions.propose(load.manifest, changes, id=id, reason=reason, by=by)

        signers = set(revisions.signers_of(load.manifest)) if load.status in OPEN_OR_CLOSED else ()
        right = not by.organisation_ids.isdisjoint(signers)
        if moving and mass.grams == load.out_g:
            right = False
        if self._try(call, deed, right=right) and self._agreed(self.answer, deed) and moving:
            load.out_g = load.custody_g = mass.grams

    def _reaccept(self, load: Load, deed: Deed) -> None:
        """Another part of it is accepted after all; ``stays``: all agree."""
        if (
            load.in_g is None
            or load.accepted_g is None
            or _share(load.in_g, deed) == grams(load.accepted_g)
        ):
            return
        by, id = self._person(load, deed, "consignee"), uuid7()
        changes: dict[str, Any] = {"accepted": _share(load.in_g, deed)}
        changes |= {"refusal_reason": "wet"} if deed.kept < 100 else {}

        def call() -> Any:
            return revisions.propose(load.manifest, changes, id=id, reason="looked again", by=by)

        right = not by.organisation_ids.isdisjoint(revisions.signers_of(load.manifest))
        right = right and load.status in (*RECEIVED, "closed") and not load.gone_on
        if self._try(call, deed, right=right and not load.back) and self._agreed(self.answer, deed):
            self._accepted(load, deed)

    def _annul(self, load: Load, deed: Deed) -> None:
        """What is on the road never left; ``stays``: all agree."""
        by, id = self._person(load, deed, "consignor"), uuid7()

        def call() -> Any:
            return revisions.propose_annulment(load.manifest, id=id, reason="no", by=by)

        right = not by.organisation_ids.isdisjoint(revisions.signers_of(load.manifest))
        if not self._try(call, deed, right=right and load.status == "loaded"):
            return
        if self._agreed(self.answer, deed):
            load.status, load.custody_g = "cancelled", 0
            if (first := load.follows) is not None:
                first.custody_g = first.refused_g or 0
                first.status = "partly_accepted" if first.accepted_g else "refused"

    def _agreed(self, revision: Revision, deed: Deed) -> bool:
        for approval in revision.approvals.select_related("organisation"):
            by = self.district.firm(approval.organisation.name).person
            revisions.decide(revision, deed.stays, signing=self._signing(), by=by)
            if not deed.stays:
                return False
        return True

    # On the way.
    def _take_over(self, load: Load, deed: Deed) -> None:
        by = self._person(load, deed, "")
        if deed.party == "right":
            by = self.district.firm(BARGE).person
        number, signing = self.loads.index(load), self._signing()
        truck, driver = self._truck(number, BARGE), self.district.driver(BARGE)

        def call() -> Any:
            return services.take_over(
                load.manifest, signing=signing, by=by, vehicle=truck, driver=driver
            )

        right = deed.party == "right" and load.status == "loaded" and load.passed_on
        if self._try(call, deed, right=right):
            load.carrier, load.passed_on, load.halted = BARGE, False, False

    def _set_down(self, load: Load, deed: Deed) -> None:
        by, signing = self._person(load, deed, "carrier"), self._signing()
        # In a stranger's yard: they see nothing of it all the same.
        site = self.district.firm(NAMES[self.form][-1]).site

        def call() -> Any:
            return services.set_down(load.manifest, site, signing=signing, by=by)

        right = _right(deed, "carrier") and load.status == "loaded" and not load.halted
        if self._try(call, deed, right=right and self.form == "hazardous"):
            load.halted = True

    def _pick_up(self, load: Load, deed: Deed) -> None:
        by, signing = self._person(load, deed, "carrier"), self._signing()

        def call() -> Any:
            return services.pick_up(load.manifest, signing=signing, by=by)

        if self._try(call, deed, right=_right(deed, "carrier") and load.halted):
            load.halted = False

    def _expire(self, load: Load, deed: Deed) -> None:
        """Two months go by for what nobody has loaded."""
        expire(self.district.at + timedelta(days=60))
        for one in self.loads:
            if one.status == "issued" and one.manifest.expires_at:
                one.status = "expired"

    # What was refused.
    def _send_back(self, load: Load, deed: Deed) -> None:
        by, id, signing = self._person(load, deed, "consignee"), uuid7(), self._signing()

        def call() -> Manifest:
            return services.send_back(
                load.manifest, id=id, signing=signing, by=by, truck_stays=deed.stays
            )

        right = _right(deed, "consignee") and load.left_g > 0
        if self._try(call, deed, right=right):
            first = load
            while first.follows:
                first = first.follows
            self._linked(load, deed, load.consignee, first.consignor, back=True)

    def _send_on(self, load: Load, deed: Deed) -> None:
        by, id, signing = self._person(load, deed, "consignor"), uuid7(), self._signing()
        other = self._other(load)
        site = self.district.firm(other).site

        def call() -> Manifest:
            return services.send_on(
                load.manifest, site, id=id, signing=signing, by=by, truck_stays=deed.stays
            )

        right = _right(deed, "consignor") and load.left_g > 0 and other != load.leaves
        if self._try(call, deed, right=right):
            self._linked(load, deed, load.consignor, other, back=False)

    def _linked(
        self, load: Load, deed: Deed, consignor: str, consignee: str, *, back: bool
    ) -> None:
        left_g = load.left_g
        linked = Load(self.answer, "issued", consignor, consignee, load.consignee, left_g)
        linked.follows, linked.back, linked.carrier = load, back, load.carrier
        load.followers.append(linked)
        self.loads.append(linked)
        if deed.stays:
            self._loaded(linked, left_g)

    def _redirect(self, load: Load, deed: Deed) -> None:
        by, signing, other = self._person(load, deed, "consignor"), self._signing(), ""
        other = self._other(load)
        site = self.district.firm(other).site

        def call() -> Any:
            return services.redirect(load.manifest, site, signing=signing, by=by)

        right = _right(deed, "consignor") and load.status == "refused" and load.left_g > 0
        if self._try(call, deed, right=right and other != load.leaves):
            load.status, load.consignee = "loaded", other
            load.in_g = load.accepted_g = load.refused_g = None
            load.passed_on = load.settled = False

    def _other(self, load: Load) -> str:
        first, second = NAMES[self.form][2:4]
        return second if load.consignee == first else first

    # What should come of them.
    def _loaded(self, load: Load, mass_g: int) -> None:
        load.status, load.out_g, load.custody_g = "loaded", mass_g, mass_g
        if (first := load.follows) is not None:
            first.custody_g = 0
            if first.status in RECEIVED and first.agrees(TOLERANCE[self.form]):
                first.status = "closed"

    def _accepted(self, load: Load, deed: Deed) -> None:
        assert load.in_g is not None
        load.accepted_g = _share(load.in_g, deed).grams if deed.kept < 100 else load.in_g
        load.refused_g = load.custody_g = load.in_g - load.accepted_g
        if load.refused_g:
            load.status = "partly_accepted" if load.accepted_g else "refused"
        else:
            load.status = "closed" if load.agrees(TOLERANCE[self.form]) else "accepted"

    # What they are made of.
    def _values(self, load: Load, deed: Deed) -> dict[str, Any]:
        match deed.verb:
            case "load":
                return {
                    "weighed_out": self._mass(load, deed),
                    "vehicle": self._truck(self.loads.index(load), load.carrier),
                    "driver": self.district.driver(load.carrier),
                }
            case "arrive":
                return {"weighed_in": self._mass(load, deed)}
            case "accept" if deed.kept < 100:
                accepted = _share(load.in_g or load.declared_g, deed)
                reasons = {"refusal_reason": "wet", "difference_reason": "spilt"}
                return {"accepted": accepted} | reasons
            case "accept":
                return {"difference_reason": "spilt"}
            case _:
                return {}

    def _mass(self, load: Load, deed: Deed) -> Mass:
        return grams(load.declared_g + load.declared_g * deed.off // 1000)

    def _truck(self, number: int, carrier: str) -> Any:
        plate = self.plates.setdefault((number, carrier), f"鲁{uuid4().hex[:6]}")
        return self.district.truck(carrier, plate)

    def _person(self, load: Load, deed: Deed, right: str) -> Any:
        party = deed.party if deed.party != "right" else right
        names = {
            "consignor": load.consignor,
            "carrier": load.carrier,
            "consignee": load.consignee,
        }
        return self.district.firm(names.get(party, NAMES[self.form][-1])).person

    def _signing(self) -> Signing:
        self.district.at += timedelta(seconds=1)
        return Signing(uuid7(), self.district.at)

    def _try(self, call: Callable[[], Any], deed: Deed, *, right: bool | None = None) -> bool:
        """Do it (twice where ``deed.again``: it says the same twice), as far as it is ``right``.

        Whoever is refused need not be wrong where ``right`` is None.
        """
        try:
            self.answer = call()
            done = True
        except Refusal:
            done = False
        assert right is None or done == right, (deed, [one.status for one in self.loads])
        if deed.again:
            try:
                again = call()
                assert again == self.answer if done else right is None
            except Refusal:
                assert not done
        return done


def _right(deed: Deed, party: str) -> bool:
    return deed.party in ("right", party) and party != "nobody"


def _share(mass_g: int, deed: Deed) -> Mass:
    return grams(mass_g * deed.kept // 100)


def right_now(player: Player) -> None:
    """Status, masses, custody and bookings are what the model says; strangers see nothing."""
    names = [*NAMES[player.form], BARGE]
    firms = [player.district.firm(name).organisation.pk for name in names]
    waste = player.district.waste(player.stream)
    booked_g = 0
    for load in player.loads:
        now = Manifest.objects.get(pk=load.manifest.pk)
        assert now.status == load.status
        assert (now.consignor.name, now.consignee.name) == (load.consignor, load.consignee)
        (line,) = now.lines.all()
        told = (line.weighed_out_g, line.weighed_in_g, line.accepted_g, line.refused_g)
        assert told == (load.out_g, load.in_g, load.accepted_g, load.refused_g)
        for custody in Account.objects.filter(line=line.uuid).select_related("holder"):
            has_it = custody.holder.name == load.carrier
            assert net_g(custody) == (load.custody_g if has_it else 0)
        assert (now.carrier.name, now.halted_at_site is not None) == (load.carrier, load.halted)
        if load.status == "issued" and (load.follows or player.form == "hazardous"):
            booked_g += load.declared_g
        assert all(queries.signature_holds(one) for one in now.signatures.all())
    kept = Balance.objects.filter(account__holder__in=firms, account__waste=waste)
    assert sum(row.booked_g for row in kept) == booked_g
    # Nothing was made and nothing was lost: what came out of everything went into something.
    accounts = Account.objects.filter(waste=waste, holder__in=firms)
    assert sum(net_g(account) for account in accounts) == 0
    stranger = player.district.firm(NAMES[player.form][-1]).person
    assert not queries.visible(stranger).exists()
