"""Panels of the detail pages."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from wufei.hub.accounts.models import User
from wufei.hub.audit import services as audit
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.pages import Section
from wufei.hub.base.tables import Table
from wufei.hub.base.tables.show import RIGHT_ALIGNED, Shower
from wufei.hub.base.tables.spec import Text
from wufei.hub.registry.models import DeviceBinding, Organisation
from wufei.hub.registry.pages import words
from wufei.hub.registry.services.book import Book

LINES, EVENTS = 10, 20


def part(
    title: Text,
    table: Table,
    rows: "QuerySet[Any]",
    actor: Actor,
    *,
    search: str,
    without: Iterable[str] = (),
) -> Section | None:
    """Another register's rows that belong to this object; None if the actor may not see those."""
    if not actor.may(f"{table.code}.view"):
        return None
    hidden = set(without)
    columns = [column for column in table.listed if column.name not in hidden]
    shower = Shower(columns)
    return Section(
        title,
        "registry/_rows.html",
        {
            "headings": [(column.heading, column.kind in RIGHT_ALIGNED) for column in columns],
            "rows": [shower.row(obj) for obj in rows[:LINES]],
        },
        count=rows.count(),
        link=f"{reverse(f'{table.code}.list')}?{urlencode({'q': search})}",
    )


def history(book: Book[Any], entry: Any) -> Section:
    """What was done to the entry, the latest first."""
    events = list(AuditEvent.objects.filter(subject=book.subject(entry)).order_by("-id")[:EVENTS])
    people = _names(events)
    lines = [
        {
            "at": event.at,
            "who": people.get(event.actor, event.actor.removeprefix("system:")),
            "what": words.action(event.event.rsplit(":", 1)[-1]),
            "changes": list(
                words.changes(book.model, event.values, edited=event.event.endswith(":edit"))
            ),
        }
        for event in events
    ]
    return Section(_("History"), "registry/_history.html", {"lines": lines})


def bound(bindings: "QuerySet[DeviceBinding]") -> list[Section]:
    """Where devices sit or sat; nothing where there was never one."""
    rows = list(bindings.select_related("device", "vehicle", "site").order_by("-validity")[:LINES])
    if not rows:
        return []
    return [Section(_("Devices"), "registry/_bound.html", {"bindings": rows}, count=len(rows))]


def registers(organisation: Organisation, actor: Actor) -> list[Section]:
    """The way to the organisation's registers and their files; a higher room's, by URL name."""
    if not actor.may("registers.register.view"):
        return []
    year = timezone.localdate().replace(month=1, day=1)
    asked = {
        "holder": str(organisation.uuid),
        "from": year.isoformat(),
        "to": timezone.localdate().isoformat(),
    }
    formats = [("xlsx", "Excel", uuid7()), ("csv", "CSV", uuid7())]
    context = {
        "asked": asked,
        "formats": formats if actor.may("registers.register.export") else [],
    }
    link = f"{reverse('registers.register')}?{urlencode({'holder': str(organisation.uuid)})}"
    return [
        Section(_("Registers"), "registry/_registers.html", context, link=link, link_text=_("Open"))
    ]


def _names(events: Iterable[AuditEvent]) -> dict[str, str]:
    uuids = {event.actor.removeprefix("person:") for event in events if "person:" in event.actor}
    return {f"person:{user.uuid}": str(user) for user in User.objects.filter(uuid__in=uuids)}


def note_export(book: Book[Any], actor: Actor, *fields: str) -> None:
    """Keep that somebody took personal data out as a file."""
    audit.record(
        actor,
        f"registry:{book.name}:export",
        subject=f"registry.{book.name}:*",
        values={"fields": list(fields)},
    )


def note_reading(book: Book[Any], entry: Any, actor: Actor, *fields: str) -> None:
    """Keep that somebody from outside of the organisation saw personal data."""
    if actor.scope(f"registry.{book.name}.view") in (Scope.ALL, Scope.REGION):
        audit.record_read(
            actor, f"registry:{book.name}", subject=book.subject(entry), fields=fields
        )
