"""New and edit: parse the form, call the service once, show its refusal where it belongs."""

import copy
import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request
from wufei.hub.base.errors import REFUSED, Forbidden, Invalid, problems
from wufei.hub.base.models import Submission
from wufei.hub.base.pages.resource import ActorForm, ResourcePage

TOKEN = "submission"  # noqa: S105  (a form field, not a secret)


def make_form(
    form: type[forms.Form], request: Request, obj: Any = None, initial: Any = None
) -> forms.Form:
    """The form, bound if the request posts; actor and object go to the forms that take them."""
    options: dict[str, Any] = {"initial": initial}
    if request.method == "POST":
        options |= {"data": request.POST, "files": request.FILES}
    if issubclass(form, ActorForm):
        options |= {"actor": request.actor, "obj": obj}
    elif issubclass(form, forms.ModelForm):
        # A model form writes into its instance; the service must see the object as it was.
        options["instance"] = copy.copy(obj)
    return form(**options)


def show_refusal(form: forms.Form, refusal: Exception) -> None:
    """Put what a service said beside the field it speaks of, or on top."""
    for field, text in problems(refusal):
        form.add_error(field if field in form.fields else None, text)


def submit_once(request: Request, work: Callable[[], str]) -> str:
    """Do ``work``, which returns the address to go on to, once for each submission of a form.

    A form that is sent twice (a double tap, a retry on a bad network) does its work once and
    leads to the same place. The row of the first waits in its transaction, so that even the
    second of two simultaneous requests finds the first one's result.
    """
    files = [
        f"{name}={upload.name}:{upload.size}"
        for name, uploads in sorted(request.FILES.lists())
        for upload in uploads
        if isinstance(upload, UploadedFile)
    ]
    content = "&".join([request.path, request.POST.urlencode(), *files])
    digest = hashlib.sha256(content.encode()).hexdigest()
    with transaction.atomic():
        mine, made = Submission.objects.get_or_create(
            id=_token(request), defaults={"actor": request.actor.id, "digest": digest}
        )
        if made:
            mine.result = work()
            mine.save(update_fields=["result"])
        elif (mine.actor, mine.digest) != (request.actor.id, digest):
            # Gone back in the browser, changed, sent again: that must not look like a repeat.
            raise Invalid(
                _(
                    "This form was saved before with other content. Press the button again if you "
                    "want to save this as well."
                )
            )
        return mine.result


def _token(request: Request) -> UUID:
    try:
        return UUID(request.POST.get(TOKEN, ""))
    except ValueError:
        return uuid7()


class FormPage(ResourcePage):
    """New (no key) or edit."""

    template_name = "pages/form.html"

    def get(self, request: HttpRequest, key: Any = None) -> HttpResponse:
        obj = self._object(key)
        return self._show(self._form(obj), obj)

    def post(self, request: HttpRequest, key: Any = None) -> HttpResponse:
        obj = self._object(key)
        form = self._form(obj)
        if not form.is_valid():
            return self._show(form, obj)
        try:
            target = submit_once(self.request, lambda: self._save(form, obj))
        except REFUSED as refusal:
            if isinstance(refusal, Forbidden):
                raise
            show_refusal(form, refusal)
            return self._show(form, obj)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(target)

    def _object(self, key: Any) -> Any:
        if key is None:
            if not self.resource.creatable(self.request.actor):
                raise Forbidden(self.act)
            return None
        obj = self.resource.find(key, self.request.actor)
        if not self.resource.editable(obj, self.request.actor):
            raise Forbidden(self.act)
        return obj

    def _form(self, obj: Any) -> forms.Form:
        resource = self.resource
        assert resource.form is not None
        if obj is not None and resource.initial is not None:
            initial = resource.initial(obj)
        else:
            # A link may prefill a new form: ?region=…
            initial = self.request.GET.dict()
        return make_form(resource.form, self.request, obj, initial)

    def _save(self, form: forms.Form, obj: Any) -> str:
        assert self.resource.save is not None
        saved = self.resource.save(obj, form.cleaned_data, self.request.actor)
        return self.resource.url("detail", saved)

    def _show(self, form: forms.Form, obj: Any) -> HttpResponse:
        context = {
            "resource": self.resource,
            "form": form,
            "object": obj,
            "token": uuid7(),
            "back": self.resource.url("detail", obj) if obj else self.resource.url("list"),
        }
        status = 422 if form.errors else 200
        return render(self.request, self.template_name, context, status=status)
