"""Form fields that several registers share."""

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import ActorForm
from wufei.hub.registry import domains
from wufei.hub.registry.models import Organisation, Region
from wufei.hub.registry.queries import find_organisation, visible_organisations
from wufei.hub.registry.validity import first_day, last_day, valid_on

# Beyond this a browser gets slow; who has more types the credit code.
OFFERED_MAX = 500


class Offering(forms.TextInput):
    """A text input that offers (value, label) pairs while one types; labels are searched too."""

    offered: Iterable[tuple[str, str]] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        list_id = f"{(attrs or {}).get('id', name)}_list"
        attrs = {**(attrs or {}), "list": list_id, "autocomplete": "off"}
        options = format_html_join("", '<option value="{}">{}</option>', self.offered)
        shown = super().render(name, value, attrs, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', shown, list_id, options)


class OrganisationField(forms.CharField):
    """An organisation by name or credit code; typing pinyin initials offers it as well."""

    widget = Offering
    default_error_messages = {
        "unknown": _("There is no such organisation in your reach. Choose one from the list."),
    }

    def offer(self, actor: Actor, act: str) -> None:
        """Offer what ``act`` of this actor reaches, open ones only."""
        self.among = visible_organisations(actor, act)
        rows = self.among.filter(valid_on()).order_by("name")[:OFFERED_MAX]
        shown = rows.values_list("name", "pinyin", "credit_code")
        widget: Any = self.widget
        widget.offered = [(name, f"{pinyin} {code or ''}") for name, pinyin, code in shown]

    def clean(self, value: Any) -> Organisation | None:
        text = super().clean(value)
        if not text:
            return None
        found = find_organisation(text, self.among)
        if found is None:
            raise forms.ValidationError(self.error_messages["unknown"], "unknown")
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Organisation) else value


class RegionField(forms.ChoiceField):
    """A region: the supervised district by town, then everything else."""

    def offer(self) -> None:
        rows = list(Region.objects.select_related("parent").order_by("-within", "path"))
        self.rows = {region.code: region for region in rows}
        inside = [r for r in rows if r.within and r.level in ("town", "village")]
        groups = [
            (str(towns[0]), [(r.code, str(r)) for r in towns])
            for _path, members in groupby(inside, key=_town_of)
            for towns in [list(members)]
        ]
        rest = [(r.code, _with_parent(r)) for r in rows if r not in inside]
        self.choices = [("", "—"), *groups, (gettext("Elsewhere"), rest)]

    def clean(self, value: Any) -> Region | None:
        code = super().clean(value)
        return self.rows[code] if code else None

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Region) else value


def _town_of(region: Region) -> str:
    path = region.path
    return path.rsplit("/", 1)[0] if region.level == Region.Level.VILLAGE else path


def _with_parent(region: Region) -> str:
    return f"{region.parent} · {region}" if region.parent else str(region)


class DomainsField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=domains.choices, label=_("Waste domains"), **kwargs)


class DayField(forms.DateField):
    """A day, by the browser's own calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PolygonField(forms.CharField):
    """A GeoJSON polygon as text; the service says what is wrong with its geometry."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("This is no JSON. Copy the whole geometry.")) from None
        # Map tools export a feature around the geometry.
        return found.get("geometry", found) if isinstance(found, dict) else found

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, dict) else value


class EntryForm(ActorForm):
    """A form with the two days of an entry's validity; ``act`` cuts the organisations offered."""

    act = ""

    valid_from = DayField(label=_("Valid from"), required=False, help_text=_("Empty: from today."))
    valid_until = DayField(
        label=_("Valid until"), required=False, help_text=_("Last day. Empty: without end.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, OrganisationField):
                field.offer(self.actor, self.act)
            elif isinstance(field, RegionField):
                field.offer()
        # The days close every form; subclasses put their own fields first.
        self.order_fields([n for n in self.fields if not n.startswith("valid_")])


class CloseForm(forms.Form):
    """Last day and reason: what closing anything asks for."""

    last = DayField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


def days_of(entry: Any) -> dict[str, Any]:
    """Initial values of the validity's two days."""
    return {"valid_from": first_day(entry.validity), "valid_until": last_day(entry.validity)}


def initial(entry: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in names} | days_of(entry)
