"""The two scans of a truck: at the gate where it leaves, at the site where it arrives."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import declarations
from wufei.hub.manifests.choices import (
    CHOICES_MAX,
    RECEIVING,
    at_gate,
    consignee_sites,
    last_from,
    route_between,
)
from wufei.hub.manifests.forms.refusing import RefusalFields
from wufei.hub.manifests.forms.signing import SignedForm, WeightFields
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.queries import consignor_sites
from wufei.hub.manifests.services import NewLine, NewManifest
from wufei.hub.registry.models import Site, Vehicle

GATE, SITE = "gate", "site"


def gate_sites(actor: Actor) -> list[Site]:
    """Own sites at whose gate loads are scanned: where such waste arises, not where it ends."""
    domains = {_domain(template) for template in gate_templates()}
    return [
        site
        for site in consignor_sites(actor)[:CHOICES_MAX]
        if site.kind not in RECEIVING
        and (domains.intersection(site.organisation.domains) or not site.organisation.domains)
    ]


def gate_templates() -> list[declarations.ManifestTemplate]:
    return [template for template in declarations.templates() if template.scan(GATE)]


def _domain(template: declarations.ManifestTemplate) -> str:
    return catalogue.domain_of(template.streams[0]).code


class WasteByName(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Classes as people at a gate say them."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.label)


class GateForm(SignedForm, WeightFields):
    """What leaves with which weight, and where it goes; filled in as the last load of the site."""

    waste = WasteByName(
        WasteType.objects.none(), label=_("Class"), to_field_name="slug", empty_label=None
    )
    consignee_site = forms.ModelChoiceField(
        Site.objects.none(), label=_("Destination"), to_field_name="uuid", empty_label=None
    )
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, *args: Any, truck: Vehicle, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.truck, self.site = truck, site
        self.add_weight(0, _("Load"))
        wastes = at_gate(site, truck.carrier)
        field: Any = self.fields["waste"]
        field.queryset = WasteType.objects.filter(pk__in=[waste.pk for waste in wastes])
        field.choices = [(waste.slug, waste.label) for waste in wastes]
        before = last_from(site)
        waste = _line_waste(before) or (wastes[0] if wastes else None)
        self.fields["waste"].initial = waste
        self._destinations(waste, before)

    def _destinations(self, waste: WasteType | None, before: Manifest | None) -> None:
        if waste is None:
            self.places: list[Site] = []
            return
        template = declarations.template_of(waste.stream)
        assert template is not None
        self.places = consignee_sites(template, waste, self.site).all
        field = self.fields["consignee_site"]
        field.queryset = Site.objects.filter(  # type: ignore[attr-defined]
            pk__in=[place.pk for place in self.places]
        )
        field.choices = [(place.uuid, _named(place)) for place in self.places]  # type: ignore[attr-defined]
        known = {place.pk for place in self.places}
        if before is not None and before.consignee_site_id in known:
            field.initial = before.consignee_site.uuid
        elif self.places:
            field.initial = self.places[0].uuid

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        waste = cleaned.get("waste")
        self.mass: Mass | None = self.weight(0, waste) if waste else None
        return cleaned

    def new(self) -> NewManifest:
        cleaned, mass = self.cleaned_data, self.mass
        assert mass is not None
        destination = cleaned["consignee_site"]
        return NewManifest(
            consignor_site=self.site,
            carrier=self.truck.carrier,
            consignee_site=destination,
            lines=(NewLine(waste=cleaned["waste"], declared=mass),),
            vehicle=self.truck,
            route=route_between(self.site, destination),
            note=cleaned["note"],
        )

    def refuse(self, refusal: Exception) -> None:
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            refusal.field = {
                "mass": "value_0",
                "value": "value_0",
                "declared": "value_0",
                "weighed_out": "value_0",
                "consignee": "consignee_site",
            }.get(refusal.field, "")
        show_refusal(self, refusal)


def _line_waste(manifest: Manifest | None) -> WasteType | None:
    lines = list(manifest.lines.all()) if manifest else []
    return lines[0].waste if lines else None


def _named(site: Site) -> str:
    organisation = str(site.organisation)
    return organisation if site.name in organisation else f"{organisation} · {site.name}"


class ArrivalForm(RefusalFields, SignedForm, WeightFields):
    """Weight of the load that arrived; a reason where it differs too much; what is refused."""

    difference_reason = forms.CharField(
        label=_("Reason for the difference"), max_length=300, required=False
    )

    def __init__(self, *args: Any, manifest: Manifest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manifest = manifest
        self.add_weight(0, _("Weight at arrival"))
        self.add_refusal(manifest, list(manifest.lines.all()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        line = next(iter(self.manifest.lines.all()))
        self.mass: Mass | None = self.weight(0, line.waste)
        self.clean_refusal()
        return cleaned

    def said(self) -> dict[str, Any]:
        """For ``services.scan_in``, beside the weight."""
        line = next(iter(self.manifest.lines.all()))
        weighed_g = self.mass.grams if self.mass else 0
        said = self.refusal_values({line.uuid: weighed_g})
        return {
            "difference_reason": self.cleaned_data["difference_reason"],
            "accepted": said.get("accepted", {}).get(line.uuid),
            "refused": said.get("refused", ()),
            "refusal_reason": said.get("refusal_reason", ""),
        }

    def refuse(self, refusal: Exception) -> None:
        self.place_refusal(refusal)
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            known = {"mass", "value", "weighed_in"}
            refusal.field = "value_0" if refusal.field in known else ""
        show_refusal(self, refusal)


REMARKS = (
    ("uncovered", _("Not covered or leaking")),
    ("overloaded", _("Overloaded")),
    ("plate", _("Plate and truck do not match")),
    ("permit", _("Permit has run out or is missing")),
    ("waste", _("Other waste than declared")),
    ("other", _("Something else")),
)


class RemarkForm(forms.Form):
    """Something is wrong with a truck at the gate or the site."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    what = forms.ChoiceField(label=_("What is wrong"), choices=REMARKS, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In a few words"),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
