"""What the ledger's pages say of movements that manifests made."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor
from wufei.hub.ledger.queries.people import Cause
from wufei.hub.manifests.models import Line, Manifest, StepCode
from wufei.hub.manifests.scope import seen_by


def tell(rest: str) -> Cause:
    """``<uuid>:<step>`` in words, with the way to the manifest."""
    uuid, _colon, step = rest.partition(":")
    name = StepCode(step).label if step in StepCode.values else step
    words = _("Manifest: %(step)s") % {"step": name}
    try:
        return Cause(words, reverse("manifests.manifest.detail", args=[UUID(uuid)]))
    except (NoReverseMatch, ValueError):
        return Cause(words)


def lines_of(manifest: UUID, actor: Actor) -> Sequence[UUID] | None:
    """Lines whose loads a trace of ``manifest`` starts from; None where the actor sees none."""
    rows = Manifest.objects.filter(seen_by(actor, "manifests.manifest.view"), uuid=manifest)
    if not rows.exists():
        return None
    return list(Line.objects.filter(manifest__uuid=manifest).values_list("uuid", flat=True))
