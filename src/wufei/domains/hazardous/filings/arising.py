"""What a form says has arisen, posted into the store of whoever files. Shared by small forms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.catalogue.queries import WasteBook
from wufei.hub.filings.declarations import Accepted, Checked, Problem, Severity
from wufei.hub.filings.effects import Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import Span
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.ledger.units import mass
from wufei.hub.registry.models import Site
from wufei.hub.registry.validity import valid_on

_KG = 1_000


@dataclass(frozen=True)
class Arisen:
    """One waste of a form, in kilograms; ``label`` is that of its container or batch."""

    waste: str
    kg: Decimal
    label: str = ""


def moment_of(span: Span) -> datetime:
    """When it is posted: the beginning of the last day, of the first while the period lasts."""
    over = span.last <= timezone.localdate()
    return day_start(span.last if over else span.first)


def place_of(subject: Subject) -> Site | None:
    """Where it stands: the site that files, else the filer's first one that is open."""
    if subject.site is not None:
        return subject.site
    sites = subject.organisation.sites.filter(valid_on(subject.span.last))
    return sites.order_by("pk").first()


def flows(accepted: Accepted, arisen: Sequence[Arisen]) -> Iterator[Flow]:
    """Out of nothing into the store; nothing where no place is known (which a check refuses)."""
    subject = accepted.subject
    place, at = place_of(subject), moment_of(subject.span)
    if place is None or not arisen:
        return
    wastes, holder = WasteBook(), subject.organisation.pk
    for one in arisen:
        waste = wastes.waste(one.waste, subject.span.first)
        yield Flow(
            AccountKey(AccountKind.ORIGIN, holder, waste.pk, place.pk),
            AccountKey(AccountKind.STOCK, holder, waste.pk, place.pk),
            mass(one.kg, "kg"),
            at,
            format_lazy("{waste} {label} {how}", waste=str(waste), label=one.label, how=_("arose")),
            label=one.label,
        )


def has_a_place(checked: Checked) -> Iterator[Problem]:
    if checked.subject.site is None and not checked.facts["profile"].get("site"):
        text = _("Register the place where the waste stands first.")
        yield Problem("no_place", Severity.ERROR, text)


def recorded_elsewhere(
    checked: Checked, now: Sequence[Arisen], before: Sequence[Arisen], section: str
) -> Iterator[Problem]:
    """The ledger has some of it from elsewhere: what stands here is posted in addition.

    ``before`` is what the version in force has posted itself.
    """
    mine = _sums(before)
    for flow in checked.facts["flows"]:
        waste = flow.waste.code
        others = Decimal(flow.arisen_g) / _KG - mine.get(waste, Decimal(0))
        if waste in _sums(now) and others > 0:
            text = _("{waste}: the ledger has {others} kg already; this is posted in addition.")
            yield Problem(
                "recorded_elsewhere",
                Severity.WARNING,
                format_lazy(text, waste=waste, others=f"{others.normalize():f}"),
                section,
                about=waste,
                values={"waste": waste, "others_kg": f"{others:f}"},
            )


def _sums(arisen: Sequence[Arisen]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in arisen:
        found[one.waste] = found.get(one.waste, Decimal(0)) + one.kg
    return found


def rows(form: Form | None, section: str) -> Sequence[Arisen]:
    """Of a table with the columns ``waste``, ``mass`` (kg) and ``batch``."""
    found = form.rows.get(section, ()) if form else ()
    return [
        Arisen(str(row["waste"]), row["mass"], row.get("batch") or "")
        for row in found
        if row.get("waste") and row.get("mass")
    ]
