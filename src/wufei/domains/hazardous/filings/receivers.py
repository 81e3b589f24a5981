"""Who may take a waste: holders of a licence that names it, and whoever the list exempts. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.hazardous.filings import choices
from wufei.hub.filings.declarations import Check, Checked, Problem, Severity, Values
from wufei.hub.registry.queries import codes_that_cover

# Stages of the exemption list at which another one than a licence holder may recover or dispose.
_TREATING = frozenset({"all", "recovery", "disposal", "recovery_disposal"})


def check(
    section: str,
    *,
    number: str = "licence_no",
    kind: str = "receiver_kind",
    stated: str = "mass",
) -> Check:
    """Each row's receiver: does the licence name the waste, does the list exempt it?

    A licence that the register does not have is odd (most receivers lie elsewhere); one that it has
    and that does not name the waste is impossible. Rows without mass in ``stated`` count nothing.
    """

    def found(checked: Checked) -> Iterator[Problem]:
        for place, row in enumerate(checked.form.rows.get(section, ())):
            if not row.get(stated) or not row.get("waste"):
                continue
            if row.get(kind, choices.LICENSED) == choices.EXEMPT:
                yield from _exempt(checked, section, place, row, kind)
            elif row.get(number):
                yield from _licence(checked, section, place, row, number)

    return found


def _licence(
    checked: Checked, section: str, place: int, row: Values, field: str
) -> Iterator[Problem]:
    number, waste = str(row[field]).strip(), str(row["waste"])
    receiver = checked.facts["receivers"].get(number)
    if receiver is None:
        text = _("The register has no licence {number} that holds in this period.")
        yield _problem("licence_unknown", Severity.WARNING, text, section, place, field, number)
    elif not receiver.covers(waste):
        text = _("Licence {number} of {holder} does not name {waste}.")
        yield _problem(
            "licence_without_waste",
            Severity.ERROR,
            text,
            section,
            place,
            field,
            number,
            holder=receiver.name,
            waste=waste,
        )


def _exempt(
    checked: Checked, section: str, place: int, row: Values, field: str
) -> Iterator[Problem]:
    waste = str(row["waste"])
    if not exempt_stages(checked.facts["exemptions"], waste) & _TREATING:
        text = _("The list of exemptions has nothing for the treatment of {waste}.")
        yield _problem("not_exempt", Severity.ERROR, text, section, place, field, "", waste=waste)


def exempt_stages(listed: Mapping[str, frozenset[str]], waste: str) -> frozenset[str]:
    """Stages at which ``waste`` is exempt on some condition; those of its category and of all."""
    found = frozenset[str]()
    for code in codes_that_cover(waste):
        found |= listed.get(code, frozenset())
    return found


def _problem(
    code: str,
    severity: Severity,
    text: Any,
    section: str,
    place: int,
    field: str,
    number: str,
    **values: Any,
) -> Problem:
    told = format_lazy(text, number=number, **values)
    return Problem(code, severity, told, section, place, field, values={"number": number, **values})
