"""From an imported row to a service: references by name, the same row twice changes nothing."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.registry.models import Organisation, Region, Site
from wufei.hub.registry.queries import find_organisation, visible_organisations
from wufei.hub.registry.services.book import Book, Values
from wufei.hub.registry.validity import valid_on

Row = Mapping[str, Any]


def organisation_of(row: Row, actor: Actor, act: str, name: str = "organisation") -> Organisation:
    """The organisation that a row names; raises ``Invalid`` at its column."""
    text = str(row.get(name) or "").strip()
    if not text:
        raise Invalid(_("Give the organisation's full name or its credit code."), field=name)
    found = find_organisation(text, visible_organisations(actor, act))
    if found is None:
        raise Invalid(
            _(
                "There is no organisation “%(text)s” in your reach, or several of that name. Enter "
                "it first, or give its credit code."
            )
            % {"text": text},
            field=name,
        )
    return found


def region_of(text: str, field: str = "region") -> Region | None:
    """A region by code or name, those of the district first; None for an empty cell."""
    wanted = text.strip()
    if not wanted:
        return None
    rows = Region.objects.filter(Q(code=wanted.upper()) | Q(name=wanted) | Q(name_en=wanted))
    found = list(rows.order_by("-within", "path")[:2])
    if not found or (len(found) == 2 and found[0].within == found[1].within):
        raise Invalid(
            _("There is no region “%(text)s”, or several. Give its code.") % {"text": wanted},
            field=field,
        )
    return found[0]


def site_of(row: Row, organisation: Organisation) -> Site | None:
    """The organisation's site that a row names; None for an empty cell."""
    wanted = str(row.get("site") or "").strip()
    if not wanted:
        return None
    found = Site.objects.filter(organisation=organisation, name=wanted).first()
    if found is None:
        raise Invalid(
            _("%(organisation)s has no site called “%(text)s”. Enter it first.")
            % {"organisation": organisation.name, "text": wanted},
            field="site",
        )
    return found


def put(book: Book[Any], entry: Any, values: Values, actor: Actor) -> Any:
    """Edit the entry if there is one, else create it.

    An empty day in a file leaves the entry's validity alone: what was closed since the file was
    made must not be opened again by sending the file again.
    """
    for day in ("valid_from", "valid_until"):
        if values.get(day) is None:
            values.pop(day, None)
    return book.edit(entry, actor, **values) if entry else book.create(actor, **values)


def standing(rows: Any, values: Values) -> Any:
    """The entry that is meant: the one valid on the row's first day, else the latest."""
    if day := values.get("valid_from"):
        return rows.filter(valid_on(day)).first()
    return rows.order_by("-validity").first()
