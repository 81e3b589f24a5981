"""The register's part of the desk and of the search box."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import ATTENTION, BAD, Card, Todo, TodoSource
from wufei.hub.base.search import Hit, Source
from wufei.hub.registry.models import OrganisationName
from wufei.hub.registry.pages.licences import WARN_DAYS, ends
from wufei.hub.registry.pages.vehicles import ending_tone
from wufei.hub.registry.queries import (
    licences_expiring,
    qualifications_ending,
    vehicle_permits_ending,
    visible_organisations,
    visible_sites,
    visible_vehicles,
)
from wufei.hub.registry.validity import last_day, today

_FIRST = max(WARN_DAYS)


def _todos(actor: Actor, limit: int) -> Iterator[Todo]:
    for licence in licences_expiring(_FIRST, actor)[:limit]:
        words, tone = ends(licence)
        yield Todo(
            what=_("Licence expires: %(kind)s") % {"kind": licence.get_kind_display()},
            whom=licence.organisation.name,
            url=reverse("registry.licence.detail", args=[licence.uuid]),
            button=_("Open"),
            state=words,
            tone=BAD if tone == "bad" else ATTENTION,
            note=licence.number,
            due=last_day(licence.validity),
        )


def _papers(actor: Actor, limit: int) -> Iterator[Todo]:
    for vehicle in vehicle_permits_ending(_FIRST, actor)[:limit]:
        last = last_day(vehicle.permit_validity)
        yield Todo(
            what=_("Road transport permit: %(plate)s") % {"plate": vehicle.plate},
            whom=vehicle.carrier.name,
            url=reverse("registry.vehicle.detail", args=[vehicle.uuid]),
            button=_("Open"),
            state=_left(last),
            tone=ending_tone(last),
            due=last,
        )
    for driver in qualifications_ending(_FIRST, actor)[:limit]:
        last = last_day(driver.qualified)
        yield Todo(
            what=_("Qualification: %(person)s") % {"person": driver},
            whom=driver.carrier.name,
            url=reverse("registry.driver.detail", args=[driver.uuid]),
            button=_("Open"),
            state=_left(last),
            tone=ending_tone(last),
            due=last,
        )


def _left(last: date | None) -> str:
    """Days left of a paper, or that it has run out."""
    days = (last - today()).days if last else 0
    if days < 0:
        return gettext("run out")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


def _count_papers(actor: Actor) -> int:
    ending = (vehicle_permits_ending(_FIRST, actor), qualifications_ending(_FIRST, actor))
    return sum(rows.count() for rows in ending)


DESK_PARTS = (
    Card(
        code="registry.licences",
        label=_("Licences expiring within 30 days"),
        act="registry.licence.view",
        count=lambda actor: licences_expiring(_FIRST, actor).count(),
        url=lambda: f"{reverse('registry.licence.list')}?ending={_FIRST}",
        tone=ATTENTION,
        side="registry.licence.list",
    ),
    TodoSource(
        code="registry.papers",
        act="registry.vehicle.view",
        items=_papers,
        count=_count_papers,
    ),
    TodoSource(
        code="registry.licences",
        act="registry.licence.view",
        items=_todos,
        count=lambda actor: licences_expiring(_FIRST, actor).count(),
    ),
)


def _organisations(words: str, actor: Actor, limit: int) -> Iterator[Hit]:
    former = OrganisationName.objects.filter(name__icontains=words)
    known = (
        Q(name__icontains=words)
        | Q(short_name__icontains=words)
        | Q(pinyin__contains=words.lower())
        | Q(credit_code__istartswith=words)
        | Q(pk__in=former.values("organisation"))
    )
    for found in visible_organisations(actor).filter(known).order_by("name")[:limit]:
        note = " · ".join(filter(None, (found.credit_code, found.region.name)))
        yield Hit(found.name, note, reverse("registry.organisation.detail", args=[found.uuid]))


def _vehicles(words: str, actor: Actor, limit: int) -> Iterator[Hit]:
    plate = words.replace("·", "").replace(" ", "").upper()
    for found in visible_vehicles(actor).filter(plate__contains=plate)[:limit]:
        yield Hit(
            found.plate,
            found.carrier.name,
            reverse("registry.vehicle.detail", args=[found.uuid]),
        )


def _sites(words: str, actor: Actor, limit: int) -> Iterator[Hit]:
    known = Q(name__icontains=words) | Q(pinyin__contains=words.lower())
    for found in visible_sites(actor).filter(known)[:limit]:
        yield Hit(
            found.name,
            f"{found.organisation.name} · {found.region.name}",
            reverse("registry.site.detail", args=[found.uuid]),
        )


SEARCH = (
    Source(
        "registry.organisation", _("Organisations"), "registry.organisation.view", _organisations
    ),
    Source("registry.vehicle", _("Vehicles"), "registry.vehicle.view", _vehicles),
    Source("registry.site", _("Sites"), "registry.site.view", _sites),
)
