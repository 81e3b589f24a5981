"""Tell those who file, and those who look after them."""

from collections.abc import Iterable
from typing import Any

from django.urls import NoReverseMatch, reverse

from wufei.hub.accounts.permissions import Role
from wufei.hub.base.notices.services import notify
from wufei.hub.filings.models import Filing
from wufei.hub.filings.services.access import span_of, type_of

# Who files for an organisation.
FILERS = (Role.CLERK, Role.AGENT, Role.KEEPER)


def tell_filers(filing: Filing, title: str, body: str, **values: Any) -> None:
    """A notice to all who may file it; where towns help, to the town as well.

    ``title`` and ``body`` may name ``form`` and ``period`` beside ``values``.
    """
    told = {"form": str(type_of(filing).name), "period": str(span_of(filing)), **values}
    for role in FILERS:
        notify(
            title=title,
            body=body,
            values=told,
            link=link(filing),
            role=role,
            organisation_id=filing.organisation_id,
        )
    if type_of(filing).helped:
        region = (filing.site or filing.organisation).region.path
        named = {**told, "organisation": filing.organisation.name}
        notify(
            title=title,
            body=body,
            values=named,
            link=link(filing),
            role=Role.TOWN_OFFICER,
            region=region,
        )


def link(filing: Filing) -> str:
    return address("filings.filing.detail", [filing.uuid])


def address(name: str, args: Iterable[Any] = ()) -> str:
    """Address of a page; empty where there is none."""
    try:
        return reverse(name, args=list(args))
    except NoReverseMatch:
        return ""
