"""Units of the plan: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.registry import queries
from wufei.hub.registry.models import Unit
from wufei.hub.registry.pages import sections
from wufei.hub.registry.pages.columns import chosen, detail, period_columns, region, state_column
from wufei.hub.registry.pages.fields import CloseForm, EntryForm, RegionField, initial
from wufei.hub.registry.pages.filters import StateFilter, kind_filter
from wufei.hub.registry.pages.writing import put, region_of
from wufei.hub.registry.services import units
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.units import UNITS

CODE = "registry.unit"
KINDS = chosen(Unit.Kind)

COLUMNS = (
    Column("name", _("Name"), required=True, link=detail(CODE), length_max=60),
    Column("short_name", _("Short name"), length_max=30),
    Column("name_en", _("English name"), listed=False, length_max=120),
    Column("code", _("Code"), listed=False, required=True, length_max=40, example="ecology"),
    Column("kind", _("Kind"), Kind.CHOICE, choices=KINDS, required=True),
    Column(
        "part_of",
        _("Part of"),
        value=lambda obj: str(obj.part_of or ""),
        link=detail(CODE, lambda obj: obj.part_of),
        sort="part_of__name",
        help=_("Code or name of the group that stands for this unit."),
        length_max=60,
    ),
    Column(
        "aliases",
        _("Other spellings"),
        value=lambda obj: "、".join(obj.aliases),
        help=_("As documents write it, with “、” between them; misread characters too."),
    ),
    region(required=False),
    *period_columns(),
    state_column(),
)


def _spellings(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", "、").replace(",", "、").split("、")]


def _group(text: str) -> Unit | None:
    wanted = text.strip()
    if not wanted:
        return None
    named = Q(code=wanted) | Q(name=wanted) | Q(name_en=wanted) | Q(short_name=wanted)
    found = Unit.objects.filter(named, kind=Unit.Kind.COLLECTIVE).first()
    if found is None:
        told = gettext("There is no unit “%(text)s”. Enter the group first.")
        raise Invalid(told % {"text": text}, field="part_of")
    return found


def write(row: Mapping[str, Any], actor: Actor) -> Unit:
    """One line of a file: found by code."""
    values = dict(row)
    if "aliases" in values:
        values["aliases"] = _spellings(values["aliases"])
    if "part_of" in values:
        values["part_of"] = _group(values["part_of"])
    if "region" in values:
        values["region"] = region_of(values["region"])
    known = Unit.objects.filter(code=values["code"]).first()
    found: Unit = put(UNITS, known, values, actor)
    return found


TABLE = register(
    Table(
        code=CODE,
        title=_("Units"),
        columns=COLUMNS,
        rows=lambda actor: queries.units(),
        write=write,
        search=("name__icontains", "pinyin__icontains", "short_name__icontains"),
        guidance=_("A line whose code is known changes that unit; any other line adds one."),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    kind = kind_filter(KINDS)
    state = StateFilter()


class Form(EntryForm):
    name = forms.CharField(label=_("Name"), max_length=60)
    short_name = forms.CharField(label=_("Short name"), max_length=30, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    code = forms.SlugField(label=_("Code"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    part_of = forms.ModelChoiceField(
        label=_("Part of"), queryset=Unit.objects.filter(kind="collective"), required=False
    )
    aliases = forms.CharField(
        label=_("Other spellings"),
        required=False,
        max_length=500,
        help_text=_("As documents write it, with “、” between them; misread characters too."),
    )
    region = RegionField(label=_("Region"), required=False)

    def clean_aliases(self) -> list[str]:
        return _spellings(self.cleaned_data["aliases"])


def _initial(obj: Unit) -> Values:
    names = ("name", "short_name", "name_en", "code", "kind", "part_of", "region")
    return initial(obj, *names) | {"aliases": "、".join(obj.aliases)}


def save(obj: Unit | None, cleaned: Values, actor: Actor) -> Unit:
    return units.create(actor, **cleaned) if obj is None else units.edit(obj, actor, **cleaned)


def _sections(obj: Unit, actor: Actor) -> list[Section]:
    members = TABLE.rows(actor).filter(part_of=obj)
    found = []
    if obj.kind == Unit.Kind.COLLECTIVE:
        part = sections.part(
            _("Units it stands for"), TABLE, members, actor, search=obj.name, without=("part_of",)
        )
        found = [part] if part else []
    return [*found, sections.history(UNITS, obj)]


RESOURCE = Resource(
    code=CODE,
    path="units/",
    title=_("Units"),
    singular=_("unit"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=save,
    actions=(
        Action(
            "close",
            _("Close"),
            "registry.unit.edit",
            lambda obj, actor, given: units.close(obj, actor, **given),
            form=CloseForm,
            tone="danger",
            visible=lambda obj: obj.validity.upper is None,
        ),
    ),
    sections=_sections,
    empty=_("Load the units with “wufei registry load”."),
)
