"""What a management plan begins with, and what it is held against. Pure."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.hazardous.filings import choices, receivers
from wufei.domains.hazardous.filings.columns import ZERO, total, wastes
from wufei.hub.filings.declarations import Checked, Problem, Severity, Values
from wufei.hub.filings.sources import tonnes as t
from wufei.hub.registers.queries.summary import WasteFlow, Way

When = Callable[[Values], bool]
# How much a plan may differ from what really arose in the year before without a word: our own
# measure, no standard's.
ODD_PERMILLE = 500


def prefill(checked: Checked) -> Values:
    """The register's own data; tables from the last plan, else from what the year before was."""
    facts, last = checked.facts, checked.last
    profile = facts["profile"]
    known = {name: profile[name] for name in _PROFILE if profile.get(name)}
    permits = sorted({line.licence.number for line in facts["permits"]})
    values: dict[str, Any] = dict(last.values) if last else {}
    values |= known | {"class_code": checked.subject.class_code}
    if permits:
        values |= {"has_permit": True, "permit_no": permits[0]}
    return values | (dict(last.rows) if last else _tables(facts["year_before"]))


_PROFILE = (
    "name",
    "address",
    "site_address",
    "region",
    "longitude",
    "latitude",
    "credit_code",
)


def _tables(flows: Sequence[WasteFlow]) -> dict[str, Sequence[Values]]:
    return {
        "arising": [_row(one, one.arisen_g) for one in flows if one.arisen_g > 0],
        "storage": [_row(one, one.closing_g) for one in flows if one.closing_g > 0],
        "own": [
            {**_row(one, way.mass_g), "method": way.method}
            for one in flows
            for way in one.own
            if way.mass_g > 0
        ],
        "transfer": [
            {**_row(one, way.mass_g), **_sent(way)}
            for one in flows
            for way in one.sent
            if way.mass_g > 0
        ],
    }


def _row(flow: WasteFlow, mass_g: int) -> dict[str, Any]:
    return {"own_name": flow.waste.label, "waste": flow.waste.code, "mass": t(mass_g)}


def _sent(way: Way) -> dict[str, Any]:
    if not way.licence:
        return {"method": way.method or None}
    return {
        "method": way.method or None,
        "receiver_kind": choices.LICENSED,
        "licence_holder": way.to,
        "licence_no": way.licence,
    }


# Checks.
def _own_class(checked: Checked) -> Iterator[Problem]:
    computed = checked.subject.class_code
    written = checked.form.values.get("class_code")
    if computed and written != computed:
        text = _("The class is {computed} by what is known here; say why it is another.")
        told = format_lazy(text, computed=dict(choices.CLASSES)[computed])
        values = {"computed": computed, "written": written}
        yield Problem(
            "plan_class",
            Severity.WARNING,
            told,
            "basic",
            field="class_code",
            values=values,
        )


def _goes_somewhere(checked: Checked) -> Iterator[Problem]:
    """Of each waste, what is treated, sent and left was there before or arises."""
    rows = checked.form.rows
    standing = {flow.waste.code: t(flow.closing_g) for flow in checked.facts["year_before"]}
    arising, left = rows.get("arising", ()), rows.get("storage", ())
    own, sent = rows.get("own", ()), rows.get("transfer", ())
    for waste in wastes(arising, left, own, sent):
        comes = total(arising, "mass", waste) + standing.get(waste, ZERO)
        goes = sum((total(part, "mass", waste) for part in (left, own, sent)), ZERO)
        values = {"waste": waste, "comes_t": f"{comes:f}", "goes_t": f"{goes:f}"}
        if goes > comes:
            text = _("{waste}: {goes} t go or stay, but only {comes} t are there or arise.")
            yield _of_waste("plan_impossible", Severity.ERROR, text, waste, comes, goes, values)
        elif checked.subject.class_code != choices.REGISTERED and goes < comes:
            text = _("{waste}: {comes} t are there or arise, but only {goes} t go or stay.")
            yield _of_waste("plan_left_open", Severity.WARNING, text, waste, comes, goes, values)


def _of_waste(
    code: str,
    severity: Severity,
    text: Any,
    waste: str,
    comes: Decimal,
    goes: Decimal,
    values: Values,
) -> Problem:
    told = format_lazy(text, waste=waste, comes=f"{comes:,f}", goes=f"{goes:,f}")
    return Problem(code, severity, told, "arising", field="mass", about=waste, values=values)


def _like_last_year(checked: Checked) -> Iterator[Problem]:
    """A plan that is far from what arose in the year before asks for a reason."""
    rows = checked.form.rows.get("arising", ())
    was = {flow.waste.code: t(flow.arisen_g) for flow in checked.facts["year_before"]}
    for waste in wastes(rows):
        planned, before = total(rows, "mass", waste), was.get(waste, ZERO)
        if before and abs(planned - before) * 1000 > before * ODD_PERMILLE:
            text = _("{waste}: {planned} t are planned; in the year before {before} t arose.")
            told = format_lazy(text, waste=waste, planned=f"{planned:,f}", before=f"{before:,f}")
            values = {"waste": waste, "planned_t": f"{planned:f}", "before_t": f"{before:f}"}
            yield Problem(
                "plan_unlike_last_year",
                Severity.WARNING,
                told,
                "arising",
                field="mass",
                about=waste,
                values=values,
            )
    for waste in sorted(one for one, mass in was.items() if mass > 0 and one not in wastes(rows)):
        text = _("{waste} arose in the year before and is not in the plan.")
        told = format_lazy(text, waste=waste)
        yield Problem(
            "plan_waste_missing",
            Severity.WARNING,
            told,
            "arising",
            about=waste,
            values={"waste": waste, "before_t": f"{was[waste]:f}"},
        )


def _reduced(checked: Checked) -> Iterator[Problem]:
    for number, row in enumerate(checked.form.rows.get("reduction", ())):
        if (row.get("reduction") or ZERO) > (row.get("mass") or ZERO):
            text = _("More cannot be saved than is expected to arise.")
            yield Problem("plan_reduction", Severity.ERROR, text, "reduction", number, "reduction")


CHECKS = (
    _own_class,
    _goes_somewhere,
    _like_last_year,
    _reduced,
    receivers.check("transfer"),
)
