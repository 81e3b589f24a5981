"""What several pages of filings do alike."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import Forbidden
from wufei.hub.filings import columns, queries
from wufei.hub.filings.declarations import FilingType, Kind, Reviewer
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.scope import DECIDE, EDIT, VIEW, filled_by, reviewed_by, seen_by
from wufei.hub.filings.services.access import is_reviewer, is_town
from wufei.hub.registry.models import Site
from wufei.hub.registry.validity import valid_on

__all__ = ["DECIDE", "EDIT", "VIEW"]
BRING_BACK = "filings.review.bring_back"


def find(actor: Actor, uuid: UUID, act: str = VIEW) -> Filing:
    """The filing, if ``act`` of this actor reaches it; otherwise it does not exist for them."""
    return _one(seen_by(actor, act), uuid)


def fillable(actor: Actor, uuid: UUID) -> Filing:
    """The filing, if this actor may fill it in; who only sees it is told that they may not."""
    filing = _one(seen_by(actor), uuid)
    if not _reached(filled_by(actor), filing):
        raise Forbidden(EDIT)
    return filing


def reviewable(actor: Actor, uuid: UUID) -> Filing:
    """The filing, if this actor may decide on it; otherwise it does not exist for them."""
    return _one(reviewed_by(actor), uuid)


def _one(condition: Any, uuid: UUID) -> Filing:
    rows = Filing.objects.filter(condition, uuid=uuid)
    found = rows.select_related("organisation__region", "site", "in_force").first()
    if found is None or columns.type_of(found) is None:
        raise Http404
    return found


def type_of(filing: Filing) -> FilingType:
    found = columns.type_of(filing)
    assert found is not None
    return found


def may_edit(filing: Filing, actor: Actor) -> bool:
    """Whether the reader, who sees it, may fill it in as well; asks nothing of the database."""
    scope = actor.scope(EDIT)
    if scope is Scope.REGION:
        declared = columns.type_of(filing)
        return bool(declared and declared.helped)
    return scope is Scope.OWN and filing.organisation_id in actor.organisation_ids


def may_amend(filing: Filing, actor: Actor) -> bool:
    return filing.state != Filing.State.LAPSED and may_edit(filing, actor)


def draft(filing: Filing) -> Version | None:
    """The draft that there is; drafts are for those who fill the form in."""
    found = filing.versions.filter(state=Version.State.DRAFT).first()
    if found is not None:
        found.filing = filing
    return found


def to_review(filing: Filing, actor: Actor) -> Version | None:
    """The version that waits for this actor's look."""
    if not actor.may(DECIDE):
        return None
    return queries.review_queue(actor).filter(filing=filing).order_by("-number").first()


def may_bring_back(filing: Filing, actor: Actor) -> bool:
    """Whoever reviews it; where nobody here does, a department or whoever files it."""
    declared = type_of(filing)
    if not actor.may(BRING_BACK):
        return False
    if declared.reviewer or (actor.may(DECIDE) and not is_town(actor)):
        return is_reviewer(declared, actor) and _reached(reviewed_by(actor), filing)
    return _reached(filled_by(actor), filing)


def _reached(condition: Q, filing: Filing) -> bool:
    return Filing.objects.filter(condition, pk=filing.pk).exists()


def waits(filing: Filing) -> bool:
    """Whether a version waits for a decision."""
    return filing.versions.filter(state__in=Version.WAITING).exists()


def sites_of(filing: Filing) -> Sequence[tuple[str, str]]:
    """Sites that a form of this organisation may name."""
    rows = Site.objects.filter(valid_on(), organisation=filing.organisation_id)
    return [(str(site.uuid), str(site)) for site in rows.order_by("name")]


def what_happens(filing: Filing) -> str:
    """What submitting does, told before it is done."""
    declared = type_of(filing)
    words = {
        Kind.NOTIFY: _("Submitting is all: you get a receipt at once."),
        Kind.FILE: _("It is put on file at once, with a number and a receipt."),
        Kind.APPROVE: _("It takes effect only once it is approved."),
        Kind.MIRROR: _("%(authority)s decides: it is handed over from here and brought back."),
    }[declared.kind] % {"authority": declared.authority}
    return " ".join([words, *_who_reviews(declared), *_in_force(filing)])


def _who_reviews(declared: FilingType) -> list[str]:
    if declared.kind is Kind.MIRROR:
        return []
    return {
        Reviewer.NOBODY: [],
        Reviewer.DEPARTMENT: [_("The department looks at it and may send it back.")],
        Reviewer.TOWN: [_("The town looks at it and may send it back.")],
        Reviewer.BOTH: [_("The town, then the department look at it and may send it back.")],
    }[declared.reviewer]


def _in_force(filing: Filing) -> list[str]:
    if filing.in_force is None or type_of(filing).kind in (Kind.NOTIFY, Kind.FILE):
        return []
    words = _("Until then version %(number)s stays in force.")
    return [words % {"number": filing.in_force.number}]


def submit_word(filing: Filing) -> str:
    return {
        Kind.NOTIFY: _("Submit"),
        Kind.FILE: _("Put on file"),
        Kind.APPROVE: _("Submit for approval"),
        Kind.MIRROR: _("Prepare for handing over"),
    }[type_of(filing).kind]
