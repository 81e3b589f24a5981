"""Forms of collection rounds, for a thumb: begin one, collect, skip, mend, receive."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import declarations
from wufei.hub.manifests.choices import RECEIVING, driving, vehicles_of
from wufei.hub.manifests.declarations import ManifestTemplate, Rounds
from wufei.hub.manifests.forms.scans import WasteByName
from wufei.hub.manifests.forms.signing import SignedForm, WeightFields
from wufei.hub.manifests.models import Line, Manifest, Round, RoundStop
from wufei.hub.manifests.round_queries import places_for, stops_before
from wufei.hub.manifests.services import Collected, NewRound
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle
from wufei.hub.registry.queries import open_on
from wufei.hub.registry.validity import valid_on

KINDS = 3


def carriers_of(actor: Actor) -> Any:
    """Organisations that this actor drives for."""
    return Organisation.objects.filter(open_on(), pk__in=sorted(actor.organisation_ids))


def round_templates(actor: Actor) -> list[ManifestTemplate]:
    """Templates of rounds, of the domains that the actor's carriers handle."""
    domains = {domain for one in carriers_of(actor) for domain in one.domains}
    return [
        form
        for form in declarations.templates()
        if form.rounds is not Rounds.NONE
        and (not domains or catalogue.domain_of(form.streams[0]).code in domains)
    ]


