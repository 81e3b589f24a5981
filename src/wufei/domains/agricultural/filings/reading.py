"""What the forms of agriculture are prefilled from and held against, read beforehand."""

from dataclasses import replace

from wufei.hub.filings import sources
from wufei.hub.filings.declarations import Source, Values, filing_type
from wufei.hub.filings.models import Filing
from wufei.hub.filings.services.content import read
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.models import Account, AccountKind
from wufei.hub.registers.queries.summary import WasteFlow

manure = sources.waste_flows("agricultural", ("livestock_manure",))
plastics = sources.waste_flows("agricultural", ("mulch_film", "pesticide_packaging"))
carcasses = sources.waste_flows("agricultural", ("dead_livestock",))
_straw = sources.waste_flows("agricultural", ("straw",))


def _farm(subject: Subject) -> Values:
    """What the farm, or this place of it, has last said of itself; nothing where it has not."""
    filing = (
        Filing.objects.filter(
            type="agricultural.farm",
            organisation=subject.organisation,
            site=subject.site,
            in_force__isnull=False,
            first__lte=subject.span.last,
        )
        .select_related("in_force")
        .order_by("-first", "-pk")
        .first()
    )
    if filing is None or filing.in_force is None:
        return {}
    return read(filing.in_force, filing_type(filing.type).sections).values


farm = Source("farm", _farm)


def _straw_used(subject: Subject) -> tuple[WasteFlow, ...]:
    """As ``waste_flows``; what was sent to a user counts as used, by the way it was sent for."""
    flows: tuple[WasteFlow, ...] = _straw.read(subject)
    return tuple(replace(one, own=(*one.own, *one.sent), sent=()) for one in flows)


straw = Source(sources.FLOWS, _straw_used)


def carcass_plants() -> list[int]:
    """Whoever has treated dead livestock of others (primary keys of plants)."""
    rows = Account.objects.filter(
        kind__in=(AccountKind.RECOVERED, AccountKind.DISPOSED),
        waste__stream="dead_livestock",
        holder__kind="plant",
    )
    return list(rows.order_by().values_list("holder", flat=True).distinct())
