"""Organisations: entered, corrected, renamed, merged, closed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.base.findings import Finding, Severity
from wufei.hub.registry import domains
from wufei.hub.registry.messages import check
from wufei.hub.registry.models import Organisation, OrganisationContact, OrganisationName
from wufei.hub.registry.pinyin import initials
from wufei.hub.registry.rules.codes import credit_code_problem, organisation_code_problem, tidy
from wufei.hub.registry.services.book import Book, Values
from wufei.hub.registry.services.refusals import CodeTaken
from wufei.hub.registry.services.tidying import one_of, required, strip
from wufei.hub.registry.validity import DAY, first_day, period

_CONTACT = {"contact_name": "name", "contact_phone": "phone", "contact_email": "email"}


def _check(values: Values, organisation: Organisation | None) -> Values:
    clean = strip(values)
    required(
        clean,
        organisation,
        name=_("Give the full name, as on the business licence."),
        kind=_("Choose a kind from the list."),
        region=_("Choose the town or village where it is registered."),
    )
    one_of(clean, "kind", Organisation.Kind.values, _("Choose a kind from the list."))
    if "credit_code" in clean:
        clean["credit_code"] = checked_code(clean["credit_code"])
    if "name" in clean:
        clean["pinyin"] = initials(clean["name"])[:120]
    if strange := set(clean.get("domains") or ()) - domains.codes():
        text = _("There is no waste domain “%(code)s”.") % {"code": min(strange)}
        raise Invalid(text, field="domains")
    if "domains" in clean:
        clean["domains"] = sorted(clean["domains"] or ())
    return clean


def checked_code(text: str | None) -> str | None:
    """A tidied credit code, None for an empty one; raises ``Invalid`` where it is none."""
    code = tidy(text or "")
    if not code:
        return None
    check(credit_code_problem(code), field="credit_code")
    return code


def _keep_contact(organisation: Organisation, values: Values) -> None:
    given = {_CONTACT[name]: value or "" for name, value in values.items() if name in _CONTACT}
    if not given:
        return
    row = OrganisationContact.objects.filter(organisation=organisation, main=True).first()
    row = row or OrganisationContact(organisation=organisation, main=True)
    for name, value in given.items():
        setattr(row, name, value)
    if row.name or row.phone or row.email:
        row.save()
    elif row.pk:
        row.delete()


def _contact(organisation: Organisation) -> Values:
    row = OrganisationContact.objects.filter(organisation=organisation, main=True).first()
    return {name: getattr(row, column, "") for name, column in _CONTACT.items()}


def _code_taken(organisation: Organisation, values: Values) -> Refusal:
    holder = Organisation.objects.get(credit_code=organisation.credit_code)
    return CodeTaken(code=organisation.credit_code, organisation=holder.name, field="credit_code")


def _findings(organisation: Organisation) -> Iterator[Finding]:
    """A credit code that is right as a whole and holds an organisation code that is not."""
    code = organisation.credit_code
    if code and (found := organisation_code_problem(code)):
        yield Finding(
            "registry.organisation_code",
            f"registry.organisation:{organisation.uuid}",
            Severity.NOTE,
            {"organisation": organisation.name, "code": code, **found.values},
        )


ORGANISATIONS: Book[Organisation] = Book(
    name="organisation",
    model=Organisation,
    check=_check,
    owner="self",
    conflicts={"registry_organisation_credit_code_key": _code_taken},
    findings=_findings,
    after=_keep_contact,
    extras=_contact,
    private=frozenset(_CONTACT),
)


def create(by: Actor, **values: Any) -> Organisation:
    """Add an organisation: ``name``, ``kind``, ``region``; ``credit_code``, ``domains``,
    ``short_name``, ``name_en``, ``address``, ``contact_name``, ``contact_phone``, ``valid_from``.
    ``uuid`` makes it safe to repeat.
    """
    return ORGANISATIONS.create(by, **values)


def edit(organisation: Organisation, by: Actor, **values: Any) -> Organisation:
    """Correct what is given; ``rename`` is for a new name from some day on."""
    return ORGANISATIONS.edit(organisation, by, **values)


def close(organisation: Organisation, by: Actor, *, last: date, reason: str) -> Organisation:
    """The organisation ends with the day ``last``: it may finish what it began, and begins no
    more. Raises ``Invalid`` without a reason.
    """
    if not reason.strip():
        raise Invalid(_("Say why it is closed."), field="reason")
    with transaction.atomic():
        ORGANISATIONS.close(organisation, by, last=last, reason=reason)
        organisation.closing_reason = reason.strip()[:200]
        organisation.save(update_fields=["closing_reason"])
    return organisation


def reopen(organisation: Organisation, by: Actor) -> Organisation:
    """Undo a closing that turned out to be wrong."""
    return ORGANISATIONS.edit(organisation, by, valid_until=None, closing_reason="")


def rename(
    organisation: Organisation, by: Actor, *, name: str, first: date, reason: str = ""
) -> Organisation:
    """The organisation is called ``name`` from the day ``first`` on; the old name stays known."""
    name = name.strip()
    if not name or name == organisation.name:
        raise Invalid(_("Give a name that differs from the present one."), field="name")
    earlier = OrganisationName.objects.filter(organisation=organisation).first()
    begun = earlier.validity.upper if earlier else first_day(organisation.validity)
    if begun and first <= begun:
        text = _("The present name began on %(day)s; choose a later day.") % {"day": begun}
        raise Invalid(text, field="first")
    with transaction.atomic():
        OrganisationName.objects.create(
            organisation=organisation,
            name=organisation.name,
            pinyin=organisation.pinyin,
            validity=period(begun, first - DAY),
            reason=reason[:200],
        )
        return ORGANISATIONS.edit(organisation, by, name=name)


def merge(
    organisation: Organisation, by: Actor, *, into: Organisation, last: date, reason: str
) -> Organisation:
    """Close the organisation with the day ``last`` and point at the one it became part of."""
    if into.pk == organisation.pk or into.merged_into_id is not None:
        raise Invalid(_("Choose another organisation, one that still stands."), field="into")
    with transaction.atomic():
        ORGANISATIONS.edit(organisation, by, merged_into=into)
        return close(organisation, by, last=last, reason=reason)


def erase_contact(contact: OrganisationContact, by: Actor) -> None:
    """Take a person's data away; what they did stays, under an opaque id."""
    ORGANISATIONS.permit(contact.organisation, by)
    with transaction.atomic():
        ORGANISATIONS.record(
            contact.organisation, by, "erase_contact", {"contact": str(contact.uuid)}
        )
        contact.delete()
