"""Detail page: the facts, panels of what belongs to it, and the buttons that move it on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import REFUSED, Forbidden, Refusal, as_refusal
from wufei.hub.base.pages.forms import make_form, show_refusal, submit_once
from wufei.hub.base.pages.resource import Action, ResourcePage
from wufei.hub.base.tables.show import Cell, Shower


class NoLongerPossible(Refusal):
    code = "no_longer_possible"
    message = gettext_noop(
        "This is no longer possible: somebody was quicker. Open the page again to see its state."
    )


@dataclass(frozen=True)
class Button:
    """An action as the page shows it; ``asks`` opens a panel before anything is sent."""

    action: Action
    url: str
    form: forms.Form | None
    # One for each button: pressing two of them is two submissions.
    token: UUID = field(default_factory=uuid7)

    @property
    def asks(self) -> bool:
        return self.form is not None or bool(self.action.confirm)


class DetailPage(ResourcePage):
    template_name = "pages/detail.html"

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        resource, actor = self.resource, self.request.actor
        obj = resource.find(key, actor)
        may_edit = actor.may(resource.act("edit")) and resource.editable(obj, actor)
        has_form = resource.form is not None and resource.save is not None
        context = {
            "resource": resource,
            "object": obj,
            "facts": self._facts(obj),
            "sections": resource.sections(obj, actor) if resource.sections else (),
            "buttons": self._buttons(obj),
            "list_url": resource.url("list"),
            "edit_url": resource.url("edit", obj) if has_form and may_edit else "",
        }
        return render(request, self.template_name, context)

    def _facts(self, obj: Any) -> list[Cell]:
        columns = [column for column in self.resource.table.columns if column.detailed]
        here = self.request.path
        return [
            # A link to the page one is on leads nowhere.
            replace(cell, link=None) if cell.link == here else cell
            for cell in Shower(columns).row(obj).cells
        ]

    def _buttons(self, obj: Any) -> list[Button]:
        return [
            Button(
                action,
                self.resource.url(action.code, obj),
                make_form(action.form, self.request, obj) if action.form else None,
            )
            for action in self.resource.actions
            if self.request.actor.may(action.act) and action.visible(obj)
        ]


class ActionPage(ResourcePage):
    """One action of one object. GET asks (for people without scripts), POST does it."""

    action: Action
    template_name = "pages/action.html"

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        obj = self.resource.find(key, self.request.actor)
        if not self.action.visible(obj):
            raise NoLongerPossible
        return self._show(obj, self._form(obj))

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        obj = self.resource.find(key, self.request.actor)
        form = self._form(obj)
        if form is not None and not form.is_valid():
            return self._show(obj, form)
        cleaned = form.cleaned_data if form is not None else {}
        try:
            target = submit_once(self.request, lambda: self._run(obj, cleaned))
        except REFUSED as refusal:
            if isinstance(refusal, Forbidden):
                raise
            if form is None:
                raise as_refusal(refusal) from refusal
            show_refusal(form, refusal)
            return self._show(obj, form)
        messages.success(request, _("Done: %(action)s.") % {"action": self.action.label})
        return HttpResponseRedirect(target)

    def _form(self, obj: Any) -> forms.Form | None:
        return make_form(self.action.form, self.request, obj) if self.action.form else None

    def _run(self, obj: Any, cleaned: Mapping[str, Any]) -> str:
        # Asked here and not before, so that sending the same form twice still leads on.
        if not self.action.visible(obj):
            raise NoLongerPossible
        self.action.run(obj, self.request.actor, cleaned)
        return (
            self.resource.url("list") if self.action.removes else self.resource.url("detail", obj)
        )

    def _show(self, obj: Any, form: forms.Form | None) -> HttpResponse:
        url = self.resource.url(self.action.code, obj)
        context = {
            "resource": self.resource,
            "object": obj,
            "button": Button(self.action, url, form),
            "back": self.resource.url("detail", obj),
        }
        status = 422 if form is not None and form.errors else 200
        return render(self.request, self.template_name, context, status=status)
