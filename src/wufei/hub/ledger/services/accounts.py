"""Find the rows of accounts, and make the ones that mass has never touched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import Balance


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What posting needs to know of an account."""

    id: int
    key: AccountKey
    by_lots: bool
    limited: bool


_KEYS = """unnest(%(holder)s::bigint[], %(waste)s::bigint[], %(kind)s::text[], %(place)s::bigint[],
    %(method)s::text[], %(line)s::uuid[]) WITH ORDINALITY
    AS k(holder_id, waste_id, kind, place_id, method, line, n)"""
# Two joins instead of one, since IS NOT DISTINCT FROM on the line could use no index.
_FIND = f"""
SELECT k.n, a.id, a.tracking FROM {_KEYS} JOIN ledger_account a
    ON a.line = k.line AND a.holder_id = k.holder_id AND a.waste_id = k.waste_id
    AND a.kind = k.kind AND a.method = k.method AND a.place_id IS NOT DISTINCT FROM k.place_id
    WHERE k.line IS NOT NULL
UNION ALL
SELECT k.n, a.id, a.tracking FROM {_KEYS} JOIN ledger_account a
    ON a.holder_id = k.holder_id AND a.waste_id = k.waste_id AND a.kind = k.kind
    AND a.method = k.method AND a.place_id IS NOT DISTINCT FROM k.place_id AND a.line IS NULL
    WHERE k.line IS NULL"""
_MAKE = f"""
WITH made AS (
    INSERT INTO ledger_account
        (holder_id, waste_id, kind, place_id, method, line, region_id, tracking)
    SELECT k.holder_id, k.waste_id, k.kind, k.place_id, k.method, k.line,
           coalesce(s.region_id, o.region_id), t.tracking
    FROM {_KEYS}
    JOIN unnest(%(tracking)s::text[]) WITH ORDINALITY AS t(tracking, n) USING (n)
    JOIN registry_organisation o ON o.id = k.holder_id
    LEFT JOIN registry_site s ON s.id = k.place_id
    ORDER BY k.n
    ON CONFLICT DO NOTHING RETURNING id, kind)
INSERT INTO ledger_balance (account_id, in_g, out_g, booked_g)
SELECT id, 0, 0, 0 FROM made WHERE kind IN ('stock', 'custody')"""


def accounts(keys: Iterable[AccountKey]) -> dict[AccountKey, AccountRow]:
    """Rows of all ``keys``. Makers go in one order, so that two of them never wait in a ring."""
    wanted = sorted(set(keys), key=lambda key: key.order)
    found = _find(wanted)
    if missing := [key for key in wanted if key not in found]:
        _make(missing)
        found |= _find(missing)
    return found


def lock(account_ids: Iterable[int]) -> dict[int, Balance]:
    """Balance rows, locked in ascending id until the transaction ends."""
    rows = Balance.objects.select_for_update().filter(pk__in=set(account_ids)).order_by("pk")
    return {row.pk: row for row in rows}


def write_balances(balances: Iterable[Balance]) -> None:
    """Write locked balances back in one statement; the constraints are the last witness."""
    rows = list(balances)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_balance b SET in_g = v.in_g, out_g = v.out_g, booked_g = v.booked_g "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) "
            "AS v(id, in_g, out_g, booked_g) WHERE b.account_id = v.id",
            [
                [row.pk for row in rows],
                [row.in_g for row in rows],
                [row.out_g for row in rows],
                [row.booked_g for row in rows],
            ],
        )


def _find(keys: Sequence[AccountKey]) -> dict[AccountKey, AccountRow]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, _arrays(keys))
        return {
            keys[n - 1]: AccountRow(pk, keys[n - 1], tracking == "lots", keys[n - 1].limited)
            for n, pk, tracking in cursor.fetchall()
        }


def _make(keys: Sequence[AccountKey]) -> None:
    streams = dict(
        WasteType.objects.filter(pk__in={key.waste_id for key in keys}).values_list("pk", "stream")
    )
    tracking = [str(declarations.stream(streams[key.waste_id]).tracking) for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, _arrays(keys) | {"tracking": tracking})


def _arrays(keys: Sequence[AccountKey]) -> dict[str, list[Any]]:
    return {
        "holder": [key.holder_id for key in keys],
        "waste": [key.waste_id for key in keys],
        "kind": [str(key.kind) for key in keys],
        "place": [key.place_id for key in keys],
        "method": [key.method for key in keys],
        "line": [key.line for key in keys],
    }
