"""Recount everything from the movements: balances, lots, facts, digests. Trust nothing kept.

All checks look at one snapshot, so that ``verify`` passes at any moment, whatever is recorded
meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

# Each check selects what is wrong: a subject and what was seen. Nothing selected is right.
_SIDES = """
    SELECT id, target_id AS account_id, sign, mass_g, sign * mass_g AS change_g,
           target_from_g AS from_g FROM ledger_movement
    UNION ALL
    SELECT id, source_id, -sign, mass_g, -sign * mass_g, source_from_g FROM ledger_movement"""
_FACT_KEY = "region_id, waste_id, holder_id, kind, method"
# Days tell more apart; 0 stands for no place, since nothing equals NULL.
_DAY_KEY = f"{_FACT_KEY}, place_id, other_kind, across"
_DAY_SUMS = ("in_g", "out_g", "in_count", "out_count")
_SUMMED = ", ".join(f"sum({name}) AS {name}" for name in _DAY_SUMS)
_OWN = """
        SELECT m.day, a.region_id, a.waste_id, a.holder_id, a.kind, a.method,
               coalesce(a.place_id, 0) AS place_id, o.kind AS other_kind,
               a.holder_id <> o.holder_id AS across"""
_RECOUNT = f"""
    SELECT day, {_DAY_KEY}, {_SUMMED} FROM (
        {_OWN}, m.sign * m.mass_g AS in_g, 0 AS out_g, 1 AS in_count, 0 AS out_count
        FROM ledger_movement m JOIN ledger_account a ON a.id = m.target_id
        JOIN ledger_account o ON o.id = m.source_id
        UNION ALL
        {_OWN}, 0, m.sign * m.mass_g, 0, 1
        FROM ledger_movement m JOIN ledger_account a ON a.id = m.source_id
        JOIN ledger_account o ON o.id = m.target_id) s
    GROUP BY day, {_DAY_KEY}"""
_KEPT = f"""
    SELECT day, {_FACT_KEY}, coalesce(place_id, 0) AS place_id, other_kind, across,
           {", ".join(_DAY_SUMS)} FROM"""
# What grouping and splitting did to lots, unless it was undone.
_REGROUPED = """
    SELECT p.* FROM ledger_regroupedpart p
    WHERE NOT EXISTS (SELECT 1 FROM ledger_regrouping u WHERE u.undoes_id = p.regrouping_id)"""
_CHECKS = {
    "digest": """
        SELECT 'movement ' || m.uuid, 'its content is not what was recorded'
        FROM ledger_movement m WHERE m.digest IS DISTINCT FROM ledger_movement_digest(m)""",
    "balance": f"""
        WITH counted AS (
            SELECT account_id, sum(mass_g) FILTER (WHERE sign > 0) AS in_g,
                   sum(mass_g) FILTER (WHERE sign < 0) AS out_g
            FROM ({_SIDES}) s GROUP BY account_id)
        SELECT 'account ' || a.id, 'book ' || coalesce(b.in_g - b.out_g, 0) || ' g, recount '
               || coalesce(c.in_g, 0) - coalesce(c.out_g, 0) || ' g'
        FROM ledger_account a LEFT JOIN ledger_balance b ON b.account_id = a.id
        LEFT JOIN counted c ON c.account_id = a.id
        WHERE a.kind IN ('stock', 'custody') AND (b.account_id IS NULL
            OR b.in_g <> coalesce(c.in_g, 0) OR b.out_g <> coalesce(c.out_g, 0))""",
    "booked": """
        SELECT 'account ' || b.account_id, 'booked ' || b.booked_g || ' g, open bookings '
               || coalesce(k.mass_g, 0) || ' g'
        FROM ledger_balance b LEFT JOIN (
            SELECT account_id, sum(mass_g) AS mass_g FROM ledger_booking
            WHERE state = 'open' GROUP BY account_id) k USING (account_id)
        WHERE b.booked_g <> coalesce(k.mass_g, 0)""",
    "never below zero": f"""
        SELECT DISTINCT ON (account_id) 'account ' || account_id,
               running_g || ' g after movement no. ' || id
        FROM (SELECT s.account_id, s.id, sum(s.change_g) OVER (
                  PARTITION BY s.account_id ORDER BY s.id) AS running_g
              FROM ({_SIDES}) s JOIN ledger_balance b ON b.account_id = s.account_id) r
        WHERE running_g < 0 ORDER BY account_id, id""",
    "position": f"""
        SELECT 'account ' || account_id, 'position ' || from_g || ', recount ' || expected_g
        FROM (SELECT s.account_id, s.from_g, sum(s.mass_g) OVER (
                  PARTITION BY s.account_id, s.sign ORDER BY s.id) - s.mass_g AS expected_g
              FROM ({_SIDES}) s JOIN ledger_balance b ON b.account_id = s.account_id) p
        WHERE from_g IS DISTINCT FROM expected_g""",
    "facts by day": f"""
        WITH kept AS (
            SELECT day, {_DAY_KEY}, {_SUMMED} FROM (
                {_KEPT} ledger_flowday UNION ALL {_KEPT} ledger_unfolded) f
            GROUP BY day, {_DAY_KEY}),
        counted AS ({_RECOUNT})
        SELECT 'facts of ' || day || ', ' || kind || ', holder ' || holder_id || ', waste '
               || waste_id || ', place ' || place_id || ', ' || other_kind,
               'kept ' || coalesce(k.in_g, 0) || ' in, ' || coalesce(k.out_g, 0)
               || ' out, ' || coalesce(k.in_count, 0) || ' + ' || coalesce(k.out_count, 0)
               || ' movements; recount ' || coalesce(c.in_g, 0) || ' in, '
               || coalesce(c.out_g, 0) || ' out, ' || coalesce(c.in_count, 0) || ' + '
               || coalesce(c.out_count, 0) || ' movements'
        FROM kept k FULL JOIN counted c USING (day, {_DAY_KEY})
        WHERE {" OR ".join(f"coalesce(k.{name}, 0) <> coalesce(c.{name}, 0)" for name in _DAY_SUMS)}
        """,
    "facts by month": f"""
        SELECT 'month ' || month || ', ' || kind || ', holder ' || holder_id,
               'the month differs from its days'
        FROM (SELECT date_trunc('month', day)::date AS month, {_FACT_KEY}, sum(in_g) AS in_g,
                     sum(out_g) AS out_g FROM ledger_flowday GROUP BY 1, {_FACT_KEY}) d
        FULL JOIN ledger_flowmonth m USING (month, {_FACT_KEY})
        WHERE coalesce(d.in_g, 0) <> coalesce(m.in_g, 0)
           OR coalesce(d.out_g, 0) <> coalesce(m.out_g, 0)""",
    "lots": """
        SELECT 'account ' || b.account_id, 'stock ' || b.in_g - b.out_g || ' g, lots '
               || coalesce(l.mass_g, 0) || ' g'
        FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id LEFT JOIN (
            SELECT account_id, sum(remaining_g) AS mass_g FROM ledger_lot GROUP BY account_id
        ) l ON l.account_id = b.account_id
        WHERE a.tracking = 'lots' AND b.in_g - b.out_g <> coalesce(l.mass_g, 0)""",
    "lot entries": f"""
        SELECT 'lot ' || l.uuid, 'remaining ' || l.remaining_g || ' g, entries '
               || coalesce(e.mass_g, 0) || ' g'
        FROM ledger_lot l LEFT JOIN (
            SELECT lot_id, sum(mass_g) AS mass_g FROM (
                SELECT e.lot_id, m.sign * CASE e.side WHEN 'in' THEN e.mass_g ELSE -e.mass_g END
                FROM ledger_lotentry e JOIN ledger_movement m ON m.id = e.movement_id
                UNION ALL SELECT lot_id, mass_g FROM ({_REGROUPED}) r
                UNION ALL SELECT parent_id, -mass_g FROM ({_REGROUPED}) r) s(lot_id, mass_g)
            GROUP BY lot_id) e ON e.lot_id = l.id
        WHERE l.remaining_g <> coalesce(e.mass_g, 0)""",
    "regroupings": """
        SELECT 'grouping ' || r.uuid, 'mass ' || r.mass_g || ' g, parts '
               || coalesce(sum(p.mass_g), 0) || ' g, '
               || count(*) FILTER (WHERE o.account_id <> r.account_id
                                      OR i.account_id <> r.account_id) || ' from other accounts'
        FROM ledger_regrouping r LEFT JOIN ledger_regroupedpart p ON p.regrouping_id = r.id
        LEFT JOIN ledger_lot i ON i.id = p.parent_id LEFT JOIN ledger_lot o ON o.id = p.lot_id
        WHERE r.undoes_id IS NULL GROUP BY r.id
        HAVING r.mass_g <> coalesce(sum(p.mass_g), 0)
            OR bool_or(o.account_id <> r.account_id OR i.account_id <> r.account_id)""",
    "reversals": """
        SELECT 'movement ' || r.uuid, 'it does not undo exactly what it reverses'
        FROM ledger_movement r JOIN ledger_movement o ON o.id = r.reverses_id
        WHERE (r.source_id, r.target_id, r.mass_g, r.happened_at, r.kind)
           IS DISTINCT FROM (o.source_id, o.target_id, o.mass_g, o.happened_at, o.kind)""",
    "treatments": """
        SELECT 'treatment ' || t.uuid, 'inputs ' || t.input_g || ' g, movements '
               || coalesce(sum(m.mass_g) FILTER (WHERE m.kind = 'treatment'), 0) || ' g'
        FROM ledger_treatment t LEFT JOIN ledger_movement m
            ON m.group_uuid = t.uuid AND m.sign = 1
        GROUP BY t.id HAVING
            t.input_g <> coalesce(sum(m.mass_g) FILTER (WHERE m.kind = 'treatment'), 0)
         OR t.secondary_g <> coalesce(sum(m.mass_g) FILTER (WHERE m.kind = 'secondary'), 0)""",
}


@dataclass(frozen=True)
class Difference:
    """Something that is not as the recount says."""

    check: str
    subject: str
    seen: str


def checks() -> list[str]:
    return list(_CHECKS)


def verify(*, limit: int = 100) -> Iterator[tuple[str, list[Difference]]]:
    """Run every check; yields its name and up to ``limit`` differences as soon as it is done."""
    assert not connection.in_atomic_block, "verify takes a snapshot of its own"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        for name, statement in _CHECKS.items():
            cursor.execute(f"SELECT * FROM ({statement}) d LIMIT %s", [limit])
            yield name, [Difference(name, *row) for row in cursor.fetchall()]


def differences() -> list[Difference]:
    """Every difference of every check; empty when the ledger is right."""
    return [difference for _, found in verify() for difference in found]
