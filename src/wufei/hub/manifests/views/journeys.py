"""With which vehicle and driver a carrier will come, said before it takes the load."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.manifests import allowed, queries, services
from wufei.hub.manifests.forms.journeys import MeansForm
from wufei.hub.manifests.views.common import SIGN, done, earlier, find, lead, sent


@require_http_methods(["GET", "POST"])
@needs(SIGN)
def means(request: Request, uuid: UUID) -> HttpResponse:
    """The actor's own leg: until it is taken over, truck and driver may change."""
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    manifest = find(request.actor, uuid, SIGN)
    allowed.name_truck(manifest, request.actor)
    leg = queries.own_leg(manifest, request.actor)
    assert leg is not None, "the rule is that there is one"
    form = MeansForm(request.POST if request.method == "POST" else None, leg=leg)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("vehicle", "driver")}

        def work() -> str:
            services.prepare(manifest, leg.number, by=request.actor, **said)
            return reverse("manifests.manifest.detail", args=[manifest.uuid])

        if target := sent(request, form, work):
            return done(request, target, _("Saved."))
    label = _("Name truck and driver")
    context = {"manifest": manifest, "form": form, "label": label, "token": uuid7()}
    return render(request, "manifests/ask.html", context, status=422 if form.errors else 200)
