"""A licence that an authority has granted enters the register, with its number and days."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.filings.declarations import Accepted, Effect, Made, Text
from wufei.hub.filings.effects.acting import by_right, key_in, number_of
from wufei.hub.registry.models import Licence, LicenceLine
from wufei.hub.registry.services import licences as registry
from wufei.hub.registry.services.licences import Line


def licences(
    kind: str,
    *,
    first: str = "valid_from",
    last: str = "valid_until",
    lines: str = "lines",
    waste: str = "waste",
    limit: str = "limit",
    method: str = "method",
    authority: str = "",
    code: str = "licence",
) -> Effect:
    """Enter the licence; an amendment changes the one that was made before.

    ``first`` and ``last`` name date fields, ``lines`` a table with a code and tonnes a year for
    each waste (no such table, or an empty one: all codes), ``authority`` a text field.
    """

    def preview(accepted: Accepted) -> Sequence[Text]:
        return [_told(accepted, first, last)]

    def apply(accepted: Accepted, by: Actor) -> Sequence[Made]:
        values = accepted.form.values
        rows = accepted.form.rows.get(lines, ())
        given = {
            "kind": kind,
            "number": number_of(accepted)[:60],
            "valid_from": values[first],
            "valid_until": values[last],
            "authority": str(values.get(authority) or "")[:80],
            "lines": tuple(
                Line(row[waste] or LicenceLine.ALL, _limit(row.get(limit)), row.get(method) or "")
                for row in rows
            )
            or (Line(),),
        }
        actor = by_right(by)
        if accepted.made_before:
            uuid = key_in(accepted.made_before[0].subject)
            made = registry.edit(Licence.objects.get(uuid=uuid), actor, **given)
        else:
            made = registry.create(actor, organisation=accepted.subject.organisation, **given)
        return [Made(f"registry.licence:{made.uuid}", _told(accepted, first, last))]

    return Effect(code, _("Licence"), preview, apply)


def _limit(value: Decimal | None) -> Decimal | None:
    return value or None


def _told(accepted: Accepted, first: str, last: str) -> Text:
    values = accepted.form.values
    begins: date | None = values.get(first)
    ends: date | None = values.get(last)
    text = _("Licence {number} of {organisation}, {begins} – {ends}")
    return format_lazy(
        text,
        number=number_of(accepted),
        organisation=accepted.subject.organisation.name,
        begins=str(begins or ""),
        ends=str(ends or ""),
    )
