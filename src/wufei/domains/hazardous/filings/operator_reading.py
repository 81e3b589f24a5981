"""What the ledger knows of a licensed operator's period: received, treated, stored, from whom."""

from collections import defaultdict
from dataclasses import dataclass

from wufei.domains.consigned import by_consignor, consigned
from wufei.domains.hazardous.filings.reading import flows, lines
from wufei.hub.filings.declarations import Source
from wufei.hub.filings.subjects import Subject
from wufei.hub.registers.queries.summary import WasteFlow


@dataclass(frozen=True)
class Operation:
    """One waste of an operator in the period; grams. ``by_method``: codes of methods with mass."""

    waste: str
    before_g: int = 0
    received_g: int = 0
    made_g: int = 0
    treated_g: int = 0
    sent_g: int = 0
    after_g: int = 0
    by_method: tuple[tuple[str, int], ...] = ()


def _operation(subject: Subject) -> tuple[Operation, ...]:
    received: dict[str, int] = defaultdict(int)
    for one in consigned(subject, "hazardous"):
        received[one.waste] += one.mass_g
    known: dict[str, WasteFlow] = {flow.waste.code: flow for flow in flows.read(subject)}
    return tuple(
        _of_waste(waste, known.get(waste), received[waste]) for waste in sorted({*known, *received})
    )


def _of_waste(waste: str, flow: WasteFlow | None, received_g: int) -> Operation:
    if flow is None:
        return Operation(waste, received_g=received_g)
    return Operation(
        waste,
        before_g=flow.opening_g,
        received_g=received_g,
        made_g=flow.arisen_g,
        treated_g=sum(way.mass_g for way in flow.own),
        sent_g=sum(way.mass_g for way in flow.sent),
        after_g=flow.closing_g,
        by_method=tuple((way.method, way.mass_g) for way in flow.own if way.mass_g > 0),
    )


READS = (Source("operation", _operation), by_consignor("hazardous"), lines)
