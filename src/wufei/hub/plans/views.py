"""Pages of the plans that are more than a declaration."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Page, Request, needs
from wufei.hub.base.errors import REFUSED, Forbidden
from wufei.hub.base.pages.details import DetailPage
from wufei.hub.base.pages.forms import make_form, show_refusal, submit_once
from wufei.hub.base.pages.lists import ListPage
from wufei.hub.plans import queries, services
from wufei.hub.plans.models import Assignment
from wufei.hub.registry.models import Unit


class Detail(DetailPage):
    """Facts and panels, in the plans' own style."""

    template_name = "plans/detail.html"


class PlanList(ListPage):
    """The plans, with the button that loads another one."""

    template_name = "plans/plans.html"

    def context(self) -> dict[str, Any]:
        may = self.request.actor.may("plans.plan.load")
        return super().context() | {"load_url": reverse("plans.plan.new") if may else ""}


@needs("plans.task.view")
def units(request: Request) -> HttpResponse:
    """Every unit that the plan in force names, with what it leads and takes part in."""
    document = queries.current()
    found = queries.units_of(document) if document else []
    return render(request, "plans/units.html", {"document": document, "units": found})


@needs("plans.task.view")
def unit(request: Request, uuid: UUID) -> HttpResponse:
    """A unit's tasks: first what it leads. A town's are those of its group as well."""
    found = get_object_or_404(Unit.objects.select_related("part_of"), uuid=uuid)
    context = {
        "unit": found,
        "leading": list(queries.tasks().filter(queries.with_unit(found, "lead"))),
        "taking_part": list(queries.tasks().filter(queries.with_unit(found, "responsible"))),
        "targets": list(queries.all_targets().filter(responsible=found)),
        "may_export": request.actor.may("plans.task.export"),
    }
    return render(request, "plans/unit.html", context)


class UnitForm(forms.Form):
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit that is meant"),
        queryset=Unit.objects.all(),
        to_field_name="code",
        help_text=gettext_lazy(
            "It counts wherever the plan writes it so. What stands in the plan stays as it is."
        ),
    )


class NamePage(Page):
    """Say which unit a name in the plan means, or confirm what was recognised."""

    act = "plans.plan.load"

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        one = self._one(uuid)
        initial = {"unit": one.unit.code} if one.unit else None
        return self._show(one, make_form(UnitForm, self.request, None, initial))

    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        one = self._one(uuid)
        form = make_form(UnitForm, self.request)
        if form.is_valid():
            try:
                target = submit_once(self.request, lambda: self._assign(one, form))
            except REFUSED as refusal:
                if isinstance(refusal, Forbidden):
                    raise
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(target)
        return self._show(one, form)

    def _one(self, uuid: UUID) -> Assignment:
        return get_object_or_404(
            Assignment.objects.select_related("unit", "attribution__clause__document"), uuid=uuid
        )

    def _assign(self, one: Assignment, form: forms.Form) -> str:
        services.assign(one, form.cleaned_data["unit"], self.request.actor)
        return reverse("plans.plan.detail", args=[one.attribution.clause.document.uuid])

    def _show(self, one: Assignment, form: forms.Form) -> HttpResponse:
        clause = one.attribution.clause
        context = {
            "name": one,
            "clause": clause,
            "form": form,
            "token": uuid7(),
            "back": reverse("plans.clause.detail", args=[clause.uuid]),
        }
        return render(self.request, "plans/name.html", context, status=422 if form.errors else 200)
