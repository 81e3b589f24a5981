"""The one account as a picture: where mass came from, which domain it is, what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wufei.hub.catalogue import declarations
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.queries.one_account import Line

# More outcomes than these would crowd their labels: the smallest go into "other".
DISPOSALS_MAX = 4


@dataclass(frozen=True)
class Node:
    """``layer`` 0 comes from, 1 domains, 2 becomes; ``link`` says which number it is."""

    code: str
    label: str | Promise
    layer: int
    number: str = ""
    method: str = ""


@dataclass(frozen=True)
class Flow:
    source: str
    target: str
    mass_g: int


@dataclass(frozen=True)
class Picture:
    nodes: list[Node]
    flows: list[Flow]


_SOURCES = (
    ("arisen", _("arisen")),
    ("imported", _("brought in")),
    ("secondary", _("from treatment")),
    ("opening", _("opening stock")),
    ("shortfall", _("shortfall of the book")),
)


def picture(lines: Iterable[Line]) -> Picture:
    """Sankey of lines by domain; what comes in and what goes out of each domain is equal."""
    lines = list(lines)
    shown = _disposals_shown(lines)
    flows = []
    for line in lines:
        domain = f"domain:{line.key}"
        flows += [Flow(code, domain, mass_g) for code, mass_g in _sources(line)]
        flows += [Flow(domain, code, mass_g) for code, mass_g in _outcomes(line, shown)]
    flows = [flow for flow in flows if flow.mass_g > 0]
    used = {code for flow in flows for code in (flow.source, flow.target)}
    return Picture([node for node in _nodes(lines, shown) if node.code in used], flows)


def _sources(line: Line) -> Iterable[tuple[str, int]]:
    yield from ((code, getattr(line, f"{code}_g")) for code, _label in _SOURCES)
    yield "found", line.variance_g
    yield "received", -line.handed_g
    yield "out_of_store", line.before_stock_g - line.stock_g
    yield "off_the_road", line.before_custody_g - line.custody_g


def _outcomes(line: Line, shown: list[str]) -> Iterable[tuple[str, int]]:
    yield "recovered", line.recovered_g
    other_g = line.disposed_g
    for method in shown:
        mass_g = line.by_method.get((AccountKind.DISPOSED, method), 0)
        other_g -= mass_g
        yield f"disposed:{method}", mass_g
    yield "disposed", other_g
    yield "exported", line.exported_g
    yield "handed", line.handed_g
    yield "into_store", line.stock_g - line.before_stock_g
    yield "onto_the_road", line.custody_g - line.before_custody_g
    yield "lost", -line.variance_g


def _disposals_shown(lines: Iterable[Line]) -> list[str]:
    masses: dict[str, int] = {}
    for line in lines:
        for (kind, method), mass_g in line.by_method.items():
            if kind == AccountKind.DISPOSED:
                masses[method] = masses.get(method, 0) + mass_g
    return sorted(masses, key=lambda method: -masses[method])[:DISPOSALS_MAX]


def _nodes(lines: Iterable[Line], shown: list[str]) -> list[Node]:
    methods = declarations.methods()
    return [
        *(Node(code, label, 0, code) for code, label in _SOURCES),
        Node("found", _("found more than booked"), 0, "variance"),
        Node("received", _("received from others"), 0, "handed"),
        Node("out_of_store", _("out of storage"), 0, "stock"),
        Node("off_the_road", _("was on the road"), 0, "custody"),
        *(Node(f"domain:{line.key}", _domain(line.key), 1) for line in lines),
        Node("recovered", _("recovered"), 2, "recovered"),
        *(
            Node(
                f"disposed:{code}",
                methods[code].name if code in methods else code,
                2,
                "disposed",
                code,
            )
            for code in shown
        ),
        Node("disposed", _("disposed of otherwise"), 2, "disposed"),
        Node("exported", _("taken out"), 2, "exported"),
        Node("handed", _("handed to others"), 2, "handed"),
        Node("into_store", _("added to storage"), 2, "stock"),
        Node("onto_the_road", _("on the road"), 2, "custody"),
        Node("lost", _("found less than booked"), 2, "variance"),
    ]


def _domain(code: str) -> str | Promise:
    known = {domain.code: domain for domain in declarations.domains()}
    return known[code].name if code in known else code
