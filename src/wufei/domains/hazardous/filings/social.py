"""Hazardous waste of social sources: laboratories, garages, harmful household waste points.

Small sources that use a phone: a number for each of the few wastes they have, and a photo. What
arose is posted to the ledger; handing over to the collector is the manifest's. Which of them owe
it, and until when, is local practice (grade C).
"""

from collections.abc import Callable, Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.fields import kilograms
from wufei.domains.hazardous.filings import basis, reading
from wufei.domains.reported import Reported, Reports
from wufei.hub.base.wording import both
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Check,
    Checked,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
    Text,
)
from wufei.hub.filings.effects import Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.peers import Compared
from wufei.hub.filings.periods import DueDay, Period, Span

# Fields by name: the code that they post, and what people call it.
Wastes = dict[str, tuple[str, Text]]
_GARAGE: Wastes = {
    "oil": ("900-214-08", both("废机油", "waste oil")),
    "batteries": ("900-052-31", both("废铅蓄电池", "lead-acid batteries")),
    "filters": ("900-041-49", both("废机油滤芯、沾油包装", "oil filters, oily packaging")),
    "paint": ("900-252-12", both("废漆渣", "paint residues")),
}
_LABORATORY: Wastes = {
    "laboratory": ("900-047-49", both("实验室废液、废试剂", "laboratory waste")),
    "packaging": ("900-041-49", both("沾染试剂的容器", "contaminated containers")),
    "mercury": ("900-024-29", both("含汞仪表", "mercury instruments")),
}
_HOUSEHOLD: Wastes = {
    "lamps": ("900-023-29", both("废灯管", "fluorescent lamps")),
    "medicines": ("900-002-03", both("过期药品", "expired medicines")),
    "batteries": ("900-044-49", both("镉镍电池", "nickel-cadmium batteries")),
    "paint": ("900-299-12", both("废油漆桶、废油漆", "paint and its tins")),
    "pesticides": ("900-003-04", both("废农药", "pesticides")),
    "mercury": ("900-024-29", both("水银温度计", "mercury thermometers")),
}


def _arisen(wastes: Wastes) -> Reports:
    def arisen(form: Form | None) -> list[Reported]:
        values = form.values if form else {}
        return [
            Reported(code, values[name])
            for name, (code, _label) in wastes.items()
            if values.get(name)
        ]

    return arisen


def _something(wastes: Wastes) -> Check:
    """Nothing at all is a month that one looks at again."""

    arisen = _arisen(wastes)

    def check(checked: Checked) -> Iterator[Problem]:
        if not arisen(checked.form) and arisen(checked.last):
            text = _("Nothing arose in this month, but it did in the one before.")
            yield Problem("social_nothing", Severity.WARNING, text, "arisen")

    return check


def _source(
    code: str,
    zh: str,
    en: str,
    prefix: str,
    wastes: Wastes,
    filers: tuple[str, ...],
    owes: Callable[[Span], Q],
) -> FilingType:
    arisen = _arisen(wastes)

    def flows(accepted: Accepted) -> Iterator[Flow]:
        return reported.rest(accepted, arisen(accepted.form), reading.flows)

    return FilingType(
        code=f"social.{code}",
        domain="hazardous",
        name=both(zh, en),
        kind=Kind.NOTIFY,
        period=Period.MONTH,
        sections=(
            Section(
                "arisen",
                _("What arose this month"),
                (
                    *(kilograms(name, label) for name, (_code, label) in wastes.items()),
                    Field("photo", _("photo"), FieldKind.FILES),
                ),
            ),
        ),
        authority=_("district ecology and environment branch"),
        number_prefix=prefix,
        basis=basis.SOCIAL,
        due=DueDay(10),
        owes=owes,
        filers=filers,
        reads=(reading.flows, sources.profile),
        checks=(
            reported.has_a_place,
            reported.not_less(arisen, "arisen"),
            _something(wastes),
        ),
        compared=tuple(Compared(name) for name in wastes),
        effects=(effects.movements(flows),),
        simple=True,
        helped=True,
    )


def _in_domain(*kinds: str) -> Callable[[Span], Q]:
    return lambda span: Q(kind__in=kinds, domains__contains=["hazardous"])


def _points(span: Span) -> Q:
    """Estates and villages with a harmful waste point, and stations that sort household waste."""
    station = Q(kind="station", domains__contains=["hazardous", "household"])
    return station | _in_domain("community", "village_point")(span)


SOCIAL = (
    _source(
        "garage",
        "机动车维修危险废物月报",
        "Hazardous waste of garages",
        "SHG",
        _GARAGE,
        ("garage",),
        _in_domain("garage"),
    ),
    _source(
        "laboratory",
        "实验室危险废物月报",
        "Hazardous waste of laboratories",
        "SHL",
        _LABORATORY,
        ("school",),
        _in_domain("school"),
    ),
    _source(
        "household",
        "有害垃圾点位月报",
        "Harmful household waste points",
        "SHH",
        _HOUSEHOLD,
        ("community", "station", "village_point"),
        _points,
    ),
)
