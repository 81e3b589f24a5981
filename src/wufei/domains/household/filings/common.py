"""What the forms of household waste share: whose they are, and fields and checks of several."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.household.filings.plausible import Range
from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Basis, Problem, Severity, Text

DOMAIN = "household"
CITY_MANAGEMENT = _("city management")
CONSTRUCTION = _("housing and urban-rural development")
SOLID_WASTE_LAW = Basis(
    both("《固体废物污染环境防治法》(2020)", "Solid waste law (2020)"),
    both("第四章 生活垃圾；各地台账与申报", "chapter 4, household waste; local ledgers"),
    "C",
)
PERCENT = Decimal(100)


def of_kinds(*kinds: str) -> Q:
    """Organisations of these kinds in the district that work with household waste."""
    return Q(kind__in=kinds, domains__contains=[DOMAIN], region__within=True)


def share(part: Decimal | None, whole: Decimal | None, places: str = "0.01") -> Decimal | None:
    """Percent of the whole; None where there is none."""
    if part is None or not whole:
        return None
    return (part * PERCENT / whole).quantize(Decimal(places))


def unusual(
    measured: Decimal | None, usual: Range, section: str, field: str = "", row: int | None = None
) -> Iterator[Problem]:
    """A warning where a ratio lies outside what is usual."""
    if measured is None or usual.holds(measured):
        return
    text = _("{what}: {measured} {unit}; {least} to {most} {unit} is usual.")
    told = format_lazy(
        text,
        what=usual.what,
        measured=f"{measured.normalize():,f}",
        unit=usual.unit,
        least=f"{usual.least:f}",
        most=f"{usual.most:f}",
    )
    values = {"measured": f"{measured:f}", "unit": usual.unit}
    code = f"household_{usual.code}"
    yield Problem(code, Severity.WARNING, told, section, row, field, values=values)


def impossible(code: str, text: Text, section: str, field: str, row: int | None = None) -> Problem:
    return Problem(f"household_{code}", Severity.ERROR, text, section, row, field)


def odd(code: str, text: Text, section: str, field: str = "", row: int | None = None) -> Problem:
    return Problem(f"household_{code}", Severity.WARNING, text, section, row, field)
