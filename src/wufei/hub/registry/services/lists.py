"""Lists: who is on them, and who that is in the register."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.registry import lists
from wufei.hub.registry.models import ListEntry, Organisation
from wufei.hub.registry.queries import find_organisation
from wufei.hub.registry.services.book import Book, Values, other
from wufei.hub.registry.services.refusals import ListedTwice
from wufei.hub.registry.services.tidying import required, strip
from wufei.hub.registry.validity import in_words, today

Match = ListEntry.Match


def _check(values: Values, entry: ListEntry | None) -> Values:
    clean = strip(values)
    required(
        clean,
        entry,
        list=_("Choose the list."),
        name=_("Give the name as the source has it."),
        source_on=_("Give the day of which the source speaks."),
    )
    if "list" in clean and clean["list"] not in dict(lists.choices()):
        raise Invalid(_("Choose the list."), field="list")
    if "credit_code" in clean:
        clean["credit_code"] = str(clean["credit_code"] or "").upper()
    if entry is None:
        clean["key"] = key_of(clean)
    clean.pop("source_key", None)
    _match(clean, entry)
    return clean


def key_of(values: Values) -> str:
    """What tells it apart from the other entries of its list."""
    number = values.get("source_key") or values.get("credit_code") or values["name"]
    return str(number).strip()[:120]


def _match(clean: Values, entry: ListEntry | None) -> None:
    """Whoever is named is registered; on a new entry it is looked up who that is."""
    if clean.get("organisation") is not None:
        clean["match"] = Match.MATCHED
    elif "organisation" in clean:
        clean.setdefault("match", Match.OPEN)
    elif entry is None:
        clean["organisation"] = organisation_of(clean.get("credit_code") or "", clean["name"])
        clean["match"] = Match.MATCHED if clean["organisation"] else Match.OPEN


def organisation_of(credit_code: str, name: str) -> Organisation | None:
    """The organisation with this code, else the only one of this name that has no other code."""
    rows = Organisation.objects.all()
    if credit_code:
        found = find_organisation(credit_code, rows)
        return found or find_organisation(name, rows.filter(credit_code=None))
    return find_organisation(name, rows)


def _twice(entry: ListEntry, values: Values) -> Refusal:
    holder = other(ListEntry.objects.all(), entry, list=entry.list, key=entry.key)
    return ListedTwice(
        name=holder.name,
        list=lists.kind(entry.list).name,
        dates=in_words(holder.validity),
        field="name",
    )


LISTS: Book[ListEntry] = Book(
    name="list",
    model=ListEntry,
    check=_check,
    owner="",
    conflicts={"registry_listed_once": _twice},
)


def create(by: Actor, **values: Any) -> ListEntry:
    """Put somebody on a list: ``list``, ``name``, ``source_on``; ``credit_code``, ``region``,
    ``address``, ``source``, ``document``, ``note``, ``source_key``, ``valid_from``,
    ``valid_until``; ``organisation`` where it is known. Raises ``ListedTwice``.
    """
    return LISTS.create(by, **values)


def edit(entry: ListEntry, by: Actor, **values: Any) -> ListEntry:
    return LISTS.edit(entry, by, **values)


def close(entry: ListEntry, by: Actor, *, last: date, reason: str = "") -> ListEntry:
    """Taken off the list with the day ``last``."""
    return LISTS.close(entry, by, last=last, reason=reason)


def dismiss(entry: ListEntry, by: Actor, *, reason: str) -> ListEntry:
    """Whoever it is need not be registered: it counts no longer for coverage."""
    if not reason.strip():
        raise Invalid(_("Say why: it counts no longer for coverage then."), field="reason")
    note = reason.strip()[:200]
    return LISTS.edit(entry, by, organisation=None, match=Match.DISMISSED, note=note)


def match_open(by: Actor, code: str = "") -> int:
    """Look again for everybody who was not found; returns how many were found now."""
    by.require("registry.list.edit")
    count = 0
    rows = ListEntry.objects.filter(match=Match.OPEN, validity__contains=today())
    for entry in rows.filter(list=code) if code else rows:
        found = organisation_of(entry.credit_code, entry.name)
        if found is not None:
            with transaction.atomic():
                LISTS.edit(entry, by, organisation=found)
            count += 1
    return count
