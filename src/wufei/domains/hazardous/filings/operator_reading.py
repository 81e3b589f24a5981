"""What the ledger knows of a licensed operator's period: received, treated, stored, from whom."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from wufei.domains.hazardous.filings.reading import flows, lines
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings.declarations import Source
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.queries.facts import Of, Period
from wufei.hub.registers.declarations import Kind
from wufei.hub.registers.facts import COUNTERPARTY, COUNTERPARTY_JOINS, joins
from wufei.hub.registers.queries.sides import ACCOUNTS, Picked, Within, branches
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


@dataclass(frozen=True)
class Consigned:
    """What one consignor sent of one waste; grams."""

    waste: str
    consignor: str
    province: str
    mass_g: int


_CONSIGNED = """
SELECT w.code, coalesce({party}, ''), coalesce(max(pr.name), ''),
       sum(k.sign * k.mass_g)::bigint
FROM ({branches}) k {accounts}
{joins}
LEFT JOIN registry_region cr ON cr.id = cn.region_id
LEFT JOIN registry_region pr ON pr.level = 'province' AND pr.code = ANY(cr.covered_by)
GROUP BY 1, 2 HAVING sum(k.sign * k.mass_g) > 0 ORDER BY 1, 4 DESC, 2"""


def _consigned(subject: Subject) -> tuple[Consigned, ...]:
    wastes = WasteType.objects.filter(domain="hazardous").values_list("pk", flat=True)
    within = Within(
        subject.organisation.pk,
        Of(wastes=list(wastes)),
        Period(subject.span.first, subject.span.last),
        subject.site.pk if subject.site else None,
    )
    picked = Picked(Kind.INCOMING, within)
    statement = _CONSIGNED.format(
        party=COUNTERPARTY.format("name"),
        branches=branches(picked),
        accounts=ACCOUNTS,
        joins=joins([*COUNTERPARTY_JOINS, "w"]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, picked.parameters)
        return tuple(Consigned(*row) for row in cursor.fetchall())


def _operation(subject: Subject) -> tuple[Operation, ...]:
    received: dict[str, int] = defaultdict(int)
    for one in _consigned(subject):
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


READS = (Source("operation", _operation), Source("consigned", _consigned), lines)
