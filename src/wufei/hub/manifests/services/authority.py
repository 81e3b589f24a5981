"""Numbers that Wufei gives where it is configured to be the authority; never in another's name.

They are unique and ascending for each scope: a serial is taken under the lock of its scope, which
lasts until the manifest is certain, so that one that is rolled back leaves no gap. What is
cancelled keeps its number, voided with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from wufei.hub.base.numbering import next_number
from wufei.hub.manifests.declarations import ManifestTemplate, Part, Segment
from wufei.hub.manifests.models import OPEN, IssuedNumber, Manifest, Origin
from wufei.hub.manifests.revision_refusals import (
    GivenHere,
    NoRegionCode,
    NumberStands,
    SerialsUsedUp,
)
from wufei.hub.manifests.rules import SHANGHAI
from wufei.hub.registry.models import Region

# Papers and imported records may carry a number that the authority gave on paper.
_NUMBERED = (Origin.PAPER, Origin.IMPORTED)
_COUNTY_DIGITS, _CITY_DIGITS = 6, 4


@dataclass(frozen=True)
class Given:
    """A number that was taken and is kept once its manifest is in the database."""

    scope: str
    serial: int
    number: str


def gives(form: ManifestTemplate, region: Region, day: date) -> bool:
    """Whether Wufei is the authority for loads under ``form`` that begin in ``region``."""
    if not form.number_segments:
        return False
    return any(
        code == form.code
        and (not where or where in region.covered_by)
        and since <= day
        and (until is None or day <= until)
        for code, where, since, until in settings.AUTHORITY_NUMBERS
    )


def give(manifest: Manifest, form: ManifestTemplate, at: datetime) -> Given | None:
    """Take the next number for a new manifest; None where the authority is somebody else.

    Ask for it late in a transaction: everybody else in the scope waits. Raises ``GivenHere`` for
    a manifest that brings a number of its own, ``NoRegionCode`` and ``SerialsUsedUp``.
    """
    region, day = manifest.consignor_site.region, _day(at)
    if not gives(form, region, day):
        return None
    if manifest.authority_no:
        if manifest.origin in _NUMBERED:
            return None
        raise GivenHere(manifest=manifest.authority_no, field="authority_no")
    code = _county(region)
    if len(code) < _CITY_DIGITS:
        raise NoRegionCode(region=str(region), manifest=manifest.local_id)
    given = _next(form, code, day)
    manifest.authority_no = given.number
    return given


def give_all(
    new: Sequence[tuple[Manifest, ManifestTemplate, datetime]],
) -> list[tuple[Manifest, Given]]:
    """As ``give``, to several manifests; those that were given one, with what it is."""
    # Everybody waits for the scopes in the same order; within one the manifests keep theirs.
    ordered = sorted(new, key=lambda one: _scope(one[1], _where(one[0]), _day(one[2])))
    given = [(manifest, give(manifest, form, at)) for manifest, form, at in ordered]
    return [(manifest, number) for manifest, number in given if number]


def _where(manifest: Manifest) -> str:
    return _county(manifest.consignor_site.region)


def keep(manifest: Manifest, given: Given | None) -> None:
    """Write down the number of a manifest that has been saved."""
    if given is not None:
        keep_all([(manifest, given)])


def keep_all(given: Sequence[tuple[Manifest, Given]]) -> None:
    """Write down the numbers of manifests that have been saved."""
    IssuedNumber.objects.bulk_create(
        IssuedNumber(scope=one.scope, serial=one.serial, number=one.number, manifest=manifest)
        for manifest, one in given
    )


def void(manifest: Manifest, reason: str) -> None:
    """Void the number of a manifest that came to nothing; it stays visible and is not reused."""
    mine = IssuedNumber.objects.filter(manifest=manifest.pk, voided_at=None)
    mine.update(voided_at=timezone.now(), reason=reason[:200])


def check_given(manifest: Manifest) -> None:
    """Raises ``GivenHere`` for a number that nobody fills in or corrects by hand."""
    if IssuedNumber.objects.filter(manifest=manifest.pk).exists():
        raise GivenHere(manifest=str(manifest), field="authority_no")


def check_fillable(manifest: Manifest) -> None:
    """Raises ``GivenHere``, and ``NumberStands`` for a manifest that has ended with a number."""
    check_given(manifest)
    if manifest.authority_no and manifest.status not in OPEN:
        number = manifest.authority_no
        raise NumberStands(manifest=str(manifest), number=number, field="authority_no")


def _next(form: ManifestTemplate, code: str, day: date) -> Given:
    scope = _scope(form, code, day)
    serial = next_number(f"authority:{scope}")
    width = next(one.width for one in form.number_segments if one.part is Part.SERIAL)
    if serial >= 10**width:
        raise SerialsUsedUp(most=f"{10**width - 1:,}", scope=scope)
    told = (_told(segment, code, day) for segment in form.number_segments)
    number = "".join(text or f"{serial:0{width}}" for text in told)
    return Given(scope, serial, number)


def _scope(form: ManifestTemplate, code: str, day: date) -> str:
    """What is counted together: everything that the number says beside its serial."""
    told = (_told(segment, code, day) for segment in form.number_segments)
    return f"{form.number_scope or form.code}:{''.join(told)}"


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _told(segment: Segment, code: str, day: date) -> str:
    """What a segment says; nothing for the serial, which is counted within all the others."""
    match segment.part:
        case Part.YEAR:
            return f"{day.year:0{segment.width}}"[-segment.width :]
        case Part.REGION:
            return code[segment.start : segment.start + segment.width]
        case Part.TEXT:
            return segment.text
        case _:
            return ""


def _county(region: Region) -> str:
    """The national code of the county (or city) that a region lies in, "" for none."""
    codes = [one for one in region.path.split("/") if one.isdigit()]
    return codes[-1][:_COUNTY_DIGITS] if codes else ""
