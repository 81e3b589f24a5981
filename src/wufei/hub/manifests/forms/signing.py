"""One step, signed: what the step asks for, and where, when and on what it was signed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.forms.recording import VALUE_INPUT, mass_of
from wufei.hub.ledger.units import UNIT_LABELS, Mass
from wufei.hub.manifests import services
from wufei.hub.manifests.choices import drivers_of, driving, vehicles_of
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.models import Line, Manifest, StepCode
from wufei.hub.manifests.services import Signing
from wufei.hub.registry.models import Organisation

# A phone's clock may be wrong, and what waited for a network may be late; what is older than
# this was not signed on this page.
_AGE_MAX = timedelta(hours=12)
LOAD_UNITS = [(code, UNIT_LABELS[code]) for code in ("t", "kg")]
WEIGHTS = ("weighed_out", "weighed_in")


class SignedForm(forms.Form):
    """Hidden parts of every signature; ``submission`` is its id, so that a retry signs once.

    A position or clock that cannot be read never keeps anybody from signing: it is left out.
    ``told`` has what is otherwise than of somebody who signs here and now on their own account:
    ``signed_at``, ``mode``, ``evidence`` of a ``Signing``.
    """

    told: Mapping[str, Any] = MappingProxyType({})

    submission = forms.UUIDField(widget=forms.HiddenInput)
    at = forms.CharField(widget=forms.HiddenInput, required=False)
    longitude = forms.CharField(widget=forms.HiddenInput, required=False)
    latitude = forms.CharField(widget=forms.HiddenInput, required=False)
    device = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def id(self) -> UUID:
        uuid: UUID = self.cleaned_data["submission"]
        return uuid

    def renew(self) -> None:
        """What was refused was not written: the next try is a signature of its own."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("submission")] = str(uuid7())
        data[self.add_prefix("at")] = ""
        self.data = data

    def signing(self, uuid: UUID | None = None) -> Signing:
        """``uuid`` where the signature's id is not the submission's."""
        cleaned = self.cleaned_data
        longitude = _degrees(cleaned["longitude"], 180)
        latitude = _degrees(cleaned["latitude"], 90)
        if longitude is None or latitude is None:
            longitude = latitude = None
        here = Signing(
            id=uuid or self.id,
            signed_at=_moment(cleaned["at"]),
            longitude=longitude,
            latitude=latitude,
            device=cleaned["device"][:80],
        )
        return replace(here, **self.told)


def _degrees(text: str, most: int) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) > most:
        return None
    return value.quantize(Decimal("0.0000001"))


def _moment(text: str) -> datetime:
    """The phone's clock (ISO 8601) where it can be true, else ours."""
    now = timezone.now()
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return now
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    return told if now - _AGE_MAX <= told <= now else now


class WeightFields(forms.Form):
    """Masses of the lines as people write them: ``value_0`` with ``unit_0`` for the first."""

    masses: dict[UUID, Mass]

    def add_weight(self, number: int, label: Any, *, unit: str = "t") -> None:
        attrs = VALUE_INPUT | {"maxlength": "20", "data-figure": ""}
        self.fields[f"value_{number}"] = forms.CharField(
            label=label, max_length=20, widget=forms.TextInput(attrs)
        )
        self.fields[f"unit_{number}"] = forms.ChoiceField(
            label=_("Unit"), choices=LOAD_UNITS, initial=unit, widget=forms.RadioSelect
        )

    def weight(self, number: int, waste: WasteType) -> Mass | None:
        """Grams of what was written; an error stands beside its field."""
        cleaned = self.cleaned_data
        value, unit = cleaned.get(f"value_{number}"), cleaned.get(f"unit_{number}")
        if not value or not unit:
            return None
        try:
            return mass_of(value, unit, waste)
        except Refusal as refusal:
            refusal.field = f"value_{number}"
            show_refusal(self, refusal)
            return None


BUTTONS = {
    StepCode.LOAD: _("Confirm the load"),
    StepCode.ARRIVE: _("Confirm receipt"),
    StepCode.ACCEPT: _("Confirm acceptance"),
    StepCode.CLOSE: _("Close the manifest"),
}