class Places(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return place(obj)


class Place(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return place(obj)


def place(site: Site) -> str:
    organisation = str(site.organisation)
    if organisation in site.name:
        return site.name
    return organisation if site.name in organisation else f"{organisation} · {site.name}"


class StartForm(SignedForm):
    """Truck, destination and the places to call at; as the last round of its kind."""

    vehicle = forms.ModelChoiceField(
        Vehicle.objects.none(), label=_("Vehicle"), to_field_name="uuid", empty_label=None
    )
    driver = forms.ModelChoiceField(
        Driver.objects.none(),
        label=_("Driver"),
        to_field_name="uuid",
        required=False,
        empty_label="—",
    )
    destination = Place(
        Site.objects.none(), label=_("Destination"), to_field_name="uuid", empty_label=None
    )
    stops = Places(
        Site.objects.none(),
        label=_("Where it calls"),
        to_field_name="uuid",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, template: ManifestTemplate, actor: Actor, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.template, carriers = template, carriers_of(actor)
        fields: Any = self.fields
        fields["vehicle"].queryset = vehicles_of(*carriers).select_related("carrier")
        rows = Driver.objects.filter(valid_on(), carrier__in=carriers)
        fields["driver"].queryset = rows.select_related("identity", "carrier")
        fields["driver"].initial = driving(actor).first()
        domain = catalogue.domain_of(template.streams[0]).code
        fits = Q(organisation__domains__contains=[domain]) | Q(organisation__in=carriers)
        receiving = Site.objects.filter(open_on(), fits, kind__in=RECEIVING)
        plants = Q(kind__in=[Site.Kind.TREATMENT, Site.Kind.LANDFILL])
        first = Case(When(plants, then=Value(0)), default=Value(1))
        ordered = receiving.select_related("organisation").order_by(first, "organisation__name")
        fields["destination"].queryset = ordered
        self.places = places_for(template.code, carriers)
        fields["stops"].queryset = Site.objects.filter(pk__in=[one.pk for one in self.places])
        fields["stops"].choices = [(one.uuid, place(one)) for one in self.places]
        before = set(stops_before(template.code, carriers))
        fields["stops"].initial = [one.uuid for one in self.places if one.pk in before]
        last = Round.objects.filter(template=template.code, carrier__in=carriers).first()
        if last:
            fields["vehicle"].initial, fields["destination"].initial = (
                last.vehicle,
                last.destination,
            )

    def new(self) -> NewRound:
        cleaned = self.cleaned_data
        chosen = {site.pk for site in cleaned["stops"]}
        vehicle = cleaned["vehicle"]
        return NewRound(
            template=self.template.code,
            carrier=vehicle.carrier,
            vehicle=vehicle,
            destination=cleaned["destination"],
            # In the order in which they are listed.
            stops=tuple(site for site in self.places if site.pk in chosen),
            driver=cleaned["driver"],
        )


class CollectForm(SignedForm, WeightFields):
    """What was loaded at a stop: one kind of waste, or a few."""

    def __init__(self, *args: Any, stop: RoundStop, **kw: Any) -> None:
        super().__init__(*args, **kw)
        template = declarations.template(stop.round.template)
        self.wastes = _wastes(template)
        self.counted = "containers" in template.step("issue").needs
        first = _usual(stop) or (self.wastes[0] if self.wastes else None)
        for number in range(min(KINDS, max(1, len(self.wastes)))):
            self._kind(number, first if number == 0 else None)

    def _kind(self, number: int, usual: WasteType | None) -> None:
        field: Any = WasteByName(
            WasteType.objects.filter(pk__in=[one.pk for one in self.wastes]),
            label=_("Class"),
            to_field_name="slug",
            required=number == 0,
            empty_label=None if number == 0 else "—",
            initial=usual,
        )
        self.fields[f"waste_{number}"] = field
        self.add_weight(number, _("Collected"), unit="kg")
        for name in (f"value_{number}", f"unit_{number}"):
            self.fields[name].required = number == 0
        if self.counted:
            self.fields[f"containers_{number}"] = forms.IntegerField(
                label=_("Containers"), required=number == 0, min_value=1, max_value=9999
            )

    @property
    def kinds(self) -> list[dict[str, Any]]:
        """Fields of each kind of waste; the first one is asked for."""
        return [
            {
                "waste": self[f"waste_{number}"],
                "value": self[f"value_{number}"],
                "unit": self[f"unit_{number}"],
                "containers": self[f"containers_{number}"] if self.counted else None,
            }
            for number in range(KINDS)
            if f"waste_{number}" in self.fields
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.loads: list[Collected] = []
        for number in range(KINDS):
            waste = cleaned.get(f"waste_{number}")
            mass = self.weight(number, waste) if waste else None
            if waste and mass:
                count = cleaned.get(f"containers_{number}")
                self.loads.append(Collected(waste, mass, containers=count))
            elif number and bool(waste) != bool(cleaned.get(f"value_{number}")):
                words = _("Choose the class and write how much of it.")
                show_refusal(self, Invalid(words, field=f"value_{number}"))
        return cleaned

    def refuse(self, refusal: Exception) -> None:
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            refusal.field = "value_0" if refusal.field else ""
        show_refusal(self, refusal)


def _wastes(template: ManifestTemplate) -> list[WasteType]:
    rows = WasteType.objects.filter(valid_on(), stream__in=template.streams).order_by("code")
    return sorted(rows[:200], key=lambda waste: template.streams.index(waste.stream))


def _usual(stop: RoundStop) -> WasteType | None:
    """What this place gave the last time, else what the round carries already."""
    lines = Line.objects.filter(manifest__template=stop.round.template).select_related("waste")
    mine = lines.filter(site=stop.site_id).order_by("-pk").first()
    last = mine or lines.filter(manifest__round=stop.round_id).order_by("-pk").first()
    return last.waste if last else None


class LineWeights(SignedForm, WeightFields):
    """A weight for each of some lines."""

    def __init__(self, *args: Any, lines: Sequence[Line], label: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.lines = list(lines)
        for number, line in enumerate(self.lines):
            self.add_weight(number, label if len(self.lines) == 1 else line.waste.label, unit="kg")

    @property
    def weights(self) -> list[tuple[Line, Any, Any]]:
        return [(line, self[f"value_{n}"], self[f"unit_{n}"]) for n, line in enumerate(self.lines)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.masses: dict[UUID, Mass] = {}
        for number, line in enumerate(self.lines):
            if (mass := self.weight(number, line.waste)) is not None:
                self.masses[line.uuid] = mass
        return cleaned

    def refuse(self, refusal: Exception) -> None:
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            refusal.field = "value_0" if refusal.field else ""
        show_refusal(self, refusal)


class LoadForm(LineWeights):
    """What is weighed out of a manifest that the consignor has issued."""

    def __init__(self, *args: Any, manifest: Manifest, **kw: Any) -> None:
        lines = list(manifest.lines.all())
        super().__init__(*args, lines=lines, label=_("Weight at loading"), **kw)
        self.manifest = manifest
        for number, line in enumerate(self.lines):
            self.fields[f"value_{number}"].initial = f"{line.declared_g / 1000:g}"

    @property
    def loads(self) -> list[Collected]:
        return [Collected(line.waste, self.masses[line.uuid]) for line in self.lines]


class MendForm(LineWeights):
    """Other masses for what was entered at a stop."""

    reason = forms.CharField(label=_("What was wrong"), max_length=200, required=False)

    def __init__(self, *args: Any, lines: Sequence[Line], **kw: Any) -> None:
        super().__init__(*args, lines=lines, label=_("Collected"), **kw)
        for number, line in enumerate(self.lines):
            self.fields[f"value_{number}"].required = False
            self.fields[f"value_{number}"].initial = f"{(line.weighed_out_g or 0) / 1000:g}"


class SkipForm(forms.Form):
    reason = forms.CharField(label=_("Why nothing is collected here"), max_length=200)


class ReceiveForm(SignedForm, WeightFields):
    """One weight for all that the round brought."""

    def __init__(self, *args: Any, waste: WasteType, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.waste = waste
        self.add_weight(0, _("Weight of all together"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.mass: Mass | None = self.weight(0, self.waste)
        return cleaned

    def refuse(self, refusal: Exception) -> None:
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            refusal.field = "value_0" if refusal.field else ""
        show_refusal(self, refusal)


class AddStopForm(forms.Form):
    site = Place(Site.objects.none(), label=_("Another place"), to_field_name="uuid")

    def __init__(self, *args: Any, begun: Round, **kw: Any) -> None:
        super().__init__(*args, **kw)
        carriers = Organisation.objects.filter(pk=begun.carrier_id)
        places = places_for(begun.template, carriers)
        field: Any = self.fields["site"]
        field.queryset = Site.objects.filter(pk__in=[one.pk for one in places])
        field.choices = [("", "—"), *[(one.uuid, place(one)) for one in places]]
