"""The evidence page of an alarm: what the rule saw, where, on which load, and who did what."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from wufei.hub.accounts.models import User
from wufei.hub.alarms import words
from wufei.hub.alarms.declarations import rule
from wufei.hub.alarms.drawing import Drawing, draw
from wufei.hub.alarms.models import Alarm, AlarmEvent
from wufei.hub.alarms.queries.trips import path_of
from wufei.hub.alarms.streams.trips import Degrees
from wufei.hub.alarms.tracks import around
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Section
from wufei.hub.manifests import findings as manifest_findings
from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.pages import sections as registry
from wufei.hub.registry.queries import visible_organisations
from wufei.hub.registry.services.organisations import ORGANISATIONS

_ = gettext_lazy


def sections(alarm: Alarm, actor: Actor) -> Sequence[Section]:
    found = [
        Section(_("What the rule saw"), "alarms/_seen.html", _seen(alarm)),
        # Whoever works on it calls first.
        _carrier(alarm, actor),
        _place(alarm, actor),
        _load(alarm),
        Section(_("What has been done"), "alarms/_events.html", {"events": _events(alarm)}),
        _numbers(alarm),
    ]
    return [section for section in found if section is not None]


def _seen(alarm: Alarm) -> dict[str, Any]:
    return {
        "rule": rule(alarm.rule),
        "told": words.told(alarm),
        "figures": list(words.seen(alarm.finding.values)),
    }


def _numbers(alarm: Alarm) -> Section | None:
    """The rule's numbers as they were when it judged."""
    known = rule(alarm.rule)
    if known is None or not known.parameters:
        return None
    numbers = list(words.judged_by(known, alarm.finding.values.get("parameters", {})))
    return Section(_("Judged by"), "alarms/_numbers.html", {"numbers": numbers})


def _place(alarm: Alarm, actor: Actor) -> Section | None:
    found = drawing(alarm, actor)
    if found is None:
        return None
    context = {"drawing": found, "route": alarm.manifest.route if alarm.manifest else None}
    return Section(
        _("Where it was"),
        "alarms/_place.html",
        context,
        link=_replay(alarm, actor),
        link_text=_("Replay the trip on the map"),
    )


def _replay(alarm: Alarm, actor: Actor) -> str | None:
    """The whole trip on the map, for those who may see tracks."""
    if alarm.manifest is None or not actor.may("telemetry.track.view"):
        return None
    return reverse("telemetry.trip", args=[alarm.manifest.uuid])


def drawing(alarm: Alarm, actor: Actor) -> Drawing | None:
    """Route, corridor, track around the episode and the places that matter."""
    manifest = alarm.manifest
    route = manifest.route if manifest else None
    track, episode = around(alarm) if actor.may("telemetry.track.view") else ([], [])
    marks: list[tuple[Degrees, str, str]] = []
    if manifest is not None:
        marks += _site_marks(manifest.consignor_site, manifest.consignee_site)
    if alarm.longitude is not None and alarm.latitude is not None:
        here = (float(alarm.longitude), float(alarm.latitude))
        marks.append((here, gettext("last position of the episode"), "here"))
    return draw(
        route=path_of(route) if route else (),
        corridor_m=route.corridor_m if route else 0,
        track=track,
        episode=episode,
        marks=marks,
    )


def _site_marks(*sites: Site) -> list[tuple[Degrees, str, str]]:
    return [
        ((float(site.longitude), float(site.latitude)), site.name, "site")
        for site in sites
        if site.longitude is not None and site.latitude is not None
    ]


def _load(alarm: Alarm) -> Section | None:
    if alarm.manifest_id is None:
        return None
    parties = ("consignor", "carrier", "consignee", "consignor_site", "consignee_site", "route")
    manifest = Manifest.objects.select_related(*parties).get(pk=alarm.manifest_id)
    context = {
        "manifest": manifest,
        "url": manifest_findings.page(manifest_findings.subject(manifest)),
        "lines": list(manifest.lines.select_related("waste")),
    }
    return Section(_("The load"), "alarms/_load.html", context)


def _carrier(alarm: Alarm, actor: Actor) -> Section | None:
    if alarm.organisation is None:
        return None
    context = {
        "vehicle": alarm.vehicle,
        "organisation": alarm.organisation,
        "contacts": contacts(alarm.organisation, actor),
        "reachable": reaches(alarm.organisation, actor),
    }
    return Section(_("Vehicle and carrier"), "alarms/_carrier.html", context)


def reaches(organisation: Organisation, actor: Actor) -> bool:
    """Whether the actor may see whom to call there."""
    act = "registry.organisation.view"
    return actor.may(act) and visible_organisations(actor).filter(pk=organisation.pk).exists()


def contacts(organisation: Organisation, actor: Actor) -> list[Any]:
    """People to call, for those who may see them; their reading is kept in the audit log."""
    if not reaches(organisation, actor):
        return []
    found = list(organisation.contacts.all())
    if found:
        registry.note_reading(ORGANISATIONS, organisation, actor, "contact")
    return found


def _events(alarm: Alarm) -> list[dict[str, Any]]:
    events = list(alarm.events.all())
    names = _names(events)
    return [
        {
            "at": event.at,
            "who": names.get(event.actor, gettext("the platform")),
            "what": event.get_kind_display(),
            "remark": event.remark,
        }
        for event in events
    ]


def _names(events: Sequence[AlarmEvent]) -> dict[str, str]:
    uuids = {event.actor.removeprefix("person:") for event in events if "person:" in event.actor}
    people = User.objects.filter(uuid__in=uuids)
    names = {f"person:{user.uuid}": user.display_name for user in people}
    # Whoever has left is no longer named.
    gone = gettext("a former user")
    return {f"person:{uuid}": names.get(f"person:{uuid}", gone) for uuid in uuids}