class StepForm(SignedForm, WeightFields):
    """What ``step`` of ``manifest`` needs and may be given.

    ``part`` is the template of what only this kind of step asks for.
    """

    part = ""

    def __init__(self, *args: Any, manifest: Manifest, step: Step, actor: Actor, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.manifest, self.step = manifest, step
        self.lines = list(manifest.lines.all())
        for name in WEIGHTS:
            if name in step.needs:
                self._weights(name)
        if self._asks("vehicle"):
            self._vehicle(actor)
        if self._asks("driver"):
            self._driver(actor)
        if self._asks("difference_reason"):
            self._text(
                "difference_reason",
                _("Reason for the difference"),
                _("Only where the weights differ."),
            )
        if self._asks("authority_no"):
            self._text("authority_no", _("Number of the authority"), "")
            self.fields["authority_no"].initial = manifest.authority_no or ""

    def _asks(self, name: str) -> bool:
        return name in self.step.needs or name in self.step.may

    def _weights(self, name: str) -> None:
        label = _("Weight at loading") if name == "weighed_out" else _("Weight at arrival")
        for number, line in enumerate(self.lines):
            self.add_weight(number, label if len(self.lines) == 1 else line.waste.label)

    def _vehicle(self, actor: Actor) -> None:
        rows = vehicles_of(self.carrier)
        field = forms.ModelChoiceField(
            rows,
            label=_("Vehicle"),
            to_field_name="uuid",
            empty_label=_("Choose the plate"),
            required="vehicle" in self.step.needs,
        )
        only = list(rows[:2])
        field.initial = self.manifest.vehicle or (only[0] if len(only) == 1 else None)
        self.fields["vehicle"] = field

    def _driver(self, actor: Actor) -> None:
        field = forms.ModelChoiceField(
            drivers_of(self.carrier),
            label=_("Driver"),
            to_field_name="uuid",
            empty_label=_("Choose the driver"),
            required="driver" in self.step.needs,
        )
        me = driving(actor).filter(carrier=self.carrier).first()
        field.initial = me or self.manifest.driver
        self.fields["driver"] = field

    def _text(self, name: str, label: Any, help_text: Any) -> None:
        self.fields[name] = forms.CharField(
            label=label, max_length=300, required=name in self.step.needs, help_text=help_text
        )

    @property
    def carrier(self) -> Organisation:
        """Whose vehicles and drivers are offered."""
        return self.manifest.carrier

    @property
    def party(self) -> Organisation:
        """Whom the signer signs for."""
        found: Organisation = getattr(self.manifest, self.step.by)
        return found

    @property
    def button(self) -> Any:
        return BUTTONS.get(StepCode(self.step.code), _("Sign"))

    @property
    def weights(self) -> Iterator[tuple[Line, Any, Any]]:
        """(line, value, unit) for each weight that is asked for."""
        for number, line in enumerate(self.lines):
            if f"value_{number}" in self.fields:
                yield line, self[f"value_{number}"], self[f"unit_{number}"]

    @property
    def others(self) -> list[Any]:
        names = ("vehicle", "driver", "difference_reason", "authority_no")
        return [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.masses = {}
        for number, line in enumerate(self.lines):
            if (mass := self.weight(number, line.waste)) is not None:
                self.masses[line.uuid] = mass
        return cleaned

    def values(self) -> dict[str, Any]:
        """For ``services.sign``: only what was said."""
        said: dict[str, Any] = {name: self.masses for name in WEIGHTS if name in self.step.needs}
        for name in ("vehicle", "driver", "difference_reason", "authority_no"):
            if self.cleaned_data.get(name):
                said[name] = self.cleaned_data[name]
        return said

    def apply(self, by: Actor) -> None:
        """Sign; raises what the service refuses."""
        services.sign(
            self.manifest, self.step.code, signing=self.signing(), values=self.values(), by=by
        )

    def refuse(self, refusal: Exception) -> None:
        """What the service said, at the field that it speaks of."""
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            weighs = "value_0" in self.fields
            speaks = refusal.field in {*WEIGHTS, "mass", "value", "declared"}
            refusal.field = "value_0" if weighs and speaks else ""
        show_refusal(self, refusal)


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is cancelled"),
        max_length=200,
        help_text=_("What was reserved for it becomes free again."),
    )


class AuthorityForm(forms.Form):
    authority_no = forms.CharField(
        label=_("Number of the authority"),
        max_length=40,
        help_text=_("As the authority's system gave it, without spaces."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
