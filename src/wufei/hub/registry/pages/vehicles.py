"""Vehicles: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.registry import queries
from wufei.hub.registry.models import Device, Vehicle
from wufei.hub.registry.pages import sections
from wufei.hub.registry.pages.columns import (
    chosen,
    detail,
    organisation,
    period_columns,
    state_column,
)
from wufei.hub.registry.pages.fields import (
    CloseForm,
    DayField,
    EntryForm,
    OrganisationField,
    initial,
)
from wufei.hub.registry.pages.filters import DomainFilter, RegionFilter, StateFilter, kind_filter
from wufei.hub.registry.pages.writing import organisation_of, put, standing
from wufei.hub.registry.rules.plates import tidy_plate
from wufei.hub.registry.services import vehicles
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.vehicles import VEHICLES
from wufei.hub.registry.validity import DAY, last_day, today

CODE = "registry.vehicle"
KINDS = chosen(Vehicle.Kind)
WARN_DAYS = 30


def _terminal(vehicle: Vehicle) -> Device | None:
    bound = getattr(vehicle, "bound_now", [])
    return next((b.device for b in bound if b.kind == Device.Kind.TERMINAL), None)


def _permit_ends(vehicle: Vehicle) -> Any:
    return last_day(vehicle.permit_validity) if vehicle.permit_validity else None


def ending_tone(last: Any) -> str:
    """``bad`` when a paper has run out, ``attention`` when it will soon."""
    if last is None or last > today() + DAY * WARN_DAYS:
        return ""
    return "bad" if last < today() else "attention"


COLUMNS = (
    Column("plate", _("Plate"), required=True, link=detail(CODE), example="鲁P12345"),
    organisation("carrier", _("Carrier")),
    Column("kind", _("Kind"), Kind.CHOICE, choices=KINDS, required=True),
    Column("load_limit_t", _("Load limit"), Kind.DECIMAL, unit="t", decimals=1),
    Column("permit_number", _("Road transport permit"), listed=False, length_max=40),
    Column(
        "permit_from",
        _("Permit from"),
        Kind.DATE,
        value=lambda obj: obj.permit_validity.lower if obj.permit_validity else None,
        sort="permit_validity__startswith",
        listed=False,
    ),
    Column(
        "permit_until",
        _("Permit until"),
        Kind.DATE,
        value=_permit_ends,
        sort="permit_validity__endswith",
        tone=lambda obj: ending_tone(_permit_ends(obj)),
    ),
    Column(
        "terminal",
        _("Terminal"),
        value=lambda obj: str(_terminal(obj) or ""),
        link=detail("registry.device", _terminal),
        imported=False,
    ),
    *period_columns(),
    state_column(),
)


def write(row: Mapping[str, Any], actor: Actor) -> Vehicle:
    """One line of a file: found by plate."""
    values = dict(row)
    values["carrier"] = organisation_of(row, actor, f"{CODE}.edit", "carrier")
    values["plate"] = tidy_plate(values["plate"])
    mine = Vehicle.objects.filter(plate=values["plate"], carrier=values["carrier"])
    found: Vehicle = put(VEHICLES, standing(mine, values), values, actor)
    return found


TABLE = register(
    Table(
        code=CODE,
        title=_("Vehicles"),
        columns=COLUMNS,
        rows=queries.visible_vehicles,
        write=write,
        search=(
            "plate__icontains",
            "permit_number__icontains",
            "carrier__name__icontains",
            "carrier__pinyin__icontains",
        ),
        guidance=_(
            "A line whose plate is known at this carrier changes that vehicle; any other line adds "
            "one."
        ),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    region = RegionFilter("carrier__region")
    domain = DomainFilter("carrier__domains")
    kind = kind_filter(KINDS)
    state = StateFilter()


class Form(EntryForm):
    act = f"{CODE}.edit"

    plate = forms.CharField(label=_("Plate"), max_length=12)
    carrier = OrganisationField(label=_("Carrier"))
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    load_limit_t = forms.DecimalField(
        label=_("Load limit, t"), required=False, max_digits=9, decimal_places=3
    )
    permit_number = forms.CharField(label=_("Road transport permit"), max_length=40, required=False)
    permit_from = DayField(label=_("Permit from"), required=False)
    permit_until = DayField(label=_("Permit until"), required=False)


def _initial(obj: Vehicle) -> Values:
    values = initial(obj, "plate", "carrier", "kind", "load_limit_t", "permit_number")
    permit = obj.permit_validity
    return values | {
        "permit_from": permit.lower if permit else None,
        "permit_until": _permit_ends(obj),
    }


def save(obj: Vehicle | None, cleaned: Values, actor: Actor) -> Vehicle:
    if obj is None:
        return vehicles.create(actor, **cleaned)
    return vehicles.edit(obj, actor, **cleaned)


def _sections(obj: Vehicle, actor: Actor) -> list[Section]:
    code = Section(_("Code of the truck"), "registry/_truck_code.html", {"vehicle": obj})
    return [code, *sections.bound(obj.bindings.all()), sections.history(VEHICLES, obj)]


RESOURCE = Resource(
    code=CODE,
    path="vehicles/",
    title=_("Vehicles"),
    singular=_("vehicle"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=save,
    actions=(
        Action(
            "close",
            _("Close"),
            "registry.vehicle.edit",
            lambda obj, actor, given: vehicles.close(obj, actor, **given),
            form=CloseForm,
            confirm=_("Sold, scrapped or no longer used: the plate is free from the next day on."),
            tone="danger",
            visible=lambda obj: obj.validity.upper is None,
        ),
    ),
    sections=_sections,
    empty=_("Import the list of vehicles, or enter the first one."),
)
