"""What is left of a quota or a licence's yearly quantity: taken and given back under one lock."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from wufei.hub.base.errors import Refusal
from wufei.hub.registry.models import Allotment, Headroom, LicenceLine, Organisation, Quota, Site
from wufei.hub.registry.queries import licensed_lines
from wufei.hub.registry.services.refusals import LicenceExceeded, QuotaExceeded
from wufei.hub.registry.validity import valid_on

_GRAMS_PER_T = 1_000_000


@dataclass(frozen=True)
class Claim:
    """A quota, or a licence's code in one year, from which something is to be taken."""

    organisation: Organisation
    code: str
    limit_g: int
    quota: Quota | None = None
    line: LicenceLine | None = None
    year: int | None = None

    @property
    def headroom(self) -> Headroom:
        """The row that counts what has been taken; made on first use."""
        licence = self.line.licence if self.line else None
        code = self.line.code if self.line else ""
        row, _made = Headroom.objects.get_or_create(
            quota=self.quota, licence=licence, code=code, year=self.year
        )
        return row

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


def take(claim: Claim, key: UUID, mass_g: int, *, beyond: bool = False) -> int:
    """Take grams for ``key``, or change what it took; returns how many are beyond the limit.

    Raises ``QuotaExceeded`` or ``LicenceExceeded`` unless ``beyond`` says that it has happened
    already: a truck that was loaded. Call it inside a transaction, before the ledger's locks.
    """
    row = claim.headroom
    # The update is the lock: whoever comes second sees what the first has taken.
    Headroom.objects.filter(pk=row.pk).update(taken_g=F("taken_g"))
    held = Allotment.objects.filter(key=key, headroom=row).values_list("mass_g", flat=True).first()
    more_g = mass_g - (held or 0)
    taken_g = Headroom.objects.values_list("taken_g", flat=True).get(pk=row.pk)
    over_g = max(0, taken_g + more_g - claim.limit_g)
    if over_g and more_g > 0 and not beyond:
        raise claim.refusal(taken_g - (held or 0), mass_g)
    Headroom.objects.filter(pk=row.pk).update(taken_g=F("taken_g") + more_g)
    if mass_g:
        Allotment.objects.update_or_create(key=key, headroom=row, defaults={"mass_g": mass_g})
    else:
        Allotment.objects.filter(key=key, headroom=row).delete()
    return over_g if more_g > 0 else 0


def change(key: UUID, *, quota: bool, mass_g: int) -> int:
    """Set what ``key`` took of its quota (or of its licence) to what it really was.

    Returns the grams beyond the limit that this leaves, 0 where nothing had been taken.
    """
    over_g = 0
    rows = Allotment.objects.filter(key=key, headroom__quota__isnull=not quota)
    for one in rows.select_related("headroom").order_by("headroom"):
        row = one.headroom
        if mass_g == one.mass_g:
            continue
        more_g = mass_g - one.mass_g
        Headroom.objects.filter(pk=row.pk).update(taken_g=F("taken_g") + more_g)
        if mass_g:
            Allotment.objects.filter(pk=one.pk).update(mass_g=mass_g)
        else:
            one.delete()
        if more_g > 0:
            over_g = max(over_g, _over(row))
    return over_g


def give_back(key: UUID) -> None:
    """Free all that ``key`` took."""
    for quota in (True, False):
        change(key, quota=quota, mass_g=0)


def left_g(claim: Claim) -> int:
    """Grams that are left of it; negative where more was moved than allowed."""
    return claim.limit_g - claim.headroom.taken_g


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
