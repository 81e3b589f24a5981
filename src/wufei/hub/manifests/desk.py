"""The manifests' part of the desk and of the search box."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import ATTENTION, BAD, INFO, Card, Todo, TodoSource
from wufei.hub.base.search import Hit, Source
from wufei.hub.manifests import corrections, queries
from wufei.hub.manifests.figures import known_g
from wufei.hub.manifests.models import OPEN, Manifest, QueuedStep
from wufei.hub.manifests.pages import VIEW, late
from wufei.hub.manifests.reading import waits_for, with_everything
from wufei.hub.manifests.services import conflicts
from wufei.hub.manifests.services.revisions import DECIDE
from wufei.hub.registry.rules.plates import tidy_plate

SIGN, CONFLICTS = "manifests.manifest.sign", "manifests.conflict.view"
# As on the rest of the desk: nobody counts further.
COUNT_MAX = 100


def _count(actor: Actor) -> int:
    return queries.waiting_for(actor).order_by()[:COUNT_MAX].count()


def _todos(actor: Actor, limit: int) -> Iterator[Todo]:
    for manifest in with_everything(queries.waiting_for(actor))[:limit]:
        overdue = late(manifest)
        yield Todo(
            what=_("Manifest: %(step)s") % {"step": waits_for(manifest, actor)},
            whom=f"{manifest.consignor} → {manifest.consignee}",
            url=reverse("manifests.qr", args=[manifest.uuid]),
            button=_("Sign"),
            state=_("Overdue") if overdue else manifest.get_status_display(),
            tone=BAD if overdue else INFO,
            note=str(manifest),
            mass_g=known_g(manifest),
            due=timezone.localdate(manifest.due_at) if manifest.due_at else None,
        )


def _revision_count(actor: Actor) -> int:
    return corrections.waiting_for(actor).order_by()[:COUNT_MAX].count()


def _inbox_count(actor: Actor) -> int:
    return _count(actor) + (_revision_count(actor) if actor.may(DECIDE) else 0)


def _revisions(actor: Actor, limit: int) -> Iterator[Todo]:
    for revision in corrections.waiting_for(actor)[:limit]:
        manifest = revision.manifest
        yield Todo(
            what=_("%(kind)s to agree to") % {"kind": revision.get_kind_display()},
            whom=f"{manifest.consignor} → {manifest.consignee}",
            url=reverse("manifests.revision.detail", args=[revision.uuid]),
            button=_("Look and decide"),
            state=revision.get_state_display(),
            tone=INFO,
            note=str(manifest),
        )


def _overdue(actor: Actor) -> int:
    rows = queries.visible(actor, VIEW).filter(status__in=OPEN, due_at__lt=timezone.now())
    return rows.order_by()[:COUNT_MAX].count()


def _conflicts(actor: Actor) -> int:
    rows = QueuedStep.objects.filter(conflicts.seen(actor), outcome=QueuedStep.Outcome.CONFLICT)
    return rows.order_by()[:COUNT_MAX].count()


def _found(words: str, actor: Actor, limit: int) -> Iterator[Hit]:
    tidy = "".join(words.split()).upper()
    known = (
        Q(local_id__contains=tidy)
        | Q(authority_no__contains=tidy)
        | Q(vehicle__plate__contains=tidy_plate(words))
    )
    rows = queries.visible(actor, VIEW).filter(known).select_related("consignor", "consignee")
    for found in rows.order_by("-issued_at", "-pk")[:limit]:
        yield Hit(str(found), _note(found), reverse("manifests.manifest.detail", args=[found.uuid]))


def _note(manifest: Manifest) -> str:
    return f"{manifest.consignor} → {manifest.consignee} · {manifest.get_status_display()}"


DESK_PARTS = (
    Card(
        code="manifests.overdue",
        label=_("Overdue manifests"),
        act=VIEW,
        count=_overdue,
        url=lambda: f"{reverse('manifests.manifest.list')}?state=late",
        tone=BAD,
        side="manifests.manifest.list",
    ),
    Card(
        code="manifests.waiting",
        label=_("Manifests that wait for my signature"),
        act=SIGN,
        count=_inbox_count,
        url=lambda: reverse("manifests.inbox"),
        tone=ATTENTION,
        side="manifests.inbox",
    ),
    Card(
        code="manifests.conflicts",
        label=_("Steps signed without network that need a decision"),
        act=CONFLICTS,
        count=_conflicts,
        url=lambda: f"{reverse('manifests.conflict.list')}?outcome=conflict",
        tone=BAD,
        side="manifests.conflict.list",
    ),
    TodoSource("manifests.waiting", SIGN, _todos, _count),
    TodoSource("manifests.revisions", DECIDE, _revisions, _revision_count),
)
SEARCH = (Source("manifests.manifest", _("Manifests"), VIEW, _found),)
