"""Regions: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import ActorForm, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.registry import queries
from wufei.hub.registry.models import Region
from wufei.hub.registry.pages import organisations, sections
from wufei.hub.registry.pages.columns import chosen, detail
from wufei.hub.registry.pages.fields import RegionField
from wufei.hub.registry.pages.filters import kind_filter, region_choices
from wufei.hub.registry.pages.writing import region_of
from wufei.hub.registry.scope import in_regions
from wufei.hub.registry.services import regions

CODE = "registry.region"
LEVELS = chosen(Region.Level)

COLUMNS = (
    Column(
        "name", _("Name"), required=True, value=lambda obj: obj.name, link=detail(CODE), sort="path"
    ),
    Column("code", _("Code"), required=True, length_max=12, example="371502004"),
    Column("name_en", _("English name"), length_max=80),
    Column("level", _("Level"), Kind.CHOICE, choices=LEVELS, required=True),
    Column(
        "parent",
        _("Lies in"),
        value=lambda obj: str(obj.parent or ""),
        link=detail(CODE, lambda obj: obj.parent),
        sort="",
        help=_("Name or code of the region above."),
    ),
    Column(
        "zone",
        _("Supervised by"),
        value=lambda obj: str(obj.zone or ""),
        link=detail(CODE, lambda obj: obj.zone),
        sort="",
        help=_("Functional area without a national code that supervises this region."),
    ),
    Column("within", _("Inside the supervised district"), Kind.BOOLEAN, listed=False),
)


def write(row: Mapping[str, Any], actor: Actor) -> Region:
    """One line of a file: found by code."""
    values = {name: value for name, value in row.items() if value is not None}
    for name in ("parent", "zone"):
        if name in values:
            values[name] = region_of(values[name], name)
    known = Region.objects.filter(code=values["code"].strip().upper()).first()
    return regions.save(known, values, actor)


TABLE = register(
    Table(
        code=CODE,
        title=_("Regions"),
        columns=COLUMNS,
        rows=lambda actor: queries.regions(),
        write=write,
        search=("name__icontains", "pinyin__icontains", "code__startswith", "name_en__icontains"),
        guidance=_("A line whose code is known changes that region; any other line adds one."),
    )
)


class Under(django_filters.ChoiceFilter):  # type: ignore[misc]
    """A region, what lies in it and what it supervises."""

    def filter(self, qs: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        return qs.filter(covered_by__overlap=[value]) if value else qs


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    under = Under(label=_("Region"), choices=region_choices, empty_label=_("All"))
    level = kind_filter(LEVELS, _("Level"))


class Form(ActorForm):
    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    code = forms.CharField(label=_("Code"), max_length=12)
    level = forms.ChoiceField(label=_("Level"), choices=LEVELS)
    parent = RegionField(label=_("Lies in"), required=False)
    zone = RegionField(
        label=_("Supervised by"),
        required=False,
        help_text=_("Functional area without a national code that supervises this region."),
    )
    within = forms.BooleanField(label=_("Inside the supervised district"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, RegionField):
                field.offer()
        if self.obj is not None:
            # The code is in the path of everything below.
            self.fields["code"].disabled = True
            self.fields["code"].initial = self.obj.code


def _initial(obj: Region) -> dict[str, Any]:
    names = ("name", "name_en", "code", "level", "parent", "zone", "within")
    return {name: getattr(obj, name) for name in names}


def _sections(obj: Region, actor: Actor) -> list[Section]:
    below = TABLE.rows(actor).filter(Q(parent=obj) | (Q(zone=obj) & Q(level=Region.Level.TOWN)))
    here = organisations.TABLE.rows(actor).filter(in_regions([obj.code]))
    parts = []
    if below.exists():
        parts.append(sections.part(_("Regions below"), TABLE, below, actor, search=obj.name))
    if obj.within:
        shown = sections.part(
            _("Organisations"), organisations.TABLE, here, actor, search="", without=("region",)
        )
        parts.append(shown)
    return [part for part in parts if part]


RESOURCE = Resource(
    code=CODE,
    path="regions/",
    title=_("Regions"),
    singular=_("region"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=regions.save,
    sections=_sections,
    empty=_("Load the regions with “wufei registry load”."),
)
