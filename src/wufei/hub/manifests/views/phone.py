"""What a phone opens: the page behind a manifest's code, and the page one scans from."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.manifests import codes, corrections, followed, queries, reading
from wufei.hub.manifests.codes import Means
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.figures import Trips, trips_today
from wufei.hub.manifests.forms.journeys import BESIDE, form_for
from wufei.hub.manifests.forms.signing import SignedForm, StepForm
from wufei.hub.manifests.models import Manifest, StepCode
from wufei.hub.manifests.pages import late
from wufei.hub.manifests.reading import with_everything
from wufei.hub.manifests.shown import shown
from wufei.hub.manifests.views import drivers, verification
from wufei.hub.manifests.views.common import (
    SIGN,
    VIEW,
    clock_ms,
    done,
    earlier,
    find,
    lead,
    next_of,
    other_acts,
    own_names,
    sent,
)
from wufei.hub.manifests.views.document import show_document

WAITING_SHOWN = 8


@require_http_methods(["GET", "POST"])
@needs(VIEW, outside=verification.manifest)
def code(request: Request, uuid: UUID) -> HttpResponse:
    """Behind the QR code: the one step that the signed-in person may sign, or how it stands."""
    found = with_everything(queries.visible(request.actor, VIEW)).filter(uuid=uuid).first()
    if found is None:
        return _something_else(request, uuid)
    if request.method == "POST":
        return sign_here(request, found, "phone")
    return show_phone(request, found, step_form(request, found))


def sign_here(request: Request, manifest: Manifest, where: str) -> HttpResponse:
    """One step from the form that shows it; ``where`` is the page that it came from."""
    request.actor.require(SIGN)
    if target := earlier(request):
        return lead(request, target)
    step = _asked(request, manifest) or next_of(manifest, request.actor)
    if step is None:
        return _back(manifest, where)
    form = form_for(step)(request.POST, manifest=manifest, step=step, actor=request.actor)
    target = ""
    if form.is_valid():

        def work() -> str:
            form.apply(request.actor)
            return _target(manifest, where)

        target = sent(request, form, work)
    if not target:
        return _again(request, find(request.actor, manifest.uuid), form, where)
    return done(request, target, _("Signed: %(step)s.") % {"step": StepCode(step.code).label})


def _asked(request: Request, manifest: Manifest) -> Step | None:
    """The act that the form names, whether or not it is the signer's turn."""
    asked, template = request.POST.get("step", ""), reading.template_of(manifest)
    if asked in BESIDE:
        return queries.beside(template, asked)
    return next((one for one in template.steps if one.code == asked), None)


def _target(manifest: Manifest, where: str) -> str:
    if where == "inbox":
        return reverse("manifests.inbox")
    name = "manifests.qr" if where == "phone" else "manifests.manifest.detail"
    return reverse(name, args=[manifest.uuid])


def _back(manifest: Manifest, where: str) -> HttpResponse:
    return HttpResponseRedirect(_target(manifest, where))


def _again(request: Request, manifest: Manifest, form: StepForm, where: str) -> HttpResponse:
    """The form with what is wrong; where the step is past, what is next with why it was refused."""
    show = show_phone if where == "phone" else show_document
    if next_of(manifest, request.actor, form.step.code):
        return show(request, manifest, form)
    problem = " ".join(str(text) for texts in form.errors.values() for text in texts)
    return show(request, manifest, step_form(request, manifest), problem)


def step_form(request: Request, manifest: Manifest) -> StepForm | None:
    """The empty form of the act that the reader may sign now; ``?act=`` chooses among several."""
    step = next_of(manifest, request.actor, request.GET.get("act", ""))
    if step is None:
        return None
    initial = {"submission": uuid7()}
    return form_for(step)(initial=initial, manifest=manifest, step=step, actor=request.actor)


