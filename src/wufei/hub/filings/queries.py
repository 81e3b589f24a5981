"""Reads of filings, cut to what the actor may see."""

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wufei.hub.accounts.permissions import Role
from wufei.hub.base.actor import Actor
from wufei.hub.base.files.models import StoredFile
from wufei.hub.filings.declarations import Reviewer, types
from wufei.hub.filings.models import Attachment, Filing, Version
from wufei.hub.filings.scope import EDIT, VIEW, filled_by, reviewed_by, seen_by
from wufei.hub.registry.scope import NOTHING

# What its filer still has to do something about.
TO_DO = (Filing.State.OPEN, Filing.State.RETURNED)


def visible(actor: Actor, act: str = VIEW) -> "QuerySet[Filing]":
    """Filings that the actor sees; ``filled_by`` narrows what it may fill in."""
    reached = filled_by(actor) if act == EDIT else seen_by(actor, act)
    return Filing.objects.filter(reached).select_related("organisation", "site")


def mine(actor: Actor) -> "QuerySet[Filing]":
    """What the actor still has to file, the first due first; those without a day come last."""
    rows = visible(actor, EDIT) if actor.may(EDIT) else Filing.objects.none()
    drafts = Version.objects.filter(filing=OuterRef("pk"), state=Version.State.DRAFT)
    to_do = rows.filter(state__in=TO_DO).annotate(has_draft=Exists(drafts))
    return to_do.order_by(F("due_on").asc(nulls_last=True), "type", "pk")


def versions(filing: Filing, actor: Actor) -> "QuerySet[Version]":
    """Its versions, the latest first; drafts only for those who may write in them."""
    rows = Version.objects.filter(seen_by(actor, VIEW, "filing__"), filing=filing)
    if not actor.may(EDIT) or not Filing.objects.filter(filled_by(actor), pk=filing.pk).exists():
        rows = rows.exclude(state=Version.State.DRAFT)
    return rows.select_related("filing__organisation", "filing__site").order_by("-number")


def review_queue(actor: Actor) -> "QuerySet[Version]":
    """What waits for this actor's look, the oldest first.

    Versions that wait for a decision, and what was put on file and nobody has looked at.
    """
    rows = Version.objects.filter(reviewed_by(actor, "filing__"), _for(actor))
    return rows.select_related("filing__organisation__region", "filing__site").order_by(
        "submitted_at", "pk"
    )


def _for(actor: Actor) -> Q:
    """Versions at the point where a town, or a department, is to look at them."""
    town = actor.role == Role.TOWN_OFFICER
    first = {Reviewer.TOWN, Reviewer.BOTH} if town else {Reviewer.DEPARTMENT}
    on_file = {Reviewer.TOWN, Reviewer.BOTH} if town else {Reviewer.DEPARTMENT, Reviewer.BOTH}
    found = Q(state=Version.State.SUBMITTED, filing__type__in=_codes(first))
    if not town:
        found |= Q(state=Version.State.FORWARDED, filing__type__in=_codes({Reviewer.BOTH}))
    return found | Q(
        state=Version.State.ACCEPTED,
        decided_at=None,
        filing__in_force=F("pk"),
        filing__type__in=_codes(on_file, at_once=True),
    )


def _codes(reviewers: set[Reviewer], *, at_once: bool = False) -> list[str]:
    return [
        one.code
        for one in types()
        if one.reviewer in reviewers and (one.kind.at_once or not at_once)
    ]


def calendar(actor: Actor, first: date, last: date) -> "QuerySet[Filing]":
    """What is or was due from ``first`` to ``last``: one's own to file, or else all one sees."""
    rows = visible(actor, EDIT if actor.may(EDIT) else VIEW)
    found = rows.filter(due_on__range=(first, last)).exclude(state=Filing.State.LAPSED)
    return found.order_by("due_on", "type", "pk")


def may_open(file: StoredFile, actor: Actor) -> bool:
    """Whoever reads a form may open the files that it names; those of drafts, who writes it."""
    named = Attachment.objects.filter(file=file)
    handed_in = ~Q(version__state=Version.State.DRAFT) & seen_by(actor, VIEW, "version__filing__")
    writing = filled_by(actor, "version__filing__") if actor.may(EDIT) else NOTHING
    return named.filter(handed_in | writing).exists()
