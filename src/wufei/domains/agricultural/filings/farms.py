"""Farms 养殖场: once a year what they keep, each month how many there are and what was used.

Each barn site files its own. Manure is computed: animals times coefficient times days; it arises in
the ledger as far as nothing else has recorded it. What was handed over is moved by the load
record; here it is only held against the ledger.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains import reported
from wufei.domains.agricultural.filings import basis, coefficients, reading
from wufei.domains.fields import choice, count, mass, number, photo
from wufei.domains.reported import Reported
from wufei.hub.base.wording import both
from wufei.hub.catalogue import methods as m
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Choices,
    Class,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
    Text,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.subjects import Subject

AUTHORITY = _("agriculture and rural affairs")
DOMAIN = "agricultural"
_KG_IN_T = 1000
_THOUSANDTH = Decimal("0.001")
_OWN_USE: Choices = tuple(
    (one.code, one.name)
    for one in (m.RETURN_TO_FIELD, m.COMPOST, m.BIOGAS, m.BASE_MATERIAL, m.OTHER_RECOVERY)
)
# What is twice or half of last month is looked at again.
_UNLIKE_TIMES = 2


def barns(span: Span) -> Q:
    """Places where animals are kept."""
    return Q(kind="farm", organisation__domains__contains=[DOMAIN])


def _animal(*, aside: bool = False) -> Field:
    return Field(
        "animal",
        both("畜禽种类", "kind of animal"),
        FieldKind.CHOICE,
        required=True,
        choices=lambda: coefficients.choices("manure"),
        aliases=("养殖种类", "畜种"),
        aside=aside,
    )


# Once a year.
def scale_of(values: Values) -> tuple[bool, Decimal, str] | None:
    """Whether it is a large farm, from which number on, and by what; None where none is known."""
    animal = values.get("animal")
    for group, name in (("scale_stock", "capacity"), ("scale_sold", "sold")):
        threshold, given = coefficients.value(group, animal), values.get(name)
        if threshold is not None and given is not None:
            return given >= threshold, threshold, name
    return None


def _scale_text(values: Values) -> str:
    """The class with its reason, as it is kept: ``规模养殖场（年出栏 ≥ 500）``."""
    found = scale_of(values)
    if found is None:
        return ""
    large, threshold, name = found
    by = "存栏" if name == "capacity" else "年出栏"
    word, sign = ("规模养殖场", "≥") if large else ("养殖户", "<")
    return f"{word}（{by} {sign} {threshold:f}）"


def _sold_and_stock(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    if values.get("sold") == 0 and values.get("capacity") == 0:
        text = _("Neither animals in stock nor sold: has the farm closed? Then say so.")
        yield Problem("farm_empty", Severity.WARNING, text, "farm", field="capacity")


def _as_before(checked: Checked) -> Values:
    names = ("animal", "capacity", "sold", "store", "others")
    return {name: checked.last.values.get(name) for name in names} if checked.last else {}


FARM = FilingType(
    code="agricultural.farm",
    domain=DOMAIN,
    name=both("养殖场基本情况（年）", "Farm: what it keeps (year)"),
    kind=Kind.FILE,
    period=Period.YEAR,
    sections=(
        Section(
            "farm",
            both("养殖场", "Farm"),
            (
                _animal(),
                count("capacity", both("常年存栏", "usual number in stock"), "头/只"),
                count("sold", both("年出栏", "sold in a year"), "头/只"),
                Field(
                    "scale",
                    both("规模", "scale"),
                    computed=_scale_text,
                    help=_("Computed from the table's thresholds, which the province sets."),
                ),
                number("store", both("粪污贮存设施容积", "manure store"), "m³", required=False),
                Field("others", both("其他畜禽", "other animals"), aside=True, length_max=100),
                photo(),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="NYC",
    basis=basis.LIVESTOCK,
    due=DueDay(31, months=2, of_first=True),
    per_site=barns,
    filers=("farm",),
    prefill=_as_before,
    checks=(_sold_and_stock,),
    effects=(
        effects.statistics(
            Figure("agricultural.farm_capacity", _("usual number in stock"), "capacity", "head"),
            Figure("agricultural.farm_sold", _("sold in a year"), "sold", "head"),
            label=_("Animals of farms"),
        ),
    ),
    help=_("Once a year: what is kept here and how many. The scale is computed with its reason."),
    simple=True,
    helped=True,
    early=True,
)


# Every month.
def class_of(subject: Subject) -> Class:
    """Large farm or smallholder, by what the farm has said of itself."""
    told = reading.farm.read(subject)
    found = scale_of(told)
    if found is None:
        text = _("The farm has not yet said how many animals it keeps.")
        return Class("unknown", _("scale not known"), text)
    large, threshold, name = found
    text = _("In stock: {given}; large from {threshold} on.")
    if name == "sold":
        text = _("Sold in a year: {given}; large from {threshold} on.")
    reason = format_lazy(text, given=f"{told[name]:,}", threshold=f"{threshold:,f}")
    if large:
        return Class("large", pgettext_lazy("farm", "large farm"), reason)
    return Class("small", pgettext_lazy("farm", "smallholder"), reason)


def manure_t(values: Values) -> Decimal | None:
    """Animals × coefficient × days, in tonnes to the kilogram."""
    each = coefficients.value("manure", values.get("animal"))
    head, days = values.get("head"), values.get("days")
    if each is None or head is None or days is None:
        return None
    exact: Decimal = each * head * days / _KG_IN_T
    return exact.quantize(_THOUSANDTH, ROUND_HALF_EVEN)


HANDED = mass(
    "handed",
    "交他人量",
    "handed over",
    required=False,
    help=_("The load record moves it; here it is only compared."),
    aside=True,
)
MONTH = Section(
    "month",
    _("This month"),
    (
        count("head", both("现有存栏", "animals now"), "头/只"),
        mass("used", "本月还田利用量", "manure used on the own land"),
        Field(
            "arisen",
            both("粪污产生量（测算）", "manure that arose (computed)"),
            FieldKind.MASS,
            unit="t",
            computed=manure_t,
            help=coefficients.whence("manure"),
        ),
        photo(),
        _animal(aside=True),
        count("days", both("饲养天数", "days kept"), "天", aside=True),
        choice(
            "method",
            both("利用方式", "how it was used"),
            _OWN_USE,
            aside=True,
        ),
        HANDED,
    ),
)


def _month_begins(checked: Checked) -> Values:
    """All but the two numbers is known: what is kept here, the days, how it is used."""
    last = checked.last.values if checked.last else {}
    farm: Values = checked.facts["farm"]
    return {
        "animal": last.get("animal") or farm.get("animal"),
        "days": checked.subject.span.days,
        "method": last.get("method") or m.RETURN_TO_FIELD.code,
    }


def _reported(form: Form | None) -> list[Reported]:
    """The manure that arose, and what of it was used here."""
    values = form.values if form else {}
    found = coefficients.find("manure", values.get("animal"))
    if found is None:
        return []
    kg = {name: (values.get(name) or Decimal(0)) * _KG_IN_T for name in ("arisen", "used")}
    told = [Reported(found.waste, kg["arisen"])] if kg["arisen"] else []
    if kg["used"] and (method := values.get("method")):
        told.append(Reported(found.waste, kg["used"], method=method))
    return told


def _flows(accepted: Accepted) -> Iterator[Flow]:
    return reported.rest(accepted, _reported(accepted.form), reading.manure)


def _no_more_than_there_is(checked: Checked) -> Iterator[Problem]:
    """What was used and handed over was there: from before, or it arose."""
    values = checked.form.values
    waste = coefficients.find("manure", values.get("animal"))
    mine = [one for one in checked.facts["flows"] if waste and one.waste.code == waste.waste]
    stood = sum((Decimal(max(one.opening_g, 0)) / 1_000_000 for one in mine), Decimal(0))
    gone = (values.get("used") or 0) + (values.get("handed") or 0)
    there = stood + (values.get("arisen") or 0)
    if gone > there:
        text = _("{gone} t went, but only {there} t can have been there. Was it weighed?")
        told = format_lazy(text, gone=f"{gone:f}", there=f"{there:.3f}")
        yield Problem("farm_more_than_there", Severity.WARNING, told, "month", field="used")


def _handed_by_load_record(checked: Checked) -> Iterator[Problem]:
    handed = checked.form.values.get("handed") or Decimal(0)
    sent_g = sum(way.mass_g for flow in checked.facts["flows"] for way in flow.sent)
    sent = sources.tonnes(sent_g)
    if handed > sent + _THOUSANDTH:
        text = _("Load records say {sent} t. Have the rest recorded where it was handed over.")
        told = format_lazy(text, sent=f"{sent:f}")
        yield Problem("farm_handed", Severity.WARNING, told, "month", field="handed")


def _unlike(checked: Checked) -> Iterator[Problem]:
    """Twice as many animals as a month ago, or half: mostly a digit too many."""
    now = checked.form.values.get("head")
    before = checked.last.values.get("head") if checked.last else None
    if now and before and not before <= now * _UNLIKE_TIMES <= before * _UNLIKE_TIMES**2:
        text = _("Last month there were {before}. Is the number right?")
        told: Text = format_lazy(text, before=f"{before:,}")
        yield Problem("farm_unlike", Severity.WARNING, told, "month", field="head")


FARM_MONTH = FilingType(
    code="agricultural.farm_month",
    domain=DOMAIN,
    name=both("养殖场月报", "Monthly record of a farm"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(MONTH,),
    authority=AUTHORITY,
    number_prefix="NYY",
    basis=basis.LIVESTOCK,
    due=DueDay(10),
    per_site=barns,
    filers=("farm",),
    classify=class_of,
    reads=(reading.manure, reading.farm, sources.profile),
    prefill=_month_begins,
    checks=(
        reported.has_a_place,
        _no_more_than_there_is,
        _handed_by_load_record,
        _unlike,
        reported.not_less(_reported, "month"),
    ),
    effects=(
        effects.movements(_flows),
        effects.statistics(
            Figure("agricultural.livestock_head", _("animals now"), "head", "head"),
            Figure("agricultural.manure_arisen", _("manure that arose (computed)"), "arisen", "t"),
            Figure("agricultural.manure_used", _("manure used on the own land"), "used", "t"),
            label=_("Animals and manure"),
        ),
    ),
    help=_("Two numbers: how many animals there are now, and how much manure went on your land."),
    simple=True,
    helped=True,
)
FARMS = (FARM, FARM_MONTH)
