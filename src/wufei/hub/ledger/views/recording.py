"""Record waste that arose, stood here, came in or was taken out; and surpluses."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.base.pages.forms import show_refusal, submit_once
from wufei.hub.catalogue import declarations
from wufei.hub.ledger import services
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.ledger.forms.recording import EntryForm, SurplusForm
from wufei.hub.ledger.refusals import NotEnough
from wufei.hub.ledger.services.surpluses import after_surpluses, key_of
from wufei.hub.ledger.units import UNIT_LABELS, Mass
from wufei.hub.ledger.views.overdrafts import Overdraft
from wufei.hub.ledger.views.statements import find_account

POST, SURPLUS = "ledger.movement.post", "ledger.surplus.record"


@require_http_methods(["GET", "POST"])
@needs(POST)
def new_entry(request: Request) -> HttpResponse:
    if request.method != "POST":
        initial = request.GET.dict() | {"submission": uuid7()}
        return _show(request, EntryForm(initial=initial, actor=request.actor))
    form = EntryForm(request.POST, actor=request.actor)
    overdraft = Overdraft(request)
    if not form.is_valid():
        return _show(request, form, overdraft)
    entry = form.entry()

    def post() -> str:
        (movement,) = services.post([entry], by=request.actor, cause="form")
        return reverse("ledger.movement", args=[movement.uuid])

    def work() -> str:
        return after_surpluses(
            overdraft.confirmed,
            post,
            id=entry.id,
            happened_at=entry.happened_at,
            by=request.actor,
            reason=overdraft.reason,
        )

    try:
        target = submit_once(request, work)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        if isinstance(refusal, NotEnough):
            overdraft.lacks(refusal)
        show_refusal(form, _at_value(refusal))
        return _show(request, form, overdraft)
    messages.success(request, _("Recorded: %(mass)s t.") % {"mass": tonnes_text(entry.mass_g)})
    if "again" in request.POST:
        return HttpResponseRedirect(reverse("ledger.entry.new") + _same_again(form))
    return HttpResponseRedirect(target)


def _at_value(refusal: Refusal) -> Refusal:
    if refusal.field == "mass":
        refusal.field = "value"
    return refusal


def _same_again(form: EntryForm) -> str:
    kept = {name: form.cleaned_data[name] for name in ("kind", "site", "unit")}
    return "?" + urlencode(kept | {"waste": form.cleaned_data["waste"].code})


def _show(request: Request, form: EntryForm, overdraft: Overdraft | None = None) -> HttpResponse:
    context = {
        "form": form,
        "mass": form.mass if form.is_bound else None,
        "overdraft": overdraft,
        "conversion": _conversion_words(form.mass) if form.is_bound and form.mass else "",
    }
    status = 422 if form.errors else 200
    return render(request, "ledger/entry.html", context, status=status)


@require_GET
@needs(POST)
def conversion(request: Request) -> HttpResponse:
    """What the amount is in tonnes, before anything is saved."""
    form = EntryForm(request.GET, actor=request.actor)
    form.is_valid()
    errors: Any = form.errors.get("value") or form.errors.get("unit")
    waste = form.cleaned_data.get("waste")
    stream = declarations.stream(waste.stream) if waste else None
    context = {
        "words": _conversion_words(form.mass) if form.mass else "",
        "error": errors[0] if errors and request.GET.get("value") else "",
        "by_lots": stream is not None and stream.tracking is declarations.Tracking.LOTS,
    }
    return render(request, "ledger/_conversion.html", context)


def _conversion_words(mass: Mass) -> str:
    """``3 m³ × 120 kg/m³ = 0.360 t``."""
    exact = tonnes_text(mass.grams, 6).rstrip("0")
    shown = exact if len(exact.partition(".")[2]) > 3 else tonnes_text(mass.grams)
    unit = UNIT_LABELS.get(mass.unit, mass.unit)
    left = f"{mass.value:,f} {unit}"
    if mass.density_kg is not None:
        per = _("kg a piece") if mass.unit == "piece" else "kg/m³"
        left += f" × {mass.density_kg:f} {per}"
    return f"{left} = {shown} t"


@require_http_methods(["GET", "POST"])
@needs(SURPLUS)
def surplus(request: Request, pk: int) -> HttpResponse:
    """Mass that stands here and not in the book, with its reason."""
    account = find_account(request.actor, pk, SURPLUS)
    data = request.POST if request.method == "POST" else None
    form = SurplusForm(data, waste=account.waste, initial={"submission": uuid7()})
    if data is None or not form.is_valid():
        return _show_surplus(request, account, form)

    def work() -> str:
        cleaned, mass = form.cleaned_data, form.mass
        assert mass is not None
        services.record_surplus(
            key_of(account),
            mass,
            id=cleaned["submission"],
            happened_at=cleaned["happened_at"],
            by=request.actor,
            reason=cleaned["reason"],
        )
        return reverse("ledger.account", args=[account.pk])

    try:
        target = submit_once(request, work)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        show_refusal(form, _at_value(refusal))
        return _show_surplus(request, account, form)
    messages.success(request, _("The surplus is recorded and reported as a finding."))
    return HttpResponseRedirect(target)


def _show_surplus(request: Request, account: Any, form: SurplusForm) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "ledger/surplus.html", {"account": account, "form": form}, status=status)
