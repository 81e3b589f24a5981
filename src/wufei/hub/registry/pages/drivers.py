"""Drivers: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.registry import queries
from wufei.hub.registry.models import Driver
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
    days_of,
)
from wufei.hub.registry.pages.filters import RegionFilter, StateFilter, kind_filter
from wufei.hub.registry.pages.vehicles import ending_tone
from wufei.hub.registry.pages.writing import organisation_of, put
from wufei.hub.registry.services import drivers
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.drivers import DRIVERS
from wufei.hub.registry.validity import last_day

CODE = "registry.driver"
KINDS = chosen(Driver.Qualification)
MASK = "*" * 14


def _identity(name: str) -> Any:
    def of(driver: Driver) -> str:
        identity = getattr(driver, "identity", None)
        return getattr(identity, name, "") if identity else ""

    return of


def _card(driver: Driver) -> str:
    last4 = _identity("id_last4")(driver)
    return f"{MASK}{last4}" if last4 else ""


def _qualified_until(driver: Driver) -> Any:
    return last_day(driver.qualified) if driver.qualified else None


COLUMNS = (
    Column(
        "name",
        _("Name"),
        required=True,
        value=str,
        link=detail(CODE),
        sort="identity__pinyin",
        length_max=40,
        example="李强",
    ),
    organisation("carrier", _("Carrier")),
    Column("phone", _("Telephone"), value=_identity("phone"), listed=False, length_max=30),
    Column(
        "id_number",
        _("Identity card number"),
        value=_card,
        listed=False,
        help=_("Checked, then kept as a fingerprint and its last four places only."),
    ),
    Column("qualification", _("Qualification"), Kind.CHOICE, choices=KINDS),
    Column(
        "qualification_number",
        _("Qualification number"),
        value=_identity("qualification_number"),
        listed=False,
        length_max=30,
    ),
    Column(
        "qualified_from",
        _("Qualified from"),
        Kind.DATE,
        value=lambda obj: obj.qualified.lower if obj.qualified else None,
        sort="qualified__startswith",
        listed=False,
    ),
    Column(
        "qualified_until",
        _("Qualified until"),
        Kind.DATE,
        value=_qualified_until,
        sort="qualified__endswith",
        tone=lambda obj: ending_tone(_qualified_until(obj)),
    ),
    *period_columns(),
    state_column(),
)


def write(row: Mapping[str, Any], actor: Actor) -> Driver:
    """One line of a file: found by carrier and identity card, without one by name and telephone."""
    values = {name: value for name, value in row.items() if value is not None}
    values["carrier"] = organisation_of(row, actor, f"{CODE}.edit", "carrier")
    if str(values.get("id_number") or "").startswith("*"):
        # As we export it: it says nothing new.
        del values["id_number"]
    known = drivers.find(
        values["carrier"],
        id_number=values.get("id_number", ""),
        name=values.get("name", ""),
        phone=values.get("phone", ""),
    )
    found: Driver = put(DRIVERS, known, values, actor)
    return found


TABLE = register(
    Table(
        code=CODE,
        title=_("Drivers"),
        columns=COLUMNS,
        rows=queries.visible_drivers,
        write=write,
        search=(
            "identity__name__icontains",
            "identity__pinyin__icontains",
            "identity__phone__icontains",
            "carrier__name__icontains",
            "carrier__pinyin__icontains",
        ),
        guidance=_(
            "A line whose identity card (or name and telephone) is known at this carrier changes "
            "that driver; any other line adds one."
        ),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    region = RegionFilter("carrier__region")
    qualification = kind_filter(KINDS, _("Qualification"))
    state = StateFilter()


class Form(EntryForm):
    act = f"{CODE}.edit"

    carrier = OrganisationField(label=_("Carrier"))
    name = forms.CharField(label=_("Name"), max_length=40)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    id_number = forms.CharField(
        label=_("Identity card number"),
        max_length=30,
        required=False,
        help_text=_("Checked, then kept as a fingerprint and its last four places only."),
    )
    qualification = forms.ChoiceField(label=_("Qualification"), choices=KINDS)
    qualification_number = forms.CharField(
        label=_("Qualification number"), max_length=30, required=False
    )
    qualified_from = DayField(label=_("Qualified from"), required=False)
    qualified_until = DayField(label=_("Qualified until"), required=False)


def _initial(obj: Driver) -> Values:
    names = ("name", "phone", "qualification_number")
    return {name: _identity(name)(obj) for name in names} | {
        "carrier": obj.carrier,
        "qualification": obj.qualification,
        "qualified_from": obj.qualified.lower if obj.qualified else None,
        "qualified_until": _qualified_until(obj),
        **days_of(obj),
    }


def save(obj: Driver | None, cleaned: Values, actor: Actor) -> Driver:
    if obj is None:
        return drivers.create(actor, **cleaned)
    return drivers.edit(obj, actor, **cleaned)


def _sections(obj: Driver, actor: Actor) -> list[Section]:
    sections.note_reading(DRIVERS, obj, actor, "name", "phone", "id_last4")
    return [sections.history(DRIVERS, obj)]


RESOURCE = Resource(
    code=CODE,
    path="drivers/",
    title=_("Drivers"),
    singular=_("driver"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=save,
    actions=(
        Action(
            "close",
            _("Close"),
            "registry.driver.edit",
            lambda obj, actor, given: drivers.close(obj, actor, **given),
            form=CloseForm,
            visible=lambda obj: obj.validity.upper is None,
        ),
        Action(
            "erase",
            _("Erase personal data"),
            "registry.driver.edit",
            lambda obj, actor, given: drivers.erase(obj, actor),
            confirm=_(
                "Name, telephone and identity card are taken away for good. Trips and signatures "
                "keep the driver's number."
            ),
            tone="danger",
            visible=lambda obj: (
                obj.validity.upper is not None and getattr(obj, "identity", None) is not None
            ),
        ),
    ),
    sections=_sections,
    exported=lambda actor: sections.note_export(DRIVERS, actor, "name", "phone"),
    empty=_("Import the list of drivers, or enter the first one."),
)
