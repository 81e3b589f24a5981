"""What is left of a quota or a licence's yearly quantity: taken and given back under one lock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import DateField, F
from django.db.models.functions import Collate

from wufei.hub.base.errors import Refusal
from wufei.hub.base.prepared import Among, Given, Rows, run, together
from wufei.hub.base.rows import change, insert
from wufei.hub.registry.models import Allotment, Headroom, LicenceLine, Organisation, Quota, Site
from wufei.hub.registry.queries import licensed_lines
from wufei.hub.registry.services.refusals import LicenceExceeded, QuotaExceeded
from wufei.hub.registry.validity import valid_on

_GRAMS_PER_T = 1_000_000
T = TypeVar("T")
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

    @property
    def key(self) -> tuple[Any, ...]:
        """Which row it is that is taken from; everybody locks in this order (``_IN_ORDER``)."""
        if self.quota:
            return (0, self.quota.pk, "", 0)
        assert self.line is not None, "a claim is on a quota or on a licence"
        return (1, self.line.licence_id, self.line.code, self.year)

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


_QUOTAS = Rows(
    lambda: Quota.objects.filter(
        valid_on(Given("day", DateField())),
        Among("organisation", "holders"),
        Among("code", "codes"),
    )
)


@dataclass
class Papers:
    """What the register was asked about quotas and licences, each thing once."""

    _told: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def once(self, key: tuple[Any, ...], ask: Callable[[], T]) -> T:
        """What ``ask`` says, or said before under this key."""
        if key not in self._told:
            self._told[key] = ask()
        said: T = self._told[key]
        return said

    def quotas(self, organisation: Organisation, code: str, day: date) -> list[Quota]:
        """Quotas of an organisation and its sites for a waste."""

        def rows() -> list[Quota]:
            return _QUOTAS(day=day, holders=[organisation.pk], codes=[code.upper()])

        return self.once(("quotas", organisation.pk, code, day), rows)

    def licences(
        self, organisation: Organisation, code: str, kinds: tuple[str, ...], day: date
    ) -> list[LicenceLine]:
        """Licence lines of these kinds under which an organisation may take a waste."""
        key = ("licences", organisation.pk, code, day)
        lines = self.once(key, lambda: licensed_lines(organisation, code, day))
        return [row for row in lines if row.kind in kinds]


def quota_claim(
    organisation: Organisation,
    code: str,
    day: date,
    site: Site | None = None,
    papers: Papers | None = None,
) -> Claim | None:
    """The site's own quota, else the organisation's; None where there is none."""
    rows = (papers or Papers()).quotas(organisation, code, day)
    found = {row.site_id: row for row in rows if row.site_id in (None, site and site.pk)}
    quota = found.get(site.pk if site else None) or found.get(None)
    if quota is None:
        return None
    return Claim(organisation, code, _in_g(quota.limit_t), quota=quota)


def licence_claim(
    organisation: Organisation,
    code: str,
    kinds: tuple[str, ...],
    day: date,
    papers: Papers | None = None,
) -> Claim | None:
    """The licence line that covers ``code`` most closely; None where none names a quantity."""
    rows = (papers or Papers()).licences(organisation, code, kinds, day)
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


@dataclass(frozen=True)
class Taking:
    """Grams to take of a claim for a new ``key``.

    ``beyond`` says that it has happened already: a truck that was loaded.
    """

    claim: Claim
    key: UUID
    mass_g: int
    beyond: bool = False


def take_all(asked: Sequence[Taking]) -> list[Taken]:
    """Take one after the other, all or nothing.

    Raises ``QuotaExceeded`` or ``LicenceExceeded`` for the first that does not fit. Call it inside
    a transaction, before the ledger's locks, and once for all that is asked for.
    """
    sums: dict[tuple[Any, ...], int] = {}
    claims = {one.claim.key: one.claim for one in asked}
    for one in asked:
        sums[one.claim.key] = sums.get(one.claim.key, 0) + one.mass_g
    # Everybody locks in this order.
    rows = {key: _take(claims[key], sums[key]) for key in sorted(claims)}
    # First this: a twin of the very same request is to fail here, and not for want of headroom.
    insert(
        [
            Allotment(key=one.key, headroom_id=rows[one.claim.key][0], mass_g=one.mass_g)
            for one in asked
        ]
    )
    before_g = {key: taken_g - sums[key] for key, (_pk, taken_g) in rows.items()}
    return [_fit(one, before_g) for one in asked]


def _take(claim: Claim, mass_g: int) -> tuple[int, int]:
    """(headroom, grams taken of it). The row is the lock: who comes second sees what is taken."""
    licence = claim.line.licence_id if claim.line else None
    code = claim.line.code if claim.line else ""
    quota = claim.quota.pk if claim.quota else None
    target = "(quota_id)" if quota else "(licence_id, code, year)"
    values = [quota, licence, code, claim.year, mass_g]
    ((headroom, taken_g),) = run(_TAKE.format(target=target), values)
    return headroom, taken_g


def _fit(one: Taking, taken_g: dict[tuple[Any, ...], int]) -> Taken:
    """Count ``one`` on top of what others took."""
    before_g = taken_g[one.claim.key]
    taken_g[one.claim.key] = after_g = before_g + one.mass_g
    over_g = max(0, after_g - one.claim.limit_g)
    if over_g and not one.beyond:
        raise one.claim.refusal(before_g, one.mass_g)
    return Taken(one.mass_g, after_g, min(over_g, one.mass_g))


# As ``Claim.key``: not by their own keys, since a licence's row may be older than a quota's.
_IN_ORDER = (F("quota").asc(nulls_last=True), "licence", Collate("code", "C"), "year")
_TAKE = """
INSERT INTO registry_headroom AS h (quota_id, licence_id, code, year, taken_g)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT {target} DO UPDATE SET taken_g = h.taken_g + excluded.taken_g
RETURNING id, taken_g"""


_TAKEN = Rows(
    lambda: (
        Allotment.objects.filter(Among("key", "keys"))
        .select_related("headroom__quota")
        .order_by("headroom")
    )
)
_ROOMS = Rows(
    lambda: (
        Headroom.objects.select_for_update(of=("self",))
        .select_related("quota")
        .filter(Among("pk", "rooms"))
        .order_by(*_IN_ORDER)
    )
)


def taken_by(keys: Iterable[UUID]) -> list[Allotment]:
    """What these keys took of quotas and licences."""
    return _TAKEN(keys=[*keys])


def change_all(changes: Sequence[tuple[Allotment, int]]) -> list[int]:
    """Set what was taken to what it really was (grams), one after the other.

    Returns, for each, the grams beyond the limit that it leaves.
    """
    changed = [(one, mass_g) for one, mass_g in changes if mass_g != one.mass_g]
    if not changed:
        return [0] * len(changes)
    rooms = {one.headroom_id for one, _g in changed}
    by_pk = {room.pk: room for room in _ROOMS(rooms=[*rooms])}
    over_g = [_change(one, mass_g, by_pk) for one, mass_g in changes]
    together(
        change(list(by_pk.values()), ("taken_g",)),
        change([one for one, mass_g in changed if mass_g], ("mass_g",)),
    )
    if gone := [one.pk for one, mass_g in changed if not mass_g]:
        Allotment.objects.filter(pk__in=gone).delete()
    return over_g


def _change(one: Allotment, mass_g: int, rooms: Mapping[int, Headroom]) -> int:
    if (more_g := mass_g - one.mass_g) == 0:
        return 0
    one.mass_g, room = mass_g, rooms[one.headroom_id]
    room.taken_g += more_g
    return min(_over(room), more_g) if more_g > 0 else 0


def give_back(keys: Iterable[UUID]) -> None:
    """Free all that these keys took."""
    change_all([(one, 0) for one in taken_by(keys)])


def taken_g(claim: Claim) -> int:
    """Grams that have been taken of it."""
    rows = Headroom.objects.filter(quota=claim.quota, year=claim.year)
    if claim.line:
        rows = rows.filter(licence=claim.line.licence_id, code=claim.line.code)
    return rows.values_list("taken_g", flat=True).first() or 0


def _over(row: Headroom) -> int:
    """Grams beyond the limit of the quota; a licence's limit is looked up anew."""
    if row.quota is not None:
        return max(0, row.taken_g - _in_g(row.quota.limit_t))
    line = LicenceLine.objects.filter(licence=row.licence_id, code=row.code).first()
    if line is None or line.limit_t is None:
        return 0
    return max(0, row.taken_g - _in_g(line.limit_t))


def _in_g(mass_t: Decimal) -> int:
    return int(mass_t * _GRAMS_PER_T)


def _in_t(mass_g: int) -> str:
    return f"{mass_g / _GRAMS_PER_T:,.3f}"
