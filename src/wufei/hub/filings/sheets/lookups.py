"""What a file writes as text, found in the register: who files, for when, which site."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from wufei.hub.base.errors import Invalid
from wufei.hub.filings.periods import Period, Span, span_of
from wufei.hub.registry.models import Organisation, Site

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: .*)?")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")
_QUARTER = re.compile(r"(\d{4})[-/.年 ]*(?:Q|第)?([1-4一二三四])(?:季度?)?", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})(?:年度?)?")
_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4}


def span_from(period: Period, text: str, field: str) -> Span:
    """The period that ``text`` names: in the usual ways, or by any day of it."""
    said = text.strip()
    try:
        if found := _DAY.fullmatch(said):
            return span_of(period, date(*map(int, found.groups())))
        if period is Period.MONTH and (found := _MONTH.fullmatch(said)):
            return span_of(period, date(int(found[1]), int(found[2]), 1))
        if period is Period.QUARTER and (found := _QUARTER.fullmatch(said)):
            quarter = _CHINESE.get(found[2]) or int(found[2])
            return span_of(period, date(int(found[1]), quarter * 3, 1))
        if period is Period.YEAR and (found := _YEAR.fullmatch(said)):
            return span_of(period, date(int(found[1]), 1, 1))
    except ValueError:
        pass
    examples = {Period.MONTH: "2026-09", Period.QUARTER: "2026 Q3", Period.YEAR: "2026"}
    words = _("“%(text)s” is no period of this form. Write it as %(example)s.")
    example = examples.get(period, "2026-09-15")
    raise Invalid(words % {"text": said[:40], "example": example}, field=field)


class Organisations:
    """Organisations by credit code, name or uuid, of those that ``rows`` holds."""

    def __init__(self, rows: "QuerySet[Organisation]", texts: Iterable[str]) -> None:
        wanted = {text for text in texts if text}
        codes = {text.upper() for text in wanted}
        uuids = {uuid for text in wanted if (uuid := uuid_from(text))}
        named = rows.filter(Q(credit_code__in=codes) | Q(name__in=wanted) | Q(uuid__in=uuids))
        self._found: dict[str, list[Organisation]] = {}
        for one in named.select_related("region"):
            for key in {one.credit_code or "", one.name, str(one.uuid)} - {""}:
                self._found.setdefault(key, []).append(one)

    def find(self, text: str, field: str, nobody: str) -> Organisation:
        """Raises ``Invalid``: ``nobody`` says that there is none."""
        found = self._found.get(text.upper()) or self._found.get(text) or []
        if len(found) == 1:
            return found[0]
        several = _("Several organisations have that name: write the credit code.")
        raise Invalid(several if found else nobody, field=field)


class Sites:
    """Sites of some organisations, by name or uuid."""

    def __init__(self, organisations: Iterable[int]) -> None:
        self._found: dict[tuple[int, str], Site] = {}
        rows = Site.objects.filter(organisation__in=set(organisations))
        for site in rows.select_related("region", "organisation"):
            self._found[site.organisation_id, site.name] = site
            self._found[site.organisation_id, str(site.uuid)] = site

    def find(self, organisation: Organisation, text: str, field: str) -> Site:
        found = self._found.get((organisation.pk, text))
        if found is not None:
            return found
        names = [name for pk, name in self._found if pk == organisation.pk and not uuid_from(name)]
        words = _("This organisation has no site of that name. It has: %(names)s.")
        raise Invalid(words % {"names": "、".join(sorted(names)[:5]) or "—"}, field=field)


def uuid_from(text: Any) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
