"""Behind a truck's fixed code: what whoever scans it may do with it, here and now."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages.forms import submit_once
from wufei.hub.manifests import queries, reading, remarks, round_queries, services
from wufei.hub.manifests.figures import received_today, trips_today
from wufei.hub.manifests.forms.scans import (
    REMARKS,
    SITE,
    ArrivalForm,
    GateForm,
    RemarkForm,
    gate_sites,
    gate_templates,
)
from wufei.hub.manifests.models import Manifest, Status
from wufei.hub.manifests.reading import with_everything
from wufei.hub.manifests.shown import shown
from wufei.hub.manifests.views import verification
from wufei.hub.manifests.views.common import (
    ISSUE,
    SIGN,
    VIEW,
    clock_ms,
    destination_notes,
    done,
    earlier,
    lead,
    next_of,
    own_names,
    sent,
)
from wufei.hub.registry.models import Licence, Site, Vehicle
from wufei.hub.registry.validity import last_day, today

# The gate where somebody stands, for as long as they stay signed in.
CHOSEN = "manifests.gate"


@dataclass(frozen=True)
class Permit:
    """Until when a truck may drive such loads; ``last`` is None where nothing is on record."""

    last: date | None
    on_record: bool

    @property
    def ended(self) -> bool:
        return not self.on_record or (self.last is not None and self.last < today())


@require_http_methods(["GET", "POST"])
@needs(SIGN, outside=verification.truck)
def truck(request: Request, uuid: UUID) -> HttpResponse:
    """Its arrival, its departure, its load's next step, or how it stands."""
    found = Vehicle.objects.select_related("carrier").filter(uuid=uuid).first()
    if found is None:
        context = {"own": own_names(request.actor), "truck": True}
        return render(request, "manifests/unknown.html", context, status=404)
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    if (load := _load(found, request.actor)) is not None:
        if load.round and round_queries.receives(request.actor, load.round):
            # All that it brought, with one weight; not each manifest by itself.
            return lead(request, reverse("manifests.round", args=[load.round.uuid]))
        if _arrives(load, request.actor):
            return _site(request, found, load)
        return _on_its_way(request, found, load)
    gates = gate_sites(request.actor) if request.actor.may(ISSUE) else []
    gate = chosen_gate(request, gates)
    if gate is None:
        return _on_its_way(request, found, None)
    return _gate(request, found, gate, gates)


def _load(truck: Vehicle, actor: Actor) -> Manifest | None:
    """What it carries; else what is issued for it and waits for this actor."""
    load = queries.open_of_vehicle(truck.pk)
    if load is None:
        load = queries.waiting_for(actor).filter(status=Status.ISSUED, vehicle=truck).first()
    if load is None:
        return None
    found: Manifest = with_everything(Manifest.objects.filter(pk=load.pk)).get()
    return found


def _arrives(load: Manifest, actor: Actor) -> bool:
    """Whether this scan is the load's arrival at the actor's own site."""
    scan = reading.template_of(load).scan(SITE)
    step = next_of(load, actor)
    return scan is not None and step is not None and step.code == scan.steps[0]


def chosen_gate(request: Request, gates: list[Site]) -> Site | None:
    """The site named in the address, else the last chosen, else the first."""
    known = {str(gate.uuid): gate for gate in gates}
    for asked in (request.GET.get("site", ""), request.session.get(CHOSEN, "")):
        if asked in known:
            request.session[CHOSEN] = asked
            return known[asked]
    return gates[0] if gates else None


# At the gate.
def _gate(request: Request, truck: Vehicle, gate: Site, gates: list[Site]) -> HttpResponse:
    if request.method != "POST":
        form = GateForm(initial={"submission": uuid7()}, truck=truck, site=gate)
        return _show_gate(request, truck, gates, form)
    form = GateForm(request.POST, truck=truck, site=gate)
    if not form.is_valid():
        return _show_gate(request, truck, gates, form)

    def work() -> str:
        assert form.mass is not None
        services.scan_out(
            truck,
            form.new(),
            form.mass,
            id=uuid5(form.id, "manifest"),
            signing=form.signing(),
            by=request.actor,
        )
        return reverse("manifests.qr", args=[uuid5(form.id, "manifest")])

    return _answer(
        request,
        form,
        work,
        _("Departure confirmed."),
        lambda: _show_gate(request, truck, gates, form),
    )


