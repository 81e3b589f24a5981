"""Lists of authorities: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.base.tables.spec import Text
from wufei.hub.registry import lists, queries
from wufei.hub.registry.models import ListEntry
from wufei.hub.registry.pages import sections
from wufei.hub.registry.pages.columns import chosen, detail, period_columns, region, state_column
from wufei.hub.registry.pages.fields import (
    CloseForm,
    DayField,
    EntryForm,
    OrganisationField,
    RegionField,
    initial,
)
from wufei.hub.registry.pages.filters import RegionFilter, StateFilter, kind_filter
from wufei.hub.registry.pages.writing import put, region_of, standing
from wufei.hub.registry.services import lists as services
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.lists import LISTS

CODE = "registry.list"
MATCHES = chosen(ListEntry.Match)
_TONES = {"open": "attention", "matched": "good", "dismissed": ""}


def _name_of(obj: ListEntry) -> Text:
    known = dict(lists.choices())
    return known.get(obj.list, obj.list)


COLUMNS = (
    Column(
        "list",
        _("List"),
        Kind.CHOICE,
        choices=lists.choices,
        required=True,
        link=detail(CODE),
        help=_("Which list it is; the choices are in the template."),
    ),
    Column("name", _("Name"), required=True, length_max=120, example="聊城湖畔铝材有限公司"),
    Column("credit_code", _("Unified social credit code"), length_max=18),
    region(required=False),
    Column("address", _("Address"), listed=False, length_max=200),
    Column(
        "source",
        _("Source"),
        listed=False,
        length_max=120,
        help=_("Where it was found: building permits, discharge permits, business register …"),
    ),
    Column("source_on", _("As of"), Kind.DATE, required=True, example="2026-01-31"),
    Column(
        "source_key",
        _("Number in the source"),
        value=lambda obj: "",
        listed=False,
        exported=False,
        detailed=False,
        length_max=120,
        help=_("Tells entries of one firm apart, such as the number of a building permit."),
    ),
    Column("document", _("Certificate or permit number"), length_max=80),
    Column("note", _("Remark"), listed=False, length_max=200),
    Column(
        "match",
        _("In the register"),
        value=lambda obj: obj.get_match_display(),
        tone=lambda obj: _TONES[obj.match],
        sort="match",
        imported=False,
    ),
    Column(
        "organisation",
        _("Registered as"),
        value=lambda obj: obj.organisation.name if obj.organisation else None,
        link=detail("registry.organisation", lambda obj: obj.organisation),
        sort="organisation__name",
        imported=False,
    ),
    *period_columns(_("Last day on the list. Empty means without end.")),
    state_column(),
)


def write(row: Mapping[str, Any], actor: Actor) -> ListEntry:
    """One line of a file: found by its list and the source's number, credit code or name."""
    values = {name: value for name, value in row.items() if value is not None}
    if "region" in values:
        values["region"] = region_of(values["region"])
    key = services.key_of(values)
    same = ListEntry.objects.filter(list=values["list"], key=key)
    found: ListEntry = put(LISTS, standing(same, values), values, actor)
    return found


def _rows(actor: Actor) -> "QuerySet[ListEntry]":
    return queries.visible_list_entries(actor)


TABLE = register(
    Table(
        code=CODE,
        title=_("Lists"),
        columns=COLUMNS,
        rows=_rows,
        write=write,
        search=(
            "name__icontains",
            "credit_code__icontains",
            "document__icontains",
            "organisation__name__icontains",
            "organisation__pinyin__icontains",
        ),
        guidance=_(
            "Who should be registered, is watched more closely or has earned a title, as the "
            "sources have it. A line that is known by its list and number, credit code or name "
            "changes that entry. Who that is in the register is looked up."
        ),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    list = kind_filter(lists.choices, _("List"))
    match = kind_filter(MATCHES, _("In the register"))
    region = RegionFilter("region")
    state = StateFilter()


class Form(EntryForm):
    act = f"{CODE}.edit"

    list = forms.ChoiceField(label=_("List"), choices=lists.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=18, required=False
    )
    region = RegionField(label=_("Region"), required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    source = forms.CharField(label=_("Source"), max_length=120, required=False)
    source_on = DayField(label=_("As of"))
    document = forms.CharField(
        label=_("Certificate or permit number"), max_length=80, required=False
    )
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)


class MatchForm(EntryForm):
    """Who of the register it is."""

    act = f"{CODE}.edit"

    organisation = OrganisationField(label=_("Registered as"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["valid_from"], self.fields["valid_until"]


class DismissForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


def _initial(obj: ListEntry) -> Values:
    names = ("list", "name", "credit_code", "region", "address", "source", "source_on", "document")
    return initial(obj, *names, "note")


def save(obj: ListEntry | None, cleaned: Values, actor: Actor) -> ListEntry:
    return (
        services.create(actor, **cleaned) if obj is None else services.edit(obj, actor, **cleaned)
    )


def _sections(obj: ListEntry, actor: Actor) -> list[Section]:
    return [sections.history(LISTS, obj)]


RESOURCE = Resource(
    code=CODE,
    path="lists/",
    title=_("Lists"),
    singular=_("entry of a list"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=save,
    actions=(
        Action(
            "match",
            _("This is …"),
            f"{CODE}.edit",
            lambda obj, actor, given: services.edit(obj, actor, **given),
            form=MatchForm,
            tone="primary",
            visible=lambda obj: obj.match != ListEntry.Match.MATCHED,
        ),
        Action(
            "dismiss",
            _("Need not be registered"),
            f"{CODE}.edit",
            lambda obj, actor, given: services.dismiss(obj, actor, **given),
            form=DismissForm,
            visible=lambda obj: obj.match == ListEntry.Match.OPEN,
        ),
        Action(
            "close",
            _("Take off the list"),
            f"{CODE}.edit",
            lambda obj, actor, given: services.close(obj, actor, **given),
            form=CloseForm,
            tone="danger",
        ),
    ),
    sections=_sections,
    empty=_(
        "Import the building permits, discharge permits or business register of your colleagues: "
        "whoever stands there and not here is missing, by name."
    ),
)
