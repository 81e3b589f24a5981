"""One weight for a whole round: the weighbridge sees a truck, not the places it called at."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests import rules
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services.given import Act

_WHOLE = ("weighed_in", "accepted")


def by_line(manifest: Manifest, acts: Sequence[Act]) -> Sequence[Act]:
    """``acts`` with a weight for each line where one was given for all the stops of a round.

    In proportion to what was weighed out at each stop, to the gram; what is accepted in proportion
    to what was weighed in, so that no line accepts a gram more than came of it.
    """
    if manifest.round_id is None:
        return acts
    if not any(isinstance(act.values.get(name), Mass) for act in acts for name in _WHOLE):
        return acts
    lines = list(manifest.lines.order_by("position"))
    if len(lines) == 1:
        return acts
    out_g = {line.uuid: line.weighed_out_g or line.declared_g for line in lines}
    in_g = {line.uuid: line.weighed_in_g or out_g[line.uuid] for line in lines}
    shared = []
    for act in acts:
        values = dict(act.values)
        if isinstance(whole := values.get("weighed_in"), Mass):
            values["weighed_in"] = _share(whole, out_g)
        if (
            isinstance(by_line := values.get("weighed_in"), Mapping)
            and by_line.keys() == in_g.keys()
        ):
            in_g = {uuid: mass.grams for uuid, mass in by_line.items()}
        if isinstance(whole := values.get("accepted"), Mass):
            values["accepted"] = _share(whole, in_g)
        shared.append(replace(act, values=values))
    return shared


def _share(whole: Mass, parts_g: Mapping[UUID, int]) -> dict[UUID, Mass]:
    shares = rules.shares_g(whole.grams, list(parts_g.values()))
    return {uuid: grams(part) for uuid, part in zip(parts_g, shares, strict=True)}
