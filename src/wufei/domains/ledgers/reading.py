"""What the ledger has of a month, as a register lists it, and where containers stand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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

ENTRIES, STANDING, STREAMS = "entries", "standing", "streams"
# No month of one organisation has more; a form of more lines would not open either.
LINES_MAX = 20_000
_FACTS = (
    Fact.HAPPENED_AT,
    Fact.WASTE_CODE,
    Fact.WASTE,
    Fact.MASS,
    Fact.METHOD,
    Fact.SITE,
    Fact.HANDLER,
)
CONTAINERS = (Fact.CONTAINERS, Fact.CONTAINER_COUNT)
RECEIVERS = (Fact.LICENCE_HOLDER, Fact.LICENCE, Fact.EXEMPT_RECEIVER)
ROAD = (Fact.CARRIER, Fact.PLATE, Fact.COUNTERPARTY)


@dataclass(frozen=True)
class LedgerLine:
    """A movement as a register lists it. ``mass`` in tonnes, exact; ``method`` is a code.

    ``manifest`` says whether it travelled by one, ``is_in`` whether it came into an account of
    whoever files. ``facts`` are those that were asked for beside these.
    """

    entry: UUID
    happened_at: datetime
    waste: str
    waste_name: str
    mass: Decimal
    method: str
    site: UUID | None
    handler: str
    manifest: bool
    is_in: bool
    facts: Mapping[Fact, Any]

    @property
    def container(self) -> str:
        return self.text(Fact.CONTAINERS)

    def text(self, fact: Fact) -> str:
        return self.facts.get(fact) or ""


def entries(register: Kind, domain: str, facts: Sequence[Fact] = CONTAINERS) -> Source:
    """Movements of the domain's wastes in the period that stand: a tuple of ``LedgerLine``."""

    def read(subject: Subject) -> tuple[LedgerLine, ...]:
        wastes = WasteType.objects.filter(domain=domain).values_list("pk", flat=True)
        within = Within(
            subject.organisation.pk,
            Of(wastes=list(wastes)),
            Period(subject.span.first, subject.span.last),
            subject.site.pk if subject.site else None,
        )
        wanted = (*_FACTS, *facts)
        layout = Layout([Col("", fact) for fact in wanted], exact=True)
        picked = Picked(register, within, Filters(standing=True))
        sites = dict(
            Site.objects.filter(organisation=subject.organisation).values_list("name", "uuid")
        )
        methods = {str(one.name): code for code, one in catalogue.methods().items()}
        rows = page(picked, layout, offset=0, limit=LINES_MAX)
        told = [
            dict(zip(wanted, (_value(one, row) for one in layout.columns), strict=True))
            for row in rows
        ]
        return tuple(
            _line(row, values, sites, methods) for row, values in zip(rows, told, strict=True)
        )

    return Source(ENTRIES, read)


def _value(column: Column, row: Row) -> Any:
    assert column.value is not None, "a layout's columns have values"
    return column.value(row)


_UUID, _MANIFEST, _SIDE = (KEYS.index(one) for one in ("k.uuid", "f.uuid", "k.side"))


def _line(
    row: Row, told: dict[Fact, Any], sites: Mapping[str, UUID], methods: Mapping[str, str]
) -> LedgerLine:
    return LedgerLine(
        entry=row[_UUID],
        happened_at=told[Fact.HAPPENED_AT],
        waste=told[Fact.WASTE_CODE],
        waste_name=told[Fact.WASTE],
        mass=told[Fact.MASS],
        method=methods.get(told[Fact.METHOD] or "", ""),
        site=sites.get(told[Fact.SITE] or ""),
        handler=told[Fact.HANDLER] or "",
        manifest=row[_MANIFEST] is not None,
        is_in=row[_SIDE] == "in",
        facts=told,
    )


def standing(domain: str) -> Source:
    """Sites at which a container stands or has stood, by its label."""

    def read(subject: Subject) -> Mapping[str, frozenset[UUID]]:
        lots = Lot.objects.filter(
            account__holder=subject.organisation,
            account__kind=AccountKind.STOCK,
            account__waste__domain=domain,
        ).exclude(label="")
        found = defaultdict[str, set[UUID]](set)
        for label, site in lots.values_list("label", "account__place__uuid"):
            found[label].add(site)
        return {label: frozenset(sites) for label, sites in found.items()}

    return Source(STANDING, read)


def streams(domain: str) -> Source:
    """The stream of each of the domain's wastes, by its code."""

    def read(subject: Subject) -> Mapping[str, str]:
        return dict(WasteType.objects.filter(domain=domain).values_list("code", "stream"))

    return Source(STREAMS, read)
