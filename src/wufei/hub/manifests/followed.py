"""Reads about refused mass: what waits to be sent, where it went, and who may send it where."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.manifests.models import Line, Manifest, Relation, Status, StepCode
from wufei.hub.manifests.scope import NOTHING
from wufei.hub.manifests.services.checks import SIGN
from wufei.hub.manifests.services.linked import GONE, LINKED, left_of
from wufei.hub.registry.models import Site

# Some of a load was refused.
REFUSED = (Status.PARTLY_ACCEPTED, Status.REFUSED)


# In lists.
def _refused_lines() -> "QuerySet[Line]":
    return Line.objects.filter(manifest=OuterRef("pk"), refused_g__gt=0)


def _followers() -> "QuerySet[Line]":
    return Line.objects.filter(follows=OuterRef("pk")).exclude(manifest__status__in=GONE)


def unsent() -> Q:
    """Manifests with refused mass that no linked manifest has taken or is to fetch."""
    left = _refused_lines().filter(~Exists(_followers()))
    return Q(status__in=REFUSED) & Q(Exists(left))


def staying() -> Q:
    """Manifests whose refused mass is still in the custody of their own carrier."""
    taken = _followers().filter(manifest__loaded_at__isnull=False)
    return Q(status__in=REFUSED) & Q(Exists(_refused_lines().filter(~Exists(taken))))


def to_be_sent(actor: Actor) -> Q:
    """Whose refused mass this actor's organisations are to send back or on."""
    scope = actor.scope(LINKED)
    if scope is Scope.NONE:
        return NOTHING
    if scope is Scope.ALL:
        return unsent()
    mine = sorted(actor.organisation_ids)
    return (Q(consignor__in=mine) | Q(consignee__in=mine)) & unsent()


# On one manifest.
@dataclass(frozen=True)
class Ways:
    """What this actor may do with the refused mass of one manifest; grams are what is left.

    ``back``: return it. ``on``: to another plant on a manifest of its own; ``same``: under the
    same one. ``only`` is the one plant that may be named, where not any may.
    """

    left_g: int = 0
    back: bool = False
    on: bool = False
    same: bool = False
    only: Site | None = None

    def __bool__(self) -> bool:
        return self.back or self.on or self.same


def ways(manifest: Manifest, actor: Actor) -> Ways:
    """False where nothing is left to send, or it is not this actor's affair."""
    if manifest.status not in REFUSED:
        return Ways()
    left = left_of(manifest)
    left_g = sum(line.refused_g or 0 for line in left)
    scope = actor.scope(LINKED)
    if not left or scope is Scope.NONE:
        return Ways(left_g)
    theirs = scope is Scope.ALL or manifest.consignor_id in actor.organisation_ids
    plants = scope is Scope.ALL or manifest.consignee_id in actor.organisation_ids
    named = manifest.alternate_site if plants and not theirs else None
    on = theirs or named is not None
    whole = manifest.status == Status.REFUSED and len(left) == len(manifest.lines.all())
    return Ways(left_g, plants, on, on and whole and actor.may(SIGN), named)


@dataclass(frozen=True)
class Linked:
    """A manifest that this one follows, or that follows it; ``mass_g`` is what links them.

    ``seen``: the reader may open it.
    """

    manifest: Manifest
    mass_g: int
    before: bool
    seen: bool


def linked_of(manifest: Manifest, visible: "QuerySet[Manifest]") -> list[Linked]:
    """The one before and those after it, in that order; ``visible`` is what the reader may open."""
    rows = Manifest.objects.filter(Q(pk=manifest.follows_id) | Q(follows=manifest.pk))
    rows = rows.select_related("consignor", "consignee", "vehicle").prefetch_related("lines")
    found = list(rows.order_by("pk"))
    seen = set(visible.filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))
    told = []
    for one in found:
        before = one.pk == manifest.follows_id
        linked = manifest if before else one
        mass_g = sum(line.declared_g for line in linked.lines.all())
        told.append(Linked(one, mass_g, before, one.pk in seen))
    return told


def in_proportion(manifest: Manifest) -> bool:
    """Whether a mass was said without naming the containers that were refused."""
    several = any(line.refused_g and len(line.lots.all()) > 1 for line in manifest.lines.all())
    if not several:
        return False
    signed = [one for one in manifest.signatures.all() if one.step == StepCode.ACCEPT]
    return bool(signed) and not signed[-1].values.get("refused")


def relation_words(manifest: Manifest) -> str:
    """“Return to the consignor” of a linked manifest, else empty."""
    return str(Relation(manifest.relation).label) if manifest.relation else ""
