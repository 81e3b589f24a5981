"""What several pages of manifests do alike."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from wufei.hub.base.access import Request
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.base.middleware import wants_json
from wufei.hub.base.models import Submission
from wufei.hub.base.pages.forms import TOKEN, show_refusal, submit_once
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.ledger.forms.fields import uuid_or_none
from wufei.hub.manifests import queries
from wufei.hub.manifests.allowed import Rule
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.figures import Room, rooms
from wufei.hub.manifests.forms.signing import SignedForm, StepForm
from wufei.hub.manifests.models import Manifest, Route, StepCode
from wufei.hub.manifests.reading import due_step, with_everything
from wufei.hub.registry.models import Organisation, Site

VIEW, ISSUE, SIGN = (f"manifests.manifest.{verb}" for verb in ("view", "issue", "sign"))


def find(actor: Actor, uuid: UUID, act: str = VIEW) -> Manifest:
    """The manifest, if this actor may see it; otherwise it does not exist for them."""
    found = with_everything(queries.visible(actor, act)).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    manifest: Manifest = found
    return manifest


def permit(request: Request, rule: Rule, manifest: Manifest) -> None:
    """Open a page only for whoever could do what it asks for; otherwise its refusal says why.

    What is sent from a page that was open before is answered by the service, in the form.
    """
    if request.method == "GET":
        rule(manifest, request.actor)


def next_of(manifest: Manifest, actor: Actor, asked: str = "") -> Step | None:
    """The act ``asked`` that this actor may sign now; the one that is due where none is asked for.

    Setting a load down is nobody's turn: it is offered, never asked for.
    """
    steps = queries.next_steps(manifest, actor) if actor.may(SIGN) else ()
    if asked:
        return next((step for step in steps if step.code == asked), None)
    return due_step(manifest, actor) if steps else None


def other_acts(manifest: Manifest, actor: Actor, form: SignedForm | None) -> list[Any]:
    """(code, words) of what this actor may sign now beside what ``form`` shows."""
    shown = form.step.code if isinstance(form, StepForm) else ""
    steps = queries.next_steps(manifest, actor) if actor.may(SIGN) else ()
    return [(step.code, StepCode(step.code).label) for step in steps if step.code != shown]


def sent(request: Request, form: Any, work: Callable[[], str]) -> str:
    """Do ``work`` once for each submission; "" where it was refused, which the form then shows."""
    try:
        return submit_once(request, work)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        refuse = getattr(form, "refuse", partial(show_refusal, form))
        refuse(refusal)
        if isinstance(form, SignedForm):
            form.renew()
        return ""


def earlier(request: Request) -> str:
    """Where this very submission led before, "" where it is the first of its kind.

    Asked before a form looks at what stands there now: the answer to the first may have been
    lost, and stock and truck are further on.
    """
    uuid = uuid_or_none(request.POST.get(TOKEN, ""))
    if not uuid or not Submission.objects.filter(pk=uuid, actor=request.actor.id).exists():
        return ""
    try:
        return submit_once(request, str)
    except Refusal:  # with other content: the form says so
        return ""


def done(request: Request, target: str, words: str) -> HttpResponse:
    """Lead on to ``target``, which then shows ``words``."""
    messages.success(request, words)
    return lead(request, target)


def lead(request: Request, target: str) -> HttpResponse:
    """Lead on to ``target``; a script is told where to go."""
    return JsonResponse({"url": target}) if wants_json(request) else HttpResponseRedirect(target)


def own_names(actor: Actor) -> str:
    """The actor's organisations in a few words: "Huxi site 1" or "3 organisations"."""
    rows = Organisation.objects.filter(pk__in=actor.organisation_ids).order_by("name")
    names = [str(row) for row in rows[:3]]
    return "、".join(names)


def clock_ms() -> int:
    """Our clock as the page's scripts know clocks: milliseconds since 1970."""
    return int(timezone.now().timestamp() * 1000)


def destination_notes(origin: Site, places: Sequence[Site]) -> dict[str, str]:
    """What stands beside each destination, by its id: what it can still take, and the route."""
    left = rooms(places)
    routes = {
        route.destination_id: route
        for route in Route.objects.filter(origin=origin, destination__in=places)
    }
    return {
        str(place.uuid): " · ".join(_note(left.get(place.pk), routes.get(place.pk)))
        for place in places
    }


def _note(room: Room | None, route: Route | None) -> list[str]:
    words = []
    if room is not None:
        said = _("%(mass)s t left today") if room.of_today else _("room for %(mass)s t")
        words.append(said % {"mass": tonnes_text(room.mass_g, 0)})
    if route is not None:
        words.append(_("route %(code)s") % {"code": route.code})
        if route.opens and route.closes:
            words.append(f"{route.opens:%H:%M}–{route.closes:%H:%M}")
    return words or [_("no capacity on record")]
