"""What lies on people's desks: revisions, drafts, patterns, a gate's code, a phone's conflict."""

import base64
from collections.abc import Iterator
from datetime import timedelta

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from wufei.demo.history.hazardous import lot_sources
from wufei.demo.stories.stage import Load, Stage
from wufei.hub.base.actor import Actor, ActorKind
from wufei.hub.catalogue.queries import waste
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.forms.queued import perform
from wufei.hub.manifests.models import Draft, SigningKey
from wufei.hub.manifests.services import drafts, keys, queue, revisions, site_codes

_HALF = 32


def revisions_asked_agreed_and_refused(stage: Stage) -> None:
    """The plant asks producer and carrier: agreed by both, refused by one, and one that waits."""
    agreed = _received(stage, "revised", 102, 2.98)
    asked = revisions.propose(
        agreed.manifest,
        {"weighed_in": {agreed.line(): tonnes(2.97)}, "accepted": {agreed.line(): tonnes(2.97)}},
        id=stage.id("revised:asked"),
        reason="磅房校准后复核净重",
        by=agreed.consignee,
    )
    for by, comment in ((agreed.consignor, "已核对磅单"), (stage.at_wheel(agreed.plate), "")):
        signing = stage.signing(f"revised:{comment}", stage.record.until)
        revisions.decide(asked, True, signing=signing, by=by, comment=comment)
    refused = _received(stage, "unrevised", 78, 3.0)
    asked = revisions.propose(
        refused.manifest,
        {"containers": {refused.line(): 3}},
        id=stage.id("unrevised:asked"),
        reason="入库清点为三桶",
        by=refused.consignee,
    )
    signing = stage.signing("unrevised:refused", stage.record.until, "parts")
    comment = "出库照片为两桶，请再清点"
    revisions.decide(asked, False, signing=signing, by=refused.consignor, comment=comment)
    waiting = _received(stage, "to-revise", 48, 3.0)
    revisions.propose(
        waiting.manifest,
        {
            "weighed_in": {waiting.line(): tonnes(2.99)},
            "accepted": {waiting.line(): tonnes(2.99)},
        },
        id=stage.id("to-revise:asked"),
        reason="录入时少减了托盘重量 10 kg",
        by=waiting.consignee,
    )


def _received(stage: Stage, name: str, hours: float, in_t: float) -> Load:
    drums = stage.arise(name, "parts", "336-064-17", 1.5, 1.5, hours=hours + 150)
    load = Load(stage, name, stage.ago(hours))
    load.issue(load.new("parts", "danger", "hazcentre", "336-064-17", drums, "metal_recovery"))
    return load.load("鲁P0SL43", 3.0).received(in_t)


def drafts_and_patterns_lie_ready(stage: Stage) -> None:
    """Every clerk has the pattern of their usual load; one is half way through a draft."""
    for place, code, target, carrier, method in _usual():
        by = stage.person(place)
        if by.kind is not ActorKind.PERSON:
            continue
        content = _content(stage, place, code, target, carrier, method)
        words = f"{waste(code).label} → {stage.firm(target)}"
        id = stage.id(f"pattern:{place}:{code}")
        pattern = Draft.Kind.PATTERN
        drafts.save(id, stage.firm(place), content, kind=pattern, name=words, by=by)
    by = stage.person("parts")
    if by.kind is ActorKind.PERSON:
        content = _content(stage, "parts", "336-064-17", "hazcentre", "danger", "")
        content["note"] = "等质检出报告后再定利用方式"
        drafts.save(stage.id("draft"), stage.firm("parts"), content, name="11 月末泥饼", by=by)


def _usual() -> Iterator[tuple[str, str, str, str, str]]:
    """Place, waste, plant, carrier and method of the usual load of each producer."""
    for source in lot_sources():
        outlet = source.outlets[0]
        yield source.place, source.waste, outlet.place, source.carrier, outlet.method


def _content(
    stage: Stage, place: str, code: str, target: str, carrier: str, method: str
) -> dict[str, str]:
    return {
        "site": str(stage.site(place).uuid),
        "waste": waste(code).slug,
        "method": method,
        "consignee_site": str(stage.site(target).uuid),
        "carrier": str(stage.firm(carrier).uuid),
    }


def gates_have_their_codes(stage: Stage) -> None:
    """Drivers have these sign on their own phones."""
    for key in ("sitehx1", "recycle", "parts"):
        by = stage.person(key)
        if by.kind is ActorKind.PERSON:
            site_codes.renew(stage.site(key), by=by)


def a_step_signed_without_network_conflicts(stage: Stage) -> None:
    """The plant's phone showed an old page: what its keeper signed there waits for a decision."""
    by = stage.person("oil")
    drums = stage.arise("offline", "machine", "900-249-08", 0.9, 0.91, hours=180)
    load = Load(stage, "offline", stage.ago(7))
    load.issue(load.new("machine", "danger", "oil", "900-249-08", drums, "oil_refining"))
    load.load("鲁P0SL49", 1.81)
    if by.kind is not ActorKind.PERSON:
        return
    secret = ec.generate_private_key(ec.SECP256R1())
    key = keys.register(stage.id("phone"), name="地磅房手机", public_key=_public(secret), by=by)
    SigningKey.objects.filter(pk=key.pk).update(made_at=stage.ago(24 * 40))
    queue.take(_kept(stage, load, secret, by), perform, by=by)


def _kept(
    stage: Stage, load: Load, secret: ec.EllipticCurvePrivateKey, by: Actor
) -> dict[str, str]:
    """An arrival as a phone keeps it; it had seen the manifest before the driver loaded."""
    at = load.at + timedelta(minutes=110)
    told = {
        "version": queue.VERSION,
        "id": str(stage.id("offline:arrive")),
        "act": "arrive",
        "key": str(stage.id("phone")),
        "user": by.id,
        "manifest": str(load.manifest.uuid),
        "vehicle": "",
        "site": "",
        "seen": "0" * 64,
        "after": "",
        "device_time": at.isoformat(),
        "offset_ms": 0,
        "fields": {"value_0": ["1.8"], "unit_0": ["t"]},
        "provisional_no": "",
    }
    payload = queue.canonical(told).decode()
    r, s = decode_dss_signature(secret.sign(payload.encode(), ec.ECDSA(hashes.SHA256())))
    raw = r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    return {"payload": payload, "signature": base64.b64encode(raw).decode()}


def _public(secret: ec.EllipticCurvePrivateKey) -> str:
    public = secret.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(public).decode()


STORIES = (
    revisions_asked_agreed_and_refused,
    drafts_and_patterns_lie_ready,
    gates_have_their_codes,
    a_step_signed_without_network_conflicts,
)
