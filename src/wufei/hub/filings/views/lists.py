"""The list of filings, and what an officer sets about them: days and duties."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Resource, Total
from wufei.hub.base.tables import Table, register
from wufei.hub.filings import columns, queries
from wufei.hub.filings.models import Filing
from wufei.hub.filings.pages import states

FILING = "filings.filing"


def _rows(actor: Actor) -> Any:
    rows = queries.visible(actor)
    return rows.select_related("organisation__region", "site").order_by("-first", "type", "-pk")


def _totals(found: Any) -> Sequence[Total]:
    found = found.order_by()
    return [
        Total(_now("late"), found.filter(states.late()).count()),
        Total(pgettext("filing", "waiting"), found.filter(state=Filing.State.SUBMITTED).count()),
    ]


def _exported(actor: Actor) -> None:
    audit.record(actor, "filings:filing:export", subject=f"{FILING}:*")


FILINGS = Resource(
    code=FILING,
    path="",
    title=_("Filings"),
    singular=pgettext_lazy("a", "filing"),
    table=register(
        Table(
            code=FILING,
            title=_("Filings"),
            columns=columns.COLUMNS,
            rows=_rows,
            search=columns.SEARCH,
        )
    ),
    filters=columns.FilingFilters,
    totals=_totals,
    exported=_exported,
    empty=_("What is owed shows here as soon as its period opens."),
)
