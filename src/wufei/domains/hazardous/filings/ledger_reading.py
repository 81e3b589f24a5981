"""What the ledger has of a month, as a register lists it, and where containers stand."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from wufei.hub.base.tables import Column
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings.declarations import Source
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.queries.facts import Of, Period
from wufei.hub.registers.declarations import Col, Fact, Kind
from wufei.hub.registers.layout import KEYS, Layout, Row
from wufei.hub.registers.queries.rows import page
from wufei.hub.registers.queries.sides import Filters, Picked, Within
from wufei.hub.registry.models import Site

ENTRIES, STANDING = "entries", "standing"
# No month of one organisation has more; a form of more lines would not open either.
LINES_MAX = 20_000
_FACTS = (
    Fact.HAPPENED_AT,
    Fact.WASTE_CODE,
    Fact.WASTE,
    Fact.MASS,
    Fact.CONTAINERS,
    Fact.CONTAINER_COUNT,
    Fact.METHOD,
    Fact.SITE,
    Fact.HANDLER,
    Fact.LICENCE_HOLDER,
    Fact.LICENCE,
    Fact.EXEMPT_RECEIVER,
)


@dataclass(frozen=True)
class LedgerLine:
    """A movement as a register lists it. ``mass`` in tonnes, exact; ``method`` is a code.

    ``manifest`` says whether it travelled by one.
    """

    entry: UUID
    happened_at: datetime
    waste: str
    waste_name: str
    mass: Decimal
    container: str
    container_count: int | None
    method: str
    site: UUID | None
    handler: str
    licence_holder: str
    licence_no: str
    exempt_receiver: str
    manifest: bool


def entries(register: Kind) -> Source:
    """Movements of hazardous waste in the period that stand, as a tuple of ``LedgerLine``."""

    def read(subject: Subject) -> tuple[LedgerLine, ...]:
        wastes = WasteType.objects.filter(domain="hazardous").values_list("pk", flat=True)
        within = Within(
            subject.organisation.pk,
            Of(wastes=list(wastes)),
            Period(subject.span.first, subject.span.last),
            subject.site.pk if subject.site else None,
        )
        layout = Layout([Col("", fact) for fact in _FACTS], exact=True)
        picked = Picked(register, within, Filters(standing=True))
        sites = dict(
            Site.objects.filter(organisation=subject.organisation).values_list("name", "uuid")
        )
        methods = {str(one.name): code for code, one in catalogue.methods().items()}
        rows = page(picked, layout, offset=0, limit=LINES_MAX)
        told = [[_value(column, row) for column in layout.columns] for row in rows]
        return tuple(
            _line(row[_UUID], row[_MANIFEST], values, sites, methods)
            for row, values in zip(rows, told, strict=True)
        )

    return Source(ENTRIES, read)


def _value(column: Column, row: Row) -> Any:
    assert column.value is not None, "a layout's columns have values"
    return column.value(row)


_UUID, _MANIFEST = KEYS.index("k.uuid"), KEYS.index("f.uuid")


def _line(
    uuid: UUID,
    manifest: UUID | None,
    values: list[Any],
    sites: Mapping[str, UUID],
    methods: Mapping[str, str],
) -> LedgerLine:
    told = dict(zip(_FACTS, values, strict=True))
    return LedgerLine(
        entry=uuid,
        happened_at=told[Fact.HAPPENED_AT],
        waste=told[Fact.WASTE_CODE],
        waste_name=told[Fact.WASTE],
        mass=told[Fact.MASS],
        container=told[Fact.CONTAINERS] or "",
        container_count=told[Fact.CONTAINER_COUNT],
        method=methods.get(told[Fact.METHOD] or "", ""),
        site=sites.get(told[Fact.SITE] or ""),
        handler=told[Fact.HANDLER] or "",
        licence_holder=told[Fact.LICENCE_HOLDER] or "",
        licence_no=told[Fact.LICENCE] or "",
        exempt_receiver=told[Fact.EXEMPT_RECEIVER] or "",
        manifest=manifest is not None,
    )


def _standing(subject: Subject) -> Mapping[str, frozenset[UUID]]:
    lots = Lot.objects.filter(
        account__holder=subject.organisation,
        account__kind=AccountKind.STOCK,
        account__waste__domain="hazardous",
    ).exclude(label="")
    found = defaultdict[str, set[UUID]](set)
    for label, site in lots.values_list("label", "account__place__uuid"):
        found[label].add(site)
    return {label: frozenset(sites) for label, sites in found.items()}


# Sites at which a container stands or has stood, by its label.
standing = Source(STANDING, _standing)
