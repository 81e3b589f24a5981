"""Two towns with the same firms and one document in every state: what the matrix is tried on.

Everybody of the matrix has a part in the first town's documents, nobody in the second town's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.architecture.district import claim_of
from tests.permissions.forms import filings_of
from uuid_utils.compat import uuid7

from wufei.hub.accounts import tokens
from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.models import ApiToken, User
from wufei.hub.accounts.services import make_user
from wufei.hub.base.actor import Actor
from wufei.hub.base.files.services import store
from wufei.hub.exemptions.models import Criterion
from wufei.hub.labels import services as labels
from wufei.hub.labels.rules import Facts
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import Container, LotPart
from wufei.hub.ledger.models import Account, AccountKind, Lot, Movement
from wufei.hub.ledger.services.treatments import Input
from wufei.hub.ledger.units import grams, tonnes
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Draft, Manifest, QueuedStep, SigningKey
from wufei.hub.manifests.services import (
    Collected,
    NewLine,
    NewManifest,
    NewRound,
    NextCarrier,
    invitations,
    queue,
    revisions,
    site_codes,
)
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, District, Firm, build
from wufei.hub.manifests.tests.test_rounds import kitchen_waste
from wufei.hub.registry.models import Organisation, Vehicle
from wufei.hub.registry.rules.codes import credit_code

ROLES = (
    "consignor",
    "carrier",
    "consignee",
    "driver",
    "reader",
    "town officer",
    "department officer",
    "outsider",
)
# Whoever does what another role does: an agent serves the consignor.
LIKE = {"agent": "consignor"}
FIRMS = {
    "sender": ("enterprise", "storage"),
    "carrier": ("carrier", "yard"),
    "plant": ("plant", "treatment"),
    "second plant": ("plant", "treatment"),
    "river barge": ("carrier", "yard"),
    "abroad plant": ("plant", "treatment"),
}
CUBE = Facts(Decimal(200), "drum", "liquid", "T,I", "mineral oil", precautions="no fire")


@dataclass
class Person:
    """Somebody of a role, at a browser and with a program; ``scan`` is a picture of a paper."""

    user: User
    browser: Any
    program: Client
    scan: Any = None

    @property
    def actor(self) -> Actor:
        return actor_for(self.user)


@dataclass
class Town:
    """One town's firms, and its things by name. ``secrets``: what nobody else may read anywhere."""

    name: str
    district: District
    things: dict[str, Any] = field(default_factory=dict)

    def firm(self, name: str) -> Firm:
        return self.district.firm(self.name + name, *FIRMS[name])

    def truck(self, name: str = "carrier") -> Vehicle:
        """Another one each time."""
        number = Vehicle.objects.count()
        return Vehicle.objects.create(
            plate=f"鲁Q{number:05}",
            kind="tipper",
            carrier=self.firm(name).organisation,
            validity=self.firm(name).organisation.validity,
        )

    @property
    def secrets(self) -> set[str]:
        of_firms = Manifest.objects.filter(consignor_site__region=self.firm("sender").site.region)
        names = {self.named(what) for what in ("drum", "draft", "phone")}
        return names | {one.local_id for one in of_firms}

    @property
    def unsent(self) -> str:
        """What stands in drafts of forms: only whoever fills them in reads it."""
        return self.named("unsent")

    def named(self, what: str) -> str:
        """A name that nothing else of the page contains."""
        return f"{self.name.strip() or 'near'}-{what}"