def later_forms(request: Request, manifest: Manifest, form: StepForm | None) -> list[StepForm]:
    """Forms of the steps right after this one that are the same reader's, each once the one
    before it is signed: a phone without network goes on to them by itself.
    """
    found: list[StepForm] = []
    steps = reading.template_of(manifest).steps
    if form is None or form.step not in steps:
        return found
    for step in steps[steps.index(form.step) + 1 :]:
        if getattr(manifest, f"{step.by}_id") not in request.actor.organisation_ids:
            break
        initial = {"submission": uuid7()}
        kind = form_for(step)
        found.append(kind(initial=initial, manifest=manifest, step=step, actor=request.actor))
    return found


def show_phone(
    request: Request, manifest: Manifest, form: StepForm | None, problem: str = ""
) -> HttpResponse:
    stops = reading.stops(manifest)
    ways = followed.ways(manifest, request.actor)
    context = {
        "problem": problem,
        "ways": ways,
        "send": SignedForm(initial={"submission": uuid7()}) if ways.back else None,
        "linked": followed.linked_of(manifest, queries.visible(request.actor)),
        "manifest": manifest,
        "form": form,
        "later": later_forms(request, manifest, form),
        "seen": shown(manifest),
        "step": StepCode(form.step.code).label if form else "",
        "stops": stops,
        "loads": reading.loads(manifest),
        "claims": reading.claims(manifest),
        "next": next((stop for stop in stops if stop.state == reading.NEXT), None),
        "own": own_names(request.actor),
        "now_ms": clock_ms(),
        "may_sign": request.actor.may(SIGN),
        "other_acts": other_acts(manifest, request.actor, form),
        "legs": reading.legs(manifest),
        "late": late(manifest),
        "check_url": verification.check_url(manifest, request.actor),
    }
    status = 409 if problem else 422 if form is not None and form.errors else 200
    return render(request, "manifests/phone.html", context, status=status)


def _something_else(request: Request, uuid: UUID) -> HttpResponse:
    """A code that opens no manifest of this reader: say what it is."""
    meaning = codes.meaning(str(uuid))
    if meaning.kind in (Means.TRUCK, Means.CONTAINER):
        return HttpResponseRedirect(meaning.url)
    context = {"meaning": meaning, "own": own_names(request.actor)}
    return render(request, "manifests/unknown.html", context, status=404)


@require_GET
@needs(SIGN)
def home(request: Request) -> HttpResponse:
    """Drivers: their truck. Everybody else: scan or type a code, and what waits."""
    if request.actor.role == "driver":
        return drivers.page(request)
    return _home(request, None)


def _home(request: Request, meaning: codes.Meaning | None) -> HttpResponse:
    waiting = with_everything(queries.waiting_for(request.actor))
    context = {
        "own": own_names(request.actor),
        "waiting": list(waiting[:WAITING_SHOWN]),
        "waiting_count": queries.waiting_for(request.actor).order_by().count(),
        "to_agree": list(corrections.waiting_for(request.actor)[:WAITING_SHOWN]),
        "out": _today(request),
        "meaning": meaning,
    }
    status = 422 if meaning is not None else 200
    return render(request, "manifests/home.html", context, status=status)


def _today(request: Request) -> Trips:
    return trips_today(consignor__in=sorted(request.actor.organisation_ids))


@require_GET
@needs(SIGN)
def lookup(request: Request) -> HttpResponse:
    """A scanned or typed code leads to its page, or is told for what it is."""
    asked = request.GET.get("code", "").strip()
    if not asked:
        return HttpResponseRedirect(reverse("manifests.phone"))
    meaning = codes.meaning(asked, request.actor)
    if meaning.url:
        return HttpResponseRedirect(meaning.url)
    return _home(request, meaning)


@require_POST
@needs(SIGN)
def sign(request: Request, uuid: UUID) -> HttpResponse:
    """The next step, signed on the document's own page."""
    where = "inbox" if request.POST.get("from") == "inbox" else "document"
    return sign_here(request, find(request.actor, uuid), where)
