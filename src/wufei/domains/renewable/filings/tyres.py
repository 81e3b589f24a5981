"""Waste tyres of a shop or yard, by thumb: pieces taken in, pieces handed over, to what use."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.fields import choice, count, kilograms, photo
from wufei.domains.renewable.filings import basis
from wufei.domains.reported import Reported
from wufei.hub.base.wording import both
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Choices,
    Field,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period, Span

STREAM, WASTE, SECTION = "waste_tyres", "LC-tyres", "tyres"
# A scooter's tyre and a loader's; usual masses, no standard was at hand (grade C).
LEAST_KG, MOST_KG = Decimal(2), Decimal(100)
USES: Choices = (
    ("retread", both("翻新", "retreading")),
    ("rubber", both("再生胶、胶粉", "reclaimed rubber")),
    ("pyrolysis", both("热裂解", "pyrolysis")),
    ("recycler", both("回收企业", "a recycler")),
)


def piece_kg() -> Decimal:
    """What one weighs where nobody weighed: the stream's own figure."""
    mass_kg = catalogue.stream(STREAM).unit_mass_kg
    assert mass_kg is not None, "tyres are counted by the piece"
    return mass_kg


def _taken(form: Form | None) -> list[Reported]:
    values = form.values if form else {}
    kg = values.get("mass") or (values.get("pieces") or 0) * piece_kg()
    return [Reported(WASTE, Decimal(kg))] if kg else []


def _one(waste: Any) -> str:
    return WASTE if waste.stream == STREAM else waste.code


def _flows(accepted: Accepted) -> Iterator[Flow]:
    return reported.rest(accepted, _taken(accepted.form), basis.flows, _one)


def _weight(checked: Checked) -> Iterator[Problem]:
    pieces, kg = checked.form.values["pieces"], checked.form.values.get("mass")
    if kg and not (pieces and LEAST_KG <= kg / pieces <= MOST_KG):
        text = _("One tyre weighs {least} to {most} kg. Are pieces and mass right?")
        told = format_lazy(text, least=f"{LEAST_KG:f}", most=f"{MOST_KG:f}")
        yield _problem("tyres_weight", told, "mass")


def _handed(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    there = values["pieces"] + ((checked.last and checked.last.values.get("left")) or 0)
    handed, left = values.get("handed") or 0, values.get("left")
    if checked.last and handed > there:
        text = _("{handed} were handed over; {there} were there.")
        told = format_lazy(text, handed=handed, there=there)
        yield _problem("tyres_handed", told, "handed")
    elif checked.last and left is not None and left != there - handed:
        text = _("From last month, this month's intake and what was handed over it is {left}.")
        yield _problem("tyres_left", format_lazy(text, left=there - handed), "left")


def _problem(code: str, text: Any, field: str) -> Problem:
    return Problem(code, Severity.WARNING, text, SECTION, field=field)


def shops(span: Span) -> Q:
    """Garages that were registered for renewable resources as well."""
    return Q(region__within=True, kind="garage", domains__contains=[basis.DOMAIN])


TYRES = FilingType(
    code="renewable.tyres",
    domain=basis.DOMAIN,
    name=both("废轮胎月报", "Month of waste tyres"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(
        Section(
            SECTION,
            _("Waste tyres"),
            (
                count("pieces", both("收进条数", "pieces taken in"), "条"),
                kilograms(
                    "mass",
                    both("重量（过磅时填）", "mass, if weighed"),
                    help=_("Empty: reckoned from the pieces."),
                ),
                count("handed", both("交出条数", "pieces handed over"), "条", required=False),
                choice("use", both("去向", "for"), USES, required=False),
                Field("buyer", both("接收单位", "to whom"), length_max=120),
                count("left", both("月末剩余条数", "pieces left"), "条", required=False),
                photo(),
            ),
        ),
    ),
    authority=basis.COMMERCE,
    number_prefix="FLT",
    basis=basis.RECYCLING,
    due=DueDay(10),
    owes=shops,
    filers=("garage", "recycler"),
    reads=(basis.flows, sources.profile),
    checks=(
        reported.has_a_place,
        reported.not_less(_taken, SECTION, as_one=_one),
        _weight,
        _handed,
    ),
    effects=(
        effects.movements(_flows),
        effects.statistics(
            Figure("renewable.tyres_in", both("收进条数", "pieces taken in"), "pieces", "条"),
            Figure("renewable.tyres_out", both("交出条数", "pieces handed over"), "handed", "条"),
            label=_("Waste tyres"),
        ),
    ),
    simple=True,
    helped=True,
)
