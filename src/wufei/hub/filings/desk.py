"""The filings' part of the desk and of the search box."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import ATTENTION, BAD, INFO, Card, Todo, TodoSource
from wufei.hub.base.search import Hit, Source
from wufei.hub.filings import columns, declarations, queries
from wufei.hub.filings.columns import name_of, span_of, type_of
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.pages import states
from wufei.hub.filings.scope import COMPLETENESS, DECIDE, EDIT, VIEW
from wufei.hub.registry.validity import today

# As on the rest of the desk: nobody counts further.
COUNT_MAX = 100
# Waiting for longer than this is told as late.
REVIEW_DAYS = 5


def _due(actor: Actor) -> "columns.Filings":
    """What I still have to fill in that is due within a week, or late."""
    return queries.mine(actor).filter(due_on__lte=today() + states.SOON_DAYS)


def _to_fill(actor: Actor, limit: int) -> Iterator[Todo]:
    for filing in _due(actor)[:limit]:
        seen = states.seen_as(filing)
        yield Todo(
            what=name_of(filing),
            whom=str(filing.site or filing.organisation),
            url=reverse(_page(filing), args=[filing.uuid]),
            button=pgettext("filing", "Correct") if _returned(filing) else _now("Fill in"),
            state=states.LABELS[seen],
            tone=states.TONES[seen] or INFO,
            note=str(span_of(filing)),
            due=filing.due_on,
        )


def _returned(filing: Filing) -> bool:
    return bool(filing.state == Filing.State.RETURNED)


def _page(filing: Filing) -> str:
    declared = type_of(filing)
    return "filings.filing.phone" if declared and declared.simple else "filings.filing.edit"


def _due_count(actor: Actor) -> int:
    return _due(actor).order_by()[:COUNT_MAX].count()


def _review_count(actor: Actor) -> int:
    return queries.review_queue(actor).order_by()[:COUNT_MAX].count()


def _to_review(actor: Actor, limit: int) -> Iterator[Todo]:
    for version in queries.review_queue(actor)[:limit]:
        filing, old = version.filing, _days(version) > REVIEW_DAYS
        yield Todo(
            what=_now("Review: %(form)s") % {"form": name_of(filing)},
            whom=str(filing.organisation),
            url=reverse("filings.review.one", args=[filing.uuid]),
            button=pgettext("filing", "Review"),
            state=version.get_state_display(),
            tone=ATTENTION if old else INFO,
            note=str(span_of(filing)),
        )


def _days(version: Version) -> int:
    at = version.submitted_at
    return (today() - timezone.localdate(at)).days if at else 0


def _missing(actor: Actor) -> int:
    rows = queries.visible(actor, COMPLETENESS).filter(states.late())
    return rows.order_by()[:COUNT_MAX].count()


def _found(words: str, actor: Actor, limit: int) -> Iterator[Hit]:
    """Filings by number, and forms by name."""
    tidy = words.strip().upper()
    rows = queries.visible(actor).filter(number__icontains=tidy) | queries.visible(actor).filter(
        authority_no__icontains=tidy
    )
    for filing in rows.order_by("-received_on", "-pk")[:limit]:
        note = f"{name_of(filing)} {span_of(filing)} · {filing.organisation}"
        yield Hit(str(filing), note, columns.page_of(filing))


def _forms(words: str, actor: Actor, limit: int) -> list[Hit]:
    wanted = words.casefold().split()
    found = [
        one
        for one in declarations.types()
        if all(word in str(one.name).casefold() for word in wanted)
    ]
    return [
        Hit(str(one.name), str(one.period.label), reverse("filings.type.detail", args=[one.code]))
        for one in found[:limit]
    ]


DESK_PARTS = (
    Card(
        code="filings.due",
        label=_("Forms due within a week, or late"),
        act=EDIT,
        count=_due_count,
        url=lambda: reverse("filings.mine"),
        tone=ATTENTION,
        side="filings.mine",
    ),
    Card(
        code="filings.review",
        label=_("Filings to review"),
        act=DECIDE,
        count=_review_count,
        url=lambda: reverse("filings.review.list"),
        tone=INFO,
        side="filings.review.list",
    ),
    Card(
        code="filings.missing",
        label=_("Filings that are missing"),
        act=COMPLETENESS,
        count=_missing,
        url=lambda: f"{reverse('filings.filing.list')}?state=late",
        tone=BAD,
        side="filings.completeness",
    ),
    TodoSource("filings.due", EDIT, _to_fill, _due_count),
    TodoSource("filings.review", DECIDE, _to_review, _review_count),
)
SEARCH = (
    Source("filings.filing", _("Filings"), VIEW, _found),
    Source("filings.type", pgettext_lazy("filing", "Forms"), "filings.type.view", _forms),
)
