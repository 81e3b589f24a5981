"""Forms of the catalogue, and the field by which any form asks for a waste."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.pages import ActorForm
from wufei.hub.catalogue import queries, tables
from wufei.hub.catalogue.models import LOCAL, WasteType
from wufei.hub.catalogue.refusals import UnknownWaste
from wufei.hub.catalogue.rules import tidy
from wufei.hub.registry.validity import today


class WastePicker(forms.TextInput):
    """Search as you type: code, name or pinyin initials; arrows and Enter choose.

    It is one text input whose value begins with the code, so it works without scripts too.
    """

    template_name = "catalogue/waste_picker.html"

    def __init__(self, *, domain: str = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false"} | (attrs or {}))
        self.domain = domain

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        attributes = context["widget"]["attrs"]
        list_id = f"{attributes.get('id', name)}-found"
        asked = urlencode({"field": name, "list": list_id, "domain": self.domain})
        attributes |= {
            "role": "combobox",
            "aria-expanded": "false",
            "aria-autocomplete": "list",
            "aria-controls": list_id,
            "hx-get": f"{reverse('catalogue.waste.suggest')}?{asked}",
            "hx-trigger": "input changed delay:150ms",
            "hx-target": f"#{list_id}",
            "hx-params": name,
            "hx-sync": "this:replace",
            "hx-push-url": "false",
        }
        context["list_id"] = list_id
        return context

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, WasteType):
            return str(value)
        if isinstance(value, int):
            found = WasteType.objects.filter(pk=value).first()
            return str(found) if found else None
        return str(value) if value else None


class WasteChoiceField(forms.Field):
    """Cleans to the ``WasteType`` that is meant on ``day`` (today; a form may set it later).

    ``initial`` may be a waste type, its id, or a code.
    """

    widget: Any = WastePicker
    default_error_messages = {
        "domain": _("%(waste)s belongs to another domain. Choose one that the list offers."),
        "several": _("Several wastes fit. Choose one from the list."),
    }

    def __init__(self, *, domain: str = "", day: date | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Waste"))
        kwargs.setdefault("help_text", _("Code, name or first letters of the pinyin"))
        kwargs.setdefault("widget", WastePicker(domain=domain))
        super().__init__(**kwargs)
        self.domain, self.day = domain, day

    def prepare_value(self, value: Any) -> Any:
        return value

    def to_python(self, value: Any) -> WasteType | None:
        text = tidy(str(value or ""))[:120]
        if not text:
            return None
        try:
            waste = self._meant(text)
        except UnknownWaste as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        if self.domain and waste.domain != self.domain:
            raise self._invalid("domain", waste=waste)
        return waste

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.widget.format_value(initial) or "") != (data or "")

    def _meant(self, text: str) -> WasteType:
        """By the code in front ("900-214-08 废机油"), else by a search with a single result."""
        day = self.day or today()
        try:
            return queries.waste(text.split()[0], day)
        except UnknownWaste:
            found = list(queries.find(text, self.domain or None, day)[:2])
            if len(found) == 1:
                return found[0]
            if found:
                raise self._invalid("several") from None
            raise

    def _invalid(self, code: str, **values: Any) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=values)


class WasteForm(ActorForm):
    """A code of the catalogue; of a published one only the search words can be changed."""

    code = forms.CharField(label=_("Code"), max_length=30, help_text=_("Our own: LC-straw-oat"))
    edition = forms.ChoiceField(label=_("Edition"), choices=tables.edition_choices, initial=LOCAL)
    name = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    stream = forms.ChoiceField(
        label=_("Stream"),
        choices=tables.streams_by_domain,
        help_text=_("Decides how it is tracked; it cannot be changed later."),
    )
    hazard = forms.CharField(
        label=_("Hazards"),
        max_length=20,
        required=False,
        help_text=_("T toxic, C corrosive, I ignitable, R reactive, In infectious; such as T/I"),
    )
    keywords = forms.CharField(
        label=_("Also called"),
        max_length=120,
        required=False,
        help_text=_("Words that people search by, separated by blanks."),
    )
    since = forms.DateField(
        label=_("First day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is None:
            return
        fixed = ["code", "edition", "stream", "since"]
        if not self.obj.local:
            fixed += ["name", "name_en", "hazard"]
        for name in fixed:
            del self.fields[name]


class CloseForm(forms.Form):
    last = forms.DateField(
        label=_("Last day"),
        initial=today,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
