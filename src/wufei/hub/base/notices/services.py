"""Notices: written to a person or a role, read by each for themselves."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.notices.models import Notice, Reading
from wufei.hub.base.rows import insert

VIEW = "base.notice.view"
# What is older than this no longer counts as news; it stays in the list.
FRESH = timedelta(days=90)
COUNT_MAX = 99


def notify(
    *,
    title: str,
    body: str = "",
    values: Mapping[str, Any] | None = None,
    link: str = "",
    person: UUID | str = "",
    role: str = "",
    organisation_id: int | None = None,
    region: str = "",
) -> Notice:
    """Tell a person (a user's UUID or an actor's id) or all who hold ``role``.

    ``title`` and ``body`` are message ids with ``%(name)s`` places (mark them with
    ``gettext_noop``); ``values`` are JSON values; ``link`` is an address of this site. A notice
    to a role can be limited to an ``organisation_id`` or a ``region`` (its path).
    """
    (notice,) = notify_all(
        [
            Notice(
                title=title,
                body=body,
                values=dict(values or {}),
                link=link,
                person=f"person:{person}" if isinstance(person, UUID) else person,
                role=role,
                organisation_id=organisation_id,
                region=region,
            )
        ]
    )
    return notice


def notify_all(notices: Iterable[Notice]) -> list[Notice]:
    """As ``notify`` for each, in one statement."""
    new = list(notices)
    for one in new:
        assert not one.link or (one.link.startswith("/") and one.link[1:2] != "/"), one.link
    insert(new)
    return new


def visible(actor: Actor) -> "QuerySet[Any]":
    """Notices to this actor, with ``is_read``."""
    to_role = Q(role=actor.role) & _within(actor) if actor.role else Q(pk=None)
    read = Reading.objects.filter(notice=OuterRef("pk"), person=actor.id)
    return Notice.objects.filter(Q(person=actor.id) | to_role).annotate(is_read=Exists(read))


def _within(actor: Actor) -> Q:
    """Notices to a role whose organisation and region are the actor's."""
    scope = actor.scope(VIEW)
    if scope is Scope.ALL:
        return Q()
    mine = Q(organisation_id=None) | Q(organisation_id__in=actor.organisation_ids)
    near = Q(region="")
    for path in actor.region_codes:
        near |= Q(region=path) | Q(region__startswith=f"{path}/")
    return mine & near


def unread_count(actor: Actor) -> int:
    """How many fresh notices wait, up to ``COUNT_MAX``."""
    if not actor.may(VIEW):
        return 0
    fresh = visible(actor).filter(created__gte=timezone.now() - FRESH, is_read=False)
    return fresh.order_by()[:COUNT_MAX].count()


def mark_read(notices: "QuerySet[Any]", actor: Actor) -> None:
    """Note that ``actor`` has read these; doing it again changes nothing."""
    Reading.objects.bulk_create(
        [Reading(notice=notice, person=actor.id) for notice in notices.only("pk")],
        ignore_conflicts=True,
    )
