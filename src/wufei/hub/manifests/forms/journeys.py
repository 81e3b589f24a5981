"""Acts beside the path, signed on the same pages: taking over, setting down, picking up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.manifests import services
from wufei.hub.manifests.choices import drivers_of, halt_sites, vehicles_of
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.forms.refusing import FORMS
from wufei.hub.manifests.forms.signing import StepForm
from wufei.hub.manifests.models import Leg, Manifest, StepCode
from wufei.hub.manifests.services.legs import next_leg
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle


class TakeOverForm(StepForm):
    """Vehicle and driver of the carrier that takes over from the one before."""

    def __init__(self, *args: Any, manifest: Manifest, step: Step, actor: Actor, **kw: Any) -> None:
        self.leg: Leg | None = next_leg(manifest)
        super().__init__(*args, manifest=manifest, step=step, actor=actor, **kw)
        if self.leg:
            for name in ("vehicle", "driver"):
                known = getattr(self.leg, name)
                if known and name in self.fields:
                    self.fields[name].initial = known

    @property
    def carrier(self) -> Organisation:
        return self.leg.carrier if self.leg else self.manifest.carrier

    @property
    def party(self) -> Organisation:
        return self.carrier

    @property
    def button(self) -> Any:
        return _("Confirm taking over")

    def apply(self, by: Actor) -> None:
        values = self.values()
        services.take_over(
            self.manifest,
            signing=self.signing(),
            by=by,
            vehicle=values.get("vehicle"),
            driver=values.get("driver"),
        )


class SetDownForm(StepForm):
    """Where the load is left for a while."""

    def __init__(self, *args: Any, manifest: Manifest, step: Step, actor: Actor, **kw: Any) -> None:
        super().__init__(*args, manifest=manifest, step=step, actor=actor, **kw)
        self.fields["site"] = forms.ModelChoiceField(
            halt_sites(manifest),
            label=_("Set down at"),
            to_field_name="uuid",
            empty_label=_("Choose the place"),
        )
        self.fields["site"].label_from_instance = _place  # type: ignore[attr-defined]

    @property
    def others(self) -> list[Any]:
        return [self["site"]]

    @property
    def button(self) -> Any:
        return _("Confirm setting down")

    def apply(self, by: Actor) -> None:
        site = self.cleaned_data["site"]
        services.set_down(self.manifest, site, signing=self.signing(), by=by)


def _place(site: Site) -> str:
    return f"{site.organisation} · {site.name}"


class PickUpForm(StepForm):
    """With what the load goes on: the same vehicle and driver, or others."""

    @property
    def button(self) -> Any:
        return _("Confirm picking up")

    def apply(self, by: Actor) -> None:
        values = self.values()
        services.pick_up(
            self.manifest,
            signing=self.signing(),
            by=by,
            vehicle=values.get("vehicle"),
            driver=values.get("driver"),
        )


class MeansForm(forms.Form):
    """With what a leg will be driven; may stay open, and change until it is."""

    vehicle = forms.ModelChoiceField(
        Vehicle.objects.none(),
        label=_("Vehicle"),
        to_field_name="uuid",
        required=False,
        empty_label=_("open until loading"),
    )
    driver = forms.ModelChoiceField(
        Driver.objects.none(),
        label=_("Driver"),
        to_field_name="uuid",
        required=False,
        empty_label="—",
    )

    def __init__(self, *args: Any, leg: Leg, **kw: Any) -> None:
        super().__init__(*args, **kw)
        fields: Any = self.fields
        fields["vehicle"].queryset = vehicles_of(leg.carrier)
        fields["driver"].queryset = drivers_of(leg.carrier)
        fields["vehicle"].initial, fields["driver"].initial = leg.vehicle, leg.driver


BESIDE: dict[str, type[StepForm]] = {
    StepCode.TAKE_OVER: TakeOverForm,
    StepCode.SET_DOWN: SetDownForm,
    StepCode.PICK_UP: PickUpForm,
}


def form_for(step: Step) -> type[StepForm]:
    """The form that an act is signed with."""
    return BESIDE.get(step.code) or FORMS.get(step.code, StepForm)
