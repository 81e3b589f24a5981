"""When nothing is left to do 结清: no refused mass in custody, and differences settled.

A difference beyond the template's tolerance is settled by both sides: the consignee gives its
reason when it accepts, the consignor agrees by signing the closing. Within it is but a note.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.manifests import findings, rules
from wufei.hub.manifests.declarations import ManifestTemplate, template
from wufei.hub.manifests.models import RECEIVED, Line, Manifest, Status, StepCode
from wufei.hub.manifests.refusals import RefusedMassStays
from wufei.hub.manifests.revision_refusals import StillOpen
from wufei.hub.manifests.services import masses
from wufei.hub.manifests.services.document import Document


def within_tolerance(form: ManifestTemplate, lines: Sequence[Line]) -> bool:
    """Whether every line arrived with the weight it left with, as far as scales can tell."""
    return not any(
        line.weighed_out_g
        and line.weighed_in_g
        and rules.beyond_tolerance(line.weighed_out_g, line.weighed_in_g, form.tolerance_permille)
        for line in lines
    )


def is_explained(manifest: Manifest, form: ManifestTemplate, lines: Sequence[Line]) -> bool:
    """Whether the weights agree, or it was said why they do not."""
    return bool(manifest.difference_reason) or within_tolerance(form, lines)


def refused_stays(lines: Sequence[Line]) -> bool:
    """Whether something that was refused has not been taken over by a linked manifest."""
    refused = [line for line in lines if line.refused_g]
    return bool(refused) and masses.in_custody_g(refused) > 0


def close_if_settled(document: Document) -> None:
    """After acceptance nothing is left to sign where all was accepted and the weights agree.

    The run ends when the consignee confirms (MEE order 23 of 2021): no closing is signed then.
    """
    manifest, form = document.manifest, document.form
    whole = manifest.status == Status.ACCEPTED and within_tolerance(form, document.lines)
    if whole and not manifest.left_open and not form.step(StepCode.CLOSE).needs:
        document.change(status=Status.CLOSED, closed_at=document.at, due_at=None)
        document.note("close", {"by_itself": True})


def check_nothing_stays(document: Document) -> None:
    """Raises ``RefusedMassStays``, and ``StillOpen`` for what an emergency has left open."""
    if document.manifest.left_open:
        labels = ", ".join(str(rules.FIELDS[name].label) for name in document.manifest.left_open)
        raise StillOpen(manifest=str(document.manifest), labels=labels)
    if refused_stays(document.lines):
        raise RefusedMassStays(manifest=str(document.manifest))


def hold_followed(linked: Manifest) -> None:
    """Keep others from revising the manifest that ``linked`` follows, before its mass is moved.

    Document before mass: who revises that manifest locks in this order too.
    """
    if linked.follows_id is not None:
        Manifest.objects.select_for_update(of=("self",)).get(pk=linked.follows_id)


def close_followed(linked: Manifest, *, at: datetime, by: Actor) -> None:
    """Close the manifest that ``linked`` follows, where that has taken the last of it along.

    Weights that agree need no signature; beyond the tolerance the other party still signs.
    """
    if linked.follows_id is None:
        return
    first = Manifest.objects.select_for_update(of=("self",)).get(pk=linked.follows_id)
    form, lines = template(first.template), list(first.lines.all())
    done = first.status in RECEIVED and not first.left_open and not refused_stays(lines)
    if not done or not within_tolerance(form, lines):
        return
    first.status, first.closed_at, first.due_at = Status.CLOSED, at, None
    first.changed_at = timezone.now()
    first.save(update_fields=["status", "closed_at", "due_at", "changed_at"])
    audit.record(
        by,
        "manifests:manifest:close",
        subject=findings.subject(first),
        values={"number": first.local_id, "by_itself": True, "linked": linked.local_id},
    )
