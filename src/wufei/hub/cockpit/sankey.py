"""The one account as bands: as many as have room for their labels, the smallest merged.

What is merged stays a node of its own ("other"), says what it holds, and leads to the account.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wufei.hub.catalogue import declarations
from wufei.hub.cockpit.figures import short
from wufei.hub.ledger.queries.flows import Flow, Node, Picture, picture
from wufei.hub.ledger.queries.one_account import Line

# Each layer shows at most this many bands, and none below this share of everything.
NODES_MAX, SHARE_PERMILLE_MIN = 8, 3
_NEUTRAL, _RECOVERED = "#5d7690", "#3fb68b"
# Domains are never merged: each has its place on the screen.
_MERGED_LAYERS = (0, 2)


@dataclass(frozen=True)
class Bands:
    """A picture after merging; ``merged`` are the nodes behind each "other:<layer>"."""

    nodes: list[Node]
    flows: list[Flow]
    merged: dict[str, list[Node]]

    def mass_g(self, code: str) -> int:
        """What flows through a node: in or out, whichever is known."""
        into = sum(flow.mass_g for flow in self.flows if flow.target == code)
        out = sum(flow.mass_g for flow in self.flows if flow.source == code)
        return max(into, out)


def bands(lines: Iterable[Line]) -> Bands:
    """Bands of lines by domain; the sums into and out of every domain stay as they were."""
    whole = picture(lines)
    renamed: dict[str, str] = {}
    merged: dict[str, list[Node]] = {}
    for layer in _MERGED_LAYERS:
        small = _small(whole, layer)
        if len(small) > 1:
            merged[f"other:{layer}"] = small
            renamed |= {node.code: f"other:{layer}" for node in small}
    return Bands(_nodes(whole, renamed, merged), _flows(whole, renamed), merged)


def chart(shown: Bands, url: Callable[[Node], str], account_url: str) -> dict[str, Any]:
    """Data of the chart: labels carry their mass; ``g`` are whole grams."""
    colours = {f"domain:{domain.code}": domain.colour for domain in declarations.domains()}
    names = {f"domain:{domain.code}": domain.short_name for domain in declarations.domains()}
    return {
        "nodes": [
            {
                "name": node.code,
                "label": capfirst(str(names.get(node.code, node.label))),
                "mass": short(shown.mass_g(node.code), hazardous=node.code == "domain:hazardous"),
                "g": shown.mass_g(node.code),
                "depth": node.layer,
                "colour": colours.get(node.code, _outcome_colour(node.code)),
                "url": account_url if node.code in shown.merged else url(node),
                "holds": [capfirst(str(one.label)) for one in shown.merged.get(node.code, ())],
            }
            for node in shown.nodes
        ],
        "links": [
            {
                "source": flow.source,
                "target": flow.target,
                "g": flow.mass_g,
                "t": short(flow.mass_g),
            }
            for flow in shown.flows
        ],
    }


def _outcome_colour(code: str) -> str:
    return _RECOVERED if code == "recovered" else _NEUTRAL


def _small(whole: Picture, layer: int) -> list[Node]:
    masses = {node.code: 0 for node in whole.nodes if node.layer == layer}
    for flow in whole.flows:
        for end in (flow.source, flow.target):
            if end in masses:
                masses[end] += flow.mass_g
    least_g = sum(masses.values()) * SHARE_PERMILLE_MIN // 1000
    largest = sorted(masses, key=lambda code: -masses[code])[:NODES_MAX]
    small = {code for code in masses if code not in largest or masses[code] < least_g}
    return [node for node in whole.nodes if node.code in small]


def _nodes(whole: Picture, renamed: dict[str, str], merged: dict[str, list[Node]]) -> list[Node]:
    kept = [node for node in whole.nodes if node.code not in renamed]
    others = [
        Node(code, _("other (%(n)s)") % {"n": len(small)}, small[0].layer)
        for code, small in merged.items()
    ]
    return kept + others


def _flows(whole: Picture, renamed: dict[str, str]) -> list[Flow]:
    sums: dict[tuple[str, str], int] = {}
    for flow in whole.flows:
        ends = renamed.get(flow.source, flow.source), renamed.get(flow.target, flow.target)
        sums[ends] = sums.get(ends, 0) + flow.mass_g
    return [Flow(source, target, mass_g) for (source, target), mass_g in sums.items()]
