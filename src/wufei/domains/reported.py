"""What a form says has arisen or was treated, posted to the ledger of whoever files.

A form of single records (a hospital's batches) posts each of them (``each``). A form of a period's
totals ("48 kg in this month") posts what the ledger does not have yet from manifests, scales and
pages (``rest``): nothing counts twice, and nobody enters a thing twice. Where a load goes from one
party to another, the manifest moves it, never a form.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.catalogue.queries import WasteBook
from wufei.hub.filings.checks import SMALL_G
from wufei.hub.filings.declarations import Accepted, Check, Checked, Problem, Severity, Source, Text
from wufei.hub.filings.effects import Flow
from wufei.hub.filings.effects.acting import key_in
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import Span
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import AccountKind, Movement
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.ledger.units import mass
from wufei.hub.registers.queries.summary import WasteFlow
from wufei.hub.registry.models import Site
from wufei.hub.registry.validity import valid_on

_KG = 1_000
_SMALL_KG = Decimal(SMALL_G) / _KG
# A waste, and by which method it was treated ("" where it arose).
_Key = tuple[str, str]


@dataclass(frozen=True)
class Reported:
    """A mass of one waste in kilograms: it arose, or with a ``method`` it was treated so.

    ``label`` is that of its container or batch. ``secondary``: it came out of treatment.
    ``received``: it came from others, so that it stands in the plant's store and leaves that, also
    where the stream keeps none where it arises.
    """

    waste: str
    kg: Decimal
    label: str = ""
    method: str = ""
    secondary: bool = False
    received: bool = False

    @property
    def key(self) -> _Key:
        return self.waste, self.method


Reports = Callable[[Form | None], Sequence[Reported]]
# Under which code a form reports a waste of the ledger.
AsOne = Callable[[WasteType], str]


def by_itself(waste: WasteType) -> str:
    return waste.code


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


def each(accepted: Accepted, reported: Sequence[Reported]) -> Iterator[Flow]:
    """Post every record; nothing where no place is known (which a check refuses)."""
    place = place_of(accepted.subject)
    if place is None or not reported:
        return
    wastes = WasteBook()
    for one in reported:
        waste = wastes.waste(one.waste, accepted.subject.span.first)
        yield _flow(accepted.subject, place, waste, one)


def rest(
    accepted: Accepted, reported: Sequence[Reported], flows: Source, as_one: AsOne = by_itself
) -> Iterator[Flow]:
    """Post of each total what the ledger lacks; ``flows`` is the form's ``sources.waste_flows``.

    What an earlier version of the form has posted itself is replaced, so it is not counted.
    ``as_one``: the form reports several wastes of the ledger under one code.
    """
    ledger = recorded(flows.read(accepted.subject), as_one)
    own = _own(accepted)
    like = {one.key: one for one in reported}
    lacking = {
        key: kg - ledger.get(key, Decimal(0)) + own.get(key, Decimal(0))
        for key, kg in _sums(reported).items()
    }
    some = [replace(like[key], kg=kg, label="") for key, kg in lacking.items() if kg > 0]
    yield from each(accepted, some)


def recorded(flows: Collection[WasteFlow], as_one: AsOne = by_itself) -> Mapping[_Key, Decimal]:
    """Kilograms that the ledger has: what arose, and what the filer treated by each method."""
    found: dict[_Key, Decimal] = {}
    for flow in flows:
        code = as_one(flow.waste)
        masses_g = [("", flow.arisen_g), *((way.method, way.mass_g) for way in flow.own)]
        for method, mass_g in masses_g:
            found[code, method] = found.get((code, method), Decimal(0)) + Decimal(mass_g) / _KG
    return found


def _own(accepted: Accepted) -> Mapping[_Key, Decimal]:
    """Kilograms that the version before has posted, as far as they still stand."""
    ids = [
        key_in(one.subject)
        for one in accepted.made_before
        if one.subject.startswith("ledger.movement:")
    ]
    if not ids:
        return {}
    rows = Movement.objects.filter(uuid__in=ids, reverses=None, reversal=None).order_by()
    sums = rows.values_list("target__waste__code", "target__method").annotate(Sum("mass_g"))
    return {(waste, method or ""): Decimal(mass_g) / _KG for waste, method, mass_g in sums}


def _flow(subject: Subject, place: Site, waste: WasteType, one: Reported) -> Flow:
    """Out of nothing into the store, or into what it became. Where the stream keeps no store it
    is treated as it arises.
    """
    holder = subject.organisation.pk
    arises = AccountKind.SECONDARY_ORIGIN if one.secondary else AccountKind.ORIGIN
    origin = AccountKey(arises, holder, waste.pk, place.pk)
    store = AccountKey(AccountKind.STOCK, holder, waste.pk, place.pk)
    source, target = origin, store
    how: Text = _("arose")
    if one.method:
        method = catalogue.method(one.method)
        kept = one.received or catalogue.stream(waste.stream).storage_ledger
        outcome = AccountKind(str(method.outcome))
        source = store if kept else origin
        target = AccountKey(outcome, holder, waste.pk, place.pk, method=one.method)
        how = method.name
    what = format_lazy("{waste} {label} {how}", waste=str(waste), label=one.label, how=how)
    at = moment_of(subject.span)
    return Flow(source, target, mass(one.kg, "kg"), at, what, label=one.label)


def has_a_place(checked: Checked) -> Iterator[Problem]:
    if checked.subject.site is None and not checked.facts["profile"].get("site"):
        text = _("Register the place where the waste stands first.")
        yield Problem("no_place", Severity.ERROR, text)


def recorded_elsewhere(
    checked: Checked, now: Sequence[Reported], before: Sequence[Reported], section: str
) -> Iterator[Problem]:
    """For ``each``: the ledger has some of it from elsewhere, and this is posted in addition.

    ``before`` is what the version in force has posted itself.
    """
    mine, told = _sums(before), _sums(now)
    for key, kg in recorded(checked.facts["flows"]).items():
        others = kg - mine.get(key, Decimal(0))
        if key in told and others > 0:
            text = _("{waste}: the ledger has {others} kg already; this is posted in addition.")
            yield _warning("recorded_elsewhere", text, key, others, section)


def not_less(
    reports: Reports, section: str, *, facts: str = "flows", as_one: AsOne = by_itself
) -> Check:
    """For ``rest``: a warning where the ledger has more, from elsewhere, than the form says."""

    def check(checked: Checked) -> Iterator[Problem]:
        before = _sums(reports(checked.in_force)) if checked.in_force else {}
        ledger = recorded(checked.facts[facts], as_one)
        for key, kg in _sums(reports(checked.form)).items():
            others = ledger.get(key, Decimal(0))
            # What the version in force has posted is replaced; only what exceeds it is others'.
            if others > kg + _SMALL_KG and others > before.get(key, Decimal(0)) + _SMALL_KG:
                text = _(
                    "{waste}: the ledger has {others} kg, more than this. What stands there is "
                    "not taken back by a form: correct it where it was recorded."
                )
                yield _warning("recorded_more", text, key, others, section)

    return check


def _warning(code: str, text: Any, key: _Key, others: Decimal, section: str) -> Problem:
    waste = key[0]
    return Problem(
        code,
        Severity.WARNING,
        format_lazy(text, waste=waste, others=f"{others.normalize():f}"),
        section,
        about=waste,
        values={"waste": waste, "others_kg": f"{others:f}"},
    )


def _sums(reported: Sequence[Reported]) -> dict[_Key, Decimal]:
    found: dict[_Key, Decimal] = {}
    for one in reported:
        found[one.key] = found.get(one.key, Decimal(0)) + one.kg
    return found


def rows(form: Form | None, section: str) -> Sequence[Reported]:
    """Of a table with the columns ``waste``, ``mass`` (kg) and, if it has them, ``batch`` and
    ``method``.
    """
    found = form.rows.get(section, ()) if form else ()
    return [
        Reported(str(row["waste"]), row["mass"], row.get("batch") or "", row.get("method") or "")
        for row in found
        if row.get("waste") and row.get("mass")
    ]
