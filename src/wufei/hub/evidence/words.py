"""How records of the log are called, and where they are looked up."""

from django.urls import reverse

from wufei.hub.evidence.receipts import Receipt, Record
from wufei.hub.ledger.models import Movement
from wufei.hub.manifests.models import StepCode


def title(record: Record) -> str:
    """The step or the kind of movement, in words."""
    if isinstance(record, Movement):
        return str(record.get_kind_display())
    step = str(record.step)
    return str(StepCode(step).label) if step in StepCode.values else step


def check_path(found: Receipt) -> str:
    """Where anybody sees whether the leaf is in the log."""
    return reverse("evidence.verify.leaf", args=[found.entry.id, found.hash.hex()])
