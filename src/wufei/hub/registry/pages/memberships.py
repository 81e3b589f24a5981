"""Memberships: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.accounts.models import User
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.registry import queries
from wufei.hub.registry.models import Membership
from wufei.hub.registry.pages import sections
from wufei.hub.registry.pages.columns import (
    chosen,
    detail,
    organisation,
    period_columns,
    state_column,
)
from wufei.hub.registry.pages.fields import (
    OFFERED_MAX,
    CloseForm,
    EntryForm,
    Offering,
    OrganisationField,
    days_of,
)
from wufei.hub.registry.pages.filters import RegionFilter, StateFilter, kind_filter
from wufei.hub.registry.pages.writing import organisation_of, put, standing
from wufei.hub.registry.services import memberships
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.memberships import MEMBERSHIPS

CODE = "registry.membership"
FUNCTIONS = chosen(Membership.Function)

COLUMNS = (
    Column(
        "person", _("Person"), value=lambda obj: str(obj.user), link=detail(CODE), imported=False
    ),
    Column(
        "username",
        _("User name"),
        value=lambda obj: obj.user.username,
        sort="user__username",
        required=True,
        help=_("What the person signs in with."),
        length_max=60,
    ),
    organisation(),
    Column("function", _("Function"), Kind.CHOICE, choices=FUNCTIONS, required=True),
    *period_columns(),
    state_column(),
)


def _user(username: str, field: str = "username") -> User:
    found = User.objects.filter(username=username.strip()).first()
    if found is None:
        told = gettext(
            "Nobody signs in as “%(text)s”. Ask the administrator to add the person first."
        )
        raise Invalid(told % {"text": username}, field=field)
    return found


def write(row: Mapping[str, Any], actor: Actor) -> Membership:
    """One line of a file: found by person, organisation and function."""
    values = dict(row)
    values["user"] = _user(values.pop("username"))
    values["organisation"] = organisation_of(row, actor, f"{CODE}.edit")
    same = Membership.objects.filter(
        user=values["user"],
        organisation=values["organisation"],
        function=values["function"],
    )
    found: Membership = put(MEMBERSHIPS, standing(same, values), values, actor)
    return found


TABLE = register(
    Table(
        code=CODE,
        title=_("Members"),
        columns=COLUMNS,
        rows=queries.visible_memberships,
        write=write,
        search=(
            "user__username__icontains",
            "user__display_name__icontains",
            "organisation__name__icontains",
            "organisation__pinyin__icontains",
        ),
        guidance=_("The person needs an account first; a line that is known changes nothing."),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    region = RegionFilter("organisation__region")
    function = kind_filter(FUNCTIONS, _("Function"))
    state = StateFilter()


class Form(EntryForm):
    act = f"{CODE}.edit"

    user = forms.CharField(
        label=_("User name"), widget=Offering, help_text=_("What the person signs in with.")
    )
    organisation = OrganisationField(label=_("Organisation"))
    function = forms.ChoiceField(label=_("Function"), choices=FUNCTIONS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["user"].widget
        assert isinstance(widget, Offering)
        rows = User.objects.filter(is_active=True).order_by("username")[:OFFERED_MAX]
        widget.offered = list(rows.values_list("username", "display_name"))


def _initial(obj: Membership) -> Values:
    return {
        "user": obj.user.username,
        "organisation": obj.organisation,
        "function": obj.function,
        **days_of(obj),
    }


def save(obj: Membership | None, cleaned: Values, actor: Actor) -> Membership:
    values = cleaned | {"user": _user(cleaned["user"], "user")}
    if obj is None:
        return memberships.create(actor, **values)
    return memberships.edit(obj, actor, **values)


def _sections(obj: Membership, actor: Actor) -> list[Section]:
    return [sections.history(MEMBERSHIPS, obj)]


RESOURCE = Resource(
    code=CODE,
    path="memberships/",
    title=_("Members"),
    singular=_("membership"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=save,
    actions=(
        Action(
            "close",
            _("End"),
            "registry.membership.edit",
            lambda obj, actor, given: memberships.close(obj, actor, **given),
            form=CloseForm,
            confirm=_("From the next day on the person no longer acts for the organisation."),
            tone="danger",
            visible=lambda obj: obj.validity.upper is None,
        ),
    ),
    sections=_sections,
    empty=_("Say who acts for which organisation; the persons need accounts first."),
)
