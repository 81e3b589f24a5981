"""Forms of what is corrected: propose, decide, annul, complete."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.ledger.forms.recording import VALUE_INPUT
from wufei.hub.ledger.units import GRAMS_PER_T, Mass, grams
from wufei.hub.manifests import rules
from wufei.hub.manifests.choices import drivers_of, vehicles_of
from wufei.hub.manifests.corrections import revisable_now
from wufei.hub.manifests.forms.issuing import method_choices
from wufei.hub.manifests.forms.signing import SignedForm
from wufei.hub.manifests.measures import measure
from wufei.hub.manifests.models import Line, Manifest, Route
from wufei.hub.manifests.revisable import REVISABLE, Says


class FieldsForm(forms.Form):
    """Fields of a manifest as they stand, each to be written anew."""

    def __init__(self, *args: Any, manifest: Manifest, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manifest, self.names = manifest, names
        self.lines = list(manifest.lines.all())
        for name in names:
            if rules.FIELDS[name].of_line:
                for number, line in enumerate(self.lines):
                    self._of_line(name, number, line)
            else:
                self._of_manifest(name)

    def _of_line(self, name: str, number: int, line: Line) -> None:
        label = str(rules.FIELDS[name].label)
        if len(self.lines) > 1:
            label = f"{label} · {line.waste.label}"
        match REVISABLE[name].says:
            case Says.MASS:
                now_g = getattr(line, f"{name}_g")
                attrs = VALUE_INPUT | {"maxlength": "20"}
                field: forms.Field = forms.CharField(
                    label=f"{label} (t)", max_length=20, widget=forms.TextInput(attrs)
                )
                field.initial = "" if now_g is None else _tonnes(now_g)
            case Says.METHOD:
                choices = method_choices(catalogue.stream(line.waste.stream))
                field = forms.ChoiceField(label=label, choices=choices, initial=line.method)
            case _:
                field = forms.IntegerField(
                    label=label, min_value=1, max_value=9999, initial=line.containers
                )
        field.required = False
        self.fields[f"{name}_{number}"] = field

    def _of_manifest(self, name: str) -> None:
        label, manifest = str(rules.FIELDS[name].label), self.manifest
        rows: Any = None
        match name:
            case "vehicle":
                rows = vehicles_of(manifest.carrier)
            case "driver":
                rows = drivers_of(manifest.carrier)
            case "route":
                rows = Route.objects.filter(
                    origin=manifest.consignor_site, destination=manifest.consignee_site
                )
                if not rows.exists():
                    return
        if rows is None:
            field: forms.Field = forms.CharField(label=label, max_length=300, required=False)
        else:
            field = forms.ModelChoiceField(
                rows, label=label, to_field_name="uuid", required=False, empty_label="—"
            )
        field.initial = getattr(manifest, name) or ""
        self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.said: dict[str, Any] = {}
        for name in self.names:
            if rules.FIELDS[name].of_line:
                by_line = dict(self._by_line(name, cleaned))
                if by_line:
                    self.said[name] = by_line
            elif name in self.fields and name in cleaned:
                self.said[name] = cleaned[name]
        return cleaned

    def _by_line(self, name: str, cleaned: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
        for number, line in enumerate(self.lines):
            key = f"{name}_{number}"
            value = cleaned.get(key)
            if value in (None, ""):
                continue
            if REVISABLE[name].says is Says.MASS:
                value = self._mass(key, line, str(value))
            if value is not None:
                yield line.uuid, value

    def _mass(self, key: str, line: Line, text: str) -> Mass | None:
        # All of a load may have been refused after all.
        if key.startswith("accepted_") and text.strip(" 0.") == "":
            return grams(0)
        try:
            return measure(line.waste, text, "t")
        except Refusal as refusal:
            refusal.field = key
            show_refusal(self, refusal)
            return None

    def refuse(self, refusal: Exception) -> None:
        """What the service said, at the field that it speaks of."""
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            first = f"{refusal.field}_0"
            refusal.field = first if first in self.fields else ""
        show_refusal(self, refusal)


class ReviseForm(FieldsForm):
    """What was signed, to be corrected; only what is written otherwise is proposed."""

    def __init__(self, *args: Any, manifest: Manifest, **kwargs: Any) -> None:
        super().__init__(*args, manifest=manifest, names=revisable_now(manifest), **kwargs)
        self.fields["reason"] = forms.CharField(
            label=_("Why it is corrected"), max_length=300, help_text=_("The others read this.")
        )

    def changes(self) -> dict[str, Any]:
        """By field name: what differs from what stands there now."""
        found: dict[str, Any] = {}
        for name, value in self.said.items():
            if not isinstance(value, dict):
                if (value or "") != (getattr(self.manifest, name) or ""):
                    found[name] = value
                continue
            column = f"{name}_g" if REVISABLE[name].says is Says.MASS else name
            known = {line.uuid: getattr(line, column) for line in self.lines}
            differs = {line: one for line, one in value.items() if _plain(one) != known[line]}
            if differs:
                found[name] = differs
        return found


class CompleteForm(SignedForm, FieldsForm):
    """What an emergency has left open."""

    def __init__(self, *args: Any, manifest: Manifest, **kwargs: Any) -> None:
        super().__init__(*args, manifest=manifest, names=list(manifest.left_open), **kwargs)

    @property
    def shown(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in SignedForm.base_fields]


class AnnulForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is annulled"),
        max_length=200,
        help_text=_(
            "Everybody who has signed has to agree. Then the mass goes back to where it came from."
        ),
    )


class DecideForm(SignedForm):
    comment = forms.CharField(label=_("Comment"), max_length=300, required=False)


def _plain(value: Any) -> Any:
    return value.grams if isinstance(value, Mass) else value


def _tonnes(mass_g: int) -> str:
    return f"{Decimal(mass_g) / GRAMS_PER_T:.6f}".rstrip("0").rstrip(".")
