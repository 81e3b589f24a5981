"""What lines of a file say of arrival and acceptance, as steps to sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from wufei.hub.base.errors import Invalid
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests.imports.cells import Row, mass_of, not_before, together
from wufei.hub.manifests.models import StepCode
from wufei.hub.manifests.services.importing import Told

_OF_ALL = ("arrived_at", "accepted_at", "refusal_reason", "difference_reason")
_OF_LINE = ("weighed_in", "accepted", "refused")


@dataclass(frozen=True)
class _Came:
    """Of one line: what was weighed in, and what of it was accepted."""

    weighed_in: Mass
    accepted: Mass


def steps(
    rows: Sequence[Row], wastes: Sequence[WasteType], loaded_at: datetime | None
) -> tuple[Told, ...]:
    """Arrival, and acceptance where the rows say so; a waste for each row, in their order.

    Raises ``Invalid`` where something is missing or does not add up.
    """
    told = together(rows, _OF_ALL)
    said = {name for name in _OF_LINE for row in rows if row.get(name) is not None}
    if not said and not any(told.values()):
        return ()
    arrived_at: datetime | None = told["arrived_at"] or told["accepted_at"]
    if arrived_at is None:
        raise Invalid(_("Write when it arrived."), field="arrived_at")
    if loaded_at is not None:
        arrived_at = not_before(arrived_at, loaded_at)
    came = [_came(rows, number, waste) for number, waste in enumerate(wastes)]
    arrival = Told(
        StepCode.ARRIVE, arrived_at, {"weighed_in": tuple(one.weighed_in for one in came)}
    )
    is_accepted = told["accepted_at"] or said & {"accepted", "refused"}
    if not is_accepted:
        _nothing_more(told)
        return (arrival,)
    accepted_at = not_before(told["accepted_at"] or arrived_at, arrived_at)
    return arrival, Told(StepCode.ACCEPT, accepted_at, _acceptance(told, came))


def _acceptance(told: dict[str, Any], came: Sequence[_Came]) -> dict[str, Any]:
    reasons = ("refusal_reason", "difference_reason")
    values: dict[str, Any] = {name: told[name] for name in reasons if told[name]}
    if any(one.accepted.grams != one.weighed_in.grams for one in came):
        values["accepted"] = tuple(one.accepted for one in came)
    elif told["refusal_reason"]:
        raise Invalid(_("Nothing was refused: leave this empty."), field="refusal_reason")
    return values


def _nothing_more(told: dict[str, Any]) -> None:
    """Reasons are given with the acceptance, and are not lost on the way."""
    for name in ("refusal_reason", "difference_reason"):
        if told[name]:
            words = _("This belongs to the acceptance: write when it was accepted as well.")
            raise Invalid(words, field=name)


def _came(rows: Sequence[Row], number: int, waste: WasteType) -> _Came:
    weighed, accepted, refused = (mass_of(rows, number, name, waste) for name in _OF_LINE)
    if weighed is None:
        weighed = _added(accepted, refused)
    if weighed is None or not weighed.grams:
        raise _invalid(number, "weighed_in", _("Write what was weighed in."))
    if accepted is None:
        accepted = grams(weighed.grams - refused.grams) if refused else weighed
    elif refused is not None and accepted.grams + refused.grams != weighed.grams:
        words = _("Accepted and refused together must be what was weighed in.")
        raise _invalid(number, "refused", words)
    if accepted.grams < 0:
        raise _invalid(number, "refused", _("More was refused than weighed in."))
    return _Came(weighed, accepted)


def _added(accepted: Mass | None, refused: Mass | None) -> Mass | None:
    if accepted is None or refused is None or not refused.grams:
        return accepted
    return grams(accepted.grams + refused.grams)


def _invalid(row: int, column: str, words: str) -> Invalid:
    refusal = Invalid(words, field=column)
    refusal.row = row
    return refusal
