"""Pages for administrators: people and their accounts."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from allauth.mfa.models import Authenticator
from django import forms
from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from wufei.hub.accounts import choices, services
from wufei.hub.accounts.actors import memberships
from wufei.hub.accounts.models import Contact, User
from wufei.hub.accounts.permissions import Role
from wufei.hub.audit import services as audit
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, ActorForm, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table
from wufei.ui import domains as ui_domains

MANAGE = "accounts.user.manage"


def _rows(actor: Actor) -> "QuerySet[User]":
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.select_related("contact").annotate(second_factor=Exists(factor))


def with_actor_names(events: "QuerySet[AuditEvent]") -> "QuerySet[AuditEvent]":
    """Events of the audit log with the names of those people who still have an account."""
    key = Concat(Value("person:"), Cast("uuid", CharField()))
    people = User.objects.annotate(key=key).filter(key=OuterRef("actor"))
    named: QuerySet[AuditEvent] = events.annotate(
        actor_name=Subquery(people.values("display_name")[:1])
    )
    return named


def _state(user: User) -> str:
    return "open" if user.is_active else "closed"


def _regions(user: User) -> str:
    names = dict(choices.regions())
    return "、".join(str(names.get(path, path)) for path in user.region_paths)


TABLE = Table(
    code="accounts.user",
    title=_("Users"),
    columns=(
        Column("username", _("user name")),
        Column("display_name", _("full name")),
        Column("role", _("role"), Kind.CHOICE, choices=lambda: Role.choices),
        Column("unit", _("works at"), value=lambda user: user.contact.unit, sort="contact__unit"),
        Column("regions", _("regions"), value=_regions, listed=False),
        Column(
            "domains",
            _("waste domains"),
            value=lambda user: "、".join(ui_domains.label(code) for code in user.domains),
            listed=False,
        ),
        Column("second_factor", _("second factor"), Kind.BOOLEAN, sort="second_factor"),
        Column("last_login", _("last sign-in"), Kind.DATETIME),
        Column("active_until", _("last day of the account"), Kind.DATE),
        Column(
            "state",
            _("state of the account"),
            Kind.CHOICE,
            choices=lambda: (("open", _("open")), ("closed", _("closed"))),
            value=_state,
            sort="is_active",
            tone=lambda user: "good" if user.is_active else "bad",
        ),
    ),
    rows=_rows,
    search=("username__icontains", "display_name__icontains", "contact__unit__icontains"),
)


class UserFilters(django_filters.FilterSet):  # type: ignore[misc]
    role = django_filters.ChoiceFilter(label=_("role"), choices=Role.choices)
    is_active = django_filters.ChoiceFilter(
        label=_("state of the account"), choices=[("True", _("open")), ("False", _("closed"))]
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()


class UserForm(ActorForm):
    """New and edit; a new person needs a first password, which they replace on signing in."""

    username = forms.CharField(
        label=_("user name"), max_length=60, help_text=_("Letters, digits and @ . + - _")
    )
    display_name = forms.CharField(label=_("full name"), max_length=60)
    role = forms.ChoiceField(label=_("role"), choices=Role.choices)
    password = forms.CharField(
        label=_("first password"),
        min_length=8,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Tell it to the person; they choose their own when they sign in."),
    )
    phone = forms.CharField(label=_("telephone"), max_length=30, required=False)
    unit = forms.CharField(label=_("works at"), max_length=80, required=False)
    regions = forms.MultipleChoiceField(
        label=_("regions"), required=False, help_text=_("For town officers and dispatchers.")
    )
    domains = forms.MultipleChoiceField(
        label=_("waste domains"), required=False, help_text=_("None chosen: all of them.")
    )
    active_until = forms.DateField(
        label=_("last day of the account"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, options in (("regions", choices.regions()), ("domains", choices.domains())):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = options
        if self.obj is not None:
            del self.fields["password"], self.fields["username"]


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("new password"),
        min_length=8,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Tell it to the person; they choose their own when they sign in."),
    )


def _initial(user: User) -> dict[str, Any]:
    return {
        "display_name": user.display_name,
        "role": user.role,
        "phone": user.contact.phone,
        "unit": user.contact.unit,
        "regions": user.region_paths,
        "domains": user.domains,
        "active_until": user.active_until,
    }


def _save(user: User | None, cleaned: dict[str, Any], by: Actor) -> User:
    if user is not None:
        return services.edit_user(user, by=by, **cleaned)
    username = cleaned.pop("username")
    return services.make_user(username, must_change_password=True, by=by, **cleaned)


def _sections(user: User, actor: Actor) -> Sequence[Section]:
    contact = Contact.objects.filter(user=user).first()
    if contact is not None and contact.phone:
        # Showing a telephone number is a read of personal data.
        audit.record_read(actor, "accounts:user", subject=services.subject(user), fields=("phone",))
    organisations = memberships().organisations(user)
    return (
        Section(_("How to reach them"), "accounts/_contact.html", {"contact": contact}),
        Section(
            _("Acts for"),
            "accounts/_organisations.html",
            {"names": sorted(organisations.values())},
            count=len(organisations),
        ),
    )


def _reset(user: User, by: Actor, cleaned: Mapping[str, Any]) -> None:
    services.set_password(user, cleaned["password"], by=by)


USERS = Resource(
    code="accounts.user",
    path="users/",
    title=_("Users"),
    singular=_("user"),
    table=TABLE,
    filters=UserFilters,
    form=UserForm,
    initial=_initial,
    save=_save,
    sections=_sections,
    actions=(
        Action("password", _("Give a new password"), MANAGE, _reset, form=PasswordForm),
        Action(
            "factor",
            _("Remove the second factor"),
            MANAGE,
            lambda user, by, cleaned: services.remove_second_factor(user, by=by),
            confirm=_("The person signs in with the password alone and sets up a new one."),
            visible=lambda user: user.second_factor,
        ),
        Action(
            "close",
            _("Close the account"),
            MANAGE,
            lambda user, by, cleaned: services.set_active(user, False, by=by),
            confirm=_("The person can no longer sign in. What they did stays on record."),
            tone="danger",
            visible=lambda user: user.is_active,
        ),
        Action(
            "open",
            _("Open the account again"),
            MANAGE,
            lambda user, by, cleaned: services.set_active(user, True, by=by),
            visible=lambda user: not user.is_active,
        ),
    ),
)
