"""How records of the log are called, and where they are looked up."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.evidence.receipts import Receipt, Record
from wufei.hub.ledger.models import Movement

# What the fields of an entry are called (``reading``).
FIELDS: Mapping[str, str | Promise] = {
    "density_kg_m3": _("density (kg/m³)"),
    "evidence": _("attached file"),
    "group": pgettext_lazy("evidence", "recorded together as"),
    "happened_at": _("happened at (UTC)"),
    "kind": pgettext_lazy("evidence", "kind"),
    "manifest": pgettext_lazy("evidence", "manifest"),
    "mass_g": _("mass (g)"),
    "mode": pgettext_lazy("evidence", "signed how"),
    "number": _("number on the manifest"),
    "organisation": pgettext_lazy("evidence", "organisation"),
    "party": pgettext_lazy("evidence", "party"),
    "received_at": _("received at (UTC)"),
    "recorded_at": _("recorded at (UTC)"),
    "reverses": _("takes back"),
    "sign": _("sign (−1 takes back)"),
    "signed_at": _("signed at (UTC)"),
    "source": pgettext_lazy("evidence", "source"),
    "source_from_g": _("from gram (source)"),
    "step": pgettext_lazy("evidence", "step"),
    "target": pgettext_lazy("evidence", "destination"),
    "target_from_g": _("from gram (destination)"),
    "turn": _("turn"),
    "unit": _("unit as given"),
    "value": _("amount as given"),
}


def title(record: Record) -> str:
    """The step or the kind of movement, in words."""
    if isinstance(record, Movement):
        return str(record.get_kind_display())
    return str(record.get_step_display())


def check_path(found: Receipt) -> str:
    """Where anybody sees whether the leaf is in the log."""
    return reverse("evidence.verify.leaf", args=[found.entry.id, found.hash.hex()])
