"""Fold what movements left in the queue into the facts of days and months."""

from django.db import connection, transaction

_LOCK = 0x77756665  # one folder at a time; others find the queue shorter and go home
_KEY = "region_id, waste_id, holder_id, kind, method"
# Days tell more apart than months do.
_DAY = f"day, {_KEY}, place_id, other_kind, across"
_FOLD = f"""
WITH gone AS (
    DELETE FROM ledger_unfolded WHERE id IN (
        SELECT id FROM ledger_unfolded ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING {_DAY}, in_g, out_g, in_count, out_count
), days AS (
    INSERT INTO ledger_flowday AS f ({_DAY}, in_g, out_g, in_count, out_count)
    SELECT {_DAY}, sum(in_g), sum(out_g), sum(in_count), sum(out_count) FROM gone GROUP BY {_DAY}
    ON CONFLICT ({_DAY}) DO UPDATE
    SET in_g = f.in_g + EXCLUDED.in_g, out_g = f.out_g + EXCLUDED.out_g,
        in_count = f.in_count + EXCLUDED.in_count, out_count = f.out_count + EXCLUDED.out_count
), months AS (
    INSERT INTO ledger_flowmonth (month, {_KEY}, in_g, out_g)
    SELECT date_trunc('month', day)::date, {_KEY}, sum(in_g), sum(out_g)
    FROM gone GROUP BY date_trunc('month', day), {_KEY}
    ON CONFLICT (month, {_KEY}) DO UPDATE
    SET in_g = ledger_flowmonth.in_g + EXCLUDED.in_g,
        out_g = ledger_flowmonth.out_g + EXCLUDED.out_g
)
SELECT count(*) FROM gone"""


def fold(*, rows_max: int = 20_000) -> int:
    """Move up to ``rows_max`` queued sums into the facts, in one transaction; returns how many.

    Taking a row and adding it are one statement, so a sum is in the queue or in the facts,
    never in both or neither. There is no watermark: a row committed late is simply still there.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (mine,) = cursor.fetchone()
        if not mine:
            return 0
        cursor.execute(_FOLD, [rows_max])
        (count,) = cursor.fetchone()
        return int(count)


def fold_all() -> int:
    """Fold until the queue is empty or another process is folding; returns how many rows."""
    total = 0
    while count := fold():
        total += count
    return total
