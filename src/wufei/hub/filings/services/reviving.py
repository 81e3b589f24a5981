"""What lapsed for a reason that is gone is owed again."""

from collections.abc import Collection

from django.db.models import F, Q, QuerySet

from wufei.hub.base.rows import update
from wufei.hub.filings.models import Filing
from wufei.hub.filings.services.access import span_of, type_of
from wufei.hub.filings.services.due import Dues


def _ended(of: str) -> Q:
    return Q(**{f"{of}__validity__endswith__lte": F("first")})


def _lasts(of: str) -> Q:
    # Without an end nothing is compared, and what is not compared is not excluded either.
    return Q(**{f"{of}__validity__endswith": None}) | Q(
        **{f"{of}__validity__endswith__gt": F("first")}
    )


# Of a filer, or a site, that had closed before the period began, and of all others.
ENDED = _ended("organisation") | _ended("site")
LASTS = _lasts("organisation") & _lasts("site")


def revive(lapsed: "QuerySet[Filing]", keys: Collection[tuple[int, int | None]]) -> int:
    """Those whose filer owes them (``keys``), or had begun them without owing them; returns how
    many. They have the last day and the reminders of now.
    """
    rows = lapsed.filter(LASTS).select_related("organisation__region", "site__region")
    again = [
        one
        for one in rows.select_for_update(of=("self",)).order_by("pk")
        if not one.owed or (one.organisation_id, one.site_id) in keys
    ]
    for one in again:
        dues = Dues.of(type_of(one), span_of(one))
        one.due_on = dues.of_region((one.site or one.organisation).region)
        one.state, one.lapse_reason = Filing.State.OPEN, ""
        one.reminded, one.escalated_at = 0, None
    update(again, ("due_on", "state", "lapse_reason", "reminded", "escalated_at"))
    return len(again)
