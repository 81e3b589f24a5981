"""Remarks 有问题: what somebody at a gate or site saw wrong with a truck, as a finding."""

from uuid import UUID

from django.db import transaction
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.findings import Finding, Severity
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.services import record_findings
from wufei.hub.base.texts import finding_text
from wufei.hub.base.views import findings
from wufei.hub.registry.models import Vehicle
from wufei.hub.registry.scope import organisations_for

CODE, SUBJECT = "manifests.truck_remark", "registry.vehicle"
SIGN = "manifests.manifest.sign"


def register() -> None:
    """Words and links of the finding; called when the room is ready."""
    finding_text(
        CODE,
        gettext_noop("%(plate)s at %(place)s: %(what)s. %(text)s"),
        _("Remark on a truck"),
    )
    findings.register_subject(SUBJECT, _page)
    findings.register_name(SUBJECT, _name)
    findings.register_scope(_within)


def remark(
    truck: Vehicle, *, id: UUID, what: str, words: str, text: str, place: str, by: Actor
) -> None:
    """Keep a remark on ``truck``; ``what`` is its code, ``words`` what it is called."""
    by.require(SIGN)
    with transaction.atomic():
        values = {"plate": truck.plate, "place": place, "what": words, "text": text, "kind": what}
        subject = f"{SUBJECT}:{truck.uuid}"
        found = Finding(CODE, subject, Severity.WARNING, values, episode=str(id))
        record_findings([found], by)
        audit.record(by, "manifests:truck:remark", subject=subject, values={"kind": what})


def _vehicle(subject: str) -> Vehicle | None:
    return Vehicle.objects.filter(uuid=subject.partition(":")[2]).first()


def _page(subject: str) -> str | None:
    return reverse("registry.vehicle.detail", args=[subject.partition(":")[2]])


def _name(subject: str) -> str:
    found = _vehicle(subject)
    return f"{found.plate} · {found.carrier}" if found else ""


def _within(rows: "QuerySet[FindingRecord]", actor: Actor) -> "QuerySet[FindingRecord]":
    """Remarks on trucks of the carriers that the actor reaches."""
    subject = Concat(Value(f"{SUBJECT}:"), Cast("uuid", CharField()), output_field=CharField())
    trucks = Vehicle.objects.filter(organisations_for(actor, "base.finding.view", "carrier__"))
    known = trucks.annotate(subject=subject).values("subject")
    return rows.filter(code=CODE, subject__in=known)
