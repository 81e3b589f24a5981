"""The list of key supervision 危险废物环境重点监管单位清单: kept by the department, dated.

Each year's list begins with whoever is in the class by what is known, with the reason; what is
accepted is the register's list from then on, and who is no longer named is taken off it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.hazardous.filings import basis, choices
from wufei.domains.hazardous.filings.classes import classify, producers
from wufei.hub.base.actor import Actor
from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Effect,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Made,
    Problem,
    Section,
    Severity,
    Source,
    Text,
    Values,
)
from wufei.hub.filings.effects.acting import by_right, number_of
from wufei.hub.filings.periods import Period
from wufei.hub.filings.subjects import Subject
from wufei.hub.registry.models import ListEntry, Organisation
from wufei.hub.registry.services import lists as registry
from wufei.hub.registry.validity import today, valid_on

LIST = "hazardous_key"
_CLASS = "class_of"

LISTED = Section(
    "listed",
    both("重点监管单位清单", "List of key supervision"),
    (
        Field("firm", _("organisation"), FieldKind.ORGANISATION, required=True),
        Field("reason", _("reason"), required=True, length_max=200),
        Field("since", _("on the list since"), FieldKind.DATE, required=True),
    ),
    table=True,
    rows_max=5000,
    key=("firm",),
)


def _in_class(subject: Subject) -> Mapping[UUID, str]:
    """Everybody in the class of key supervision in the year, with the reason."""
    known = producers(subject.span.first.year)
    key = {pk: one for pk, one in known.items() if classify(one).code == choices.KEY}
    rows = Organisation.objects.filter(valid_on(subject.span.first), pk__in=key)
    return {row.uuid: str(classify(key[row.pk]).reason)[:200] for row in rows.order_by("name")}


def _prefill(checked: Checked) -> Values:
    since = checked.subject.span.first
    before = _since(checked.last.rows.get("listed", ())) if checked.last else {}
    return {
        "listed": [
            {"firm": uuid, "reason": reason, "since": before.get(uuid, since)}
            for uuid, reason in checked.facts[_CLASS].items()
        ]
    }


def _since(rows: Sequence[Values]) -> Mapping[UUID, date]:
    return {row["firm"]: row["since"] for row in rows if row.get("firm") and row.get("since")}


def _agrees(checked: Checked) -> Iterator[Problem]:
    """Whoever is in the class and not listed, and whoever is listed and not in the class."""
    computed = checked.facts[_CLASS]
    rows = checked.form.rows.get("listed", ())
    for number, row in enumerate(rows):
        if row["firm"] not in computed:
            text = _("By what is known here this organisation is not in the class.")
            yield Problem("key_list_more", Severity.WARNING, text, "listed", number, "firm")
    missing = len(computed.keys() - {row["firm"] for row in rows})
    if missing:
        text = format_lazy(_("{count} organisations of the class are not listed."), count=missing)
        values = {"count": missing}
        yield Problem("key_list_fewer", Severity.WARNING, text, "listed", values=values)


class _List:
    """What the list is to be, and how it stands."""

    def __init__(self, accepted: Accepted) -> None:
        rows = accepted.form.rows.get("listed", ())
        self.since = _since(rows)
        self.reasons = {row["firm"]: row["reason"] for row in rows}
        standing = ListEntry.objects.filter(valid_on(), list=LIST, organisation__isnull=False)
        self.standing = {
            one.organisation.uuid: one
            for one in standing.select_related("organisation")
            if one.organisation is not None
        }

    @property
    def new(self) -> list[Organisation]:
        uuids = self.since.keys() - self.standing.keys()
        return list(Organisation.objects.filter(uuid__in=uuids).order_by("name"))

    @property
    def gone(self) -> list[ListEntry]:
        return [one for uuid, one in self.standing.items() if uuid not in self.since]


def _preview(accepted: Accepted) -> Sequence[Text]:
    found = _List(accepted)
    put = [format_lazy(_("{name} on the list of key supervision"), name=o.name) for o in found.new]
    off = [format_lazy(_("{name} off the list"), name=one.name) for one in found.gone]
    return [*put, *off]


def _apply(accepted: Accepted, by: Actor) -> Sequence[Made]:
    found, actor = _List(accepted), by_right(by)
    made = []
    for entry in found.gone:
        last = max(today() - timedelta(days=1), entry.validity.lower)
        registry.close(entry, actor, last=last, reason=number_of(accepted))
        made.append(_made(entry, _("{name} off the list")))
    for firm in found.new:
        entry = registry.create(
            actor,
            list=LIST,
            organisation=firm,
            name=firm.name,
            credit_code=firm.credit_code or "",
            region=firm.region,
            source=str(KEY_LIST.name)[:120],
            source_on=today(),
            document=number_of(accepted)[:80],
            note=found.reasons[firm.uuid],
            valid_from=found.since[firm.uuid],
        )
        made.append(_made(entry, _("{name} on the list of key supervision")))
    return made


def _made(entry: ListEntry, text: Any) -> Made:
    return Made(f"registry.list:{entry.uuid}", format_lazy(text, name=entry.name))


KEY_LIST = FilingType(
    code="hazardous.key_list",
    domain="hazardous",
    name=both("危险废物环境重点监管单位清单", "List of key supervision of hazardous waste"),
    kind=Kind.FILE,
    period=Period.YEAR,
    sections=(LISTED,),
    authority=_("district ecology and environment branch"),
    number_prefix="HZD",
    basis=basis.KEY_LIST,
    filers=("department",),
    reads=(Source(_CLASS, _in_class),),
    prefill=_prefill,
    checks=(_agrees,),
    effects=(Effect("key_list", _("List of key supervision"), _preview, _apply),),
)
