"""For which days an approved plan grants its quota, and that no second plan is in its way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.filings.declarations import Accepted, Effect, Made, Text
from wufei.hub.filings.effects.acting import number_of
from wufei.hub.filings.periods import Span
from wufei.hub.registry.models import Quota


class PlanInForce(Refusal):
    code = "construction_plan_in_force"
    message = gettext_noop(
        "%(document)s grants %(waste)s for these days already. Change that plan instead."
    )


def days_of(accepted: Accepted) -> Span:
    """The days of the works."""
    values = accepted.form.values
    return Span(values["begins"], values["ends"])


def held_alone(quotas: Effect) -> Effect:
    """``quotas``, refused where a second plan of the site grants the same for the same days: it
    would take over what the first has.
    """

    def preview(accepted: Accepted) -> Sequence[Text]:
        text = _("{document} grants {waste} for these days already.")
        others = [format_lazy(text, **_told(one)) for one in _others(accepted)]
        return others or quotas.preview(accepted)

    def apply(accepted: Accepted, by: Actor) -> Sequence[Made]:
        for one in _others(accepted):
            raise PlanInForce(**_told(one))
        return quotas.apply(accepted, by)

    return replace(quotas, preview=preview, apply=apply)


def _told(quota: Quota) -> dict[str, str]:
    return {"document": quota.document or str(quota), "waste": quota.code}


def _others(accepted: Accepted) -> list[Quota]:
    days, subject = days_of(accepted), accepted.subject
    named = {str(row["waste"]).upper() for row in accepted.form.rows.get("consignees", ())}
    rows = Quota.objects.filter(
        organisation=subject.organisation,
        site=subject.site,
        code__in=named,
        validity__overlap=(days.first, days.last + timedelta(days=1)),
    )
    return list(rows.exclude(document=number_of(accepted)[:60]).order_by("code"))
