"""What the ledger's pages say of movements that manifests made."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from wufei.hub.ledger.queries.people import Cause
from wufei.hub.manifests.models import StepCode


def tell(rest: str) -> Cause:
    """``<uuid>:<step>`` in words, with the way to the manifest."""
    uuid, _colon, step = rest.partition(":")
    name = StepCode(step).label if step in StepCode.values else step
    words = _("Manifest: %(step)s") % {"step": name}
    try:
        return Cause(words, reverse("manifests.manifest.detail", args=[UUID(uuid)]))
    except (NoReverseMatch, ValueError):
        return Cause(words)
