"""Checks that many forms share: against the ledger, against the last period, in themselves. Pure.

An impossible number is an error and blocks; an odd one is a warning and asks for a reason.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.filings.declarations import (
    Check,
    Checked,
    Field,
    Problem,
    Section,
    Severity,
    Text,
)
from wufei.hub.filings.forms import Form, grams
from wufei.hub.filings.peers import Compared, figures, first_row, rounded
from wufei.hub.ledger.units import GRAMS_PER_T

# Differences below this are roundings of whoever adds up kilograms.
SMALL_G = 1_000


def agrees(
    section: str,
    field: Field,
    actual_g: Callable[[Any], int],
    *,
    facts: str = "flows",
    waste: str = "waste",
    permille: int = 50,
    code: str,
) -> Check:
    """What is reported of each waste, against what the ledger says of it (``actual_g`` of a
    ``WasteFlow``): a warning where they differ by more than ``permille`` of the larger.

    Rows of one waste count together; a waste that the ledger knows and the form does not name is
    a warning of its own.
    """

    def check(checked: Checked) -> Iterator[Problem]:
        reported = _by_waste(checked.form, section, field, waste)
        flows = {flow.waste.code: actual_g(flow) for flow in checked.facts[facts]}
        for name, (row, mass_g) in reported.items():
            actual = flows.pop(name, 0)
            if _differ(mass_g, actual, permille):
                text = _("“{field}” of {waste} is {reported} t; the ledger has {actual} t.")
                told = _told(text, field, name, mass_g, actual)
                yield _warning(code, told, section, row, field, name, mass_g, actual)
        for name, actual in flows.items():
            if actual > SMALL_G:
                text = _("{waste} is missing: the ledger has “{field}” of {actual} t.")
                told = _told(text, field, name, 0, actual)
                yield _warning(f"{code}_missing", told, section, None, field, name, 0, actual)

    return check


def adds_up(
    section: str, plus: Sequence[Field], minus: Sequence[Field], result: Field, *, code: str
) -> Check:
    """In each row, what there was and came, less what went, is what is left: an error if not.

    Each column may be rounded to the kilogram by itself.
    """
    rounded_g = SMALL_G // 2 * (len(plus) + len(minus) + 1)

    def check(checked: Checked) -> Iterator[Problem]:
        for number, row in enumerate(checked.form.rows.get(section, ())):
            left_g = sum(grams(one, row.get(one.name)) for one in plus)
            left_g -= sum(grams(one, row.get(one.name)) for one in minus)
            stated_g = grams(result, row.get(result.name))
            if abs(left_g - stated_g) > rounded_g:
                text = _("“{field}” does not add up: from the other columns it is {left} t.")
                told = format_lazy(text, field=result.label, left=_t(left_g))
                values = {"reported_g": stated_g, "added_g": left_g}
                yield Problem(
                    code, Severity.ERROR, told, section, number, result.name, values=values
                )

    return check


def unlike_before(
    section: str, field: Field, *, waste: str = "waste", times: int = 3, code: str
) -> Check:
    """A warning where a waste is ``times`` more or less than in the same period of last year, or
    in the period before where there is no such.
    """

    def check(checked: Checked) -> Iterator[Problem]:
        before = checked.last_year or checked.last
        if before is None:
            return
        then = _by_waste(before, section, field, waste)
        for name, (row, mass_g) in _by_waste(checked.form, section, field, waste).items():
            earlier_g = then.get(name, (0, 0))[1]
            if earlier_g and not earlier_g <= mass_g * times <= earlier_g * times * times:
                text = _("“{field}” of {waste} is {reported} t; it was {actual} t before.")
                told = _told(text, field, name, mass_g, earlier_g)
                yield _warning(code, told, section, row, field, name, mass_g, earlier_g)

    return check


def unlike_peers(one: Compared, section: Section, *, times: int = 3, code: str) -> Check:
    """A warning where a figure is ``times`` above the upper quartile of others, or below the lower.

    ``section`` has the field that ``one`` compares. Of fewer than ``PEERS_MIN`` others nothing is
    known, and nothing is asked.
    """
    field = section.field(one.field)

    def check(checked: Checked) -> Iterator[Problem]:
        own = figures([one], checked.form)
        spreads = checked.peers() if own else {}
        for (_one, key), figure in own.items():
            seen = spreads.get((one, key))
            half = seen.quartiles if seen else None
            if seen is None or half is None:
                continue
            if half.lower <= figure * times and figure <= half.upper * times:
                continue
            text = _("“{field}” is {figure}; half of {others} others lie from {lower} to {upper}.")
            values = {
                "figure": f"{rounded(figure):f}",
                "others": seen.others,
                "lower": f"{half.lower:f}",
                "upper": f"{half.upper:f}",
            }
            told = format_lazy(text, field=field.label, **values)
            row = first_row(one, checked.form, key)
            yield Problem(code, Severity.WARNING, told, section.code, row, field.name, key, values)

    return check


def _by_waste(form: Form, section: str, field: Field, waste: str) -> dict[str, tuple[int, int]]:
    """Waste → its first row and the grams of all its rows."""
    found: dict[str, tuple[int, int]] = {}
    for number, row in enumerate(form.rows.get(section, ())):
        name = str(row.get(waste) or "")
        if name:
            first, mass_g = found.get(name, (number, 0))
            found[name] = (first, mass_g + grams(field, row.get(field.name)))
    return found


def _differ(one_g: int, other_g: int, permille: int) -> bool:
    difference_g = abs(one_g - other_g)
    return difference_g > SMALL_G and difference_g * 1000 > permille * max(one_g, other_g)


def _told(text: Any, field: Field, waste: str, reported_g: int, actual_g: int) -> Text:
    return format_lazy(
        text,
        field=field.label,
        waste=waste,
        reported=_t(reported_g),
        actual=_t(actual_g),
    )


def _t(mass_g: int) -> str:
    return f"{Decimal(mass_g) / GRAMS_PER_T:,.3f}"


def _warning(
    code: str,
    text: Text,
    section: str,
    row: int | None,
    field: Field,
    waste: str,
    reported_g: int,
    actual_g: int,
) -> Problem:
    values = {"waste": waste, "reported_g": reported_g, "actual_g": actual_g}
    return Problem(code, Severity.WARNING, text, section, row, field.name, waste, values)
