"""Data of a trace's picture; the table beside it says the same in figures."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wufei.hub.catalogue import declarations
from wufei.hub.ledger.queries.told import Step, Stop, Told
from wufei.hub.ledger.units import GRAMS_PER_T

# More than this in one layer cannot be read; the smallest become one.
LAYER_MAX = 12
OTHERS = "others"
_GREY = "#8a9bb0"
_PRODUCT = "#3fa27a"


@dataclass
class _Group:
    """Stops of one place and waste in one layer: one node of the picture."""

    name: str
    stops: list[Stop] = field(default_factory=list)


def picture(told: Told) -> dict[str, Any]:
    """Nodes by layer and links; empty where nothing is known before or after."""
    steps = told.steps
    names = _names(steps, told.starts)
    stops = _stops(steps, told.starts)
    groups: dict[str, _Group] = {}
    for stop in stops:
        groups.setdefault(names[id(stop)], _Group(names[id(stop)])).stops.append(stop)
    links: Counter[tuple[str, str, bool]] = Counter()
    for step in steps:
        links[names[id(step.tail)], names[id(step.head)], step.exact] += step.mass_g
    first = min((stop.layer for stop in stops), default=0)
    starts = {names[id(stop)] for stop in told.starts}
    return {
        "kind": "trace",
        "nodes": [_node(group, first, start=group.name in starts) for group in groups.values()],
        "links": [
            {"source": tail, "target": head, "t": mass_g / GRAMS_PER_T, "exact": exact}
            for (tail, head, exact), mass_g in links.items()
        ],
        "layers": max((stop.layer for stop in stops), default=0) - first + 1,
        "waste": next((stop.waste for stop in told.starts), ""),
        "words": {"exact": _("exact"), "attributed": _("attributed")},
    }


def _stops(steps: Iterable[Step], starts: Iterable[Stop]) -> list[Stop]:
    found = {id(stop): stop for stop in starts}
    for step in steps:
        found |= {id(step.tail): step.tail, id(step.head): step.head}
    return list(found.values())


def _names(steps: list[Step], starts: list[Stop]) -> dict[int, str]:
    """The node of each stop: by layer and key, the smallest of a crowded layer in one."""
    mass_g: Counter[tuple[int, str]] = Counter()
    for step in steps:
        for stop in (step.tail, step.head):
            mass_g[stop.layer, stop.key] += step.mass_g
    layers: dict[int, set[str]] = defaultdict(set)
    stops = _stops(steps, starts)
    for stop in stops:
        layers[stop.layer].add(stop.key)
    shown = {
        layer: set(sorted(keys, key=lambda key: (-mass_g[layer, key], key))[:LAYER_MAX])
        for layer, keys in layers.items()
    }
    numbers: dict[tuple[int, str], str] = {}
    names = {}
    for stop in stops:
        key = stop.key if stop.key in shown[stop.layer] else OTHERS
        # A number, so that the page does not tell which of two traces share another's account.
        names[id(stop)] = numbers.setdefault((stop.layer, key), f"n{len(numbers)}")
    return names


def _node(group: _Group, first: int, *, start: bool) -> dict[str, Any]:
    stop, count = group.stops[0], len(group.stops)
    others = len({one.key for one in group.stops}) > 1
    return {
        "name": group.name,
        "depth": stop.layer - first,
        "label": _others(count) if others else _label(stop, count),
        "note": "" if others else (stop.title if count == 1 and stop.title else stop.what),
        "waste": "" if others else stop.waste,
        "url": stop.url if count == 1 else "",
        "colour": _GREY if others else _colour(stop),
        "start": start,
        "road": all(one.road for one in group.stops),
    }


def _label(stop: Stop, count: int) -> str:
    if count > 1:
        return f"{stop.who} ({count})"
    return stop.who


def _others(count: int) -> str:
    return ngettext("%(n)s other", "%(n)s others", count) % {"n": count}


def _colour(stop: Stop) -> str:
    if stop.kind == "product":
        return _PRODUCT
    colours = {domain.code: domain.colour for domain in declarations.domains()}
    return colours.get(stop.domain, _GREY)
