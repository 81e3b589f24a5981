"""Two firms in two towns, with one thing of every kind each: what the walk looks at."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.accounts.models import User
from wufei.hub.alarms import services as alarms
from wufei.hub.alarms.models import Alarm
from wufei.hub.base.actor import system
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.findings import Finding
from wufei.hub.catalogue.models import WasteType
from wufei.hub.exemptions.models import Claim
from wufei.hub.filings.models import Filing, Obligation
from wufei.hub.labels import services as labels
from wufei.hub.labels.rules import Facts
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Container, Entry, LotPart
from wufei.hub.ledger.models import Account, AccountKind
from wufei.hub.ledger.units import grams
from wufei.hub.manifests import services as manifests
from wufei.hub.manifests.models import (
    Draft,
    Manifest,
    QueuedStep,
    Revision,
    Round,
    RoundStop,
    SigningKey,
)
from wufei.hub.manifests.services import NewLine, NewManifest, Signing, queue
from wufei.hub.registry.models import Organisation, Region
from wufei.hub.registry.rules.codes import credit_code
from wufei.hub.registry.services import (
    devices,
    drivers,
    licences,
    lists,
    memberships,
    organisations,
    quotas,
    sites,
    vehicles,
)
from wufei.hub.registry.services.licences import Line

BY = system("test")
WASTE = "900-249-08"
_CUBE = Facts(Decimal(1000), "ibc", "liquid", "T,I", "mineral oil", precautions="no fire")


@dataclass
class Firm:
    organisation: Organisation
    # Objects by the beginning of the URL names that show them.
    things: dict[str, Any]

    @property
    def region_path(self) -> str:
        return self.organisation.region.path


def firm(name: str, number: int, town: str, user: Any) -> Firm:
    owner = organisations.create(
        BY,
        name=name,
        kind="enterprise",
        region=Region.objects.get(name=town),
        credit_code=credit_code(f"Y1371502{number:08d}"),
        domains=["hazardous"],
    )
    site = sites.create(
        BY,
        organisation=owner,
        name=f"{name} store",
        kind="storage",
        longitude=Decimal("115.98"),
        latitude=Decimal("36.44"),
    )
    things = _register(owner, site, number, user) | _ledger(owner, site)
    things["alarms.alarm"] = _alarm(things["registry.vehicle"])
    things["exemptions.lot"] = things["ledger.lot"]
    things["exemptions.claim"] = claim_of(owner, things["ledger.lot"])
    things |= _filings(owner)
    return Firm(owner, things | _manifests(owner, site, things))


def _filings(owner: Organisation) -> dict[str, Any]:
    """A form that the firm owes, and that somebody said so."""
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    filing = Filing.objects.create(
        type="social.garage",
        organisation=owner,
        first=first,
        last=last,
        recurs=True,
        owed=True,
        due_on=date(2026, 2, 10),
    )
    said = Obligation.objects.create(
        type=filing.type, organisation=owner, says="owes", since=first, reason="test", by=BY.id
    )
    return {
        "filings.filing": filing,
        "filings.review": filing,
        "filings.obligation": said,
    }


def _alarm(vehicle: Any) -> Alarm:
    finding = Finding("construction.off_route", subject=f"registry.vehicle:{vehicle.uuid}")
    (alarm,) = alarms.report([finding], by=BY)
    return alarm


def claim_of(owner: Organisation, lot: Any) -> Claim:
    """That the firm's lot is exempt, on a report of today."""
    report = StoredFile.objects.create(
        sha256="0" * 64, name="report.pdf", size=1, kind="pdf", mime="application/pdf", by=BY.id
    )
    day = timezone.localdate()
    claim = Claim.objects.create(
        uuid=uuid7(),
        digest="",
        organisation=owner,
        waste=lot.account.waste,
        report_no=f"report of {owner.name}",
        laboratory="laboratory",
        sampled_on=day,
        reported_on=day,
        valid_until=day,
        evidence=report,
        actor=BY.id,
    )
    claim.lots.create(lot=lot)
    return claim


def _register(owner: Organisation, site: Any, number: int, user: Any) -> dict[str, Any]:
    vehicle = vehicles.create(
        BY, plate=f"鲁P8888{number}", carrier=owner, kind="tipper", load_limit_t=Decimal(31)
    )
    device = devices.create(BY, number=f"1380000000{number}", kind="jt808", organisation=owner)
    return {
        "registry.organisation": owner,
        "registry.site": site,
        "registry.vehicle": vehicle,
        "registry.driver": drivers.create(BY, carrier=owner, name="李强", phone="139"),
        "registry.device": device,
        "registry.licence": licences.create(
            BY,
            organisation=owner,
            kind="hazardous",
            number=f"licence {number}",
            lines=[Line(WASTE, Decimal(1200), "R9")],
            valid_until=date(2035, 1, 1),
        ),
        "registry.quota": quotas.create(
            BY, organisation=owner, code=WASTE, limit_t=Decimal(30), year=2026
        ),
        "registry.list": lists.create(
            BY,
            list="hazardous_key",
            name=owner.name,
            organisation=owner,
            source_on=date(2026, 1, 1),
            source_key=f"{number}",
        ),
        "registry.membership": memberships.create(
            BY, user=user, organisation=owner, function="manager"
        ),
    }


