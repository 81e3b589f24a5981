"""What a month's ledger begins with, and what its lines are held against. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.ledgers.reading import ENTRIES, STREAMS, LedgerLine
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.filings.declarations import Check, Checked, Problem, Severity, Text, Values

SECTION = "lines"
_KG = Decimal("0.001")
Line = Callable[[LedgerLine], Values]


def prefill(line: Line) -> Callable[[Checked], Values]:
    """A line for each entry of the ledger."""

    def begins(checked: Checked) -> Values:
        return {SECTION: [_whole(one, line(one)) for one in checked.facts[ENTRIES]]}

    return begins


def _whole(one: LedgerLine, more: Values) -> dict[str, Any]:
    return {
        "entry": str(one.entry),
        "happened_at": one.happened_at,
        "waste": one.waste,
        "mass": _kg(one.mass),
        "method": one.method or None,
        "site": one.site,
        "handler": one.handler,
        **more,
    }


def _kg(mass: Decimal) -> Decimal:
    """Forms write kilograms; the ledger has grams."""
    return mass.quantize(_KG, ROUND_HALF_EVEN)


def lines(checked: Checked) -> Iterator[tuple[int, Values]]:
    yield from enumerate(checked.form.rows.get(SECTION, ()))


def problem(
    code: str, severity: Severity, text: Any, row: int, field: str, **values: str
) -> Problem:
    told = format_lazy(text, **values)
    return Problem(code, severity, told, SECTION, row, field, values=values)


def known(checked: Checked) -> Iterator[Problem]:
    """A line that names an entry says what the ledger says; corrections are made there."""
    entries = {str(one.entry): one for one in checked.facts[ENTRIES]}
    seen = Counter(row["entry"] for _number, row in lines(checked) if row.get("entry"))
    for number, row in lines(checked):
        name = row.get("entry")
        if not name:
            continue
        entry = entries.get(name)
        if entry is None:
            text = _("The ledger has no such entry in this month. Empty it: the line is new then.")
            yield problem("ledger_no_entry", Severity.ERROR, text, number, "entry")
        elif seen[name] > 1:
            text = _("This entry of the ledger stands in two lines.")
            yield problem("ledger_entry_twice", Severity.ERROR, text, number, "entry")
        elif row.get("waste") != entry.waste or row.get("mass") != _kg(entry.mass):
            text = _("The ledger says {mass} t of {waste} here; correct it there by a reversal.")
            yield problem(
                "ledger_unlike_entry",
                Severity.ERROR,
                text,
                number,
                "mass",
                mass=f"{_kg(entry.mass):f}",
                waste=entry.waste,
            )


def in_the_period(checked: Checked) -> Iterator[Problem]:
    span = checked.subject.span
    for number, row in lines(checked):
        at = row.get("happened_at")
        if at is not None and not span.holds(_day(at)):
            text = _("This is not in {span}: it belongs to another month's ledger.")
            yield problem(
                "ledger_other_month", Severity.ERROR, text, number, "happened_at", span=str(span)
            )


def _day(at: Any) -> Any:
    return timezone.localtime(at).date() if timezone.is_aware(at) else at.date()


def not_twice(checked: Checked) -> Iterator[Problem]:
    """A new line that is like an entry of the ledger would be posted a second time."""
    used = {row["entry"] for _number, row in lines(checked) if row.get("entry")}
    there = {
        _likeness(one.waste, _kg(one.mass), one.container, one.happened_at)
        for one in checked.facts[ENTRIES]
        if str(one.entry) not in used
    }
    # What this form has posted itself, in an earlier version, is not another's.
    mine = {_of_row(row) for row in _in_force(checked)}
    for number, row in lines(checked):
        like = _of_row(row)
        if not row.get("entry") and like in there and like not in mine:
            text = _("The ledger has this already. Name its entry, or say why it is another one.")
            yield problem("ledger_twice", Severity.WARNING, text, number, "entry")


def _in_force(checked: Checked) -> list[Values]:
    return list(checked.in_force.rows.get(SECTION, ())) if checked.in_force else []


def _of_row(row: Values) -> tuple[Any, ...]:
    return _likeness(row.get("waste"), row.get("mass"), row.get("container"), row["happened_at"])


def _likeness(waste: Any, mass: Any, container: Any, at: Any) -> tuple[Any, ...]:
    """The same container of the same waste and mass, on one day."""
    return waste, mass, container or "", _day(at)


def moves_nothing(
    code: str, text: Text, when: Callable[[Values], bool] = lambda row: True
) -> Check:
    """A warning at new lines that something else has to record."""

    def check(checked: Checked) -> Iterator[Problem]:
        for number, row in lines(checked):
            if not row.get("entry") and when(row):
                yield problem(code, Severity.WARNING, text, number, "entry")

    return check


def method_of_the_waste(checked: Checked) -> Iterator[Problem]:
    """The stream of the waste is treated so."""
    streams = checked.facts[STREAMS]
    for number, row in lines(checked):
        stream = streams.get(row.get("waste") or "")
        if not stream or not row.get("method"):
            continue
        if row["method"] not in {one.code for one in catalogue.stream(stream).methods}:
            text = _("This waste is not treated in this way.")
            yield problem("ledger_method", Severity.ERROR, text, number, "method")


def method_of(outcome: catalogue.Outcome) -> Check:
    """Every line's method recovers, or disposes of, as the table says."""

    def check(checked: Checked) -> Iterator[Problem]:
        for number, row in lines(checked):
            if row.get("method") and catalogue.method(row["method"]).outcome is not outcome:
                text = _("This method belongs into the other table: recovery or disposal.")
                yield problem("ledger_outcome", Severity.ERROR, text, number, "method")

    return check


def finished_after(checked: Checked) -> Iterator[Problem]:
    for number, row in lines(checked):
        begun, finished = row.get("happened_at"), row.get("finished_at")
        if begun and finished and finished < begun:
            text = _("It is finished before it began.")
            yield problem("ledger_finished", Severity.ERROR, text, number, "finished_at")
