"""What a month's ledger begins with, and what its lines are held against. Pure."""

from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.hazardous.filings import choices, names, reading, receivers
from wufei.domains.hazardous.filings.ledger_reading import LedgerLine
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.filings.declarations import Checked, Problem, Severity, Values

# Kinds of organisation that keep such a ledger.
KEEPERS = (
    "enterprise",
    "hospital",
    "school",
    "garage",
    "station",
    "plant",
    "recycler",
    "sewage",
    "other",
)
READS_OF_SENT = (reading.receivers, reading.exemptions)
_KG = Decimal("0.001")


def prefill(checked: Checked) -> Values:
    """A line for each entry of the ledger."""
    return {"lines": [_line(one) for one in checked.facts["entries"]]}


def _line(one: LedgerLine) -> dict[str, Any]:
    return {
        "entry": str(one.entry),
        "happened_at": one.happened_at,
        "own_name": one.waste_name,
        "waste": one.waste,
        "mass": _kg(one.mass),
        "container": one.container[:60],
        "container_count": one.container_count,
        "method": one.method or None,
        "site": one.site,
        "handler": one.handler,
        "receiver_kind": _receiver_kind(one),
        "licence_holder": one.licence_holder,
        "licence_no": one.licence_no,
        "exempt_receiver": one.exempt_receiver,
    }


def _receiver_kind(one: LedgerLine) -> str | None:
    if one.exempt_receiver:
        return choices.EXEMPT
    return choices.LICENSED if one.manifest else None


def _kg(mass: Decimal) -> Decimal:
    """Forms write kilograms; the ledger has grams."""
    return mass.quantize(_KG, ROUND_HALF_EVEN)


def _lines(checked: Checked) -> Iterator[tuple[int, Values]]:
    yield from enumerate(checked.form.rows.get("lines", ()))


def _problem(
    code: str, severity: Severity, text: Any, row: int, field: str, **values: str
) -> Problem:
    told = format_lazy(text, **values)
    return Problem(code, severity, told, "lines", row, field, values=values)


def known(checked: Checked) -> Iterator[Problem]:
    """A line that names an entry says what the ledger says; corrections are made there."""
    entries = {str(one.entry): one for one in checked.facts["entries"]}
    seen = Counter(row["entry"] for _number, row in _lines(checked) if row.get("entry"))
    for number, row in _lines(checked):
        name = row.get("entry")
        if not name:
            continue
        entry = entries.get(name)
        if entry is None:
            text = _("The ledger has no such entry in this month. Empty it: the line is new then.")
            yield _problem("ledger_no_entry", Severity.ERROR, text, number, "entry")
        elif seen[name] > 1:
            text = _("This entry of the ledger stands in two lines.")
            yield _problem("ledger_entry_twice", Severity.ERROR, text, number, "entry")
        elif row.get("waste") != entry.waste or row.get("mass") != _kg(entry.mass):
            text = _("The ledger says {mass} t of {waste} here; correct it there by a reversal.")
            yield _problem(
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
    for number, row in _lines(checked):
        at = row.get("happened_at")
        if at is not None and not span.holds(_day(at)):
            text = _("This is not in {span}: it belongs to another month's ledger.")
            yield _problem(
                "ledger_other_month", Severity.ERROR, text, number, "happened_at", span=str(span)
            )


def _day(at: Any) -> Any:
    return timezone.localtime(at).date() if timezone.is_aware(at) else at.date()


def not_twice(checked: Checked) -> Iterator[Problem]:
    """A new line that is like an entry of the ledger would be posted a second time."""
    used = {row["entry"] for _number, row in _lines(checked) if row.get("entry")}
    there = {
        _likeness(one.waste, _kg(one.mass), one.container, one.happened_at)
        for one in checked.facts["entries"]
        if str(one.entry) not in used
    }
    # What this form has posted itself, in an earlier version, is not another's.
    mine = {_of_row(row) for row in _in_force(checked)}
    for number, row in _lines(checked):
        like = _of_row(row)
        if not row.get("entry") and like in there and like not in mine:
            text = _("The ledger has this already. Name its entry, or say why it is another one.")
            yield _problem("ledger_twice", Severity.WARNING, text, number, "entry")


def _in_force(checked: Checked) -> list[Values]:
    return list(checked.in_force.rows.get("lines", ())) if checked.in_force else []


def _of_row(row: Values) -> tuple[Any, ...]:
    return _likeness(row.get("waste"), row.get("mass"), row.get("container"), row["happened_at"])


def _likeness(waste: Any, mass: Any, container: Any, at: Any) -> tuple[Any, ...]:
    """The same container of the same waste and mass, on one day."""
    return waste, mass, container or "", _day(at)


def container_is_there(checked: Checked) -> Iterator[Problem]:
    """What is put into storage arose before."""
    for number, row in _lines(checked):
        container = row.get("container")
        if not row.get("entry") and container not in checked.facts["standing"]:
            text = _("The ledger has no container “{container}”: record first that it arose (B.1).")
            yield _problem(
                "ledger_no_container",
                Severity.ERROR,
                text,
                number,
                "container",
                container=container or "",
            )


def left_in_the_ledger(checked: Checked) -> Iterator[Problem]:
    """Mass leaves storage by treatment or by manifest: a line alone moves nothing."""
    for number, row in _lines(checked):
        if not row.get("entry"):
            text = _(
                "The ledger does not know that this left. Record the treatment (B.4) or the "
                "manifest; this line moves nothing."
            )
            yield _problem("ledger_still_there", Severity.WARNING, text, number, "entry")


def method_of_the_waste(checked: Checked) -> Iterator[Problem]:
    for number, row in _lines(checked):
        stream = names.of(row.get("waste") or "").stream
        if not stream or not row.get("method"):
            continue
        if row["method"] not in {one.code for one in catalogue.stream(stream).methods}:
            text = _("This waste is not treated in this way.")
            yield _problem("ledger_method", Severity.ERROR, text, number, "method")


def finished_after(checked: Checked) -> Iterator[Problem]:
    for number, row in _lines(checked):
        begun, finished = row.get("happened_at"), row.get("finished_at")
        if begun and finished and finished < begun:
            text = _("It is finished before it began.")
            yield _problem("ledger_finished", Severity.ERROR, text, number, "finished_at")


def sent_by_manifest(checked: Checked) -> Iterator[Problem]:
    """Nothing but exports leaves without a manifest, which is what moves it."""
    for number, row in _lines(checked):
        if not row.get("entry") and row.get("receiver_kind") != choices.ABROAD:
            text = _(
                "No manifest of the ledger says so. Write its manifest down; this line moves "
                "nothing."
            )
            yield _problem("ledger_no_manifest", Severity.WARNING, text, number, "entry")


receivers_may = receivers.check("lines")
