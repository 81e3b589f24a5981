"""One weight for a whole round: the weighbridge sees a truck, not the places it called at."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests import rules
from wufei.hub.manifests.models import Line, Manifest
from wufei.hub.manifests.services.given import Act

_WHOLE = ("weighed_in", "accepted")


def by_line(manifest: Manifest, acts: Sequence[Act]) -> Sequence[Act]:
    """``acts`` with a weight for each line where one was given for all the stops of a round.

    In proportion to what was weighed out at each stop, to the gram.
    """
    if manifest.round_id is None:
        return acts
    whole = [act for act in acts if any(isinstance(act.values.get(name), Mass) for name in _WHOLE)]
    if not whole:
        return acts
    lines = list(manifest.lines.order_by("position"))
    return [_shared(act, lines) if act in whole and len(lines) > 1 else act for act in acts]


def _shared(act: Act, lines: Sequence[Line]) -> Act:
    values = {
        name: share(value, lines) if name in _WHOLE and isinstance(value, Mass) else value
        for name, value in act.values.items()
    }
    return replace(act, values=values)


def share(whole: Mass, lines: Sequence[Line]) -> dict[Any, Mass]:
    """``whole`` by line, as they were weighed out."""
    parts = rules.shares_g(whole.grams, [line.weighed_out_g or line.declared_g for line in lines])
    return {line.uuid: grams(part) for line, part in zip(lines, parts, strict=True)}