def _show_gate(request: Request, truck: Vehicle, gates: list[Site], form: GateForm) -> HttpResponse:
    context = {
        "truck": truck,
        "form": form,
        "gate": form.site,
        "gates": gates,
        "permit": permit_of(truck),
        "today": trips_today(consignor_site=form.site),
        "notes": destination_notes(form.site, form.places),
        "now_ms": clock_ms(),
    }
    return render(request, "manifests/gate.html", context, status=422 if form.errors else 200)


def permit_of(truck: Vehicle) -> Permit:
    """The carrier's approval for such loads, else the truck's own road permit."""
    kinds = [kind for template in gate_templates() for kind in template.licence_kinds]
    licence = (
        Licence.objects.filter(organisation=truck.carrier, kind__in=kinds)
        .order_by("-validity")
        .first()
    )
    validity = licence.validity if licence else truck.permit_validity
    return Permit(last_day(validity) if validity else None, validity is not None)


# At the site.
def _site(request: Request, truck: Vehicle, load: Manifest) -> HttpResponse:
    if request.method != "POST":
        form = ArrivalForm(initial={"submission": uuid7()}, manifest=load)
        return _show_site(request, truck, load, form)
    form = ArrivalForm(request.POST, manifest=load)
    if not form.is_valid():
        return _show_site(request, truck, load, form)

    def work() -> str:
        assert form.mass is not None
        services.scan_in(
            load,
            form.mass,
            signing=form.signing(),
            by=request.actor,
            **form.said(),
        )
        return reverse("manifests.qr", args=[load.uuid])

    return _answer(
        request, form, work, _("Arrival confirmed."), lambda: _show_site(request, truck, load, form)
    )


def _show_site(request: Request, truck: Vehicle, load: Manifest, form: ArrivalForm) -> HttpResponse:
    context = {
        "truck": truck,
        "load": load,
        "loads": reading.loads(load),
        "form": form,
        "permit": permit_of(truck),
        "seen": shown(load),
        "tolerance": reading.template_of(load).tolerance_permille,
        "today": received_today(load.consignee_site),
        "now_ms": clock_ms(),
    }
    return render(request, "manifests/site.html", context, status=422 if form.errors else 200)


def _answer(request: Request, form: Any, work: Any, words: str, again: Any) -> HttpResponse:
    target = sent(request, form, work)
    if not target:
        refused: HttpResponse = again()
        return refused
    return done(request, target, words)


# Otherwise.
def _on_its_way(request: Request, truck: Vehicle, load: Manifest | None) -> HttpResponse:
    """How the truck stands; its load's page where that is the reader's affair."""
    mine = load is not None and queries.visible(request.actor, VIEW).filter(pk=load.pk).exists()
    if request.method == "POST" and load is not None and mine:
        # The form was open while somebody else signed.
        return HttpResponseRedirect(reverse("manifests.qr", args=[load.uuid]))
    context = {
        "truck": truck,
        "load": load if mine else None,
        "foreign": load is not None and not mine,
        "permit": permit_of(truck),
        "own": own_names(request.actor),
        "step": next_of(load, request.actor) if load is not None and mine else None,
        "may_issue": request.actor.may(ISSUE),
    }
    return render(request, "manifests/truck.html", context)


# Something is wrong.
@require_http_methods(["GET", "POST"])
@needs(SIGN)
def remark(request: Request, uuid: UUID) -> HttpResponse:
    """What is wrong with the truck, in one tap and a few words."""
    found = Vehicle.objects.select_related("carrier").filter(uuid=uuid).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return _show_remark(request, found, RemarkForm(initial={"submission": uuid7()}))
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return _show_remark(request, found, form)
    cleaned = form.cleaned_data

    def work() -> str:
        remarks.remark(
            found,
            id=cleaned["submission"],
            what=cleaned["what"],
            words=str(dict(REMARKS)[cleaned["what"]]),
            text=cleaned["text"],
            place=own_names(request.actor),
            by=request.actor,
        )
        return reverse("manifests.phone")

    target = submit_once(request, work)
    return done(request, target, _("The remark is kept; the supervisors see it."))


def _show_remark(request: Request, truck: Vehicle, form: RemarkForm) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"truck": truck, "form": form}
    return render(request, "manifests/remark.html", context, status=status)
