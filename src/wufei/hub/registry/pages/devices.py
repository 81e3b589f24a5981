"""Devices: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.base.pages import Action, ActorForm, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.registry import queries
from wufei.hub.registry.models import Device, DeviceBinding, Site
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
    Offering,
    OrganisationField,
    initial,
)
from wufei.hub.registry.pages.filters import RegionFilter, StateFilter, kind_filter
from wufei.hub.registry.pages.writing import organisation_of, put
from wufei.hub.registry.rules.plates import tidy_plate
from wufei.hub.registry.services import devices
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.devices import DEVICES
from wufei.hub.registry.validity import valid_on

CODE = "registry.device"
KINDS = chosen(Device.Kind)
OFFERED_MAX = 500


def _standing(device: Device) -> DeviceBinding | None:
    bound: list[DeviceBinding] = getattr(device, "bound_now", [])
    return bound[0] if bound else None


def _place(device: Device) -> str:
    standing = _standing(device)
    return str(standing.vehicle or standing.site) if standing else ""


def _place_link(device: Device) -> str | None:
    standing = _standing(device)
    if standing is None:
        return None
    if standing.vehicle:
        return detail("registry.vehicle")(standing.vehicle)
    return detail("registry.site")(standing.site)


COLUMNS = (
    Column("number", _("Device number"), required=True, link=detail(CODE), length_max=40),
    Column("kind", _("Kind"), Kind.CHOICE, choices=KINDS, required=True),
    organisation(),
    Column(
        "place",
        _("Sits on"),
        value=_place,
        link=_place_link,
        help=_("Plate of a vehicle, or name of one of the organisation's sites."),
        example="鲁P12345",
    ),
    Column("maker", _("Maker"), listed=False, length_max=60),
    Column("model", _("Model"), listed=False, length_max=60),
    *period_columns(),
    state_column(),
)


def write(row: Mapping[str, Any], actor: Actor) -> Device:
    """One line of a file: found by kind and number; bound where it says."""
    values = dict(row)
    place = str(values.pop("place", "") or "").strip()
    values["organisation"] = organisation_of(row, actor, f"{CODE}.edit")
    clean = DEVICES.check({"number": values["number"], "kind": values["kind"]} | values, None)
    known = Device.objects.filter(kind=clean["kind"], number=clean["number"]).first()
    found: Device = put(DEVICES, known, values, actor)
    if place:
        devices.bind(found, actor, **place_of(place, found))
    return found


def place_of(text: str, device: Device) -> dict[str, Any]:
    """``bind``'s argument for a plate or a site's name; raises ``Invalid`` at the column."""
    if vehicle := queries.find_vehicle(tidy_plate(text)):
        return {"vehicle": vehicle}
    if site := Site.objects.filter(organisation=device.organisation, name=text.strip()).first():
        return {"site": site}
    told = gettext("“%(text)s” is no plate in the register and no site of %(organisation)s.")
    raise Invalid(told % {"text": text, "organisation": device.organisation.name}, field="place")


TABLE = register(
    Table(
        code=CODE,
        title=_("Devices"),
        columns=COLUMNS,
        rows=queries.visible_devices,
        write=write,
        search=("number__icontains", "organisation__name__icontains", "maker__icontains"),
        guidance=_(
            "A line whose kind and number are known changes that device; any other line adds one."
        ),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    region = RegionFilter("organisation__region")
    kind = kind_filter(KINDS)
    state = StateFilter()


class Form(EntryForm):
    act = f"{CODE}.edit"

    number = forms.CharField(
        label=_("Device number"), max_length=40, help_text=_("What it calls itself in its reports.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    organisation = OrganisationField(label=_("Organisation"))
    maker = forms.CharField(label=_("Maker"), max_length=60, required=False)
    model = forms.CharField(label=_("Model"), max_length=60, required=False)


class BindForm(ActorForm):
    place = forms.CharField(
        label=_("Sits on"),
        widget=Offering,
        help_text=_("Plate of a vehicle, or name of one of the organisation's sites."),
    )
    first = DayField(label=_("Bound from"), required=False, help_text=_("Empty: from today."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vehicles = queries.visible_vehicles(self.actor).filter(valid_on())[:OFFERED_MAX]
        places = Site.objects.filter(valid_on(), organisation=self.obj.organisation)
        widget = self.fields["place"].widget
        assert isinstance(widget, Offering)
        widget.offered = [
            *((vehicle.plate, vehicle.carrier.name) for vehicle in vehicles),
            *((site.name, self.obj.organisation.name) for site in places[:OFFERED_MAX]),
        ]


class UnbindForm(forms.Form):
    last = DayField(label=_("Last day"), required=False, help_text=_("Empty: free from today on."))


def save(obj: Device | None, cleaned: Values, actor: Actor) -> Device:
    if obj is None:
        return devices.create(actor, **cleaned)
    return devices.edit(obj, actor, **cleaned)


def _bind(obj: Device, actor: Actor, given: Mapping[str, Any]) -> None:
    devices.bind(obj, actor, **place_of(given["place"], obj), first=given["first"])


def _sections(obj: Device, actor: Actor) -> list[Section]:
    return [*sections.bound(obj.bindings.all()), sections.history(DEVICES, obj)]


RESOURCE = Resource(
    code=CODE,
    path="devices/",
    title=_("Devices"),
    singular=_("device"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=lambda obj: initial(obj, "number", "kind", "organisation", "maker", "model"),
    save=save,
    actions=(
        Action(
            "bind",
            _("Bind"),
            "registry.device.edit",
            _bind,
            form=BindForm,
            visible=lambda obj: not _standing(obj),
        ),
        Action(
            "unbind",
            _("Unbind"),
            "registry.device.edit",
            lambda obj, actor, given: devices.unbind(obj, actor, **given),
            form=UnbindForm,
            visible=lambda obj: bool(_standing(obj)),
        ),
        Action(
            "close",
            _("Close"),
            "registry.device.edit",
            lambda obj, actor, given: devices.close(obj, actor, **given),
            form=CloseForm,
            tone="danger",
            visible=lambda obj: obj.validity.upper is None,
        ),
    ),
    sections=_sections,
    empty=_("Import the list of devices, or enter the first one."),
)
