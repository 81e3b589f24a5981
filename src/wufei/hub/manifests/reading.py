"""What the page of one manifest shows, gathered once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.models import FindingRecord
from wufei.hub.catalogue.declarations import methods
from wufei.hub.exemptions.models import Claim
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.queries.movements import with_names
from wufei.hub.ledger.queries.people import names_of
from wufei.hub.manifests import declarations, queries, rules
from wufei.hub.manifests.declarations import ManifestTemplate, Party, Step, Text
from wufei.hub.manifests.figures import Difference, difference
from wufei.hub.manifests.models import OPEN, Leg, Line, Manifest, Signature, Status, StepCode
from wufei.hub.registry.models import Organisation

SUBJECT = "manifests.manifest"
DONE, NEXT, LATER, DROPPED = "done", "next", "later", "dropped"


@dataclass(frozen=True)
class Stop:
    """One step of the bar: who signs it, and what became of it."""

    step: Step
    label: Text
    organisation: Organisation
    state: str
    signature: Signature | None = None
    at: datetime | None = None
    who: str = ""
    due: datetime | None = None

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < timezone.now()

    @property
    def by_itself(self) -> bool:
        """Closed without a signature: the masses agreed."""
        return self.state == DONE and self.signature is None


@dataclass(frozen=True)
class Load:
    """One line with what became of it."""

    line: Line
    difference: Difference | None
    method: Text


def template_of(manifest: Manifest) -> ManifestTemplate:
    return declarations.template(manifest.template)


def party(manifest: Manifest, by: Party) -> Organisation:
    """The organisation that is this party."""
    found: Organisation = getattr(manifest, by.value)
    return found


def stops(manifest: Manifest) -> list[Stop]:
    """The steps in order, each with its signature, its turn or nothing yet."""
    template = template_of(manifest)
    signed = {one.step: one for one in manifest.signatures.all() if _counts(manifest, one)}
    names = names_of(signature.actor for signature in signed.values())
    waiting = rules.next_step(template, manifest.status)
    return [_stop(manifest, step, signed.get(step.code), names, waiting) for step in template.steps]


def waits_for(manifest: Manifest, actor: Actor) -> Text:
    """What one of ``queries.waiting_for`` waits for from this actor, in words."""
    if getattr(manifest, "unsent", False):
        return _("Send back or on what was refused")
    step = due_step(manifest, actor)
    return StepCode(step.code).label if step else ""


def due_step(manifest: Manifest, actor: Actor) -> Step | None:
    """The act whose turn it is; setting a load down is offered, but nobody's turn."""
    steps = queries.next_steps(manifest, actor)
    return next((step for step in steps if step.code != StepCode.SET_DOWN), None)


def _counts(manifest: Manifest, signature: Signature) -> bool:
    """What another plant signed before the load was sent on is past."""
    once = (StepCode.ISSUE, StepCode.LOAD)
    return signature.turn == manifest.turn or signature.step in once


def _stop(
    manifest: Manifest,
    step: Step,
    signature: Signature | None,
    names: dict[str, str],
    waiting: Step | None,
) -> Stop:
    at = signature.signed_at if signature else None
    state, due = LATER, None
    if signature is not None:
        state = DONE
    elif manifest.status == Status.CLOSED:
        state, at = DONE, getattr(manifest, rules.TIME_OF[step.code])
    elif manifest.status in (Status.CANCELLED, Status.EXPIRED):
        state = DROPPED
    elif waiting is not None and waiting.code == step.code:
        state, due = NEXT, manifest.due_at
    who = names.get(signature.actor, "") if signature else ""
    organisation = signature.organisation if signature else party(manifest, step.by)
    label = StepCode(step.code).label
    return Stop(step, label, organisation, state, signature, at, who, due)


@dataclass(frozen=True)
class Signed:
    """A signature of any act, with the name of who gave it."""

    signature: Signature
    label: Text
    who: str


def signed(manifest: Manifest) -> list[Signed]:
    """Every signature in order: steps of the path and acts beside it."""
    rows = sorted(manifest.signatures.all(), key=lambda one: one.number)
    names = names_of(one.actor for one in rows)
    return [Signed(one, StepCode(one.step).label, names.get(one.actor, "")) for one in rows]


def refused_before(manifest: Manifest) -> list[Signed]:
    """Who refused it whole before it was sent on under this manifest, in order."""
    return [
        one
        for one in signed(manifest)
        if one.signature.step == StepCode.ACCEPT and one.signature.turn < manifest.turn
    ]


@dataclass(frozen=True)
class Carrying:
    """One of several carriers: who, with what, and whether it had the load, has it, or will."""

    leg: Leg
    state: str


def legs(manifest: Manifest) -> list[Carrying]:
    """Carriers in order; empty where one goes all the way."""
    if manifest.leg_last == 1:
        return []
    return [Carrying(leg, _carrying(manifest, leg)) for leg in manifest.legs.all()]


def _carrying(manifest: Manifest, leg: Leg) -> str:
    if leg.dropped_at or (leg.taken_at is None and manifest.status not in OPEN):
        return DROPPED
    if leg.taken_at is None:
        return LATER
    has_it = leg.number == manifest.leg and manifest.status == Status.LOADED
    return NEXT if has_it else DONE


def loads(manifest: Manifest) -> list[Load]:
    tolerance = template_of(manifest).tolerance_permille
    known = methods()
    return [
        Load(
            line,
            difference(line, tolerance),
            known[line.method].name if line.method in known else line.method,
        )
        for line in manifest.lines.all()
    ]


def claims(manifest: Manifest) -> list[Claim]:
    """Exemption claims that it travels on, each once."""
    if template_of(manifest).exempt is None:
        return []
    found = {one.pk: one for line in manifest.lines.all() for one in line.exemption}
    return [one for _pk, one in sorted(found.items())]


def movements(manifest: Manifest) -> list[Movement]:
    """What the lines moved in the ledger, in the order in which it was recorded."""
    lines = [line.uuid for line in manifest.lines.all()]
    moved = Movement.objects.filter(Q(source__line__in=lines) | Q(target__line__in=lines))
    return list(with_names(moved.order_by("pk")))


def findings(manifest: Manifest) -> "QuerySet[FindingRecord]":
    return FindingRecord.objects.filter(subject=f"{SUBJECT}:{manifest.uuid}").order_by("-last_seen")


def with_everything(rows: Any) -> Any:
    """Everything that lists and pages of manifests name."""
    return rows.select_related(
        "consignor",
        "consignor_site__region",
        "carrier",
        "consignee",
        "consignee_site__region",
        "vehicle",
        "driver__identity",
        "driver__carrier",
        "route",
        "halted_at_site__organisation",
        "alternate_site__organisation",
        "follows",
    ).prefetch_related(
        "lines__waste",
        "lines__lots__lot",
        "signatures__organisation",
        "legs__carrier",
        "legs__vehicle",
        "halts__site__organisation",
    )
