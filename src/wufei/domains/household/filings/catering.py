"""Catering waste 餐厨垃圾: the contract with a collector, and the month's ledger on a phone.

What is handed over moves by the load record of the round; the ledger of the kitchen is held
against it and moves nothing.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import count, day, kilograms, photo
from wufei.domains.household.filings import reading
from wufei.domains.household.filings.common import (
    CITY_MANAGEMENT,
    DOMAIN,
    SOLID_WASTE_LAW,
    impossible,
    odd,
    of_kinds,
    share,
    unusual,
)
from wufei.domains.household.filings.plausible import usual
from wufei.hub.base.wording import both
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Checked,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Reviewer,
    Section,
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, DueWithin, Period, Span

# Waste cooking oil is collected apart; everything else of a kitchen is food waste.
GREASE = "LC-waste-grease"
_STREAMS = ("catering_kitchen", "household_kitchen")
# Small scales and evaporation: below this difference nobody is asked.
_APART_PERCENT, _APART_KG = Decimal(10), Decimal(20)
_YEARS_MAX = 3


def _in_order(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    first, last = values["valid_from"], values["valid_until"]
    if last < first:
        text = _("The last day lies before the first day.")
        yield impossible("contract_days", text, "contract", "valid_until")
    elif last.year - first.year > _YEARS_MAX:
        text = _("The contract runs for more than {years} years.")
        told = format_lazy(text, years=_YEARS_MAX)
        yield odd("contract_long", told, "contract", "valid_until")


def _may_collect(checked: Checked) -> Iterator[Problem]:
    if checked.form.values["collector"] not in checked.facts["collectors"]:
        text = _("The collector has no valid licence for kitchen waste in the register.")
        yield odd("no_licence", text, "contract", "collector")


CONTRACT = FilingType(
    code="household.catering_contract",
    domain=DOMAIN,
    name=both("餐厨垃圾收运合同备案", "Contract for catering waste"),
    kind=Kind.FILE,
    period=Period.EVENT,
    sections=(
        Section(
            "contract",
            both("收运合同", "Contract"),
            (
                Field("number", both("合同编号", "number"), required=True, length_max=60),
                day("valid_from", both("合同生效日期", "valid from")),
                day("valid_until", both("合同到期日期", "valid until")),
                Field(
                    "collector",
                    both("收运单位", "collector"),
                    FieldKind.ORGANISATION,
                    required=True,
                    help=_("Choose the collector from the register."),
                ),
                kilograms("a_day", both("预计日产生量", "expected a day"), required=True),
                Field(
                    "grease",
                    both("含废弃油脂收运", "waste cooking oil is collected too"),
                    FieldKind.BOOLEAN,
                    required=True,
                ),
                count("seats", both("餐位数", "seats"), "个", required=False),
                Field("paper", both("合同扫描件", "the contract"), FieldKind.FILES),
            ),
        ),
    ),
    authority=CITY_MANAGEMENT,
    number_prefix="CCH",
    basis=SOLID_WASTE_LAW,
    due=DueWithin(15),
    filers=("catering", "school", "hospital", "enterprise", "other"),
    reviewer=Reviewer.DEPARTMENT,
    reads=(reading.collectors,),
    prefill=lambda checked: {
        name: checked.last.values.get(name) if checked.last else None
        for name in ("collector", "a_day", "grease", "seats")
    },
    checks=(_in_order, _may_collect),
    effects=(
        effects.listed("catering_contracts", first="valid_from", last="valid_until"),
        effects.statistics(
            Figure(
                "household.catering_contracted",
                both("合同约定日收运量", "expected a day by contract"),
                "a_day",
                "kg",
            )
        ),
    ),
    help=_("File a new contract, or one that was prolonged, within 15 working days."),
    helped=True,
)


LEDGER_SECTION = Section(
    "handed",
    both("本月交运", "Handed over this month"),
    (
        kilograms("food", both("餐厨垃圾", "food waste"), required=True),
        kilograms("grease", both("废弃油脂", "waste cooking oil")),
        count("pickups", both("收运次数", "times collected"), "次", required=False),
        photo(),
    ),
)


def caterers(span: Span) -> Q:
    return of_kinds("catering")


def _recorded(checked: Checked) -> dict[str, int]:
    """Grams that load records have, of food waste and of grease."""
    found = {"food": 0, "grease": 0}
    for flow in checked.facts["flows"]:
        if flow.waste.stream in _STREAMS:
            name = "grease" if flow.waste.code == GREASE else "food"
            found[name] += reading.sent_g(flow)
    return found


def _ledger_begins(checked: Checked) -> Values:
    known = _recorded(checked)
    return {name: reading.kilograms(mass_g) for name, mass_g in known.items() if mass_g > 0}


def _like_records(checked: Checked) -> Iterator[Problem]:
    known = _recorded(checked)
    for name in ("food", "grease"):
        stated = checked.form.values.get(name) or Decimal(0)
        recorded = reading.kilograms(known[name])
        difference = abs(stated - recorded)
        if difference > _APART_KG and difference * 100 > _APART_PERCENT * max(stated, recorded):
            text = _("The collector's load records have {recorded} kg.")
            told = format_lazy(text, recorded=f"{recorded.normalize():,f}")
            yield odd(f"{name}_records", told, "handed", name)


def _like_a_kitchen(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    grease = share(values.get("grease"), values["food"])
    yield from unusual(grease, usual("grease"), "handed", "grease")
    if values["food"] and values.get("pickups") == 0:
        text = _("Handed over, but never collected: correct one of the two.")
        yield impossible("pickups", text, "handed", "pickups")
    last = checked.last.values.get("food") if checked.last else None
    if last and not values["food"]:
        text = _("Nothing was handed over in this month, but {before} kg in the one before.")
        yield odd("nothing", format_lazy(text, before=f"{last:,f}"), "handed", "food")


LEDGER = FilingType(
    code="household.catering",
    domain=DOMAIN,
    name=both("餐厨垃圾台账（月）", "Ledger of catering waste (month)"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(LEDGER_SECTION,),
    authority=CITY_MANAGEMENT,
    number_prefix="CCT",
    basis=SOLID_WASTE_LAW,
    due=DueDay(10),
    owes=caterers,
    filers=("catering", "school", "hospital", "enterprise", "other"),
    reads=(reading.flows,),
    prefill=_ledger_begins,
    checks=(_like_records, _like_a_kitchen),
    effects=(
        effects.statistics(
            Figure("household.catering_food", both("餐厨垃圾", "food waste"), "food", "kg"),
            Figure("household.catering_grease", both("废弃油脂", "cooking oil"), "grease", "kg"),
            Figure("household.catering_pickups", both("收运次数", "times collected"), "pickups"),
            label=_("Statistics"),
        ),
    ),
    help=_("What the collector's load records say stands here already."),
    simple=True,
    helped=True,
)
CATERING: tuple[FilingType, ...] = (CONTRACT, LEDGER)
