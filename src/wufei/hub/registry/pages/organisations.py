"""Organisations: pages and files."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import Invalid
from wufei.hub.base.pages import Action, ActorForm, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.registry import domains, queries, similar
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.pages import sections
from wufei.hub.registry.pages.columns import (
    chosen,
    detail,
    period_columns,
    region,
    state_column,
)
from wufei.hub.registry.pages.fields import (
    CloseForm,
    DayField,
    DomainsField,
    EntryForm,
    OrganisationField,
    RegionField,
    days_of,
)
from wufei.hub.registry.pages.filters import DomainFilter, RegionFilter, StateFilter, kind_filter
from wufei.hub.registry.pages.writing import put, region_of
from wufei.hub.registry.services import organisations
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.organisations import ORGANISATIONS, checked_code

CODE = "registry.organisation"
KINDS = chosen(Organisation.Kind)


def _contact(name: str) -> Any:
    def of(organisation: Organisation) -> str:
        # Lists prefetch the main contact; an object from elsewhere asks for it.
        found = getattr(organisation, "main_contacts", None)
        rows = organisation.contacts.filter(main=True)[:1] if found is None else found
        return next((getattr(row, name) for row in rows), "")

    return of


COLUMNS = (
    Column(
        "name",
        _("Name"),
        required=True,
        link=detail(CODE),
        help=_("Full name, as on the business licence."),
        example="聊城湖畔铝材有限公司",
    ),
    Column("short_name", _("Short name"), listed=False, length_max=40),
    Column("name_en", _("English name"), listed=False, length_max=160),
    Column(
        "credit_code",
        _("Unified social credit code"),
        help=_("18 characters; empty for farms and village points without a licence."),
        example="91350100M000100Y43",
    ),
    Column("kind", _("Kind"), Kind.CHOICE, choices=KINDS, required=True),
    Column(
        "domains",
        _("Waste domains"),
        value=lambda obj: domains.names(obj.domains),
        help=_("One or several, with “、” between them."),
    ),
    region(),
    Column("address", _("Address"), listed=False, length_max=200),
    Column(
        "contact_name", _("Contact person"), value=_contact("name"), listed=False, length_max=40
    ),
    Column("contact_phone", _("Telephone"), value=_contact("phone"), listed=False, length_max=30),
    *period_columns(),
    state_column(),
)


def write(row: Mapping[str, Any], actor: Actor) -> Organisation:
    """One line of a file: found by credit code, without one by its name."""
    values = dict(row)
    if "region" in values:
        values["region"] = region_of(values["region"])
    if "domains" in values:
        values["domains"] = _domain_codes(values["domains"])
    found: Organisation | None = put(ORGANISATIONS, _known(values), values, actor)
    assert found is not None
    return found


def _known(values: Values) -> Organisation | None:
    if code := checked_code(values.get("credit_code")):
        return Organisation.objects.filter(credit_code=code).first()
    same = Organisation.objects.filter(name=str(values.get("name") or "").strip())
    # A name may stand twice in the country; only a code tells such firms apart.
    return same.get() if same.count() == 1 else None


def _domain_codes(text: str) -> list[str]:
    names = {str(label): code for code, label in domains.choices()}
    found = []
    for word in filter(None, (part.strip() for part in _split(text or ""))):
        code = names.get(word, word.lower())
        if code not in domains.codes():
            told = gettext("There is no waste domain “%(text)s”; there are: %(known)s.")
            raise Invalid(told % {"text": word, "known": "、".join(names)}, field="domains")
        found.append(code)
    return found


def _split(text: str) -> list[str]:
    for separator in "，,;；/":
        text = text.replace(separator, "、")
    return text.split("、")


TABLE = register(
    Table(
        code=CODE,
        title=_("Organisations"),
        columns=COLUMNS,
        rows=queries.visible_organisations,
        write=write,
        search=(
            "name__icontains",
            "short_name__icontains",
            "pinyin__icontains",
            "credit_code__istartswith",
        ),
        guidance=_(
            "A line whose credit code is known changes that organisation; any other line adds one."
        ),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    region = RegionFilter()
    domain = DomainFilter()
    kind = kind_filter(KINDS)
    state = StateFilter()


class Form(EntryForm):
    act = f"{CODE}.edit"

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Full name, as on the business licence.")
    )
    short_name = forms.CharField(label=_("Short name"), max_length=40, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=160, required=False)
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=30,
        required=False,
        help_text=_("18 characters; empty for farms and village points without a licence."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    domains = DomainsField(required=False)
    region = RegionField(label=_("Region"))
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    contact_name = forms.CharField(label=_("Contact person"), max_length=40, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    another = forms.BooleanField(
        label=_("It is another organisation"),
        required=False,
        help_text=_("Tick this if a similar name is in the register already and is not the same."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None or not self.is_bound:
            del self.fields["another"]

    def clean(self) -> Values:
        cleaned = super().clean() or self.cleaned_data
        sure = cleaned.pop("another", self.obj is not None)
        found = [] if sure else similar.organisations(cleaned.get("name", ""))
        if found:
            names = "、".join(organisation.name for organisation in found[:3])
            told = gettext(
                "The register already has %(names)s. If this is another one, say so below."
            )
            self.add_error("name", told % {"names": names})
        elif not sure:
            # Asked only where there is something to ask about.
            self.fields.pop("another", None)
        return cleaned


def _initial(obj: Organisation) -> Values:
    names = ("name", "short_name", "name_en", "credit_code", "kind", "domains", "region", "address")
    values = {name: getattr(obj, name) for name in names} | days_of(obj)
    return values | {f"contact_{name}": _contact(name)(obj) for name in ("name", "phone")}


def save(obj: Organisation | None, cleaned: Values, actor: Actor) -> Organisation:
    if obj is None:
        return organisations.create(actor, **cleaned)
    return organisations.edit(obj, actor, **cleaned)


class RenameForm(forms.Form):
    name = forms.CharField(label=_("New name"), max_length=120)
    first = DayField(label=_("In use from"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class MergeForm(ActorForm):
    into = OrganisationField(label=_("Becomes part of"))
    last = DayField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        assert isinstance(field, OrganisationField)
        field.offer(self.actor, f"{CODE}.edit")


def _open(organisation: Organisation) -> bool:
    return organisation.validity.upper is None


def _erase_contact(organisation: Organisation, actor: Actor, given: Mapping[str, Any]) -> None:
    for contact in organisation.contacts.all():
        organisations.erase_contact(contact, actor)


ACTIONS = (
    Action(
        "rename",
        _("Rename"),
        "registry.organisation.edit",
        lambda obj, actor, given: organisations.rename(obj, actor, **given),
        form=RenameForm,
        visible=_open,
    ),
    Action(
        "merge",
        _("Merge"),
        "registry.organisation.close",
        lambda obj, actor, given: organisations.merge(obj, actor, **given),
        form=MergeForm,
        visible=_open,
    ),
    Action(
        "close",
        _("Close"),
        "registry.organisation.close",
        lambda obj, actor, given: organisations.close(obj, actor, **given),
        form=CloseForm,
        confirm=_("It may finish what is on the road and starts nothing new. Nothing is deleted."),
        tone="danger",
        visible=_open,
    ),
    Action(
        "reopen",
        _("Open again"),
        "registry.organisation.close",
        lambda obj, actor, given: organisations.reopen(obj, actor),
        confirm=_("The organisation may start new business again."),
        visible=lambda obj: not _open(obj),
    ),
    Action(
        "erase_contact",
        _("Erase contact person"),
        "registry.organisation.close",
        _erase_contact,
        confirm=_("The person's name and telephone are taken away for good."),
        tone="danger",
        visible=lambda obj: not _open(obj) and obj.contacts.exists(),
    ),
)


def _sections(obj: Organisation, actor: Actor) -> list[Section]:
    # Here, because each of these rooms' pages shows an organisation's name as a link.
    from wufei.hub.registry.pages import (
        devices,
        drivers,
        licences,
        memberships,
        quotas,
        sites,
        vehicles,
    )

    sections.note_reading(ORGANISATIONS, obj, actor, "contact")
    parts = [
        (_("Sites"), sites.TABLE, {"organisation": obj}),
        (_("Licences"), licences.TABLE, {"organisation": obj}),
        (_("Quotas"), quotas.TABLE, {"organisation": obj}),
        (_("Vehicles"), vehicles.TABLE, {"carrier": obj}),
        (_("Drivers"), drivers.TABLE, {"carrier": obj}),
        (_("Devices"), devices.TABLE, {"organisation": obj}),
        (_("Members"), memberships.TABLE, {"organisation": obj}),
    ]
    found = [
        sections.part(
            title,
            table,
            table.rows(actor).filter(**condition),
            actor,
            search=obj.name,
            without=condition,
        )
        for title, table, condition in parts
    ]
    return [
        *_names(obj),
        *sections.registers(obj, actor),
        # What it does not have and is not expected to have needs no empty panel.
        *(part for part in found if part and (part.count or part.title == _("Sites"))),
        sections.history(ORGANISATIONS, obj),
    ]


def _names(obj: Organisation) -> list[Section]:
    former = list(obj.names.all())
    merged = obj.merged_into
    if not former and not merged:
        return []
    context = {"names": former, "merged": merged, "organisation": obj}
    return [Section(_("Former names"), "registry/_names.html", context)]


RESOURCE = Resource(
    code=CODE,
    path="organisations/",
    title=_("Organisations"),
    singular=_("organisation"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=save,
    actions=ACTIONS,
    sections=_sections,
    # Who covers some organisations only cannot know whether another one is known already.
    exported=lambda actor: sections.note_export(ORGANISATIONS, actor, "contact"),
    creatable=lambda actor: actor.scope(f"{CODE}.edit") is Scope.ALL,
    empty=_("Import the list of organisations, or enter the first one."),
)
