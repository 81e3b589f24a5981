"""A small district for the manifests' tests: who sends, drives and receives, and their people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.accounts.permissions import acts_of
from wufei.hub.base.actor import Actor, ActorKind, system
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart
from wufei.hub.ledger.models import Account, AccountKind, Balance, Lot
from wufei.hub.ledger.units import GRAMS_PER_T, Mass, grams, tonnes
from wufei.hub.manifests import declarations, services
from wufei.hub.manifests.declarations import ManifestTemplate
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.services import NewLine, NewManifest, Signing
from wufei.hub.registry.models import (
    Driver,
    DriverIdentity,
    Licence,
    LicenceLine,
    Organisation,
    Quota,
    Region,
    Site,
    Vehicle,
)
from wufei.hub.registry.validity import period

OIL, SPOIL, BATTERIES, ASH = "hazardous_industrial", "spoil", "lead_battery", "coal_ash"
_CODE = {OIL: "900-249-08", SPOIL: "T-spoil", BATTERIES: "900-052-31", ASH: "T-ash"}


@dataclass
class Firm:
    """An organisation, its one site, and somebody who signs for it."""

    organisation: Organisation
    site: Site
    person: Actor


@dataclass
class District:
    """Invented firms. ``at`` is the time of the next deed: each is a minute after the last.

    ``planned``: whoever sends something has a plan for plenty of it.
    """

    town: Region
    away: Region
    at: datetime = field(default_factory=lambda: timezone.now() - timedelta(hours=6))
    firms: dict[str, Firm] = field(default_factory=dict)
    wastes: dict[str, WasteType] = field(default_factory=dict)
    planned: bool = True

    # Who and what there is.
    def firm(self, name: str, kind: str = "enterprise", site: str = "storage") -> Firm:
        if name not in self.firms:
            region = self.away if name.startswith("far ") else self.town
            owner = Organisation.objects.create(
                name=name,
                pinyin=name,
                kind=kind,
                region=region,
                domains=["hazardous", "construction"],
                validity=period(date(2020, 1, 1)),
            )
            place = Site.objects.create(
                organisation=owner,
                name=f"{name} site",
                pinyin=name,
                kind=site,
                region=region,
                validity=period(date(2020, 1, 1)),
            )
            self.firms[name] = Firm(owner, place, person(owner))
        return self.firms[name]

    def waste(self, stream: str) -> WasteType:
        if stream not in self.wastes:
            code = _CODE.get(stream, f"T-{stream}")
            self.wastes[stream] = WasteType.objects.filter(
                code=code, stream=stream
            ).first() or WasteType.objects.create(
                code=code,
                edition="test",
                name=stream,
                pinyin=stream,
                domain=catalogue.domain_of(stream).code,
                stream=stream,
                validity=period(date(2020, 1, 1)),
            )
            if stream == SPOIL and self.planned:
                # Pages and programs that let a truck out need the approval as well.
                self.firm(USUAL[SPOIL][0], "construction", "construction")
                for code in WasteType.objects.filter(stream=SPOIL).values_list("code", flat=True):
                    self._plan(USUAL[SPOIL][0], code)
        return self.wastes[stream]

    def truck(self, carrier: str, plate: str) -> Vehicle:
        owner = self.firm(carrier, "carrier", "yard").organisation
        return Vehicle.objects.filter(plate=plate).first() or Vehicle.objects.create(
            plate=plate, kind="tipper", carrier=owner, validity=period(date(2020, 1, 1))
        )

    def driver(self, carrier: str) -> Driver:
        owner = self.firm(carrier, "carrier", "yard").organisation
        known = Driver.objects.filter(carrier=owner).first()
        if known is None:
            known = Driver.objects.create(carrier=owner, validity=period(date(2020, 1, 1)))
            DriverIdentity.objects.create(driver=known, name="Zhao Wu", pinyin="zw")
        return known

    def licence(self, firm: str, kind: str, code: str = "*", last: date | None = None) -> Licence:
        owner, validity = self.firm(firm).organisation, period(date(2020, 1, 1), last)
        licence = Licence.objects.create(
            organisation=owner, kind=kind, number=f"{firm} {kind} {code}", validity=validity
        )
        LicenceLine.objects.create(
            licence=licence, organisation=owner, kind=kind, code=code, validity=validity
        )
        return licence

    def plan(self, firm: str, stream: str) -> None:
        self._plan(firm, self.waste(stream).code)

    def _plan(self, firm: str, code: str) -> None:
        owner = self.firm(firm).organisation
        if not Quota.objects.filter(organisation=owner, code=code.upper()).exists():
            self._quota(firm, code, 1_000_000)

    def quota(self, firm: str, stream: str, limit_t: float, **more: Any) -> Quota:
        """What the firm may move of it in these years, as its plan says."""
        return self._quota(firm, self.waste(stream).code, limit_t, **more)

    def _quota(self, firm: str, code: str, limit_t: float, **more: Any) -> Quota:
        return Quota.objects.create(
            organisation=self.firm(firm).organisation,
            code=code.upper(),
            limit_t=Decimal(str(limit_t)),
            validity=period(date(2020, 1, 1)),
            **more,
        )

    def stored(self, firm: str, stream: str, *masses_t: float) -> list[Lot]:
        """Waste arises in the firm's store, each mass as a container of its own."""
        place, waste = self.firm(firm), self.waste(stream)
        origin, stock = (
            AccountKey(kind, place.organisation.pk, waste.pk, place.site.pk)
            for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
        )
        lots: list[Lot] = []
        for mass_t in masses_t:
            entry = Entry(uuid7(), origin, stock, tonnes(mass_t), self.at - timedelta(days=1))
            (movement,) = ledger.post([entry], by=system("test"), cause="test")
            lots += Lot.objects.filter(entries__movement=movement)
        return lots

    # What they do.
    def signing(self, id: UUID | None = None) -> Signing:
        self.at += timedelta(minutes=1)
        return Signing(id or uuid7(), self.at, device="test")

    def new(self, stream: str, mass_t: float, *, lots: Any = (), **more: Any) -> NewManifest:
        """An ordinary manifest of this stream between the usual parties."""
        sender, carrier, receiver = USUAL[stream]
        sender, receiver = more.pop("sender", sender), more.pop("receiver", receiver)
        if self.planned:
            self.plan(sender, stream)
        line = NewLine(
            self.waste(stream),
            more.pop("declared", None) or tonnes(mass_t),
            method=more.pop("method", METHODS[stream]),
            lots=tuple(LotPart(lot.uuid, lot.remaining_g) for lot in lots),
        )
        return NewManifest(
            self.firm(sender).site,
            self.firm(carrier, "carrier", "yard").organisation,
            self.firm(receiver, "plant", "treatment").site,
            (line,),
            **more,
        )

    def issue(self, stream: str, mass_t: float, **more: Any) -> Manifest:
        new = self.new(stream, mass_t, **more)
        by = self.firm(USUAL[stream][0]).person
        return services.issue(new, id=uuid7(), signing=self.signing(), by=by)

    def load(self, manifest: Manifest, weighed: Any, **more: Any) -> Signature:
        """``weighed`` in tonnes, or a mass, or masses by line."""
        carrier = manifest.carrier.name
        values = {
            "weighed_out": tonnes(weighed) if isinstance(weighed, int | float) else weighed,
            "vehicle": self.truck(carrier, f"鲁P{len(carrier):05}"),
            "driver": self.driver(carrier),
        }
        return self.sign(manifest, "load", carrier, values | more)

    def arrive(self, manifest: Manifest, mass_t: float) -> Signature:
        return self.sign(
            manifest, "arrive", manifest.consignee.name, {"weighed_in": tonnes(mass_t)}
        )

    def accept(self, manifest: Manifest, **values: Any) -> Signature:
        return self.sign(manifest, "accept", manifest.consignee.name, values)

    def sign(
        self, manifest: Manifest, step: str, firm: str, values: Any, id: UUID | None = None
    ) -> Signature:
        by = self.firm(firm).person
        return services.sign(manifest, step, signing=self.signing(id), values=values, by=by)

    # What stands where.
    def g(self, kind: str, firm: str, stream: str) -> int:
        """Grams in (all) accounts of this kind: what stands there, or what ever went there."""
        accounts = Account.objects.filter(
            kind=kind, holder=self.firm(firm).organisation, waste=self.waste(stream)
        )
        return sum(net_g(account) for account in accounts)

    def booked_g(self, firm: str, stream: str) -> int:
        owner, waste = self.firm(firm).organisation, self.waste(stream)
        rows = Balance.objects.filter(account__holder=owner, account__waste=waste)
        return sum(row.booked_g for row in rows)


