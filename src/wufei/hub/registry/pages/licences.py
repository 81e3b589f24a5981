"""Licences: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.registry import queries
from wufei.hub.registry.models import Licence, LicenceLine
from wufei.hub.registry.pages import sections
from wufei.hub.registry.pages.columns import (
    chosen,
    detail,
    organisation,
    period_columns,
    state,
)
from wufei.hub.registry.pages.fields import CloseForm, EntryForm, OrganisationField, initial
from wufei.hub.registry.pages.filters import RegionFilter, StateFilter, kind_filter
from wufei.hub.registry.pages.writing import organisation_of, put, standing
from wufei.hub.registry.services import licences
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.licences import LICENCES
from wufei.hub.registry.validity import DAY, last_day, today, valid_on

CODE = "registry.licence"
KINDS = chosen(Licence.Kind)
# The days before the end at which a desk begins to speak of it, louder each time.
WARN_DAYS = (30, 15, 7)
_SHOWN = 3


def _summary(licence: Licence) -> str:
    """``900-249-08 1,200 t``, the first few codes."""
    parts = []
    for line in licence.lines.all()[:_SHOWN]:
        code = str(_("all codes")) if line.code == LicenceLine.ALL else line.code
        amount = "" if line.limit_t is None else f" {line.limit_t.normalize():,f} t"
        parts.append(code + amount)
    more = len(licence.lines.all()) - _SHOWN
    return "、".join(parts) + (f" +{more}" if more > 0 else "")


def ends(licence: Licence) -> tuple[Any, str]:
    """State in words with its tone; days left within the last thirty."""
    last = last_day(licence.validity)
    left = (last - today()).days if last else None
    if left is None or not 0 <= left <= max(WARN_DAYS):
        return state(licence)
    text = ngettext("%(days)d day left", "%(days)d days left", left) % {"days": left}
    return text, "bad" if left <= min(WARN_DAYS) else "attention"


COLUMNS = (
    Column("number", _("Licence number"), required=True, link=detail(CODE), length_max=60),
    Column("kind", _("Kind"), Kind.CHOICE, choices=KINDS, required=True),
    organisation(),
    Column(
        "codes",
        _("Codes and tonnes a year"),
        value=_summary,
        exported=False,
        imported=False,
        detailed=False,
    ),
    Column(
        "lines",
        _("Codes"),
        value=lambda obj: licences.write_lines(obj.lines.all()),
        listed=False,
        detailed=False,
        length_max=20_000,
        help=_("One a line: code, tonnes a year, methods. * stands for all codes."),
        example="900-249-08 1200 R9",
    ),
    Column("authority", _("Issued by"), listed=False, length_max=80),
    Column("note", _("Remark"), listed=False, length_max=200),
    period_columns()[0],
    Column(
        "valid_until",
        _("Valid until"),
        Kind.DATE,
        value=lambda obj: last_day(obj.validity),
        sort="validity__endswith",
        help=_("Last day. Empty means without end."),
        example="2030-12-31",
    ),
    Column(
        "state",
        _("State"),
        value=lambda obj: ends(obj)[0],
        tone=lambda obj: ends(obj)[1],
        imported=False,
    ),
)


def write(row: Mapping[str, Any], actor: Actor) -> Licence:
    """One line of a file: found by kind and number."""
    values = dict(row)
    values["organisation"] = organisation_of(row, actor, f"{CODE}.edit")
    if text := values.pop("lines", ""):
        values["lines"] = licences.read_lines(text)
    same = Licence.objects.filter(
        kind=values["kind"], number=values["number"], organisation=values["organisation"]
    )
    found: Licence = put(LICENCES, standing(same, values), values, actor)
    return found


TABLE = register(
    Table(
        code=CODE,
        title=_("Licences"),
        columns=COLUMNS,
        rows=queries.visible_licences,
        write=write,
        search=(
            "number__icontains",
            "organisation__name__icontains",
            "organisation__pinyin__icontains",
            "authority__icontains",
        ),
        guidance=_(
            "A line whose kind and number are known changes that licence; any other line adds one."
        ),
    )
)


class Ending(django_filters.ChoiceFilter):  # type: ignore[misc]
    """Licences in force that end within so many days."""

    def filter(self, qs: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        if not value:
            return qs
        return qs.filter(valid_on(), validity__endswith__lte=today() + DAY * (int(value) + 1))


def _warnings() -> list[tuple[str, str]]:
    return [
        (str(days), ngettext("%(days)d day", "%(days)d days", days) % {"days": days})
        for days in WARN_DAYS
    ]


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    region = RegionFilter("organisation__region")
    kind = kind_filter(KINDS)
    ending = Ending(
        label=_("Ends within"),
        choices=_warnings,
        empty_label=_("All"),
    )
    state = StateFilter()


class Form(EntryForm):
    act = f"{CODE}.edit"

    organisation = OrganisationField(label=_("Organisation"))
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    number = forms.CharField(label=_("Licence number"), max_length=60)
    lines = forms.CharField(
        label=_("Codes"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "code"}),
        help_text=_("One a line: code, tonnes a year, methods. * stands for all codes."),
    )
    authority = forms.CharField(label=_("Issued by"), max_length=80, required=False)
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)


def _initial(obj: Licence) -> Values:
    values = initial(obj, "organisation", "kind", "number", "authority", "note")
    return values | {"lines": licences.write_lines(obj.lines.all())}


def save(obj: Licence | None, cleaned: Values, actor: Actor) -> Licence:
    text = cleaned.pop("lines", "") or LicenceLine.ALL
    values = cleaned | {"lines": licences.read_lines(text)}
    if obj is None:
        return licences.create(actor, **values)
    return licences.edit(obj, actor, **values)


def _sections(obj: Licence, actor: Actor) -> list[Section]:
    lines = list(obj.lines.all())
    codes = Section(
        _("Codes"), "registry/_lines.html", {"lines": lines, "all": LicenceLine.ALL}, len(lines)
    )
    return [codes, sections.history(LICENCES, obj)]


RESOURCE = Resource(
    code=CODE,
    path="licences/",
    title=_("Licences"),
    singular=_("licence"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=save,
    actions=(
        Action(
            "close",
            _("End"),
            "registry.licence.edit",
            lambda obj, actor, given: licences.close(obj, actor, **given),
            form=CloseForm,
            confirm=_("Surrendered, revoked or replaced before its time."),
            tone="danger",
            visible=lambda obj: obj.validity.upper is None or obj.validity.upper > today(),
        ),
    ),
    sections=_sections,
    empty=_("Import the list of licences, or enter the first one."),
)
