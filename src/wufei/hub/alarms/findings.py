"""What the stream rules' findings say, and where they lead."""

from uuid import UUID

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.text import format_lazy

from wufei.hub.alarms.declarations import Rule, Text, rules
from wufei.hub.base.texts import finding_text
from wufei.hub.base.views import findings
from wufei.hub.registry.models import Vehicle
from wufei.ui import domains

VEHICLE = "registry.vehicle"
lazy_label = lazy(domains.short, str)


def register() -> None:
    """Called once at start-up, when the rules are declared."""
    for rule in rules():
        if rule.message:
            finding_text(rule.code, rule.message, _title(rule))
    # A finding with an alarm is worked on there; the desk need not show it twice.
    findings.register_worked_elsewhere(rule.code for rule in rules())
    findings.register_subject(VEHICLE, page)
    findings.register_name(VEHICLE, name)


def _title(rule: Rule) -> Text:
    """The rule's name with its domain: several domains have a rule of one name."""
    if not rule.domains:
        return rule.name
    return format_lazy("{} · {}", rule.name, lazy_label(rule.domains[0]))


def page(subject: str) -> str | None:
    """Page of the vehicle that ``registry.vehicle:<uuid>`` names."""
    uuid = _uuid(subject)
    return reverse("registry.vehicle.detail", args=[uuid]) if uuid else None


def name(subject: str) -> str:
    """Plate of the vehicle that ``registry.vehicle:<uuid>`` names, and whose it is."""
    uuid = _uuid(subject)
    rows = Vehicle.objects.select_related("carrier")
    found = rows.filter(uuid=uuid).first() if uuid else None
    return f"{found.plate} · {found.carrier}" if found else ""


def _uuid(subject: str) -> UUID | None:
    try:
        return UUID(subject.partition(":")[2])
    except ValueError:
        return None
