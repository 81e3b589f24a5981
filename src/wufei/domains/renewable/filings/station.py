"""A yard's month by thumb: what it took in of each class, from whom mostly, what it sold.

What was taken in over the counter arises at the yard and is posted as far as the ledger lacks it;
loads that came from, or went to, somebody in the district have their load records.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.fields import choice, mass, photo
from wufei.domains.renewable.filings import basis
from wufei.domains.renewable.filings.basis import CLASSES, KG_IN_T, SOURCES
from wufei.domains.reported import Reported
from wufei.hub.base.wording import both
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Field,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period
from wufei.hub.ledger.units import GRAMS_PER_T

# Local measure: weighbridges and moisture explain less.
_UNLIKE_PERMILLE = 50
_SMALL_T, _KG = Decimal(1), Decimal("0.001")
SECTION = "received"


def _received(form: Form | None) -> list[Reported]:
    values = form.values if form else {}
    return [
        Reported(code, values[name] * KG_IN_T)
        for name, (code, _label) in CLASSES.items()
        if values.get(name)
    ]


def _flows(accepted: Accepted) -> Iterator[Flow]:
    return reported.rest(accepted, _received(accepted.form), basis.flows, basis.as_class)


def _nothing(checked: Checked) -> Iterator[Problem]:
    if not _received(checked.form) and _received(checked.last):
        text = _("Nothing was taken in this month, but something was in the one before.")
        yield Problem("station_nothing", Severity.WARNING, text, SECTION)


def _sold_is_there(checked: Checked) -> Iterator[Problem]:
    """Nobody sells more than stood there and came in."""
    there_g = sum(max(flow.opening_g, 0) for flow in checked.facts["flows"])
    there = Decimal(there_g) / GRAMS_PER_T + sum(
        (one.kg / KG_IN_T for one in _received(checked.form)), Decimal(0)
    )
    sold = checked.form.values.get("sold") or Decimal(0)
    if sold > there + _SMALL_T:
        text = _("Sold are {sold} t; in stock and taken in were {there} t only.")
        yield _of_sold("station_sold_more", text, sold, there)


def _sold_as_recorded(checked: Checked) -> Iterator[Problem]:
    sent_g = sum(way.mass_g for flow in checked.facts["flows"] for way in flow.sent)
    sent, sold = Decimal(sent_g) / GRAMS_PER_T, checked.form.values.get("sold") or Decimal(0)
    apart = abs(sent - sold)
    if apart > _SMALL_T and apart * 1000 > _UNLIKE_PERMILLE * max(sent, sold):
        text = _("Sold are {sold} t; the load records have {there} t.")
        yield _of_sold("station_sold_unlike", text, sold, sent)


def _of_sold(code: str, text: Any, sold: Decimal, there: Decimal) -> Problem:
    told = format_lazy(text, sold=f"{sold:,.3f}", there=f"{there:,.3f}")
    values = {"sold_t": f"{sold:f}", "there_t": f"{there:f}"}
    return Problem(code, Severity.WARNING, told, SECTION, field="sold", values=values)


def _begins(checked: Checked) -> Values:
    """What the ledger has of each class already, and from whom it mostly came last time."""
    there = reported.recorded(checked.facts["flows"], basis.as_class)
    known = {
        name: (there.get((code, ""), Decimal(0)) / KG_IN_T).quantize(_KG).normalize()
        for name, (code, _label) in CLASSES.items()
    }
    last = checked.last.values if checked.last else {}
    return {
        **{name: value for name, value in known.items() if value},
        "source": last.get("source"),
        "buyer": last.get("buyer") or "",
    }


STATION = FilingType(
    code="renewable.station",
    domain=basis.DOMAIN,
    name=both("回收站点月报", "Month of a recycling station"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(
        Section(
            SECTION,
            _("Taken in and sold"),
            (
                *(mass(name, *label, required=False) for name, (_code, label) in CLASSES.items()),
                choice("source", both("主要来源", "mostly from"), SOURCES, required=False),
                mass("sold", "售出总量", "sold in all", required=False),
                Field("buyer", both("主要买方", "mostly to"), length_max=120),
                photo(),
            ),
        ),
    ),
    authority=basis.COMMERCE,
    number_prefix="ZSZ",
    basis=basis.RECYCLING,
    due=DueDay(10),
    owes=basis.yards,
    filers=("recycler", "station"),
    reads=(basis.flows, sources.profile),
    prefill=_begins,
    checks=(
        reported.has_a_place,
        reported.not_less(_received, SECTION, as_one=basis.as_class),
        _nothing,
        _sold_is_there,
        _sold_as_recorded,
    ),
    effects=(
        effects.movements(_flows),
        effects.statistics(
            *(
                Figure(f"renewable.received_{name}", both(*label), name, "t")
                for name, (_code, label) in CLASSES.items()
            ),
            Figure("renewable.sold", both("售出总量", "sold in all"), "sold", "t"),
            label=_("Taken in and sold"),
        ),
    ),
    help=_("Only what you deal in; leave the rest empty."),
    simple=True,
    helped=True,
)