USUAL = {
    OIL: ("works", "dangerous goods", "refinery"),
    BATTERIES: ("works", "dangerous goods", "refinery"),
    SPOIL: ("pit", "muck trucks", "spoil ground"),
    ASH: ("works", "muck trucks", "spoil ground"),
}
METHODS = {OIL: "oil_refining", BATTERIES: "metal_recovery", SPOIL: "", ASH: ""}


def person(*firms: Organisation, role: str = "clerk") -> Actor:
    """Somebody of that role who acts for ``firms``."""
    return Actor(
        ActorKind.PERSON,
        id=f"person:{uuid7()}",
        name=role,
        role=role,
        organisation_ids=frozenset(firm.pk for firm in firms),
        acts=acts_of(role),
    )


def net_g(account: Account) -> int:
    """Grams that came in less those that went out, from the movements."""
    from wufei.hub.ledger.models import Movement

    moved = Movement.objects.filter(target=account), Movement.objects.filter(source=account)
    into, out = (sum(m.sign * m.mass_g for m in rows) for rows in moved)
    return into - out


def t(mass_t: float) -> int:
    return int(Decimal(str(mass_t)) * GRAMS_PER_T)


def kg(mass_kg: int) -> Mass:
    return grams(mass_kg * 1000)


def build() -> District:
    town, _made = Region.objects.get_or_create(
        code="T1",
        defaults={
            "name": "Test town",
            "level": "town",
            "path": "T1",
            "pinyin": "tt",
            "within": True,
            "covered_by": ["T1"],
        },
    )
    away, _made = Region.objects.get_or_create(
        code="T2",
        defaults={
            "name": "Elsewhere",
            "level": "county",
            "path": "T2",
            "pinyin": "e",
            "covered_by": ["T2"],
        },
    )
    return District(town, away)


@pytest.fixture
def district(db: None) -> District:
    return build()


@pytest.fixture
def real_district(committed: str) -> District:
    """A district whose commits are real, in a database of the test's own."""
    return build()


@pytest.fixture
def declared() -> Iterator[Callable[..., ManifestTemplate]]:
    """``declared("hazardous", carriers_max=3)``: the template says something else in this test."""
    before = declarations.templates()

    def change(code: str, **values: Any) -> ManifestTemplate:
        changed = replace(declarations.template(code), **values)
        known = {one.code: one for one in declarations.templates()}
        declarations.fill((known | {code: changed}).values())
        return changed

    yield change
    declarations.fill(before)


@pytest.fixture
def issued(district: District) -> Manifest:
    """Two tonnes of oil that wait to be loaded."""
    district.stored("works", OIL, 10)
    return district.issue(OIL, 2)