@dataclass
class World:
    """``own``: the town in whose documents everybody has a part; ``other``: where nobody has."""

    own: Town
    other: Town
    people: dict[str, Person]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done in it is undone."""
    with transaction.atomic():
        point = transaction.savepoint()
        yield
        transaction.savepoint_rollback(point)


def build_world() -> World:
    district = build()
    for region in (district.town, district.away):
        region.within = True
        region.save()
    people = _people(district)
    own, other = Town("", district), Town("far ", district)
    for town in (own, other):
        for name in FIRMS:
            town.firm(name)
        sender = town.firm("sender").organisation
        sender.credit_code = credit_code(f"Y1371502{sender.pk:08d}")
        sender.save()
        people_of_town = people if town is own else {}
        _manifests(town)
        _beside(town, people_of_town)
        _ledger(town)
        town.things |= filings_of(town)
    _of_people(own, people)
    return World(own, other, people)


# Who.
def _people(district: District) -> dict[str, Person]:
    near = Town("", district)
    stranger = district.firm("stranger", "enterprise", "storage").organisation
    stranger.domains = ["hazardous", "construction", "household"]
    stranger.save()
    agency = district.firm("agency", "agent").organisation
    return {
        "consignor": person("clerk", near.firm("sender").organisation),
        "carrier": person("clerk", near.firm("carrier").organisation),
        "consignee": person("clerk", near.firm("plant").organisation),
        "driver": person("driver", near.firm("carrier").organisation),
        "reader": person("auditor"),
        "town officer": person("town_officer", regions=["T1"]),
        "department officer": person("officer"),
        # In the same town, with trucks of its own: everything but a part in the documents.
        "outsider": person("clerk", stranger),
        "agent": person("agent", near.firm("sender").organisation, agency),
    }


def person(role: str, *organisations: Organisation, regions: Any = ()) -> Person:
    user = make_user(
        f"{role}-{uuid7().hex[-8:]}",
        display_name=role,
        role=role,
        password="a-good-Passphrase-7",
        organisations=[one.pk for one in organisations],
        regions=list(regions),
        check_password=False,
    )
    browser: Any
    # As a page's script asks: what is refused comes in two words instead of a page.
    asking = {"accept-language": "en", "accept": "application/json"}
    browser, text = Client(headers=asking), f"wufei_{user.uuid}"
    browser.user = user
    browser.force_login(user, "wufei.hub.accounts.backend.AccountBackend")
    ends = timezone.now() + timedelta(hours=9)
    ApiToken.objects.create(user=user, digest=tokens._digest(text), expires_at=ends)
    headers = {"authorization": f"Bearer {text}", "accept-language": "en"}
    return Person(user, browser, Client(headers=headers), _picture(actor_for(user)))


# The manifests, by the state they stand in.
def new(town: Town, stream: str = OIL, *, to: str = "plant", **more: Any) -> NewManifest:
    district, method = town.district, "oil_refining" if stream == OIL else ""
    line = NewLine(district.waste(stream), tonnes(2), method=more.pop("method", method))
    return NewManifest(
        town.firm("sender").site,
        town.firm(more.pop("by", "carrier")).organisation,
        town.firm(to).site,
        (line,),
        **more,
    )


def _issued(town: Town, **more: Any) -> Manifest:
    by = town.firm("sender").person
    signing = town.district.signing()
    return services.issue(new(town, **more), id=uuid7(), signing=signing, by=by)


def _loaded(town: Town, manifest: Manifest | None = None, by: str = "carrier") -> Manifest:
    manifest = manifest or _issued(town)
    driver = town.district.driver(town.name + by)
    values = {"weighed_out": tonnes(2), "vehicle": town.truck(by), "driver": driver}
    _sign(town, manifest, "load", by, values)
    return manifest


def _arrived(town: Town, mass_t: float = 2) -> Manifest:
    manifest = _loaded(town)
    _sign(town, manifest, "arrive", "plant", {"weighed_in": tonnes(mass_t)})
    return manifest


def _accepted(town: Town, mass_t: float, **values: Any) -> Manifest:
    manifest = _arrived(town, mass_t)
    _sign(town, manifest, "accept", "plant", values)
    return manifest


def _sign(town: Town, manifest: Manifest, step: str, firm: str, values: Any) -> None:
    by, signing = town.firm(firm).person, town.district.signing()
    services.sign(manifest, step, signing=signing, values=values, by=by)


def _manifests(town: Town) -> None:
    district, sender = town.district, town.firm("sender").person
    carrier, barge = town.firm("carrier"), town.firm("river barge")
    district.stored(town.name + "sender", OIL, 50)
    for stream in (OIL, SPOIL):
        district.plan(town.name + "sender", stream)
    relay = new(town, by="river barge", further_carriers=(NextCarrier(carrier.organisation),))
    relay_issued = services.issue(relay, id=uuid7(), signing=district.signing(), by=sender)
    halted = _loaded(town)
    services.set_down(halted, barge.site, signing=district.signing(), by=carrier.person)
    left_open = frozenset({"method"})
    emergency = services.issue_emergency(
        new(town, method=""),
        left_open=left_open,
        reason="a tank burst",
        id=uuid7(),
        signing=district.signing(),
        by=sender,
    )
    gate = services.scan_out(
        town.truck(),
        new(town, SPOIL),
        tonnes(2),
        id=uuid7(),
        signing=district.signing(),
        by=sender,
    )
    corrected = _loaded(town)
    pending = revisions.propose(
        corrected, {"note": "one drum"}, id=uuid7(), reason="forgotten", by=sender
    )
    town.things |= {
        "issued": _issued(town),
        "loaded": _loaded(town),
        "arrived": _arrived(town),
        "accepted": _accepted(town, 1.9, difference_reason="spilt"),
        "refused": _accepted(town, 2, accepted=grams(0), refusal_reason="wet"),
        "relay": _loaded(town, relay_issued, "river barge"),
        "halted": halted,
        "emergency": emergency,
        "scanned": gate,
        "revision": pending,
        "abroad": _loaded(town, _issued(town, to="abroad plant")),
    }
    town.things["truck"] = town.things["loaded"].vehicle
    town.things["free truck"] = town.truck()


# What stands around them.
def _beside(town: Town, people: dict[str, Person]) -> None:
    sender = town.firm("sender")
    town.things |= {
        "draft": Draft.objects.create(
            uuid=uuid7(),
            organisation=sender.organisation,
            name=town.named("draft"),
            author=sender.person.id,
        ),
        "round": _round(town),
        "conflict": _conflict(town, people),
        "site": sender.site,
        "code": site_codes.renew(town.firm("carrier").site, by=town.firm("carrier").person),
    }
    site_codes.renew(sender.site, by=sender.person)
    town.things["link"], town.things["invitation"] = invitations.invite(
        town.things["abroad"], "arrive", recipient="Li", by=sender.person
    )
    town.things["stop"] = town.things["round"].stops.get(position=1)
    town.things["open stop"] = town.things["round"].stops.get(position=2)
    town.things["receipt"] = town.things["issued"].signatures.get()


def _round(town: Town) -> Any:
    """Kitchen waste: the first stop is done, the second not."""
    carrier, district = town.firm("carrier"), town.district
    begun = services.start_round(
        NewRound(
            "kitchen_waste",
            carrier.organisation,
            town.truck(),
            town.firm("plant").site,
            (town.firm("sender").site, town.firm("second plant").site),
            district.driver(town.name + "carrier"),
        ),
        id=uuid7(),
        at=district.signing().signed_at,
        by=carrier.person,
    )
    load = Collected(kitchen_waste(), tonnes(1))
    first = begun.stops.get(position=1)
    services.collect(first, [load], signing=district.signing(), by=carrier.person)
    return begun


def _conflict(town: Town, people: dict[str, Person]) -> QueuedStep:
    """A step that the carrier's driver signed without network, and that was refused."""
    driver = people["driver"] if people else person("driver", town.firm("carrier").organisation)
    user, manifest = driver.user, town.things["halted"]
    key = SigningKey.objects.create(
        uuid=uuid7(), user=user, name=town.named("phone"), public_key=""
    )
    empty = dict.fromkeys(("vehicle", "site", "seen", "after", "provisional_no"), "")
    id = uuid7()
    told: dict[str, Any] = empty | {
        "manifest": str(manifest.uuid),
        "version": queue.VERSION,
        "id": str(id),
        "act": "pick_up",
        "key": str(key.uuid),
        "user": f"person:{user.uuid}",
        "device_time": timezone.now().isoformat(),
        "offset_ms": 0,
        "fields": {},
    }
    return QueuedStep.objects.create(
        uuid=id,
        key=key,
        actor=f"person:{user.uuid}",
        manifest=manifest,
        manifest_uuid=manifest.uuid,
        act="pick_up",
        payload=queue.canonical(told).decode(),
        signature="",
        device_time=timezone.now(),
        outcome=QueuedStep.Outcome.CONFLICT,
    )


