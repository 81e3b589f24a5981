"""The page of the capacity match, and its file."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from wufei.domains.hazardous.capacity import Capacity, match
from wufei.hub.base.access import Request, needs
from wufei.hub.base.streaming import made
from wufei.hub.base.tables import Column, Kind, Table
from wufei.hub.base.tables.exporting import XLSX_TYPE, write_csv, write_xlsx
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.queries.facts import Period, first_day
from wufei.hub.ledger.units import GRAMS_PER_T

VIEW, EXPORT = "hazardous.capacity.view", "hazardous.capacity.export"


def _years() -> list[tuple[int, str]]:
    today = timezone.localdate()
    since = first_day() or today
    return [(year, str(year)) for year in range(today.year, since.year - 1, -1)]


class YearForm(forms.Form):
    year = forms.TypedChoiceField(label=_("Year"), required=False, choices=_years, coerce=int)


@require_GET
@needs(VIEW)
def capacity(request: Request) -> HttpResponse:
    form, found = _asked(request, VIEW)
    exports = []
    if request.actor.may(EXPORT):
        address = reverse("hazardous.capacity.export") + f"?year={found.period.start.year}"
        exports = [("Excel", f"{address}&format=xlsx"), ("CSV", f"{address}&format=csv")]
    shared = found.shared
    context = {
        "form": form,
        "found": found,
        "exports": exports,
        "total": _total(found),
        "shared": found.has_shared,
        "here": _told(shared.licensed_g, unlimited=shared.unlimited),
        "around": _told(shared.around_g, unlimited=shared.around_unlimited),
    }
    return render(request, "hazardous/capacity.html", context)


@require_GET
@needs(EXPORT)
def export(request: Request) -> HttpResponseBase:
    """The table as it is shown: ``?format=xlsx`` or ``csv``."""
    _form, found = _asked(request, EXPORT)
    csv = request.GET.get("format") == "csv"
    write = write_csv if csv else write_xlsx
    return made(
        request,
        lambda file: write(file, TABLE, found.matches),
        f"{TABLE.title}-{found.period.start.year}.{'csv' if csv else 'xlsx'}",
        "text/csv; charset=utf-8" if csv else XLSX_TYPE,
    )


def _asked(request: Request, act: str) -> tuple[YearForm, Capacity]:
    """The year that is asked for; this one up to today where none, or none that is known."""
    today = timezone.localdate()
    form = YearForm({"year": request.GET.get("year") or str(today.year)})
    year = form.cleaned_data["year"] if form.is_valid() else today.year
    period = Period(date(year, 1, 1), min(date(year, 12, 31), today))
    return form, match(request.actor, act, period)


def _told(mass_g: int, *, unlimited: bool) -> str:
    return gettext("no limit") if unlimited else f"{mass_g / GRAMS_PER_T:,.3f} t"


def _total(found: Capacity) -> dict[str, int]:
    names = ("arisen_g", "licensed_g", "treated_g", "around_g", "gap_g", "gap_around_g")
    return {name: sum(getattr(one, name) for one in found.matches) for name in names}


def _mass(name: str, label: Any) -> Column:
    return Column(
        name,
        label,
        Kind.DECIMAL,
        unit="t",
        decimals=6,
        value=lambda one: Decimal(getattr(one, name)) / GRAMS_PER_T,
    )


def _none(actor: Any) -> "QuerySet[Any]":
    return Movement.objects.none()


TABLE = Table(
    code="hazardous.capacity",
    title=_("Capacity match"),
    columns=(
        Column("category", _("category")),
        Column("name", _("name of the category")),
        _mass("arisen_g", _("arose in the district")),
        _mass("licensed_g", _("licensed in the district, a year")),
        _mass("treated_g", _("really treated in the district")),
        _mass("gap_g", _("gap in the district")),
        _mass("around_g", _("licensed around, a year")),
        _mass("around_treated_g", _("really treated around")),
        _mass("gap_around_g", _("gap left after what is around")),
        Column("holders", _("licence holders"), value=lambda one: "、".join(sorted(one.holders))),
    ),
    rows=_none,
)
