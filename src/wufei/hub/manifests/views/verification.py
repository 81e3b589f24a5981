"""What a code says to somebody who is not signed in: that it is ours, and how it stands.

Nobody is named, no mass, no place, no waste: paper in hand can be compared, and nothing is learnt
by going through codes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor
from wufei.hub.manifests import codes, reading
from wufei.hub.manifests.models import OPEN, Manifest
from wufei.hub.registry.models import Vehicle
from wufei.hub.registry.validity import valid_on

# As many places of a number as tell two papers apart and say nothing of a third.
PLACES = 4
# The pages of the roadside check, by who may open them.
CHECKS = (("labels.check.view", "labels.check"), ("labels.check.show", "labels.check.show"))


@dataclass(frozen=True)
class Shown:
    """All that a stranger is told; ``month`` is "2026-11" or "", ``tone`` colours the state."""

    kind: Any
    state: Any
    tone: str = ""
    number_end: str = ""
    month: str = ""


def manifest(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Behind the code of a manifest."""
    found = Manifest.objects.filter(uuid=uuid).first()
    if found is None:
        return _other(request, uuid)
    shown = Shown(
        reading.template_of(found).name,
        found.get_status_display(),
        "bad" if found.cancelled_at else "good",
        str(found)[-PLACES:],
        month_of(found.issued_at),
    )
    return show(request, shown)


def truck(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Behind a truck's fixed code."""
    found = Vehicle.objects.filter(uuid=uuid).first()
    if found is None:
        return show(request, None)
    used = Vehicle.objects.filter(valid_on(), pk=found.pk).exists()
    state = _("in use") if used else _("no longer in use")
    return show(request, Shown(_("Code of a vehicle"), state, "good" if used else "bad"))


def show(request: HttpRequest, shown: Shown | None) -> HttpResponse:
    """The page; None says that nothing here has such a code."""
    context = {"shown": shown, "sign_in": redirect_to_login(request.path).url}
    return render(request, "manifests/verification.html", context, status=200 if shown else 404)


def check_url(manifest: Manifest | None, actor: Actor) -> str:
    """Where an official checks this load, or who carries it shows it to an inspector."""
    if manifest is None or manifest.status not in OPEN:
        return ""
    for act, name in CHECKS:
        if actor.may(act):
            return reverse(name, args=[manifest.uuid])
    return ""


def month_of(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m}" if at else ""


def _other(request: HttpRequest, uuid: UUID) -> HttpResponse:
    meaning = codes.meaning(str(uuid))
    return truck(request, uuid) if meaning.kind is codes.Means.TRUCK else show(request, None)
