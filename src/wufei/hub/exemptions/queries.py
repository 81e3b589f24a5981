"""Which claims there are, who sees them, and which of them reach a lot."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.files.models import StoredFile
from wufei.hub.catalogue.models import Exemption
from wufei.hub.catalogue.queries import exemptions_of
from wufei.hub.exemptions import rules
from wufei.hub.exemptions.models import Claim, ClaimedLot, Criterion
from wufei.hub.ledger.models import AccountKind, Lot, LotEntry
from wufei.hub.ledger.regroupings import RegroupedPart
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.scope import organisations_for
from wufei.hub.registry.validity import valid_on

VIEW, EDIT = "exemptions.claim.view", "exemptions.claim.edit"
# Every grouping and every hand makes a lot of its own; more of them is no batch any more.
_HANDS_MAX = 50
LOTS_CHOSEN_MAX = 200

Seen = Callable[[Actor, str], Q]
_also_seen: list[Seen] = []


def register_seen(seen: Seen) -> None:
    """Let others than its holder see a claim: whoever receives what travels on it."""
    _also_seen.append(seen)


def visible(actor: Actor, act: str = VIEW) -> "QuerySet[Claim]":
    reached = organisations_for(actor, act, "organisation__")
    # An empty condition is everything, and everything or something would be something.
    for seen in _also_seen if actor.scope(act) is not Scope.ALL else ():
        reached |= seen(actor, act)
    return Claim.objects.filter(reached).select_related("organisation", "waste", "evidence")


def claimants(actor: Actor) -> "QuerySet[Organisation]":
    """Organisations that the actor may claim for."""
    rows = Organisation.objects.filter(organisations_for(actor, EDIT), valid_on())
    return rows.order_by("name")


def claimable_exemptions() -> "QuerySet[Exemption]":
    """Exemptions in force whose condition has limits: what a report by batch is made for."""
    wanted = Q(pk__in=[])
    rows = Criterion.objects.filter(valid_on()).order_by()
    for edition, item, effects in rows.values_list("edition", "item", "effects").distinct():
        wanted |= Q(edition=edition, item=item, effect__in=effects)
    return Exemption.objects.filter(valid_on()).filter(wanted).order_by("edition", "position")


def exemptions_named(effects: Collection[str], lots: Collection[UUID]) -> tuple[Exemption, ...]:
    """Exemptions in force with these effects, for the waste of ``lots``."""
    lot = Lot.objects.filter(uuid__in=lots).select_related("account__waste").first()
    known = exemptions_of(lot.account.waste.code) if lot else []
    return tuple(one for one in known if one.effect in effects)


def criteria(exemptions: Iterable[Exemption], day: date | None = None) -> list[Criterion]:
    """Limits that all these exemptions together ask for on ``day`` (today), each once."""
    wanted = Q(pk__in=[])
    for one in exemptions:
        wanted |= Q(edition=one.edition, item=one.item, effects__contains=[one.effect])
    return list(Criterion.objects.filter(valid_on(day)).filter(wanted))


def claimable_lots(actor: Actor, codes: Collection[str]) -> "QuerySet[Lot]":
    """Batches of these codes in stores that the actor may claim for, in no claim yet."""
    held = ClaimedLot.objects.filter(held=True).values("lot")
    return (
        Lot.objects.filter(
            organisations_for(actor, EDIT, "account__holder__"),
            account__kind=AccountKind.STOCK,
            account__waste__code__in=codes,
            remaining_g__gt=0,
        )
        .exclude(pk__in=held)
        .select_related("account__holder", "account__place", "account__waste")
        .order_by("account__holder__name", "-since", "pk")
    )


def is_claimable(lot: Lot, actor: Actor) -> bool:
    """Whether the actor may claim this lot: its waste has an exemption with limits."""
    code = lot.account.waste.code
    if not any(code in one.codes for one in claimable_exemptions()):
        return False
    return claimable_lots(actor, [code]).filter(pk=lot.pk).exists()


def claims_of(lot: Lot, actor: Actor) -> list[Claim]:
    """Claims that name the lot or one that its mass was in before, the latest first."""
    parents = origins([lot.pk])
    lots = {lot.pk, *(one for before in parents.values() for one in before)}
    return list(visible(actor).filter(lots__lot__in=lots).distinct())


@dataclass(frozen=True)
class Coverage:
    """Claims under which lots are exempt; ``bare`` are the lots of their mass that none reaches."""

    claims: frozenset[int]
    bare: tuple[Lot, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.claims) and not self.bare


def coverage(lots: Collection[int], effect: str, day: date, *, for_deed: bool = False) -> Coverage:
    """Whether ``lots`` (keys) are exempt from ``effect`` on ``day``, each of them and all of it.

    ``for_deed`` holds the claims until the transaction ends: whoever contests one then waits,
    and sees what was done on it.
    """
    return Reach(lots, for_deed=for_deed).coverage(lots, effect, day)


class Reach:
    """Which claims reach ``lots``: asked once for all of them, however many loads they are.

    Nothing is asked before somebody wants to know.
    """

    def __init__(self, lots: Collection[int], *, for_deed: bool = False) -> None:
        self._lots, self._for_deed = lots, for_deed
        self._claims: dict[tuple[str, date], dict[int, set[int]]] = {}
        self._rows: dict[int, Claim] = {}

    @cached_property
    def _parents(self) -> dict[int, set[int]]:
        return origins(self._lots)

    def coverage(self, lots: Collection[int], effect: str, day: date) -> Coverage:
        """As ``coverage``, of some of the lots."""
        if not lots:
            return Coverage(frozenset())
        claims = self._valid(effect, day)
        found, bare = set[int](), set[int]()
        for lot in lots:
            mine, without = rules.covering(lot, self._parents, claims)
            found |= mine
            bare |= without
        without_any = Lot.objects.filter(pk__in=bare).order_by("pk") if bare else ()
        return Coverage(frozenset(found), tuple(without_any))

    def _valid(self, effect: str, day: date) -> dict[int, set[int]]:
        if (effect, day) not in self._claims:
            before = (one for parents in self._parents.values() for one in parents)
            named = {*self._lots, *self._parents, *before}
            self._claims[effect, day] = _valid_claims(named, effect, day, self._for_deed)
        return self._claims[effect, day]

    def rows(self, claims: Collection[int]) -> list[Claim]:
        """These claims (keys) by key; loads that rely on one share it."""
        if missing := set(claims) - self._rows.keys():
            self._rows |= Claim.objects.in_bulk(missing)
        return [self._rows[pk] for pk in sorted(claims)]


def standing(claims: Collection[int], effect: str, day: date, *, for_deed: bool) -> set[int]:
    """Those of ``claims`` (keys) that hold for ``effect`` on ``day``; held as in ``coverage``."""
    exempt = Exemption.objects.filter(valid_on(day), effect=effect)
    named = Claim.exemptions.through.objects.filter(exemption__in=exempt, claim__in=claims)
    return in_force(set(named.values_list("claim", flat=True)), day, for_deed=for_deed)


def in_force(claims: Collection[int], day: date, *, for_deed: bool) -> set[int]:
    """Those of ``claims`` (keys) that hold on ``day``; held as in ``coverage``."""
    if not claims:
        return set()
    # Shared: those who rely on one claim do not wait for each other, who ends it waits for all.
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE + (" FOR SHARE" if for_deed else ""), [sorted(claims), day, day])
        return {pk for (pk,) in cursor.fetchall()}


_IN_FORCE = """
    SELECT id FROM exemptions_claim
    WHERE id = ANY(%s) AND state = 'claimed' AND reported_on <= %s AND valid_until >= %s
    ORDER BY id"""


def origins(lots: Collection[int]) -> dict[int, set[int]]:
    """Lots that each lot's mass was in before, back to where it arose; by key.

    Through groupings, splits and hands; not through treatment: what comes out of that is new.
    """
    found: dict[int, set[int]] = {}
    now = set(lots)
    for _hand in range(_HANDS_MAX):
        regrouped = RegroupedPart.objects.filter(lot__in=now, regrouping__undoing=None)
        moved = LotEntry.objects.filter(lot__in=now, side="in", parent__isnull=False)
        after = set[int]()
        for rows in (regrouped, moved):
            for lot, parent in rows.values_list("lot", "parent"):
                found.setdefault(lot, set()).add(parent)
                after.add(parent)
        now = after - found.keys()
        if not now:
            break
    return found


def youngest(lot: Lot) -> Lot:
    """The lot whose mass arose last of all that went into ``lot``: a mixture says its oldest."""
    parents = origins([lot.pk])
    sources = {one for before in parents.values() for one in before} - parents.keys()
    if not sources:
        return lot
    return Lot.objects.filter(pk__in=sources).order_by("-arisen_at", "pk")[0]


def _valid_claims(
    lots: Collection[int], effect: str, day: date, for_deed: bool
) -> dict[int, set[int]]:
    rows = ClaimedLot.objects.filter(lot__in=lots, held=True).values_list("lot", "claim")
    named = list(rows)
    standing_ones = standing({claim for _lot, claim in named}, effect, day, for_deed=for_deed)
    found: dict[int, set[int]] = {}
    for lot, claim in named:
        if claim in standing_ones:
            found.setdefault(lot, set()).add(claim)
    return found


def may_open(file: StoredFile, actor: Actor) -> bool:
    """The report of a claim is open to whoever sees the claim."""
    return actor.may(VIEW) and visible(actor).filter(evidence=file).exists()