def _picture(by: Actor) -> Any:
    drawn = BytesIO()
    Image.new("L", (40, 60), 255).save(drawn, "PNG")
    return store(SimpleUploadedFile("paper.png", drawn.getvalue()), by)


# The ledger.
def _ledger(town: Town) -> None:
    district, sender, plant = town.district, town.firm("sender"), town.firm("plant")
    waste = district.waste(OIL)
    stock = Account.objects.get(
        kind=AccountKind.STOCK, holder=sender.organisation, place=sender.site, waste=waste
    )
    whole = stock.lots.order_by("pk").first()
    assert whole is not None
    name = town.named("drum")
    grouping = ledger.regroup(
        [LotPart(whole.uuid, 100_000)],
        [Container(name, 100_000)],
        id=uuid7(),
        by=sender.person,
        happened_at=timezone.now() - timedelta(minutes=1),
    )
    drum = Lot.objects.get(label=name)
    (label,) = labels.make([drum.uuid], CUBE, by=sender.person)
    free = district.stored(town.name + "sender", OIL, 1)[0]
    town.things |= {
        "lot": drum,
        "label": label,
        "account": stock,
        "free lot": free,
        "movement": Movement.objects.get(lot_entries__lot=free),
        "grouping": grouping,
        "treatment": _treatment(town, plant),
        "claim": claim_of(sender.organisation, drum),
        "limit": Criterion.objects.order_by("pk").first(),
        "plant account": Account.objects.get(
            kind=AccountKind.STOCK, holder=plant.organisation, waste=waste, place=plant.site
        ),
    }


def _treatment(town: Town, plant: Firm) -> Any:
    waste = town.district.waste(OIL)
    town.district.stored(town.name + "plant", OIL, 3)
    return ledger.record_treatment(
        plant.site,
        [Input(waste.pk, tonnes(1), "oil_refining")],
        id=uuid7(),
        happened_at=timezone.now() - timedelta(minutes=1),
        by=plant.person,
    )


def _of_people(town: Town, people: dict[str, Person]) -> None:
    """What is one person's own: a phone's key, an order of labels, a pass for a check."""
    clerk, driver = people["consignor"], people["driver"]
    town.things["run"] = labels.order(
        [town.things["label"]],
        id=uuid7(),
        paper="page",
        language="en",
        site="http://testserver",
        by=clerk.actor,
    )
    town.things["pass"] = labels.make_pass(town.things["loaded"], id=uuid7(), by=driver.actor)
    town.things["key"] = SigningKey.objects.create(
        uuid=uuid7(), user=driver.user, name=town.named("phone"), public_key=""
    )
