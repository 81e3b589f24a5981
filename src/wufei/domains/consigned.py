"""Who sent what to whoever files, as the ledger has it."""

from dataclasses import dataclass

from django.db import connection

from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings.declarations import Source
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.queries.facts import Of, Period
from wufei.hub.registers.declarations import Kind
from wufei.hub.registers.facts import COUNTERPARTY, COUNTERPARTY_JOINS, joins
from wufei.hub.registers.queries.sides import ACCOUNTS, Picked, Within, branches

CONSIGNED = "consigned"


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


def within(subject: Subject, domain: str) -> Within:
    """The filer's accounts of the domain's wastes in its period."""
    wastes = WasteType.objects.filter(domain=domain).values_list("pk", flat=True)
    return Within(
        subject.organisation.pk,
        Of(wastes=list(wastes)),
        Period(subject.span.first, subject.span.last),
        subject.site.pk if subject.site else None,
    )


def consigned(subject: Subject, domain: str) -> tuple[Consigned, ...]:
    """By waste, whoever sent most of it first."""
    picked = Picked(Kind.INCOMING, within(subject, domain))
    statement = _CONSIGNED.format(
        party=COUNTERPARTY.format("name"),
        branches=branches(picked),
        accounts=ACCOUNTS,
        joins=joins([*COUNTERPARTY_JOINS, "w"]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, picked.parameters)
        return tuple(Consigned(*row) for row in cursor.fetchall())


def by_consignor(domain: str) -> Source:
    """What each consignor sent of each waste of the domain: a tuple of ``Consigned``."""
    return Source(CONSIGNED, lambda subject: consigned(subject, domain))
