"""Where each mass of a batch begins in its accounts' streams, and what the book lacked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wufei.hub.ledger.models import Balance

Grams = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Positions:
    """One value a row, grams; positions are -1 where the account is unlimited.

    ``lack_g`` was missing at the source and enters it first, at ``shortfall_from_g``.
    """

    source_from_g: list[int]
    target_from_g: list[int]
    lack_g: list[int]
    shortfall_from_g: list[int]


def positions(
    mass_g: Sequence[int],
    sources: Sequence[int],
    targets: Sequence[int],
    balances: Mapping[int, Balance],
) -> Positions:
    """Positions of masses in the given order; ``balances`` are moved on to the end.

    ``sources`` and ``targets`` are the accounts' ids, -1 where unlimited.
    """
    count = len(mass_g)
    moved_g = np.array(mass_g, np.int64)
    # Events in recorded order: a row first takes from its source, then gives to its target.
    account = np.array((sources, targets), np.int64).T.ravel()
    change_g = np.stack((-moved_g, moved_g), axis=1).ravel()
    from_g = np.full(2 * count, -1, np.int64)
    lack_g = np.zeros(2 * count, np.int64)
    lack_from_g = np.zeros(2 * count, np.int64)
    order = np.argsort(account, kind="stable")
    starts = np.flatnonzero(np.diff(account[order], prepend=-2))
    for start, end in zip(starts, [*starts[1:], 2 * count], strict=True):
        events = order[start:end]
        if (balance := balances.get(int(account[events[0]]))) is not None:
            part = _one_account(change_g[events], balance)
            from_g[events], lack_g[events], lack_from_g[events] = part
    return Positions(
        from_g[0::2].tolist(),
        from_g[1::2].tolist(),
        lack_g[0::2].tolist(),
        lack_from_g[0::2].tolist(),
    )


def _one_account(change_g: Grams, balance: Balance) -> tuple[Grams, Grams, Grams]:
    """Positions, lacks and their positions of one account's events; moves ``balance`` on.

    The vector form of ``rules.running_lack``.
    """
    free_g = balance.in_g - balance.out_g - balance.booked_g
    lowest_g = np.minimum.accumulate(np.minimum(free_g + np.cumsum(change_g), 0))
    lack_g = np.diff(-lowest_g, prepend=0)
    entered_g = np.maximum(change_g, 0)
    left_g = np.maximum(-change_g, 0)
    # A lack enters before its own event takes it, so it counts from that event on.
    in_before_g = balance.in_g + np.cumsum(entered_g) - entered_g + np.cumsum(lack_g) - lack_g
    out_before_g = balance.out_g + np.cumsum(left_g) - left_g
    from_g = np.where(change_g > 0, in_before_g, out_before_g)
    balance.in_g += int(entered_g.sum() + lack_g.sum())
    balance.out_g += int(left_g.sum())
    return from_g, lack_g, in_before_g
