"""What is left of a quota or a licence's yearly quantity: taken and given back under one lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import F

from wufei.hub.base.errors import Refusal
from wufei.hub.registry.models import Allotment, Headroom, LicenceLine, Organisation, Quota, Site
from wufei.hub.registry.queries import licensed_lines
from wufei.hub.registry.services.refusals import LicenceExceeded, QuotaExceeded
from wufei.hub.registry.validity import valid_on

_GRAMS_PER_T = 1_000_000
NEAR_PERMILLE = 900
"""From here on whoever granted a quota is told that it is nearly used up; local practice."""


@dataclass(frozen=True)
class Claim:
    """A quota, or a licence's code in one year, from which something is to be taken."""

    organisation: Organisation
    code: str
    limit_g: int
    quota: Quota | None = None
    line: LicenceLine | None = None
    year: int | None = None

    def refusal(self, taken_g: int, asked_g: int) -> Refusal:
        """Why ``asked_g`` do not fit beside the ``taken_g`` of others."""
        figures = {
            "organisation": self.organisation.name,
            "code": self.code,
            "limit_t": _in_t(self.limit_g),
            "left_t": _in_t(max(0, self.limit_g - taken_g)),
            "asked_t": _in_t(asked_g),
        }
        if self.quota:
            return QuotaExceeded(**figures, field="declared")
        return LicenceExceeded(**figures, year=self.year, field="consignee_site")


def quota_claim(
    organisation: Organisation, code: str, day: date, site: Site | None = None
) -> Claim | None:
    """The site's own quota, else the organisation's; None where there is none."""
    rows = Quota.objects.filter(valid_on(day), organisation=organisation, code=code.upper())
    found = {row.site_id: row for row in rows if row.site_id in (None, site and site.pk)}
    quota = found.get(site.pk if site else None) or found.get(None)
    if quota is None:
        return None
    return Claim(organisation, code, _in_g(quota.limit_t), quota=quota)


def licence_claim(
    organisation: Organisation, code: str, kinds: tuple[str, ...], day: date
) -> Claim | None:
    """The licence line that covers ``code`` most closely; None where none names a quantity."""
    rows = licensed_lines(organisation, code, day).filter(kind__in=kinds)
    limited = sorted(
        (row for row in rows if row.limit_t is not None), key=lambda row: (-len(row.code), row.pk)
    )
    if not limited:
        return None
    line = limited[0]
    assert line.limit_t is not None
    return Claim(organisation, code, _in_g(line.limit_t), line=line, year=day.year)


@dataclass(frozen=True)
class Taken:
    """``mass_g`` more were taken, which makes ``taken_g`` in all; ``over_g`` of them too many."""

    mass_g: int
    taken_g: int
    over_g: int

    def nears(self, limit_g: int) -> bool:
        """Whether it is with these that hardly anything is left."""
        near = (self.taken_g - self.mass_g) * 1000 < limit_g * NEAR_PERMILLE
        return near and limit_g * NEAR_PERMILLE <= self.taken_g * 1000 and not self.over_g


def take(claim: Claim, key: UUID, mass_g: int, *, beyond: bool = False) -> Taken:
    """Take grams for a new ``key``.

    Raises ``QuotaExceeded`` or ``LicenceExceeded`` unless ``beyond`` says that it has happened
    already: a truck that was loaded. Call it inside a transaction, before the ledger's locks.
    """
    licence = claim.line.licence_id if claim.line else None
    code = claim.line.code if claim.line else ""
    quota = claim.quota.pk if claim.quota else None
    with connection.cursor() as cursor:
        # The row is the lock: whoever comes second sees what the first has taken.
        target = "(quota_id)" if quota else "(licence_id, code, year)"
        cursor.execute(_TAKE.format(target=target), [quota, licence, code, claim.year, mass_g])
        headroom, taken_g = cursor.fetchone()
    # First this: a twin of the very same request is to fail here, and not for want of headroom.
    Allotment.objects.create(key=key, headroom_id=headroom, mass_g=mass_g)
    over_g: int = max(0, taken_g - claim.limit_g)
    if over_g and not beyond:
        raise claim.refusal(taken_g - mass_g, mass_g)
    return Taken(mass_g, taken_g, min(over_g, mass_g))


_TAKE = """
INSERT INTO registry_headroom AS h (quota_id, licence_id, code, year, taken_g)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT {target} DO UPDATE SET taken_g = h.taken_g + excluded.taken_g
RETURNING id, taken_g"""


def taken_by(keys: Iterable[UUID]) -> list[Allotment]:
    """What these keys took of quotas and licences, in the order in which everybody locks."""
    rows = Allotment.objects.filter(key__in=list(keys))
    return list(rows.select_related("headroom__quota").order_by("headroom"))


def change(one: Allotment, mass_g: int) -> int:
    """Set what was taken to what it really was; returns the grams beyond the limit it leaves."""
    if mass_g == one.mass_g:
        return 0
    more_g = mass_g - one.mass_g
    Headroom.objects.filter(pk=one.headroom_id).update(taken_g=F("taken_g") + more_g)
    if mass_g:
        Allotment.objects.filter(pk=one.pk).update(mass_g=mass_g)
    else:
        Allotment.objects.filter(pk=one.pk).delete()
    return min(_over(one.headroom), more_g) if more_g > 0 else 0


def give_back(keys: Iterable[UUID]) -> None:
    """Free all that these keys took."""
    for one in taken_by(keys):
        change(one, 0)


def taken_g(claim: Claim) -> int:
    """Grams that have been taken of it."""
    rows = Headroom.objects.filter(quota=claim.quota, year=claim.year)
    if claim.line:
        rows = rows.filter(licence=claim.line.licence_id, code=claim.line.code)
    return rows.values_list("taken_g", flat=True).first() or 0


def _over(row: Headroom) -> int:
    """Grams beyond the limit of the quota; a licence's limit is looked up anew."""
    row.refresh_from_db()
    if row.quota is not None:
        return max(0, row.taken_g - _in_g(row.quota.limit_t))
    line = LicenceLine.objects.filter(licence=row.licence, code=row.code).first()
    if line is None or line.limit_t is None:
        return 0
    return max(0, row.taken_g - _in_g(line.limit_t))


def _in_g(mass_t: Decimal) -> int:
    return int(mass_t * _GRAMS_PER_T)


def _in_t(mass_g: int) -> str:
    return f"{mass_g / _GRAMS_PER_T:,.3f}"
