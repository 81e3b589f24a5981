"""The alarms' part of the desk and of the search box."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.alarms import words
from wufei.hub.alarms.declarations import codes_of
from wufei.hub.alarms.models import Alarm, State
from wufei.hub.alarms.pages import list_url
from wufei.hub.alarms.queries import VIEW, WORK, visible, waiting
from wufei.hub.alarms.rules import OFF_ROUTE
from wufei.hub.audit import services as audit
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.desk import BAD, Card, Todo, TodoSource
from wufei.hub.base.search import Hit, Source
from wufei.hub.registry.models import OrganisationContact
from wufei.hub.registry.queries import visible_organisations

# A desk says "more than 99" rather than count what nobody reads to the end.
COUNT_MAX = 100


def _count(actor: Actor) -> int:
    return waiting(actor, WORK).order_by()[:COUNT_MAX].count()


def _todos(actor: Actor, limit: int) -> Iterator[Todo]:
    """For those who work on alarms: the worst first, with the number to call."""
    alarms = list(waiting(actor, WORK)[:limit])
    phones = _phones(alarms, actor)
    for alarm in alarms:
        who = [alarm.vehicle and alarm.vehicle.plate, alarm.organisation]
        phone = phones.get(alarm.organisation_id or 0, "")
        yield Todo(
            what=words.rule_name(alarm.rule),
            whom=" · ".join(str(part) for part in (*who, phone) if part),
            note=words.told(alarm),
            url=reverse("alarms.alarm.detail", args=[alarm.uuid]),
            button=_("Look into it") if alarm.state == State.OPEN else _("Finish"),
            state=_state(alarm),
            tone=words.TONES[alarm.severity],
            mass_g=alarm.finding.values.get("mass_g"),
        )


def _state(alarm: Alarm) -> str:
    if alarm.state == State.ACKNOWLEDGED:
        return alarm.get_state_display()
    return gettext("lasts") if alarm.cleared_at is None else gettext("over, to be closed")


def _phones(alarms: list[Alarm], actor: Actor) -> dict[int, str]:
    """Whom to call at each carrier, for those who may see it; the reading is kept."""
    if not actor.may("registry.organisation.view"):
        return {}
    wanted = {alarm.organisation_id for alarm in alarms if alarm.organisation_id}
    reached = visible_organisations(actor).filter(pk__in=wanted)
    contacts = OrganisationContact.objects.filter(main=True, organisation__in=reached).exclude(
        phone=""
    )
    found = {
        contact.organisation_id: contact for contact in contacts.select_related("organisation")
    }
    if actor.scope("registry.organisation.view") is not Scope.OWN:
        _keep_reading(list(found.values()), actor)
    return {organisation: contact.phone for organisation, contact in found.items()}


def _keep_reading(contacts: list[OrganisationContact], actor: Actor) -> None:
    """A desk is opened all day long: one entry a person and organisation says that it was seen."""
    event = "registry:organisation:read"
    subjects = {f"registry.organisation:{one.organisation.uuid}" for one in contacts}
    kept = AuditEvent.objects.filter(actor=actor.id, event=event, subject__in=subjects)
    for subject in sorted(subjects - set(kept.values_list("subject", flat=True))):
        audit.record_read(actor, "registry:organisation", subject=subject, fields=("contact",))


def _hits(text: str, actor: Actor, limit: int) -> Iterator[Hit]:
    plate = text.replace("·", "").replace(" ", "").upper()
    known = (
        Q(vehicle__plate__contains=plate)
        | Q(manifest__local_id__icontains=text)
        | Q(manifest__authority_no__icontains=text)
        | Q(organisation__name__icontains=text)
    )
    for alarm in visible(actor).filter(known)[:limit]:
        yield Hit(str(alarm), words.told(alarm), reverse("alarms.alarm.detail", args=[alarm.uuid]))


def _off_route(actor: Actor) -> int:
    rows = waiting(actor).filter(rule__in=codes_of(OFF_ROUTE), cleared_at=None)
    return rows.order_by()[:COUNT_MAX].count()


DESK_PARTS = (
    Card(
        code="alarms.off_route",
        label=_("Trucks off route now"),
        act=WORK,
        count=_off_route,
        url=lambda: list_url(state="todo", rule=OFF_ROUTE),
        tone=BAD,
    ),
    Card(
        code="alarms.waiting",
        label=_("Alarms to be worked on"),
        act=VIEW,
        count=lambda actor: waiting(actor).order_by()[:COUNT_MAX].count(),
        url=lambda: list_url(state="todo"),
        tone=BAD,
        side="alarms.alarm.list",
    ),
    TodoSource("alarms.alarm", WORK, _todos, _count),
)
SEARCH = (Source("alarms.alarm", _("Alarms"), VIEW, _hits),)
