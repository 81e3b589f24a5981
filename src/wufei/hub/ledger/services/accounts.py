"""Find the rows of accounts, and make the ones that mass has never touched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wufei.hub.base import rows
from wufei.hub.base.prepared import Among, Rows, Statement, run
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.declarations import Tracking
from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import AccountKind, Balance


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
_SAID = "a.kind, a.holder_id, a.waste_id, a.place_id, a.method, a.line, a.id, a.tracking"
_ON_LINES = f"SELECT {_SAID} FROM ledger_account a WHERE a.line = ANY(%(line)s)"
_ELSEWHERE = f"""
SELECT {_SAID} FROM {_KEYS} JOIN ledger_account a
    ON a.holder_id = k.holder_id AND a.waste_id = k.waste_id AND a.kind = k.kind
    AND a.method = k.method AND a.place_id IS NOT DISTINCT FROM k.place_id AND a.line IS NULL
    WHERE k.line IS NULL"""
_MAKE = f"""
WITH made AS (
    INSERT INTO ledger_account
        (holder_id, waste_id, kind, place_id, method, line, region_id, tracking)
    SELECT k.holder_id, k.waste_id, k.kind, k.place_id, k.method, k.line,
           coalesce(s.region_id, o.region_id),
           CASE WHEN w.stream = ANY(%(lots)s) THEN 'lots'
                WHEN w.stream = ANY(%(bulk)s) THEN 'bulk' END
    FROM {_KEYS}
    JOIN catalogue_wastetype w ON w.id = k.waste_id
    JOIN registry_organisation o ON o.id = k.holder_id
    LEFT JOIN registry_site s ON s.id = k.place_id
    ORDER BY k.n
    ON CONFLICT DO NOTHING RETURNING *),
balances AS (
    INSERT INTO ledger_balance (account_id, in_g, out_g, booked_g)
    SELECT id, 0, 0, 0 FROM made WHERE kind IN ('stock', 'custody'))
SELECT {_SAID} FROM made a"""


_LOCKED = Rows(
    lambda: Balance.objects.select_for_update().filter(Among("pk", "accounts")).order_by("pk")
)


def accounts(keys: Iterable[AccountKey]) -> dict[AccountKey, AccountRow]:
    """Rows of all ``keys``. Makers go in one order, so that two of them never wait in a ring."""
    wanted = sorted(set(keys), key=lambda key: key.order)
    found = _find(wanted)
    if missing := [key for key in wanted if key not in found]:
        found |= _make(missing)
        # Others may have made them at the same moment.
        found |= _find([key for key in missing if key not in found])
    return {key: found[key] for key in wanted}


def lock(account_ids: Iterable[int]) -> dict[int, Balance]:
    """Balance rows, locked in ascending id until the transaction ends."""
    return locking(account_ids).run()


def locking(account_ids: Iterable[int]) -> Statement[dict[int, Balance]]:
    """As ``lock``, to be run with other statements."""
    return _LOCKED.of(accounts=[*{*account_ids}]).then(lambda found: {row.pk: row for row in found})


def write_balances(balances: Iterable[Balance]) -> None:
    """Write locked balances back in one statement; the constraints are the last witness."""
    writing_balances(balances).run()


def writing_balances(balances: Iterable[Balance]) -> Statement[set[int]]:
    """As ``write_balances``, to be run with other statements."""
    return rows.change(list(balances), ("in_g", "out_g", "booked_g"))


def _find(keys: Sequence[AccountKey]) -> dict[AccountKey, AccountRow]:
    """What there is of ``keys``, and what else there is on the lines that they name."""
    parts = [_ON_LINES] if any(key.line for key in keys) else []
    parts += [_ELSEWHERE] if not all(key.line for key in keys) else []
    return _ask(" UNION ALL ".join(parts), keys) if parts else {}


def _make(keys: Sequence[AccountKey]) -> dict[AccountKey, AccountRow]:
    by_tracking: dict[str, list[str]] = {"lots": [], "bulk": []}
    for code, stream in declarations.streams().items():
        by_tracking[stream.tracking].append(code)
    return _ask(_MAKE, keys, **by_tracking)


def _ask(query: str, keys: Sequence[AccountKey], **more: Any) -> dict[AccountKey, AccountRow]:
    found: dict[AccountKey, AccountRow] = {}
    for kind, *named, pk, tracking in run(query, _arrays(keys) | more):
        key = AccountKey(AccountKind(kind), *named)
        found[key] = AccountRow(pk, key, tracking == Tracking.LOTS, key.limited)
    return found


def _arrays(keys: Sequence[AccountKey]) -> dict[str, list[Any]]:
    return {
        "holder": [key.holder_id for key in keys],
        "waste": [key.waste_id for key in keys],
        "kind": [str(key.kind) for key in keys],
        "place": [key.place_id for key in keys],
        "method": [key.method for key in keys],
        "line": [key.line for key in keys],
    }
