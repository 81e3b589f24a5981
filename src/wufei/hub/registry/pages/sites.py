"""Sites: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section, Total
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.registry import queries
from wufei.hub.registry.models import Site
from wufei.hub.registry.pages import sections
from wufei.hub.registry.pages.columns import (
    chosen,
    detail,
    organisation,
    period_columns,
    region,
    state_column,
)
from wufei.hub.registry.pages.fields import (
    CloseForm,
    EntryForm,
    OrganisationField,
    PolygonField,
    RegionField,
    initial,
)
from wufei.hub.registry.pages.filters import DomainFilter, RegionFilter, StateFilter, kind_filter
from wufei.hub.registry.pages.writing import organisation_of, put, region_of
from wufei.hub.registry.services import sites
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.sites import SITES
from wufei.hub.registry.validity import valid_on

CODE = "registry.site"
KINDS = chosen(Site.Kind)

COLUMNS = (
    Column("name", _("Name"), required=True, link=detail(CODE), length_max=80, example="一号库"),
    organisation(),
    Column("kind", _("Kind"), Kind.CHOICE, choices=KINDS, required=True),
    region(required=False),
    Column("address", _("Address"), listed=False, length_max=200),
    Column(
        "longitude",
        _("Longitude"),
        Kind.DECIMAL,
        listed=False,
        help=_("Degrees, WGS-84: what a phone's GPS shows, not what a Chinese map shows."),
        example="115.98",
    ),
    Column("latitude", _("Latitude"), Kind.DECIMAL, listed=False, example="36.44"),
    Column("approximate", _("Approximate position"), Kind.BOOLEAN, listed=False),
    Column("capacity_t", _("Storage capacity"), Kind.DECIMAL, unit="t", decimals=3),
    Column("daily_capacity_t", _("Treatment capacity"), Kind.DECIMAL, unit="t/d", decimals=3),
    *period_columns(),
    state_column(),
)


def write(row: Mapping[str, Any], actor: Actor) -> Site:
    """One line of a file: found by organisation and name."""
    values = dict(row)
    values["organisation"] = organisation_of(row, actor, f"{CODE}.edit")
    if "region" in values:
        values["region"] = region_of(values["region"])
    if values.get("approximate") is None:
        values.pop("approximate", None)
    known = Site.objects.filter(organisation=values["organisation"], name=values["name"]).first()
    found: Site = put(SITES, known, values, actor)
    return found


TABLE = register(
    Table(
        code=CODE,
        title=_("Sites"),
        columns=COLUMNS,
        rows=queries.visible_sites,
        write=write,
        search=(
            "name__icontains",
            "pinyin__icontains",
            "address__icontains",
            "organisation__name__icontains",
            "organisation__pinyin__icontains",
        ),
        guidance=_(
            "A line whose organisation and name are known changes that site; any other line adds "
            "one."
        ),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    region = RegionFilter()
    domain = DomainFilter("organisation__domains")
    kind = kind_filter(KINDS)
    state = StateFilter()


class Form(EntryForm):
    act = f"{CODE}.edit"

    organisation = OrganisationField(label=_("Organisation"))
    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    region = RegionField(
        label=_("Region"), required=False, help_text=_("Empty: where the organisation is.")
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    longitude = forms.DecimalField(
        label=_("Longitude"),
        required=False,
        max_digits=10,
        decimal_places=7,
        help_text=_("Degrees, WGS-84: what a phone's GPS shows, not what a Chinese map shows."),
    )
    latitude = forms.DecimalField(
        label=_("Latitude"), required=False, max_digits=10, decimal_places=7
    )
    approximate = forms.BooleanField(label=_("Approximate position"), required=False, initial=True)
    boundary = PolygonField(
        label=_("Boundary"), required=False, help_text=_("GeoJSON polygon, longitude first.")
    )
    capacity_t = forms.DecimalField(
        label=_("Storage capacity, t"), required=False, max_digits=12, decimal_places=3
    )
    daily_capacity_t = forms.DecimalField(
        label=_("Treatment capacity, t/d"), required=False, max_digits=12, decimal_places=3
    )


def _initial(obj: Site) -> Values:
    names = ("organisation", "name", "kind", "region", "address", "longitude", "latitude")
    figures = ("approximate", "boundary", "capacity_t", "daily_capacity_t")
    return initial(obj, *names, *figures)


def save(obj: Site | None, cleaned: Values, actor: Actor) -> Site:
    return sites.create(actor, **cleaned) if obj is None else sites.edit(obj, actor, **cleaned)


def _sections(obj: Site, actor: Actor) -> list[Section]:
    found = [_map(obj)] if obj.longitude is not None else []
    return [*found, *sections.bound(obj.bindings.all()), sections.history(SITES, obj)]


def _map(obj: Site) -> Section:
    return Section(_("Position"), "registry/_position.html", {"site": obj})


def _totals(rows: "QuerySet[Site]") -> list[Total]:
    with_capacity = rows.filter(valid_on(), capacity_t__isnull=False)
    total = with_capacity.aggregate(total=Sum("capacity_t"))["total"]
    return [Total(_("Storage capacity"), total, "t", 0)] if total else []


RESOURCE = Resource(
    code=CODE,
    path="sites/",
    title=_("Sites"),
    singular=_("site"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=save,
    actions=(
        Action(
            "close",
            _("Close"),
            "registry.site.edit",
            lambda obj, actor, given: sites.close(obj, actor, **given),
            form=CloseForm,
            tone="danger",
            visible=lambda obj: obj.validity.upper is None,
        ),
    ),
    sections=_sections,
    totals=_totals,
    empty=_("Import the list of sites, or enter the first one."),
)
