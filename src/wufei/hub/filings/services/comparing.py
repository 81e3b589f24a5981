"""How the accepted figures of all who filed the same form lie: aggregated in the database.

No figure of a single organisation leaves it, and nothing at all where the others are fewer than
``PEERS_MIN``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from wufei.hub.filings.declarations import FilingType, filing_type
from wufei.hub.filings.models import Filing
from wufei.hub.filings.peers import PEERS_MIN, Compared, Spread, Spreads, spread
from wufei.hub.filings.periods import Period


@dataclass(frozen=True)
class Group:
    """Those who are alike: one form and period, one class, one kind of organisation."""

    type: str
    first: date
    class_code: str
    kind: str

    @classmethod
    def of(cls, filing: Filing) -> "Group":
        return cls(filing.type, filing.first, filing.class_code, filing.organisation.kind)


@dataclass(frozen=True)
class Lie:
    """``count`` organisations; ``few`` are their keys where they are so few that it matters."""

    count: int
    quartiles: Sequence[float]
    few: frozenset[int]


Lies = Mapping[tuple[Compared, str], Lie]


def spreads(filing: Filing, read: dict[Group, Lies]) -> Spreads:
    """How the figures of the others lie, for whoever files this one.

    ``read`` keeps what was read, so that many forms of one group ask once.
    """
    group = Group.of(filing)
    if group not in read:
        read[group] = _read(group)
    return {key: _seen_by(filing, lie) for key, lie in read[group].items()}


def _seen_by(filing: Filing, lie: Lie) -> Spread:
    return spread(lie.count - (filing.organisation_id in lie.few), lie.quartiles)


def _read(group: Group) -> Lies:
    """One statement for all that the form compares."""
    form_type = filing_type(group.type)
    if not form_type.compared:
        return {}
    parts = [_part(form_type, n, one) for n, one in enumerate(form_type.compared)]
    given: list[Any] = [group.type, *_days(form_type, group), group.class_code, group.kind]
    given += [value for _sql, values in parts for value in values]
    statement = _STATEMENT % {
        "days": _DAYS[form_type.period.recurs],
        "parts": " UNION ALL ".join(sql for sql, _values in parts),
        "few": PEERS_MIN,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows = cursor.fetchall()
    return {
        (form_type.compared[n], key): Lie(count, quartiles, frozenset(few or ()))
        for n, key, count, quartiles, few in rows
    }


_DAYS = {True: "f.first = %s", False: "f.first > %s AND f.first <= %s"}
# Of an organisation with several (sites, events) the average counts, or all of it per unit.
_STATEMENT = """
WITH filed AS MATERIALIZED (
    SELECT f.organisation_id AS who, v.id AS version, v.values
    FROM filings_filing f
    JOIN filings_version v ON v.id = f.in_force_id AND v.state = 'accepted'
    JOIN registry_organisation o ON o.id = f.organisation_id
    WHERE f.type = %%s AND %(days)s AND f.class_code = %%s AND o.kind = %%s
), parts AS (%(parts)s
), figures AS (
    SELECT n, key, who, sum(x) / nullif(sum(p), 0) AS figure FROM parts
    WHERE x IS NOT NULL AND p IS NOT NULL GROUP BY n, key, who
)
SELECT n, key, count(*), percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY figure),
    CASE WHEN count(*) <= %(few)s THEN array_agg(who) END
FROM figures WHERE figure IS NOT NULL GROUP BY n, key
"""
_SINGLE = """
    SELECT {n} AS n, '' AS key, who, (values->>%s)::numeric AS x, {per} AS p FROM filed"""
_TABLE = """
    SELECT {n} AS n, {by} AS key, filed.who, sum((r.values->>%s)::numeric) AS x, {per} AS p
    FROM filed JOIN filings_row r ON r.version_id = filed.version AND r.section = %s
    GROUP BY 2, filed.who, filed.version"""


def _part(form_type: FilingType, n: int, one: Compared) -> tuple[str, list[Any]]:
    """Figures of one number by version, with what is given to the statement, in its order."""
    per: list[Any] = [one.per] if one.per else []
    if not one.section:
        sql = _SINGLE.format(n=n, per="(values->>%s)::numeric" if per else "1")
        return sql, [one.field, *per]
    of_rows = one.per in {field.name for field in form_type.section(one.section).fields}
    source = "sum((r.values->>%s)::numeric)" if of_rows else "max((filed.values->>%s)::numeric)"
    by: Iterable[Any] = [one.by] if one.by else []
    sql = _TABLE.format(n=n, by="r.values->>%s" if one.by else "''", per=source if per else "1")
    return sql, [*by, one.field, *per, one.section]


def _days(form_type: FilingType, group: Group) -> list[date]:
    """A period's own first day; an event is held beside those of the year before it."""
    if form_type.period.recurs:
        return [group.first]
    year = group.first.year - 1 if form_type.period is Period.EVENT else 1
    last_day = 28 if (group.first.month, group.first.day) == (2, 29) else group.first.day
    return [date(year, group.first.month, last_day), group.first]