def _ledger(owner: Organisation, site: Any) -> dict[str, Any]:
    """A tonne arose and stands in a lot."""
    waste = WasteType.objects.filter(code=WASTE).first()
    assert waste is not None

    def key(kind: AccountKind) -> AccountKey:
        return AccountKey(kind, owner.pk, waste.pk, site.pk)

    entry = Entry(
        uuid7(),
        key(AccountKind.ORIGIN),
        key(AccountKind.STOCK),
        grams(1_000_000),
        timezone.now() - timedelta(hours=1),
    )
    (movement,) = ledger.post([entry], by=BY, cause="test")
    account = Account.objects.get(kind=AccountKind.STOCK, holder=owner)
    lot = account.lots.get()
    grouping = ledger.regroup(
        [LotPart(lot.uuid, 100_000)],
        [Container("D1", 100_000)],
        id=uuid7(),
        by=BY,
        happened_at=timezone.now(),
    )
    labels.make([lot.uuid], _CUBE, by=BY)
    things = {"ledger.movement": movement, "ledger.account": account, "ledger.lot": lot}
    traces = {name.replace(".", ".trace.", 1): thing for name, thing in things.items()}
    return things | traces | {"ledger.regrouping": grouping, "labels.label": lot}


def _at(minutes: int) -> Signing:
    return Signing(uuid7(), timezone.now() - timedelta(minutes=minutes))


def _revision(manifest: Manifest, things: dict[str, Any]) -> Revision:
    """A correction of a load that is on its way."""
    means = {"vehicle": things["registry.vehicle"], "driver": things["registry.driver"]}
    weighed = {"weighed_out": grams(250_000)}
    manifests.sign(manifest, "load", signing=_at(10), values=means | weighed, by=BY)
    changes = {"note": "one drum"}
    return manifests.revisions.propose(manifest, changes, id=uuid7(), reason="forgotten", by=BY)


def manifest_between(sender: Firm, receiver: Firm) -> Manifest:
    """Half a tonne is to travel from one firm's store to a plant of the other's."""
    waste = WasteType.objects.filter(code=WASTE).first()
    assert waste is not None
    plant = sites.create(
        BY,
        organisation=receiver.organisation,
        name=f"{receiver.organisation.name} plant",
        kind="treatment",
        longitude=Decimal("115.99"),
        latitude=Decimal("36.45"),
    )
    new = NewManifest(
        consignor_site=sender.things["registry.site"],
        carrier=sender.organisation,
        consignee_site=plant,
        lines=(NewLine(waste, grams(500_000), method="oil_refining"),),
    )
    return manifests.issue(new, id=uuid7(), signing=Signing(uuid7(), timezone.now()), by=BY)


def _manifests(owner: Organisation, site: Any, things: dict[str, Any]) -> dict[str, Any]:
    """A quarter of a tonne is issued from the store to the firm's own plant."""
    plant = sites.create(BY, organisation=owner, name=f"{owner.name} works", kind="treatment")
    waste = things["ledger.account"].waste
    new = NewManifest(site, owner, plant, (NewLine(waste, grams(250_000), "oil_refining"),))
    at = timezone.now() - timedelta(minutes=30)
    manifest = manifests.issue(new, id=uuid7(), signing=Signing(uuid7(), at), by=BY)
    begun = Round.objects.create(
        uuid=uuid7(),
        number=f"R-{owner.pk}",
        template="medical",
        carrier=owner,
        vehicle=things["registry.vehicle"],
        destination=plant,
        actor=BY.id,
        started_at=at,
    )
    RoundStop.objects.create(round=begun, position=1, site=site)
    draft = Draft.objects.create(uuid=uuid7(), organisation=owner, name="draft", author=BY.id)
    return {
        "manifests.revision": _revision(
            manifests.issue(new, id=uuid7(), signing=_at(20), by=BY), things
        ),
        "manifests.draft": draft,
        "manifests.round": begun,
        "manifests.stop": begun.stops.get(),
        "manifests.manifest": manifest,
        "telemetry.trip": manifest,
        "evidence.manifest": manifest,
        "evidence.receipt": manifest.signatures.get(),
        "evidence.movement": things["ledger.movement"],
        "ledger.trace.manifest": manifest,
        "manifests.qr": manifest,
        "labels.check.show": manifest,
        "manifests.conflict": _conflict(manifest),
        "manifests.truck.code": things["registry.vehicle"],
        "manifests.truck.print": things["registry.vehicle"],
    }


def _conflict(manifest: Manifest) -> QueuedStep:
    """A step that somebody of nobody's firm signed without network, and that was refused."""
    signer = User.objects.create(username=f"phone {manifest.local_id}", role="keeper")
    key = SigningKey.objects.create(uuid=uuid7(), user=signer, name="phone", public_key="")
    payload = queue.canonical(
        {
            **dict.fromkeys(("manifest", "vehicle", "site", "seen", "after", "provisional_no"), ""),
            "version": queue.VERSION,
            "id": str(uuid7()),
            "act": "load",
            "key": str(key.uuid),
            "user": f"person:{signer.uuid}",
            "device_time": timezone.now().isoformat(),
            "offset_ms": 0,
            "fields": {},
        }
    )
    return QueuedStep.objects.create(
        uuid=uuid7(),
        key=key,
        actor=f"person:{signer.uuid}",
        manifest=manifest,
        manifest_uuid=manifest.uuid,
        act="load",
        payload=payload.decode(),
        signature="",
        device_time=timezone.now(),
        outcome=QueuedStep.Outcome.CONFLICT,
    )
