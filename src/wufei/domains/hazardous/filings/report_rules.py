"""What a report begins with, and what it is held against beside the ledger's own figures. Pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.hazardous.filings.columns import ZERO, total, wastes
from wufei.domains.hazardous.filings.receivers import exempt_stages
from wufei.hub.filings.declarations import Checked, Problem, Severity, Values
from wufei.hub.filings.forms import Form
from wufei.hub.filings.sources import tonnes as t
from wufei.hub.registers.queries.summary import WasteFlow, Way

# Roundings of whoever adds up kilograms.
_SMALL_T = Decimal("0.002")
# Sent and received may differ by the weighbridges' own; more asks for a reason. Our own measure.
HANDED_PERMILLE = 20
# So many times more, or less, waste for the same output asks for a reason. Our own measure.
OUTPUT_TIMES = 2


def prefill(checked: Checked) -> Values:
    """Lines of the ledger's summary; what describes a waste, as it was said before."""
    told = _described(checked.last or checked.last_year)
    lines = [line for flow in checked.facts["flows"] for line in _lines(flow)]
    values = {name: checked.last.values.get(name) for name in _KEPT} if checked.last else {}
    return values | {"wastes": [{**told.get(line["waste"], {}), **line} for line in lines]}


_KEPT = ("product", "output_unit")
_DESCRIBED = ("own_name", "components", "form")


def _described(before: Form | None) -> Mapping[str, Values]:
    rows = before.rows.get("wastes", ()) if before else ()
    return {
        str(row["waste"]): {name: row[name] for name in _DESCRIBED if row.get(name)}
        for row in reversed(rows)
        if row.get("waste")
    }


def _lines(flow: WasteFlow) -> Iterator[dict[str, Any]]:
    """The waste's sums on the first line; its own ways beside those whom it was sent to."""
    sums = {
        "arisen": t(flow.arisen_g),
        "before": t(max(flow.opening_g, 0)),
        "after": t(max(flow.closing_g, 0)),
    }
    ways = list(zip_longest(flow.own, flow.sent)) or [(None, None)]
    for number, (own, sent) in enumerate(ways):
        line: dict[str, Any] = {"own_name": flow.waste.label, "waste": flow.waste.code}
        yield {**line, **(sums if number == 0 else {}), **_own(own), **_sent(sent)}


def _own(way: Way | None) -> dict[str, Any]:
    return {"own_method": way.method or None, "own": t(way.mass_g)} if way else {}


def _sent(way: Way | None) -> dict[str, Any]:
    if way is None:
        return {}
    return {
        "province": way.region,
        "receiver": way.to,
        "receiver_no": way.licence,
        "sent_method": way.method or None,
        "sent": t(way.mass_g),
    }


# Checks.
def _said_once(checked: Checked) -> Iterator[Problem]:
    """What arose and what stands is said on the first line of a waste, and only there."""
    seen = set[str]()
    for number, row in enumerate(checked.form.rows.get("wastes", ())):
        waste, first = str(row.get("waste")), str(row.get("waste")) not in seen
        seen.add(waste)
        for name in ("arisen", "before", "after"):
            if first and row.get(name) is None:
                text = _("Give this for {waste}, 0 if there was none.")
                yield _at("report_missing", text, number, name, waste)
            elif not first and row.get(name):
                text = _("This stands on the first line of {waste} already.")
                yield _at("report_twice", text, number, name, waste)


def _at(code: str, text: Any, number: int, name: str, waste: str) -> Problem:
    told = format_lazy(text, waste=waste)
    return Problem(code, Severity.ERROR, told, "wastes", number, name, values={"waste": waste})


def _not_more_than_there_was(checked: Checked) -> Iterator[Problem]:
    """No more can leave and be left than was there, arose or, by the ledger, came from others."""
    rows = checked.form.rows.get("wastes", ())
    others = {flow.waste.code: _from_others(flow) for flow in checked.facts["flows"]}
    for waste in wastes(rows):
        was = total(rows, "before", waste) + total(rows, "arisen", waste)
        was += others.get(waste, ZERO)
        goes = sum((total(rows, name, waste) for name in ("own", "sent", "after")), ZERO)
        figures = {"waste": waste, "was_t": f"{was:f}", "goes_t": f"{goes:f}"}
        if goes > was + _SMALL_T:
            text = _(
                "{waste}: {goes} t were treated, sent or are left, but only {was} t were there."
            )
            yield _sum("report_impossible", Severity.ERROR, text, waste, was, goes, figures)
        elif was > goes + _SMALL_T:
            text = _("{waste}: of {was} t only {goes} t were treated, sent or are left.")
            yield _sum("report_lost", Severity.WARNING, text, waste, was, goes, figures)


