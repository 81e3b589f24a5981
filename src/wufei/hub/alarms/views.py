"""The rules by which alarms are raised: what each sees, its numbers, its source."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from wufei.hub.alarms import queries, services, words
from wufei.hub.alarms.forms import RuleForm
from wufei.hub.alarms.models import State
from wufei.hub.alarms.queries.settings import InForce, in_force
from wufei.hub.alarms.services.settings import EDIT
from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import show_refusal, submit_once

_COUNTED = timedelta(days=30)


@needs("alarms.rule.view")
def rules(request: Request) -> HttpResponse:
    """Every rule as it is set now, with how often it spoke in the last thirty days."""
    counts = _counts(request)
    found = [
        {
            "setting": setting,
            "rule": setting.rule,
            "numbers": list(words.judged_by(setting.rule, setting.numbers)),
            "tone": words.TONES[setting.rule.severity],
            **counts.get(setting.rule.code, {"raised": 0, "wrong": 0}),
        }
        for setting in in_force().values()
    ]
    context = {"rules": found, "may_edit": request.actor.may(EDIT), "days": _COUNTED.days}
    return render(request, "alarms/rules.html", context)


@needs(EDIT)
def edit_rule(request: Request, code: str) -> HttpResponse:
    """Set a rule's numbers, or switch it on and off."""
    setting = in_force().get(code)
    if setting is None:
        raise Http404
    form = RuleForm(setting, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            target = submit_once(request, lambda: _set(form, setting, request))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(target)
    context = {"form": form, "rule": setting.rule, "token": uuid7()}
    return render(request, "alarms/rule.html", context, status=422 if form.errors else 200)


def _set(form: RuleForm, setting: InForce, request: Request) -> str:
    services.set_rule(
        setting.rule,
        numbers=form.numbers,
        enabled=form.cleaned_data["enabled"],
        reason=form.cleaned_data["reason"],
        by=request.actor,
    )
    return reverse("alarms.rule.list")


def _counts(request: Request) -> dict[str, dict[str, int]]:
    """Alarms that the reader may see: raised, and marked as false."""
    if not request.actor.may(queries.VIEW):
        return {}
    # By when we got to know it: what a replay finds in old days is news as well.
    rows = queries.visible(request.actor).filter(recorded_at__gte=timezone.now() - _COUNTED)
    wrong = Count("pk", filter=Q(state=State.FALSE))
    counted = rows.order_by().values_list("rule").annotate(raised=Count("pk"), wrong=wrong)
    return {code: {"raised": raised, "wrong": false} for code, raised, false in counted}
