"""Data of the account's charts; the table beside each says the same in figures."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from wufei.hub.catalogue import declarations
from wufei.hub.ledger.queries.flows import picture
from wufei.hub.ledger.queries.one_account import Line
from wufei.hub.ledger.units import GRAMS_PER_T

# Colours that are no domain's: what comes from and what becomes of it.
_GREY, _GOOD, _STORE, _LEAVES = "#8a9bb0", "#3fa27a", "#7f93ad", "#a08ab8"
_OUTCOMES = {"recovered": _GOOD, "into_store": _STORE, "exported": _LEAVES, "handed": _LEAVES}


def sankey_chart(lines: Iterable[Line], url: Callable[[str, str, str], str]) -> dict[str, Any]:
    """``url(number, domain, method)`` leads from a node to what it is made of."""
    shown = picture(lines)
    colours = {f"domain:{domain.code}": domain.colour for domain in declarations.domains()}
    return {
        "kind": "sankey",
        "nodes": [
            {
                "name": node.code,
                "label": _first_up(str(node.label)),
                "depth": node.layer,
                "colour": colours.get(node.code) or _OUTCOMES.get(node.code, _GREY),
                "url": url(node.number, node.code.removeprefix("domain:"), node.method),
            }
            for node in shown.nodes
        ],
        "links": [
            {"source": flow.source, "target": flow.target, "t": _t(flow.mass_g)}
            for flow in shown.flows
        ],
    }


def months_chart(lines: Iterable[Line]) -> dict[str, Any]:
    """Bars of what arose and what was treated, a line of what stood there at each month's end."""
    lines = list(lines)
    return {
        "kind": "months",
        "months": [f"{line.key:%Y-%m}" for line in lines],
        "series": [
            {
                "label": _("arisen and brought in"),
                "t": [_t(line.arisen_g + line.imported_g) for line in lines],
            },
            {"label": _("treated"), "t": [_t(line.treated_g) for line in lines]},
            {"label": _("in storage"), "t": [_t(line.stock_g) for line in lines]},
        ],
    }


def _t(mass_g: int) -> float:
    return round(mass_g / GRAMS_PER_T, 3)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
