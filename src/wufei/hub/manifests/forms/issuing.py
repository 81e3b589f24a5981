"""A new manifest: one waste of one site, how much of it, to whom, by whom."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.declarations import Method
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests.choices import (
    Parties,
    Ready,
    carriers,
    consignee_sites,
    free_lots,
    route_between,
    vehicles_of,
)
from wufei.hub.manifests.forms.signing import SignedForm, WeightFields
from wufei.hub.manifests.services import NewLine, NewManifest, NextCarrier
from wufei.hub.registry.models import Organisation, Site, Vehicle

LOT = "lot-"


class IssueForm(SignedForm, WeightFields):
    method = forms.ChoiceField(
        label=pgettext_lazy("manifest", "Method"),
        help_text=gettext_lazy("What the consignee will do with it."),
    )
    consignee_site = forms.ModelChoiceField(
        Site.objects.none(), label=gettext_lazy("Consignee"), to_field_name="uuid"
    )
    carrier = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=pgettext_lazy("manifest", "Carrier"),
        to_field_name="uuid",
    )
    vehicle = forms.ModelChoiceField(
        Vehicle.objects.none(),
        label=gettext_lazy("Vehicle"),
        to_field_name="uuid",
        required=False,
        help_text=gettext_lazy("May be left open: the driver says it when loading."),
    )
    containers = forms.IntegerField(
        label=gettext_lazy("Containers"), required=False, min_value=1, max_value=9999
    )
    authority_no = forms.CharField(
        label=gettext_lazy("Number of the authority"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("If the authority's system gave one already; else later."),
    )
    note = forms.CharField(label=gettext_lazy("Remark"), max_length=300, required=False)

    def __init__(self, *args: Any, site: Site, ready: Ready, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.ready = site, ready
        self.stream = catalogue.stream(ready.waste.stream)
        issue = ready.template.step("issue")
        self.lots: list[Lot] = []
        if ready.by_lots and ready.standing is not None:
            self.lots = free_lots(ready.standing.account)
        self.add_weight(0, _("Declared mass"), unit=_usual(self.stream))
        if self.lots:
            self.fields["value_0"].required = False
        self.fields["method"].choices = method_choices(self.stream)  # type: ignore[attr-defined]
        self.fields["method"].required = "method" in issue.needs
        for name in ("containers", "authority_no"):
            if name not in issue.may | issue.needs:
                del self.fields[name]
        self.consignees = consignee_sites(ready.template, ready.waste, site)
        self.carriers = carriers(ready.template)
        self._parties()

    def _parties(self) -> None:
        self._choose("consignee_site", Site, self.consignees, _place)
        self._choose("carrier", Organisation, self.carriers, str)
        if "alternate_site" in self.ready.template.step("issue").may:
            self.fields["alternate_site"] = forms.ModelChoiceField(
                Site.objects.none(),
                label=_("Alternate plant"),
                to_field_name="uuid",
                required=False,
                help_text=_("Where the consignee may send on what it refuses."),
            )
            self._choose("alternate_site", Site, self.consignees, _place)
        for number in range(2, self.ready.template.carriers_max + 1):
            self.fields[f"carrier_{number}"] = forms.ModelChoiceField(
                Organisation.objects.none(),
                label=_("Carrier %(number)s") % {"number": number},
                to_field_name="uuid",
                required=False,
            )
            self._choose(f"carrier_{number}", Organisation, self.carriers, str)
        self.trucks = {
            str(truck.uuid): str(truck.carrier.uuid)
            for truck in vehicles_of(*self.carriers.all).select_related("carrier")
        }
        field = self.fields["vehicle"]
        field.queryset = Vehicle.objects.filter(uuid__in=self.trucks).order_by("plate")  # type: ignore[attr-defined]
        field.empty_label = _("open until loading")  # type: ignore[attr-defined]

    def _choose(self, name: str, model: Any, parties: Parties, label: Any) -> None:
        field: Any = self.fields[name]
        field.queryset = model.objects.filter(pk__in=[one.pk for one in parties.all])
        field.choices = [("", "—"), *_groups(parties, label)]

    @property
    def further(self) -> list[Any]:
        """Fields of the carriers that take over one after the other."""
        return [self[name] for name in self.fields if name.startswith("carrier_")]

    @property
    def further_said(self) -> bool:
        return any(field.value() for field in self.further)

    # Lots.
    def lot_rows(self) -> Iterator[tuple[Lot, int, str, str]]:
        """(lot, free grams, name of its input, what was written)."""
        for lot in self.lots:
            name = f"{LOT}{lot.uuid}"
            text = self.data.get(name, "") if self.is_bound else self.initial.get(name, "")
            yield lot, lot.remaining_g - lot.booked_g, name, text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.parts: list[LotPart] = []
        self.mass: Mass | None = None
        if self.lots:
            self._clean_lots()
        else:
            self.mass = self.weight(0, self.ready.waste)
        vehicle, carrier = cleaned.get("vehicle"), cleaned.get("carrier")
        if vehicle and carrier and vehicle.carrier_id != carrier.pk:
            words = _("%(plate)s is not a vehicle of this carrier.") % {"plate": vehicle.plate}
            show_refusal(self, Invalid(words, field="vehicle"))
        return cleaned

    def _clean_lots(self) -> None:
        masses = []
        for lot, free_g, _name, text in self.lot_rows():
            if not text.strip():
                continue
            mass = self._lot_mass(lot, free_g, text)
            if mass is not None:
                masses.append(mass)
                self.parts.append(LotPart(lot.uuid, mass.grams))
        if masses:
            # One container keeps the value and unit that were written; a sum has none.
            total_g = sum(mass.grams for mass in masses)
            self.mass = masses[0] if len(masses) == 1 else grams(total_g)
        elif not self.errors:
            words = _("Write how much of at least one container is sent.")
            show_refusal(self, Invalid(words, field="value_0"))

    def _lot_mass(self, lot: Lot, free_g: int, text: str) -> Mass | None:
        self.cleaned_data["value_0"] = text
        mass = self.weight(0, self.ready.waste)
        if mass is not None and mass.grams > free_g:
            words = _("%(lot)s holds only %(free)s t that are free.") % {
                "lot": lot,
                "free": tonnes_text(free_g),
            }
            show_refusal(self, Invalid(words, field="value_0"))
            return None
        return mass

    def new(self) -> NewManifest:
        cleaned, mass = self.cleaned_data, self.mass
        assert mass is not None
        line = NewLine(
            waste=self.ready.waste,
            declared=mass,
            method=cleaned.get("method") or "",
            lots=tuple(self.parts),
            containers=cleaned.get("containers") or (len(self.parts) or None),
        )
        destination = cleaned["consignee_site"]
        return NewManifest(
            consignor_site=self.site,
            carrier=cleaned["carrier"],
            consignee_site=destination,
            lines=(line,),
            vehicle=cleaned["vehicle"],
            route=route_between(self.site, destination),
            authority_no=cleaned.get("authority_no") or "",
            note=cleaned["note"],
            alternate_site=cleaned.get("alternate_site"),
            further_carriers=tuple(
                NextCarrier(cleaned[field.name]) for field in self.further if cleaned[field.name]
            ),
        )

    def refuse(self, refusal: Exception) -> None:
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            refusal.field = {
                "mass": "value_0",
                "value": "value_0",
                "declared": "value_0",
                "lots": "value_0",
                "consignee": "consignee_site",
            }.get(refusal.field, "")
        show_refusal(self, refusal)


def _usual(stream: catalogue.Stream) -> str:
    return "kg" if stream.unit is catalogue.Unit.KILOGRAM else "t"


def method_choices(stream: catalogue.Stream) -> list[Any]:
    """Methods that the stream declares, recovery before disposal."""

    def group(methods: tuple[Method, ...]) -> list[tuple[str, Any]]:
        return [(method.code, method.name) for method in methods]

    groups = [
        (catalogue.Outcome.RECOVERED.label, group(stream.recovery)),
        (catalogue.Outcome.DISPOSED.label, group(stream.disposal)),
    ]
    return [("", "—"), *[(label, methods) for label, methods in groups if methods]]


def _groups(parties: Parties, label: Callable[[Any], str]) -> list[Any]:
    """Choices in two groups where both have somebody."""

    def named(rows: list[Any]) -> list[tuple[Any, str]]:
        return [(row.uuid, label(row)) for row in rows]

    if not parties.others or not parties.fitting:
        return named(parties.all)
    return [(_("Fitting"), named(parties.fitting)), (_("Others"), named(parties.others))]


def _place(site: Site) -> str:
    organisation = str(site.organisation)
    return organisation if site.name in organisation else f"{organisation} · {site.name}"
