"""Checks of a plant's month: day by day, against its own sums, against ledger and custom. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.household.filings.common import impossible, odd, share, unusual
from wufei.domains.household.filings.plausible import usual
from wufei.hub.filings.declarations import Checked, Problem, Values
from wufei.hub.filings.sources import tonnes

ZERO = Decimal(0)
# Sums of the days may differ so much from the month's: a scale and a book are two things.
_APART_PERCENT = Decimal(1)
_SMALL_T = Decimal("0.05")
# What each ratio is of: figure of the days, whole, and whether it is for each tonne or a percent.
_RATIOS = (
    ("power", "treated", False),
    ("slag", "treated", True),
    ("fly_ash", "treated", True),
    ("leachate", "received", True),
    ("biogas", "treated", False),
    ("oil", "treated", True),
    ("residue", "treated", True),
)
# For these a ratio is known of only one class of plant.
_ONLY = {"power": "days_incinerator", "leachate": "days_incinerator"}


def days_section(checked: Checked) -> str:
    return f"days_{checked.subject.class_code or 'other'}"


def _rows(checked: Checked) -> Sequence[Values]:
    return checked.form.rows.get(days_section(checked), ())


def days_of_the_month(checked: Checked) -> Iterator[Problem]:
    section, span = days_section(checked), checked.subject.span
    told = set[date]()
    for line, row in enumerate(_rows(checked)):
        told.add(row["day"])
        if not span.holds(row["day"]):
            text = _("This day is not in the month.")
            yield impossible("day_elsewhere", text, section, "day", line)
    over = min(span.last, timezone.localdate())
    missing = (over - span.first).days + 1 - len({day for day in told if day <= over})
    if missing > 0:
        text = _("{days} days are missing. Of a day without operation write 0.")
        yield odd("days_missing", format_lazy(text, days=missing), section)


def days_within_capacity(checked: Checked) -> Iterator[Problem]:
    section, capacity_t = days_section(checked), checked.facts["capacity_t"]
    for line, row in enumerate(_rows(checked)):
        used = share(row["treated"], capacity_t)
        yield from unusual(used, usual("capacity"), section, "treated", line)


def days_like_balance(checked: Checked) -> Iterator[Problem]:
    """The days add up to the month."""
    section = days_section(checked)
    for name in ("received", "treated"):
        of_days = checked.form.total(section, name)
        of_month = checked.form.total("balance", name)
        if _apart(of_days, of_month):
            text = _("The days add up to {days} t, the balance to {month} t.")
            told = format_lazy(text, days=f"{of_days:,.3f}", month=f"{of_month:,.3f}")
            yield odd(f"days_{name}", told, "balance", name)


def treatments_like_balance(checked: Checked) -> Iterator[Problem]:
    """What is posted must have been there: of each waste the methods add up to what was treated."""
    by_method = _by_waste(checked, "treatments", "mass")
    for line, row in enumerate(checked.form.rows.get("balance", ())):
        stated, added = row["treated"], by_method.pop(row["waste"], ZERO)
        # Each line may be rounded to the kilogram by itself.
        if abs(stated - added) > Decimal("0.010"):
            text = _("By method {added} t were treated, here it says {stated} t.")
            told = format_lazy(text, added=f"{added:,.3f}", stated=f"{stated:,.3f}")
            yield impossible("treatments", told, "balance", "treated", line)
    for code in by_method:
        text = _("{waste} was treated but does not stand in the balance.")
        yield impossible("treatments", format_lazy(text, waste=code), "treatments", "waste")


def origins_like_balance(checked: Checked) -> Iterator[Problem]:
    by_origin = _by_waste(checked, "origins", "mass")
    for line, row in enumerate(checked.form.rows.get("balance", ())):
        added = by_origin.get(row["waste"], ZERO)
        if _apart(added, row["received"]):
            text = _("Senders account for {added} t of {received} t received.")
            told = format_lazy(text, added=f"{added:,.3f}", received=f"{row['received']:,.3f}")
            yield odd("origins", told, "balance", "received", line)


def usual_ratios(checked: Checked) -> Iterator[Problem]:
    """Products and residues of the month, for each tonne that was treated."""
    section = days_section(checked)
    asked = {name for row in _rows(checked) for name, value in row.items() if value is not None}
    for name, whole, percent in _RATIOS:
        if name not in asked or _ONLY.get(name, section) != section:
            continue
        made, of = checked.form.total(section, name), checked.form.total(section, whole)
        measured = share(made if percent else made / 100, of)
        yield from unusual(measured, usual(name), section, name)


def fly_ash_like_ledger(checked: Checked) -> Iterator[Problem]:
    """Fly ash is hazardous waste: the ledger has what arose of it."""
    section = "days_incinerator"
    if days_section(checked) != section:
        return
    stated = checked.form.total(section, "fly_ash")
    known = tonnes(sum(flow.arisen_g for flow in checked.facts["fly_ash"]))
    if _apart(stated, known, Decimal(5)):
        text = _("Fly ash adds up to {stated} t; the ledger has {known} t.")
        told = format_lazy(text, stated=f"{stated:,.3f}", known=f"{known:,.3f}")
        yield odd("fly_ash_ledger", told, section, "fly_ash")


def _by_waste(checked: Checked, section: str, name: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in checked.form.rows.get(section, ()):
        found[row["waste"]] = found.get(row["waste"], ZERO) + (row[name] or ZERO)
    return found


def _apart(one: Decimal, other: Decimal, percent: Decimal = _APART_PERCENT) -> bool:
    difference = abs(one - other)
    return difference > _SMALL_T and difference * 100 > percent * max(one, other)
