"""Days that were folded before ``0007`` are counted again from the movements.

In one snapshot, under the folder's lock: what is recorded meanwhile waits in the queue as always,
and nobody waits for this.
"""

from typing import Any

from django.db import connections, migrations

_LOCK = 0x77756665  # the folder's (services/folding.py)
_KEY = "region_id, waste_id, holder_id, kind, method"
_DAY = f"day, {_KEY}, place_id, other_kind, across"
_SIDE = """
    SELECT m.day, a.region_id, a.waste_id, a.holder_id, a.kind, a.method, a.place_id,
           o.kind AS other_kind, a.holder_id <> o.holder_id AS across, {sums}
    FROM ledger_movement m JOIN ledger_account a ON a.id = m.{own}_id
    JOIN ledger_account o ON o.id = m.{other}_id"""
_IN = "m.sign * m.mass_g AS in_g, 0 AS out_g, 1 AS in_count, 0 AS out_count"
_OUT = "0, m.sign * m.mass_g, 0, 1"
_STEPS = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "DELETE FROM ledger_flowday",
    "DELETE FROM ledger_flowmonth",
    # What is in the queue in this snapshot is among the movements of this snapshot.
    "DELETE FROM ledger_unfolded",
    f"""INSERT INTO ledger_flowday ({_DAY}, in_g, out_g, in_count, out_count)
    SELECT {_DAY}, sum(in_g), sum(out_g), sum(in_count), sum(out_count)
    FROM ({_SIDE.format(sums=_IN, own="target", other="source")}
        UNION ALL {_SIDE.format(sums=_OUT, own="source", other="target")}) s GROUP BY {_DAY}""",
    f"""INSERT INTO ledger_flowmonth (month, {_KEY}, in_g, out_g)
    SELECT date_trunc('month', day)::date, {_KEY}, sum(in_g), sum(out_g)
    FROM ledger_flowday GROUP BY 1, {_KEY}""",
)


def count_again(apps: Any, schema_editor: Any) -> None:
    connection = connections[schema_editor.connection.alias]
    with connection.cursor() as cursor:
        # Before the snapshot: an import that adds to the facts itself has then ended.
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            cursor.execute("BEGIN")
            for step in _STEPS:
                cursor.execute(step)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


class Migration(migrations.Migration):
    # It makes a transaction of its own, once the lock is there.
    atomic = False
    dependencies = [("ledger", "0007_facts_as_registers_list")]
    operations = [migrations.RunPython(count_again, migrations.RunPython.noop)]
