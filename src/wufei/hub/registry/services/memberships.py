"""Who acts for which organisation; what ``accounts`` asks when somebody signs in."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from wufei.hub.accounts.models import User
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.registry.models import Membership, Organisation
from wufei.hub.registry.services.book import Book, Values, other
from wufei.hub.registry.services.refusals import MembershipTwice
from wufei.hub.registry.services.tidying import one_of, required, strip
from wufei.hub.registry.validity import in_words, valid_on

# What a person of a role usually does at an organisation.
_FUNCTIONS = {
    "agent": Membership.Function.AGENT,
    "driver": Membership.Function.DRIVER,
    "keeper": Membership.Function.KEEPER,
}


def _check(values: Values, membership: Membership | None) -> Values:
    clean = strip(values)
    required(
        clean,
        membership,
        user=_("Choose the person."),
        organisation=_("Choose the organisation."),
        function=_("Choose what the person does there."),
    )
    one_of(clean, "function", Membership.Function.values, _("Choose what the person does there."))
    return clean


def _twice(membership: Membership, values: Values) -> Refusal:
    standing = other(
        Membership.objects.all(),
        membership,
        user=membership.user,
        organisation=membership.organisation,
        function=membership.function,
    )
    return MembershipTwice(
        person=str(membership.user),
        organisation=membership.organisation.name,
        dates=in_words(standing.validity),
        field="organisation",
    )


MEMBERSHIPS: Book[Membership] = Book(
    name="membership",
    model=Membership,
    check=_check,
    conflicts={"registry_membership_once": _twice},
)


def create(by: Actor, **values: Any) -> Membership:
    """Make a person act for an organisation: ``user``, ``organisation``, ``function``."""
    return MEMBERSHIPS.create(by, **values)


def edit(membership: Membership, by: Actor, **values: Any) -> Membership:
    return MEMBERSHIPS.edit(membership, by, **values)


def close(membership: Membership, by: Actor, *, last: date, reason: str = "") -> Membership:
    return MEMBERSHIPS.close(membership, by, last=last, reason=reason)


class Provider:
    """The register as ``accounts.actors.Memberships``; ``config`` hands it in at start-up."""

    def organisations(self, user: User) -> Mapping[int, str]:
        """Organisations that the person acts for today. A closed one still has to be wound up,
        so it stays with its people until their membership ends.
        """
        rows = Membership.objects.filter(valid_on(), user=user).order_by("organisation__name")
        return dict(rows.values_list("organisation_id", "organisation__name"))

    def join(self, user: User, organisation_ids: Iterable[int], by: Actor) -> None:
        function = _FUNCTIONS.get(user.role, Membership.Function.CLERK)
        for organisation in Organisation.objects.filter(pk__in=list(organisation_ids)):
            create(by, user=user, organisation=organisation, function=function)
