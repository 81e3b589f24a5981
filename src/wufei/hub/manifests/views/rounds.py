"""Collection rounds on the driver's phone: where to next, what was loaded, and the end."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.manifests import declarations, round_queries, services
from wufei.hub.manifests.declarations import ManifestTemplate, Rounds
from wufei.hub.manifests.figures import Trips
from wufei.hub.manifests.forms.rounds import (
    AddStopForm,
    CollectForm,
    LoadForm,
    MendForm,
    ReceiveForm,
    SkipForm,
    StartForm,
    place,
    round_templates,
)
from wufei.hub.manifests.models import Line, Manifest, Round, RoundStop, Status
from wufei.hub.manifests.services.collecting import record_of
from wufei.hub.manifests.services.rounds import check_finishable
from wufei.hub.manifests.views.common import SIGN, VIEW, clock_ms, done, earlier, lead, sent

SHOWN = 50


@require_GET
@needs(VIEW)
def rounds(request: Request) -> HttpResponse:
    """Those under way first, then those of before."""
    rows = list(round_queries.visible(request.actor).order_by("ended_at", "-started_at")[:SHOWN])
    context = {
        "under_way": [_told(one) for one in rows if one.ended_at is None],
        "ended": [_told(one) for one in reversed(rows) if one.ended_at],
        "may_start": request.actor.may(SIGN) and bool(round_templates(request.actor)),
    }
    return render(request, "manifests/rounds.html", context)


def _told(begun: Round) -> dict[str, Any]:
    stops = list(begun.stops.all())
    return {
        "round": begun,
        "template": declarations.template(begun.template).name,
        "done": sum(1 for stop in stops if stop.done_at or stop.skipped),
        "stops": len(stops),
    }


# Begin.
@require_http_methods(["GET", "POST"])
@needs(SIGN)
def new(request: Request) -> HttpResponse:
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    known = round_templates(request.actor)
    template = _chosen(known, request)
    if template is None:
        return render(request, "manifests/round_new.html", {"templates": known, "form": None})
    if request.method != "POST":
        initial = {"submission": uuid7()}
        form = StartForm(initial=initial, template=template, actor=request.actor)
        return _show_new(request, known, template, form)
    form = StartForm(request.POST, template=template, actor=request.actor)
    if form.is_valid() and (target := sent(request, form, lambda: _start(request, form))):
        return done(request, target, _("The round has begun."))
    return _show_new(request, known, template, form)


def _chosen(known: list[ManifestTemplate], request: Request) -> ManifestTemplate | None:
    asked: Any = request.POST if request.method == "POST" else request.GET
    if not asked.get("template") and len(known) == 1:
        return known[0]
    return next((one for one in known if one.code == asked.get("template")), None)


def _start(request: Request, form: StartForm) -> str:
    begun = services.start_round(
        form.new(), id=form.id, at=form.signing().signed_at, by=request.actor
    )
    return reverse("manifests.round", args=[begun.uuid])


def _show_new(
    request: Request, known: list[ManifestTemplate], template: ManifestTemplate, form: StartForm
) -> HttpResponse:
    context = {"templates": known, "template": template, "form": form, "now_ms": clock_ms()}
    status = 422 if form.errors else 200
    return render(request, "manifests/round_new.html", context, status=status)


# One round.
@require_GET
@needs(VIEW)
def page(request: Request, uuid: UUID) -> HttpResponse:
    return _show(request, _find(request, uuid))


def _show(request: Request, begun: Round, form: ReceiveForm | None = None) -> HttpResponse:
    stops = list(begun.stops.all())
    left = [stop for stop in stops if stop.done_at is None and not stop.skipped]
    mine, manifests = round_queries.drives(request.actor, begun), list(begun.manifests.all())
    if form is None and round_queries.receives(request.actor, begun):
        form = ReceiveForm(initial={"submission": uuid7()}, waste=_a_waste(begun))
    context = {
        "round": begun,
        "template": declarations.template(begun.template).name,
        "stops": [(stop, place(stop.site)) for stop in stops],
        "next": left[0] if left and mine and begun.ended_at is None else None,
        "left": len(left),
        "drives": mine,
        "may_finish": _may_finish(begun, request.actor),
        "load": _carried(begun),
        "manifests": manifests,
        "receive": form,
        "add": AddStopForm(begun=begun) if mine and begun.ended_at is None else None,
        "now_ms": clock_ms(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "manifests/round.html", context, status=status)


def _may_finish(begun: Round, actor: Actor) -> bool:
    try:
        check_finishable(begun, actor)
    except Refusal:
        return False
    return True


def _carried(begun: Round) -> Trips:
    lines = Line.objects.filter(manifest__round=begun)
    masses = [mass_g for mass_g in lines.values_list("weighed_out_g", flat=True) if mass_g]
    return Trips(len(masses), sum(masses))


def _a_waste(begun: Round) -> Any:
    line = Line.objects.filter(manifest__round=begun).select_related("waste").first()
    assert line is not None, "what is received was loaded"
    return line.waste


def _find(request: Request, uuid: UUID) -> Round:
    found = round_queries.visible(request.actor).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


@require_POST
@needs(SIGN)
def add(request: Request, uuid: UUID) -> HttpResponse:
    """One more place to call at."""
    begun = _find(request, uuid)
    form = AddStopForm(request.POST, begun=begun)
    if form.is_valid():
        services.add_stop(begun, form.cleaned_data["site"], by=request.actor)
    return lead(request, reverse("manifests.round", args=[begun.uuid]))


@require_http_methods(["GET", "POST"])
@needs(SIGN)
def finish(request: Request, uuid: UUID) -> HttpResponse:
    """The round is over; what is left gets a reason."""
    begun = _find(request, uuid)
    if request.method == "GET":
        check_finishable(begun, request.actor)
    left = begun.stops.filter(done_at=None, skipped="").count()
    form = SkipForm(request.POST if request.method == "POST" else None)
    if not left:
        form.fields["reason"].required = False
    if request.method == "POST" and form.is_valid():
        reason, at = form.cleaned_data["reason"], timezone.now()
        services.finish_round(begun, at=at, by=request.actor, reason=reason)
        return done(request, reverse("manifests.round", args=[begun.uuid]), _("The round is over."))
    context = {"round": begun, "left": left, "form": form}
    return render(
        request, "manifests/round_finish.html", context, status=422 if form.errors else 200
    )


@require_POST
@needs(SIGN)
def receive(request: Request, uuid: UUID) -> HttpResponse:
    """The plant weighs the truck once and accepts all of it."""
    if target := earlier(request):
        return lead(request, target)
    begun = _find(request, uuid)
    if not round_queries.receives(request.actor, begun):
        return lead(request, reverse("manifests.round", args=[begun.uuid]))
    form = ReceiveForm(request.POST, waste=_a_waste(begun))
    if form.is_valid() and form.mass:
        mass, signing = form.mass, form.signing()

        def work() -> str:
            services.arrive_round(begun, mass, signing=signing, by=request.actor, accept=True)
            return reverse("manifests.round", args=[begun.uuid])

        if target := sent(request, form, work):
            return done(request, target, _("All of it is received and accepted."))
    return _show(request, begun, form)


# One stop.
@require_http_methods(["GET", "POST"])
@needs(SIGN)
def stop(request: Request, pk: int) -> HttpResponse:
    """What is loaded here; afterwards what was, to be mended while the round lasts."""
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    found = _stop(request, pk)
    form = _form(request, found)
    if request.method == "POST" and form is not None and form.is_valid():

        def work() -> str:
            _apply(request, found, form)
            return reverse("manifests.round", args=[found.round.uuid])

        if target := sent(request, form, work):
            return done(request, target, _("Signed: %(step)s.") % {"step": place(found.site)})
    return _show_stop(request, found, form)


def _stop(request: Request, pk: int) -> RoundStop:
    """A stop of a round that one drives."""
    rows = RoundStop.objects.select_related(
        "site__organisation", "round__carrier", "round__vehicle", "round__destination"
    )
    found = rows.filter(pk=pk, round__in=round_queries.visible(request.actor, SIGN)).first()
    if found is None or not round_queries.drives(request.actor, found.round):
        raise Http404
    return found


def _form(request: Request, found: RoundStop) -> Any:
    """The form that fits: what is there to load, or to mend; None where there is neither."""
    options: dict[str, Any] = {"initial": {"submission": uuid7()}}
    if request.method == "POST":
        options = {"data": request.POST}
    one_each = declarations.template(found.round.template).rounds is Rounds.SET
    if found.done_at:
        lines = [] if one_each else _lines_at(found)
        return MendForm(lines=lines, **options) if lines else None
    if found.round.ended_at:
        return None
    if one_each:
        manifest = _asked(request, found)
        return LoadForm(manifest=manifest, **options) if manifest else None
    return CollectForm(stop=found, **options)


def _asked(request: Request, found: RoundStop) -> Manifest | None:
    """The manifest to load: the one that is named, else the first that waits."""
    asked: Any = request.POST if request.method == "POST" else request.GET
    waiting = list(round_queries.waiting_at(found)[:SHOWN])
    named = [one for one in waiting if str(one.uuid) == asked.get("manifest", "")]
    return next(iter(named or waiting), None)


def _lines_at(found: RoundStop) -> list[Line]:
    record = record_of(found.round)
    if record is None or record.status != Status.LOADED:
        return []
    return list(record.lines.filter(site=found.site_id).select_related("waste"))


def _apply(request: Request, found: RoundStop, form: Any) -> None:
    signing = form.signing()
    if isinstance(form, MendForm):
        reason = form.cleaned_data["reason"]
        services.correct_stop(found, form.masses, signing=signing, by=request.actor, reason=reason)
        return
    manifest = form.manifest if isinstance(form, LoadForm) else None
    services.collect(found, form.loads, signing=signing, by=request.actor, manifest=manifest)


def _show_stop(request: Request, found: RoundStop, form: Any) -> HttpResponse:
    waiting = list(round_queries.waiting_at(found)[:SHOWN]) if not found.done_at else []
    one_each = declarations.template(found.round.template).rounds is Rounds.SET
    own = found.round.manifests.filter(consignor_site=found.site_id) if one_each else []
    context = {
        "stop": found,
        "round": found.round,
        "place": place(found.site),
        "form": form,
        "mends": isinstance(form, MendForm),
        "collects": isinstance(form, CollectForm),
        "waiting": waiting if one_each else [],
        "own": list(own),
        "one_each": one_each,
        "now_ms": clock_ms(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "manifests/stop.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs(SIGN)
def skip(request: Request, pk: int) -> HttpResponse:
    """Nothing is collected here, and why."""
    found = _stop(request, pk)
    form = SkipForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.skip_stop(found, reason=form.cleaned_data["reason"], by=request.actor)
        target = reverse("manifests.round", args=[found.round.uuid])
        return done(request, target, _("Skipped: %(place)s.") % {"place": place(found.site)})
    context = {"stop": found, "round": found.round, "place": place(found.site), "form": form}
    return render(request, "manifests/stop_skip.html", context, status=422 if form.errors else 200)
