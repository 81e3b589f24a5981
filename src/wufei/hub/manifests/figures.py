"""Figures that the pages of manifests show: differences, distances, what is still free today."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from wufei.hub.ledger.models import AccountKind, Balance
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.manifests import declarations, rules
from wufei.hub.manifests.models import Line, Manifest, Route
from wufei.hub.registry.models import Site

_EARTH_M = 6_371_008.8


@dataclass(frozen=True)
class Difference:
    """Weighed in against weighed out: grams, thousandths, and whether it needs a reason."""

    mass_g: int
    permille: Decimal
    beyond: bool

    @property
    def mass_kg(self) -> Decimal:
        return Decimal(self.mass_g) / 1000


def difference(line: Line, tolerance_permille: int) -> Difference | None:
    """Of one line; None before both scales have spoken."""
    if not line.weighed_out_g or line.weighed_in_g is None:
        return None
    off_g = line.weighed_in_g - line.weighed_out_g
    permille = (Decimal(off_g) * 1000 / line.weighed_out_g).quantize(
        Decimal("0.1"), ROUND_HALF_EVEN
    )
    beyond = rules.beyond_tolerance(line.weighed_out_g, line.weighed_in_g, tolerance_permille)
    return Difference(off_g, permille, beyond)


def tolerance_of(manifest: Manifest) -> int:
    """Thousandths of the weight that may differ without a reason."""
    return declarations.template(manifest.template).tolerance_permille


def known_g(manifest: Manifest) -> int:
    """The best figure so far of everything it carries; grams."""
    return sum(line.known_g for line in manifest.lines.all())


def distance_m(one: Site, other: Site) -> float | None:
    """Along the great circle, in metres; None where a site has no position."""
    if None in (one.longitude, one.latitude, other.longitude, other.latitude):
        return None
    return _apart_m(_degrees(one), _degrees(other))


def length_m(route: Route) -> float:
    """Length of the route's line in metres."""
    points = [(float(lon), float(lat)) for lon, lat, *_rest in route.path["coordinates"]]
    return sum(_apart_m(a, b) for a, b in pairwise(points))


def _degrees(site: Site) -> tuple[float, float]:
    return float(site.longitude or 0), float(site.latitude or 0)


def _apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Haversine formula on a sphere of the Earth's mean radius; degrees of WGS-84."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * math.asin(math.sqrt(half))


@dataclass(frozen=True)
class Trips:
    """How many loads, and grams, since midnight in Asia/Shanghai."""

    count: int
    mass_g: int


def today_start() -> datetime:
    return day_start(timezone.localdate())


def trips_today(**which: Any) -> Trips:
    """Loads that left today: ``vehicle=``, ``consignor_site=``…"""
    return _sum(Line.objects.filter(manifest__loaded_at__gte=today_start()), which)


def received_today(site: Site) -> Trips:
    rows = Line.objects.filter(manifest__arrived_at__gte=today_start())
    return _sum(rows, {"consignee_site": site})


def _sum(rows: Any, which: dict[str, Any]) -> Trips:
    found = rows.filter(**{f"manifest__{name}": value for name, value in which.items()}).aggregate(
        count=Count("manifest", distinct=True),
        mass_g=Sum(Coalesce("weighed_in_g", "weighed_out_g", "declared_g"), default=0),
    )
    return Trips(found["count"], found["mass_g"])


@dataclass(frozen=True)
class Room:
    """Capacity that a site has left, in grams: of today's treatment, or of its storage."""

    mass_g: int
    of_today: bool


def rooms(sites: Iterable[Site]) -> dict[int, Room]:
    """What sites can still take, by primary key; sites without a known capacity are left out.

    A day's capacity counts what was sent there today; storage counts what stands there.
    """
    asked = list(sites)
    daily = [site for site in asked if site.daily_capacity_t]
    storing = [site for site in asked if not site.daily_capacity_t and site.capacity_t]
    sent, standing = _sent_today(daily), _standing(storing)
    left = {
        site.pk: Room(_grams(site.daily_capacity_t) - sent.get(site.pk, 0), of_today=True)
        for site in daily
    }
    return left | {
        site.pk: Room(_grams(site.capacity_t) - standing.get(site.pk, 0), of_today=False)
        for site in storing
    }


def _sent_today(sites: Sequence[Site]) -> dict[int, int]:
    rows = (
        Line.objects.filter(
            manifest__loaded_at__gte=today_start(), manifest__consignee_site__in=sites
        )
        .order_by()
        .values_list("manifest__consignee_site")
        .annotate(mass_g=Sum(Coalesce("weighed_in_g", "weighed_out_g", "declared_g")))
    )
    return dict(rows)


def _standing(sites: Sequence[Site]) -> dict[int, int]:
    rows = (
        Balance.objects.filter(account__kind=AccountKind.STOCK, account__place__in=sites)
        .order_by()
        .values_list("account__place")
        .annotate(in_g=Sum("in_g"), out_g=Sum("out_g"))
    )
    return {site: in_g - out_g for site, in_g, out_g in rows}


def _grams(tonnes: Decimal | None) -> int:
    return int((tonnes or Decimal(0)) * GRAMS_PER_T)
