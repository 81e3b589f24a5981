"""Facts of ledger and register that forms are prefilled from and held against."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils import timezone

from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings.declarations import Source
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.queries.facts import Of, Period
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.registers.queries.sides import Within
from wufei.hub.registers.queries.summary import WasteFlow, flows
from wufei.hub.registry.models import Licence, LicenceLine, OrganisationContact, Site
from wufei.hub.registry.validity import valid_on

_KG_IN_T = Decimal("0.001")
FLOWS, PROFILE, LICENCES = "flows", "profile", "licences"


def waste_flows(domain: str = "", streams: Sequence[str] = (), *, code: str = FLOWS) -> Source:
    """What each waste did at the filer in the period: a tuple of ``WasteFlow``, by waste code.

    The same figures as the registers' summary, and so as the ledger's.
    """

    def read(subject: Subject) -> tuple[WasteFlow, ...]:
        period = Period(subject.span.first, min(subject.span.last, timezone.localdate()))
        if period.end < period.start:
            return ()
        of = Of(wastes=_wastes(domain, streams))
        site = subject.site.pk if subject.site else None
        return tuple(flows(Within(subject.organisation.pk, of, period, site)))

    return Source(code, read)


def _wastes(domain: str, streams: Sequence[str]) -> list[int] | None:
    rows = WasteType.objects.order_by()
    if streams:
        return list(rows.filter(stream__in=streams).values_list("pk", flat=True))
    return list(rows.filter(domain=domain).values_list("pk", flat=True)) if domain else None


def _profile(subject: Subject) -> dict[str, str | Decimal | None]:
    return _profiles([subject])[0]


def _profiles(subjects: Sequence[Subject]) -> list[dict[str, str | Decimal | None]]:
    of = {subject.organisation.pk for subject in subjects}
    main = OrganisationContact.objects.filter(organisation__in=of, main=True).order_by("-pk")
    contacts = {one.organisation_id: one for one in main}
    open_ones = Site.objects.filter(valid_on(), organisation__in=of).order_by("-pk")
    # The first of each is the last that is put down.
    places = {one.organisation_id: one for one in open_ones}
    return [
        _told(subject, contacts.get(pk), subject.site or places.get(pk))
        for subject in subjects
        for pk in [subject.organisation.pk]
    ]


def _told(
    subject: Subject, contact: OrganisationContact | None, place: Site | None
) -> dict[str, str | Decimal | None]:
    one = subject.organisation
    return {
        "name": one.name,
        "credit_code": one.credit_code or "",
        "address": one.address,
        "region": str(one.region),
        "site": place.name if place else "",
        "site_address": place.address if place else "",
        "longitude": place.longitude if place else None,
        "latitude": place.latitude if place else None,
        "contact": contact.name if contact else "",
        "phone": contact.phone if contact else "",
    }


# Who files, as the register has them: by name of the fact, texts and degrees (WGS-84).
profile = Source(PROFILE, _profile, _profiles)


def licence_lines(*kinds: str, code: str = LICENCES) -> Source:
    """Lines of the filer's licences of these kinds (``Licence.Kind``) that hold in the period."""

    def read(subject: Subject) -> tuple[LicenceLine, ...]:
        rows = LicenceLine.objects.filter(
            valid_on(subject.span.last), organisation=subject.organisation, kind__in=kinds
        )
        return tuple(rows.select_related("licence").order_by("kind", "code"))

    assert set(kinds) <= set(Licence.Kind.values), kinds
    return Source(code, read)


def tonnes(mass_g: int) -> Decimal:
    """Grams as tonnes to the kilogram, half-even, as forms write them."""
    return (Decimal(mass_g) / GRAMS_PER_T).quantize(_KG_IN_T, ROUND_HALF_EVEN)
