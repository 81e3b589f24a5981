"""Waste that arises, stood here before, came from outside or went out: one form."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import uuid5

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.forms import WasteChoiceField
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.entries import AccountKey, Entry, NewLot
from wufei.hub.ledger.forms.fields import MomentField
from wufei.hub.ledger.models import AccountKind as A
from wufei.hub.ledger.units import UNIT_LABELS, Mass, mass
from wufei.hub.registry.models import Site
from wufei.hub.registry.queries import open_on, visible_sites

# What a person may record here: code → from, to.
ENTRIES: dict[str, tuple[A, A]] = {
    "arising": (A.ORIGIN, A.STOCK),
    "opening": (A.OPENING, A.STOCK),
    "import": (A.IMPORTED, A.STOCK),
    "export": (A.STOCK, A.EXPORTED),
}
ENTRY_LABELS = (
    ("arising", _("Waste arose here")),
    ("opening", _("It stood here before the ledger began")),
    ("import", _("It came from outside the district")),
    ("export", _("It was taken out of the district")),
)
UNITS = [(code, UNIT_LABELS[code]) for code in ("t", "kg", "m3", "piece")]
VALUE_INPUT = {"inputmode": "decimal", "autocomplete": "off", "placeholder": "0.000"}


def sites_of(actor: Actor, act: str) -> "QuerySet[Site]":
    """Open sites where the actor may record."""
    return visible_sites(actor, act).filter(open_on()).order_by("organisation__name", "name")


def site_choices(sites: Iterable[Site]) -> list[Any]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for site in sites:
        groups.setdefault(site.organisation.name, []).append((str(site.uuid), site.name))
    return [("", "—"), *groups.items()]


def mass_of(value: str, unit: str, waste: WasteType | None, factor: Decimal | None = None) -> Mass:
    """Grams of what was written; the stream's usual density or unit mass where none is given."""
    stream = declarations.stream(waste.stream) if waste else None
    return mass(
        value,
        unit,
        density_kg_m3=factor or (stream.density_kg_m3 if stream else None),
        unit_mass_kg=factor or (stream.unit_mass_kg if stream else None),
    )


class MassFields(forms.Form):
    """Value and unit as people have them; ``mass`` is their conversion."""

    value = forms.CharField(label=_("Amount"), max_length=30, widget=forms.TextInput(VALUE_INPUT))
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS, initial="t")
    mass: Mass | None = None

    def convert(self, waste: WasteType | None, factor: Decimal | None = None) -> None:
        cleaned = self.cleaned_data
        if not cleaned.get("value") or not cleaned.get("unit"):
            return
        try:
            self.mass = mass_of(cleaned["value"], cleaned["unit"], waste, factor)
        except Refusal as refusal:
            if refusal.field not in self.fields:
                refusal.field = "value"
            show_refusal(self, refusal)


class EntryForm(MassFields):
    kind = forms.ChoiceField(label=_("What happened"), choices=ENTRY_LABELS, initial="arising")
    site = forms.ChoiceField(label=_("Site"))
    waste = WasteChoiceField()
    factor = forms.DecimalField(
        label=_("Density or mass of one piece"),
        required=False,
        min_value=Decimal("0.0001"),
        max_digits=12,
        decimal_places=4,
        help_text=_("kg/m³, or kg a piece; empty: the usual one of this waste"),
        widget=forms.TextInput(VALUE_INPUT | {"placeholder": ""}),
    )
    happened_at = MomentField()
    label = forms.CharField(
        label=_("Container or lot number"),
        max_length=60,
        required=False,
        help_text=_("For wastes that are told apart by container; empty: a number is made."),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)
    field_order = [
        "kind",
        "site",
        "waste",
        "value",
        "unit",
        "factor",
        "happened_at",
        "label",
        "submission",
    ]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(s.uuid): s for s in sites_of(actor, "ledger.movement.post")[:1000]}
        self.fields["site"].choices = site_choices(self.sites.values())  # type: ignore[attr-defined]
        if len(self.sites) == 1:
            self.fields["site"].initial = next(iter(self.sites))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        waste = cleaned.get("waste")
        self.convert(waste, cleaned.get("factor"))
        if waste is not None and cleaned.get("kind") == "arising":
            stream = declarations.stream(waste.stream)
            if not stream.storage_ledger:
                words = _(
                    "This waste keeps no stock where it arises: it is recorded as it is loaded."
                )
                show_refusal(self, Invalid(words, field="waste"))
        return cleaned

    def entry(self) -> Entry:
        """What the form says, as the ledger takes it."""
        cleaned = self.cleaned_data
        site, waste = self.sites[cleaned["site"]], cleaned["waste"]
        source, target = ENTRIES[cleaned["kind"]]
        assert self.mass is not None
        ends = {
            kind: AccountKey(kind, site.organisation_id, waste.pk, site.pk)
            for kind in (source, target)
        }
        tracked = declarations.stream(waste.stream).tracking is declarations.Tracking.LOTS
        lot = None
        if tracked and target is A.STOCK and cleaned["label"]:
            lot = NewLot(uuid5(cleaned["submission"], "lot"), cleaned["label"])
        return Entry(
            cleaned["submission"],
            ends[source],
            ends[target],
            self.mass,
            cleaned["happened_at"],
            lot_in=lot,
        )


class SurplusForm(MassFields):
    """Mass that stands in the yard and not in the book 盘盈."""

    happened_at = MomentField()
    reason = forms.CharField(
        label=_("Reason"),
        max_length=100,
        help_text=_("What was seen, and where the difference comes from."),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, waste: WasteType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waste = waste

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.convert(self.waste)
        return cleaned
