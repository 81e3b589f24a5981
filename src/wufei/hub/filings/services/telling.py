"""Tell those who file, and those who look after them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse

from wufei.hub.accounts.permissions import Role
from wufei.hub.base.notices.models import Notice
from wufei.hub.base.notices.services import notify_all
from wufei.hub.filings.models import Filing
from wufei.hub.filings.services.access import span_of, type_of
from wufei.hub.registry.models import Region

# Who files for an organisation.
FILERS = (Role.CLERK, Role.AGENT, Role.KEEPER)


def tell_filers(filing: Filing, title: str, body: str, **values: Any) -> None:
    """A notice to all who may file it; where towns help, to the town as well.

    ``title`` and ``body`` may name ``form``, ``period``, ``organisation`` and ``due_on`` beside
    ``values``.
    """
    tell_all([filing], title, body, **values)


def tell_all(filings: Iterable[Filing], title: str, body: str, **values: Any) -> None:
    """As ``tell_filers`` for each, in one statement."""
    notify_all(
        Notice(title=title, body=body, values={**_told(filing), **values}, **addressee)
        for filing in filings
        for addressee in _addressees(filing)
    )


def _told(filing: Filing) -> dict[str, str]:
    return {
        "form": str(type_of(filing).name),
        "period": str(span_of(filing)),
        "organisation": filing.organisation.name,
        "due_on": str(filing.due_on or "—"),
    }


def _addressees(filing: Filing) -> Iterator[Mapping[str, Any]]:
    to = link(filing)
    for role in FILERS:
        yield {"role": role, "organisation_id": filing.organisation_id, "link": to}
    if type_of(filing).helped:
        region = (filing.site or filing.organisation).region
        yield {"role": Role.TOWN_OFFICER, "region": town_of(region).path, "link": to}


def town_of(region: Region) -> Region:
    """The town of a village; any other region is itself."""
    if region.level == Region.Level.VILLAGE and region.parent is not None:
        return region.parent
    return region


def link(filing: Filing) -> str:
    return address("filings.filing.detail", [filing.uuid])


def address(name: str, args: Iterable[Any] = ()) -> str:
    """Address of a page; empty where there is none."""
    try:
        return reverse(name, args=list(args))
    except NoReverseMatch:
        return ""
