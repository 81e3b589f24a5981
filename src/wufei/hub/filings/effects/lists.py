"""Whoever has earned a title, or is watched more closely, stands on a list from then on."""

from collections.abc import Callable, Sequence
from datetime import date

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.filings.declarations import Accepted, Effect, Made, Text, Values
from wufei.hub.filings.effects.acting import by_right, day_of, number_of
from wufei.hub.registry.lists import kind
from wufei.hub.registry.models import ListEntry
from wufei.hub.registry.services import lists as registry
from wufei.hub.registry.validity import last_day, today


def listed(
    list_code: str,
    *,
    first: str = "",
    last: str = "",
    when: Callable[[Values], bool] = lambda values: True,
    code: str = "listed",
) -> Effect:
    """Put the organisation on a list, from ``first`` to ``last`` (names of date fields; else from
    the day of the decision, without end), where ``when`` holds of the form's single values.

    An amendment changes the entry; one for which ``when`` no longer holds takes it off the list.
    """

    def preview(accepted: Accepted) -> Sequence[Text]:
        return [_told(accepted, list_code)] if when(accepted.form.values) else []

    def apply(accepted: Accepted, by: Actor) -> Sequence[Made]:
        # Also of a version before the last one, which took it off the list again.
        key = str(accepted.version.filing.uuid)
        earlier = list(ListEntry.objects.filter(list=list_code, key=key).order_by("-pk")[:1])
        actor = by_right(by)
        if not when(accepted.form.values):
            for entry in filter(_lasts, earlier):
                registry.close(entry, actor, last=max(today(), entry.validity.lower))
            return []
        made = _entry(accepted, list_code, earlier, _days(accepted, first, last), actor)
        return [Made(f"registry.list:{made.uuid}", _told(accepted, list_code))]

    return Effect(code, _("List"), preview, apply)


def _lasts(entry: ListEntry) -> bool:
    end = last_day(entry.validity)
    return end is None or end > today()


def _days(accepted: Accepted, first: str, last: str) -> dict[str, date | None]:
    values = accepted.form.values
    return {"valid_from": values.get(first) or day_of(accepted), "valid_until": values.get(last)}


def _entry(
    accepted: Accepted,
    list_code: str,
    earlier: Sequence[ListEntry],
    days: dict[str, date | None],
    actor: Actor,
) -> ListEntry:
    document = number_of(accepted)[:80]
    if earlier:
        return registry.edit(earlier[0], actor, document=document, **days)
    subject = accepted.subject
    return registry.create(
        actor,
        list=list_code,
        organisation=subject.organisation,
        name=(subject.site or subject.organisation).name,
        credit_code=subject.organisation.credit_code or "",
        # Each site, and each form, stands on the list for itself.
        source_key=str(accepted.version.filing.uuid),
        region=(subject.site or subject.organisation).region,
        source=str(kind(list_code).name)[:120],
        source_on=day_of(accepted),
        document=document,
        **days,
    )


def _told(accepted: Accepted, list_code: str) -> Text:
    subject = accepted.subject
    return format_lazy(
        _("{name} on the list “{list}”"),
        name=(subject.site or subject.organisation).name,
        list=kind(list_code).name,
    )
