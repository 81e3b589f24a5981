"""What the ledger and the register know of household waste, read beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from wufei.domains import consigned
from wufei.domains.household.filings.common import DOMAIN
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings import sources
from wufei.hub.filings.declarations import Source
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.queries.facts import Period
from wufei.hub.registers.declarations import Kind
from wufei.hub.registers.queries import days
from wufei.hub.registers.queries.sides import Picked
from wufei.hub.registers.queries.summary import WasteFlow
from wufei.hub.registry.models import LicenceLine, Site
from wufei.hub.registry.validity import valid_on

flows = sources.waste_flows(DOMAIN)
fly_ash = sources.waste_flows("hazardous", ("incineration_fly_ash",), code="fly_ash")
consignors = consigned.by_consignor(DOMAIN)
_KG_G = Decimal(1_000)


def kilograms(mass_g: int) -> Decimal:
    """Grams as kilograms, exact to the gram, as the fields of phone forms have them."""
    return Decimal(mass_g) / _KG_G


def came_g(flow: WasteFlow) -> int:
    """What came in and arose: all that stands there or has left and was not there before."""
    return flow.closing_g + left_g(flow) - flow.opening_g


def left_g(flow: WasteFlow) -> int:
    return sent_g(flow) + treated_g(flow)


def sent_g(flow: WasteFlow) -> int:
    return sum(way.mass_g for way in flow.sent)


def treated_g(flow: WasteFlow) -> int:
    return sum(way.mass_g for way in flow.own)


@dataclass(frozen=True)
class Carried:
    """What a carrier took on its vehicles of one waste in the period; grams."""

    waste: WasteType
    loads: int
    mass_g: int


def _carried(subject: Subject) -> tuple[Carried, ...]:
    found = days.carried(consigned.within(subject, DOMAIN))
    wastes = WasteType.objects.in_bulk([waste for waste, _loads, _mass_g in found])
    carried = [Carried(wastes[key], loads, mass_g) for key, loads, mass_g in found if loads > 0]
    return tuple(sorted(carried, key=lambda one: one.waste.code))


carried = Source("carried", _carried)


def _daily(subject: Subject) -> Mapping[date, tuple[int, int]]:
    within = consigned.within(subject, DOMAIN)
    received = days.daily(Picked(Kind.INCOMING, within))
    treated = days.daily(Picked(Kind.TREATED, within))
    return {
        day: (received.get(day, 0), treated.get(day, 0)) for day in sorted({*received, *treated})
    }


# Grams received and treated by day.
daily = Source("daily", _daily)


def _capacity(subject: Subject) -> Decimal:
    rows = Site.objects.filter(valid_on(subject.span.last), organisation=subject.organisation)
    if subject.site is not None:
        rows = rows.filter(pk=subject.site.pk)
    return sum(
        (found or Decimal(0) for found in rows.values_list("daily_capacity_t", flat=True)),
        Decimal(0),
    )


# Tonnes a day that the filer's sites can treat; 0 where nobody has said.
capacity = Source("capacity_t", _capacity)


def _collectors(subject: Subject) -> frozenset[UUID]:
    rows = LicenceLine.objects.filter(valid_on(subject.span.first), kind="kitchen")
    return frozenset(rows.values_list("organisation__uuid", flat=True))


# Who may collect catering waste on the day of the form.
collectors = Source("collectors", _collectors)


def _points(subject: Subject) -> tuple[Site, ...]:
    rows = subject.organisation.sites.filter(valid_on(subject.span.last), kind="collection")
    return tuple(rows.order_by("pk"))


# Collection points of the filer in the register.
points = Source("points", _points)


def methods(subject: Subject, years: int = 2) -> Mapping[str, int]:
    """Grams that the filer treated by each method in the years before, and until today."""
    first = subject.span.first.replace(day=1)
    start = first.replace(year=first.year - years)
    within = consigned.within(subject, DOMAIN)
    period = Period(start, max(min(subject.span.last, timezone.localdate()), start))
    found: dict[str, int] = {}
    for _waste, method, _outcome, mass_g in days.treated(replace(within, period=period)):
        found[method] = found.get(method, 0) + mass_g
    return found