def _sum(
    code: str,
    severity: Severity,
    text: Any,
    waste: str,
    was: Decimal,
    goes: Decimal,
    figures: Values,
) -> Problem:
    told = format_lazy(text, waste=waste, was=f"{was:,f}", goes=f"{goes:,f}")
    return Problem(code, severity, told, "wastes", field="after", about=waste, values=figures)


def _from_others(flow: WasteFlow) -> Decimal:
    """What came in otherwise than by arising: received, found, brought in."""
    out_g = sum(way.mass_g for way in (*flow.own, *flow.sent))
    return t(max(0, out_g + flow.closing_g - flow.opening_g - flow.arisen_g))


def _begins_where_the_last_ended(checked: Checked) -> Iterator[Problem]:
    if checked.last is None:
        return
    rows, before = checked.form.rows.get("wastes", ()), checked.last.rows.get("wastes", ())
    for waste in wastes(rows, before):
        ended, begins = total(before, "after", waste), total(rows, "before", waste)
        if abs(ended - begins) >= _SMALL_T:
            text = _(
                "{waste}: {begins} t at the beginning, but the last report ended with {ended} t."
            )
            told = format_lazy(text, waste=waste, begins=f"{begins:,f}", ended=f"{ended:,f}")
            yield Problem(
                "report_gap",
                Severity.WARNING,
                told,
                "wastes",
                field="before",
                about=waste,
                values={"waste": waste, "begins_t": f"{begins:f}", "ended_t": f"{ended:f}"},
            )


def _received_by_the_other_side(checked: Checked) -> Iterator[Problem]:
    """What was sent, against what receivers accepted or have not yet confirmed."""
    rows = checked.form.rows.get("wastes", ())
    for waste, handed in sorted(checked.facts["handed"].items()):
        sent, there = total(rows, "sent", waste), t(handed.sent_g)
        if abs(sent - there) * 1000 > max(sent, there) * HANDED_PERMILLE:
            text = _("{waste}: {sent} t were sent; receivers have {there} t, {open} t unconfirmed.")
            told = format_lazy(
                text,
                waste=waste,
                sent=f"{sent:,f}",
                there=f"{there:,f}",
                open=f"{t(handed.open_g):,f}",
            )
            yield Problem(
                "report_unlike_receivers",
                Severity.WARNING,
                told,
                "wastes",
                field="sent",
                about=waste,
                values={"waste": waste, "sent_t": f"{sent:f}", "received_t": f"{there:f}"},
            )


def _receivers_may(checked: Checked) -> Iterator[Problem]:
    """A licence of the register that does not name the waste, for nothing that is exempt."""
    for number, row in enumerate(checked.form.rows.get("wastes", ())):
        waste, licence = str(row.get("waste") or ""), str(row.get("receiver_no") or "").strip()
        receiver = checked.facts["receivers"].get(licence)
        if not row.get("sent") or receiver is None or receiver.covers(waste):
            continue
        if exempt_stages(checked.facts["exemptions"], waste):
            continue
        text = _("Licence {number} of {holder} does not name {waste}.")
        told = format_lazy(text, number=licence, holder=receiver.name, waste=waste)
        values = {"number": licence, "waste": waste}
        yield Problem(
            "licence_without_waste",
            Severity.WARNING,
            told,
            "wastes",
            number,
            "receiver_no",
            values=values,
        )


def _like_the_output(checked: Checked) -> Iterator[Problem]:
    """Waste for each unit of output, against the same period of last year or the last one."""
    before = checked.last_year or checked.last
    now, then = _intensity(checked.form), _intensity(before) if before else None
    if now is None or then is None:
        return
    if now > then * OUTPUT_TIMES or now * OUTPUT_TIMES < then:
        text = _("For each unit of output {now} t of waste arose; before it were {then} t.")
        told = format_lazy(text, now=f"{now:.4f}", then=f"{then:.4f}")
        values = {"now_t": f"{now:.6f}", "then_t": f"{then:.6f}"}
        yield Problem(
            "report_unlike_output",
            Severity.WARNING,
            told,
            "production",
            field="output",
            values=values,
        )


def _intensity(form: Form) -> Decimal | None:
    output = form.values.get("output")
    arisen = form.total("wastes", "arisen")
    return arisen / output if output and arisen else None


CHECKS = (
    _said_once,
    _not_more_than_there_was,
    _begins_where_the_last_ended,
    _received_by_the_other_side,
    _receivers_may,
    _like_the_output,
)
