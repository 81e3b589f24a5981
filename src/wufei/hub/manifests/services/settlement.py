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
from wufei.hub.manifests.services import masses, reception
from wufei.hub.manifests.services.document import Document, due_at


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


def _needs_no_closing(manifest: Manifest, form: ManifestTemplate, lines: Sequence[Line]) -> bool:
    """Whether the weights agree, or both have settled it before something opened it again."""
    if within_tolerance(form, lines):
        return True
    return manifest.signatures.filter(step=StepCode.CLOSE, turn=manifest.turn).exists()


def refused_stays(lines: Sequence[Line]) -> bool:
    """Whether something that was refused has not been taken over by a linked manifest."""
    refused = [line for line in lines if line.refused_g]
    return bool(refused) and masses.in_custody_g(refused) > 0


def close_if_settled(document: Document) -> None:
    """After acceptance nothing is left to sign where all was accepted and the weights agree.

    The run ends when the consignee confirms (MEE order 23 of 2021): no closing is signed then.
    """
    manifest, form = document.manifest, document.form
    whole = manifest.status == Status.ACCEPTED and not manifest.left_open
    needs = form.step(StepCode.CLOSE).needs
    if whole and not needs and _needs_no_closing(manifest, form, document.lines):
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

    Weights that agree need no signature; beyond the tolerance the other party still signs, once.
    """
    if linked.follows_id is None:
        return
    first = Manifest.objects.select_for_update(of=("self",)).get(pk=linked.follows_id)
    form, lines = template(first.template), list(first.lines.all())
    done = first.status in RECEIVED and not first.left_open and not refused_stays(lines)
    if not done or not _needs_no_closing(first, form, lines):
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


def open_followed(linked: Manifest, *, by: Actor) -> None:
    """Open the manifest that ``linked`` followed where its refused mass is back with its carrier.

    The linked one was annulled: what was refused has to be sent once more.
    """
    if linked.follows_id is None:
        return
    first = Manifest.objects.select_for_update(of=("self",)).get(pk=linked.follows_id)
    lines = list(first.lines.all())
    if first.status != Status.CLOSED or not refused_stays(lines):
        return
    at = timezone.now()
    first.status, first.closed_at, first.changed_at = reception.state_of(lines), None, at
    first.due_at = due_at(template(first.template), first.status, at)
    first.save(update_fields=["status", "closed_at", "due_at", "changed_at"])
    audit.record(
        by,
        "manifests:manifest:open",
        subject=findings.subject(first),
        values={"number": first.local_id, "linked": linked.local_id},
    )
