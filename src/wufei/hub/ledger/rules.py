"""What a movement may be. Pure: no database."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind as A
from wufei.hub.ledger.models import MovementKind as M
from wufei.hub.ledger.refusals import (
    InTheFuture,
    LotsDoNotAdd,
    NoSuchFlow,
    OtherWaste,
    PartOfFiling,
    PartOfManifest,
    PartOfTreatment,
    TooEarly,
    TooHeavy,
)
from wufei.hub.ledger.units import GRAMS_PER_T

# Which accounts mass may move between, and what that movement is called.
FLOWS: dict[tuple[A, A], M] = {
    (A.ORIGIN, A.STOCK): M.ARISING,
    (A.ORIGIN, A.CUSTODY): M.LOADING,
    (A.ORIGIN, A.RECOVERED): M.TREATMENT,
    (A.ORIGIN, A.DISPOSED): M.TREATMENT,
    (A.ORIGIN, A.EXPORTED): M.EXPORT,
    (A.OPENING, A.STOCK): M.OPENING,
    (A.IMPORTED, A.STOCK): M.IMPORT,
    (A.IMPORTED, A.CUSTODY): M.IMPORT,
    (A.SECONDARY_ORIGIN, A.STOCK): M.SECONDARY,
    (A.STOCK, A.CUSTODY): M.LOADING,
    (A.STOCK, A.STOCK): M.TRANSFER,
    (A.CUSTODY, A.CUSTODY): M.TRANSFER,
    (A.CUSTODY, A.STOCK): M.RECEPTION,
    (A.CUSTODY, A.EXPORTED): M.EXPORT,
    (A.CUSTODY, A.RECOVERED): M.TREATMENT,
    (A.CUSTODY, A.DISPOSED): M.TREATMENT,
    (A.STOCK, A.RECOVERED): M.TREATMENT,
    (A.STOCK, A.DISPOSED): M.TREATMENT,
    (A.STOCK, A.EXPORTED): M.EXPORT,
    (A.STOCK, A.VARIANCE): M.LOSS,
    (A.CUSTODY, A.VARIANCE): M.LOSS,
    (A.VARIANCE, A.STOCK): M.SURPLUS,
    (A.VARIANCE, A.CUSTODY): M.SURPLUS,
    (A.SHORTFALL, A.STOCK): M.SHORTFALL,
    (A.SHORTFALL, A.CUSTODY): M.SHORTFALL,
}
# Documents that a movement may be part of, by the beginning of its cause.
_DOCUMENTS = {
    "treatment": PartOfTreatment,
    "manifest": PartOfManifest,
    "filing": PartOfFiling,
}
# Clocks of phones and plants run ahead by a little.
CLOCK_TOLERANCE = timedelta(minutes=5)
# Nothing is booked before the first national solid-waste law (1996-04-01).
EARLIEST_YEAR = 1996


def kind_of(source: AccountKey, target: AccountKey) -> M:
    """Kind of the movement between two accounts; raises ``NoSuchFlow`` or ``OtherWaste``."""
    kind = FLOWS.get((source.kind, target.kind))
    if kind is None:
        raise NoSuchFlow(source=source.kind.label, target=target.kind.label)
    if source.waste_id != target.waste_id:
        raise OtherWaste()
    return kind


def check(entry: Entry, *, now: datetime, load_t_max: int, movement_t_max: int) -> M:
    """Everything that can be said of one entry alone; returns its kind, raises a refusal."""
    kind = kind_of(entry.source, entry.target)
    check_mass(entry.mass_g, kind, load_t_max=load_t_max, movement_t_max=movement_t_max)
    check_time(entry.happened_at, now)
    if entry.lots_out and sum(part.mass_g for part in entry.lots_out) != entry.mass_g:
        raise LotsDoNotAdd(
            lots_g=sum(part.mass_g for part in entry.lots_out), mass_g=entry.mass_g, field="lots"
        )
    return kind


def check_mass(mass_g: int, kind: M, *, load_t_max: int, movement_t_max: int) -> None:
    """A load above what a lorry carries, or a movement above any plant's year, is a wrong unit."""
    on_the_road = kind in (M.LOADING, M.RECEPTION)
    limit_t = load_t_max if on_the_road else movement_t_max
    if mass_g > limit_t * GRAMS_PER_T:
        raise TooHeavy(mass_t=f"{mass_g / GRAMS_PER_T:,.3f}", limit_t=f"{limit_t:,}", field="mass")


def check_time(happened_at: datetime, now: datetime) -> None:
    if happened_at > now + CLOCK_TOLERANCE:
        raise InTheFuture(at=f"{happened_at:%Y-%m-%d %H:%M}", field="happened_at")
    if happened_at.year < EARLIEST_YEAR:
        raise TooEarly(at=f"{happened_at:%Y-%m-%d}", year=EARLIEST_YEAR, field="happened_at")


def check_stands_alone(cause: str) -> None:
    """A part of a batch, a signed manifest or a form is not undone by itself: its document would
    say other figures than the ledger. Raises ``PartOfTreatment``, ``PartOfManifest`` or
    ``PartOfFiling``.
    """
    if refusal := _DOCUMENTS.get(cause.partition(":")[0]):
        raise refusal


def running_lack(free_g: int, changes_g: Iterable[int]) -> list[int]:
    """Grams missing before each change, so that a running balance never falls below zero.

    ``free_g`` is what stands free at the start; each positive change adds, each negative one
    takes. What is lacking at one change counts as added for all later ones.
    """
    lacks = []
    for change_g in changes_g:
        free_g += change_g
        lack_g = max(0, -free_g)
        free_g += lack_g
        lacks.append(lack_g)
    return lacks


def proportions_g(inputs_g: Sequence[int], outputs_g: Sequence[int]) -> list[list[int]]:
    """Grams of each input (column) in each output (row), when all inputs are mixed.

    Rows add up to the outputs and columns to the inputs, exactly; both must have one sum.
    """
    left_g, rows = list(inputs_g), []
    for output_g in outputs_g:
        whole_g = sum(left_g)
        # Cuts of a running sum: no share is larger than what is left of its input.
        cuts = [output_g * upto_g // whole_g for upto_g in accumulate(left_g)]
        row = [after - before for before, after in pairwise([0, *cuts])]
        left_g = [mass_g - share_g for mass_g, share_g in zip(left_g, row, strict=True)]
        rows.append(row)
    return rows
