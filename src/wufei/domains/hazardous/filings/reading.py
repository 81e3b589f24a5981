"""What the forms of hazardous waste are prefilled from and held against, read beforehand."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from django.db.models import Max, Min, Q
from django.utils import timezone

from wufei.domains.hazardous.filings.classes import LICENCES
from wufei.hub.catalogue.models import Exemption
from wufei.hub.filings import sources
from wufei.hub.filings.declarations import Source
from wufei.hub.filings.periods import Period, a_year_before
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.manifests.models import Line
from wufei.hub.registers.queries.summary import WasteFlow
from wufei.hub.registry.models import LicenceLine
from wufei.hub.registry.queries import codes_that_cover
from wufei.hub.registry.validity import valid_on

FLOWS, YEAR_BEFORE, RECEIVERS, HANDED = "flows", "year_before", "receivers", "handed"
EXEMPTIONS, PERMITS, LINES, OLDEST = "exemptions", "permits", "lines", "oldest"

flows = sources.waste_flows("hazardous")
medical_flows = sources.waste_flows("hazardous", ("medical",))


def _year_before(subject: Subject) -> tuple[WasteFlow, ...]:
    span = a_year_before(Period.YEAR, subject.span)
    found: tuple[WasteFlow, ...] = flows.read(replace(subject, span=span))
    return found


# The same as ``flows``, of the whole year before: what a plan begins with.
year_before = Source(YEAR_BEFORE, _year_before)


@dataclass(frozen=True)
class Receiver:
    """A licence that covers codes, whole or by their beginnings."""

    name: str
    codes: frozenset[str]

    def covers(self, waste: str) -> bool:
        return not self.codes.isdisjoint(codes_that_cover(waste))


def _receivers(subject: Subject) -> Mapping[str, Receiver]:
    rows = LicenceLine.objects.filter(
        valid_on(min(subject.span.last, max(subject.span.first, timezone.localdate()))),
        kind__in=LICENCES,
    )
    codes, names = defaultdict[str, set[str]](set), dict[str, str]()
    for number, code, name in rows.values_list("licence__number", "code", "organisation__name"):
        codes[number].add(code)
        names[number] = name
    return {one: Receiver(names[one], frozenset(found)) for one, found in codes.items()}


# Licences that hold in the period (today, if it lies in it), by their number.
receivers = Source(RECEIVERS, _receivers)


@dataclass(frozen=True)
class Handed:
    """What was sent by manifests that were loaded in the period; grams.

    ``open_g`` is what nobody has confirmed yet, as it was weighed out.
    """

    accepted_g: int = 0
    refused_g: int = 0
    open_g: int = 0

    @property
    def sent_g(self) -> int:
        """What should have left, as far as the other side says."""
        return self.accepted_g + self.open_g

    def __add__(self, other: "Handed") -> "Handed":
        return Handed(
            self.accepted_g + other.accepted_g,
            self.refused_g + other.refused_g,
            self.open_g + other.open_g,
        )


def _handed(subject: Subject) -> Mapping[str, Handed]:
    span = subject.span
    rows = Line.objects.filter(
        manifest__consignor=subject.organisation,
        manifest__loaded_at__gte=day_start(span.first),
        manifest__loaded_at__lt=day_start(span.last, after=1),
        waste__domain="hazardous",
    )
    if subject.site is not None:
        rows = rows.filter(manifest__consignor_site=subject.site)
    found: dict[str, Handed] = defaultdict(Handed)
    for code, out_g, accepted_g, refused_g in rows.values_list(
        "waste__code", "weighed_out_g", "accepted_g", "refused_g"
    ):
        open_g = (out_g or 0) if accepted_g is None else 0
        found[code] += Handed(accepted_g or 0, refused_g or 0, open_g)
    return found


# What the other side says of what was sent, by waste code.
handed = Source(HANDED, _handed)


def _exemptions(subject: Subject) -> Mapping[str, frozenset[str]]:
    found = defaultdict[str, set[str]](set)
    for codes, stage in Exemption.objects.filter(valid_on(subject.span.last)).values_list(
        "codes", "stage"
    ):
        for code in codes:
            found[code].add(stage)
    return {code: frozenset(stages) for code, stages in found.items()}


# Stages at which something is exempt, by code or category, of the list in force.
exemptions = Source(EXEMPTIONS, _exemptions)


@dataclass(frozen=True)
class Medical:
    """When medical waste that still stands arose, and when some was last recorded."""

    oldest_h: Decimal | None
    days_silent: int | None


def _medical(subject: Subject) -> Medical:
    lots = Lot.objects.filter(
        Q(account__place=subject.site) if subject.site else Q(),
        account__holder=subject.organisation,
        account__kind=AccountKind.STOCK,
        account__waste__stream="medical",
    )
    now = timezone.now()
    oldest = lots.filter(remaining_g__gt=0).aggregate(at=Min("arisen_at"))["at"]
    last = lots.filter(arisen_at__lt=day_start(subject.span.first)).aggregate(at=Max("arisen_at"))
    latest = last["at"]
    day = subject.span.first
    return Medical(
        oldest_h=Decimal(int((now - oldest) / timedelta(hours=1))) if oldest else None,
        days_silent=(day - timezone.localdate(latest)).days if latest else None,
    )


oldest = Source(OLDEST, _medical)
permits = sources.licence_lines("discharge", code=PERMITS)
lines = sources.licence_lines(*LICENCES, code=LINES)

PLAN = (year_before, sources.profile, permits, receivers, exemptions)
REPORT = (flows, receivers, handed, exemptions)
