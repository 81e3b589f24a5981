"""Fields that several of the ledger's forms ask for."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.queries import visible_organisations


class HolderInput(forms.TextInput):
    """Search as you type among the organisations the actor may see; plain text without scripts."""

    template_name = "ledger/holder_input.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        attributes = context["widget"]["attrs"]
        context["list_id"] = f"{attributes.get('id', name)}-found"
        attributes |= {
            "list": context["list_id"],
            "autocomplete": "off",
            "hx-get": reverse("ledger.holders"),
            "hx-trigger": "input changed delay:200ms, focus once",
            "hx-target": f"#{context['list_id']}",
            "hx-swap": "innerHTML",
            "hx-params": name,
            "hx-push-url": "false",
            "hx-sync": "this:replace",
        }
        return context

    def format_value(self, value: Any) -> str | None:
        return str(value.name) if isinstance(value, Organisation) else value or None


class HolderField(forms.Field):
    """Cleans a name, short name, credit code or uuid to the organisation, if ``act`` reaches it."""

    widget = HolderInput
    default_error_messages = {
        "unknown": _("No organisation of that name or code. Choose one that the list offers."),
        "several": _("Several organisations fit. Write the name in full, or the credit code."),
    }

    def __init__(self, *, act: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.act = act
        self.actor: Actor | None = None

    def to_python(self, value: Any) -> Organisation | None:
        text = str(value or "").strip()[:120]
        if not text or self.actor is None:
            return None
        rows = visible_organisations(self.actor, self.act)
        exact = Q(name=text) | Q(short_name=text) | Q(credit_code=text.upper())
        if len(text) == 36:
            exact |= Q(uuid=uuid_or_none(text))
        found = list(rows.filter(exact)[:2]) or list(rows.filter(name__icontains=text)[:2])
        if len(found) != 1:
            raise self._invalid("several" if found else "unknown")
        return found[0]

    def _invalid(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)


class MomentField(forms.DateTimeField):
    """Date and time in Asia/Shanghai; now unless somebody writes another."""

    widget = forms.DateTimeInput({"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("When it happened"))
        kwargs.setdefault("initial", minute_now)
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **kwargs)


def minute_now() -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0)


def uuid_or_none(text: str) -> Any:
    try:
        return forms.UUIDField(required=False).clean(text)
    except ValidationError:
        return None
