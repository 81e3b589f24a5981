"""COPY of movements, as text: the fastest way in."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import uuid5

from django.db import connection

from wufei.hub.ledger.entries import Entry
from wufei.hub.ledger.models import AccountKind, MovementKind

_COPY = """COPY ledger_movement (uuid, group_uuid, kind, source_id, target_id, mass_g, sign,
    happened_at, source_from_g, target_from_g, original_value, original_unit, density_kg_m3,
    cause, actor) FROM STDIN"""
_LINES = 2_000
_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Copied(NamedTuple):
    """An entry whose place is worked out; positions are -1 where the account is unlimited.

    ``lack_g`` comes from ``shortfall_id`` first, and enters the source at ``shortfall_from_g``.
    """

    entry: Entry
    kind: MovementKind
    source_id: int
    target_id: int
    source_from_g: int
    target_from_g: int
    lack_g: int
    shortfall_from_g: int
    shortfall_id: int


def copy_movements(rows: Iterable[Copied], *, cause: str, actor: str) -> None:
    tail = f"{cause.translate(_ESCAPES)}\t{actor.translate(_ESCAPES)}\n"
    with connection.cursor() as cursor, cursor.cursor.copy(_COPY) as copy:
        waiting: list[str] = []
        for line in _lines(rows, tail):
            waiting.append(line)
            if len(waiting) >= _LINES:
                copy.write("".join(waiting))
                waiting.clear()
        copy.write("".join(waiting))


def _lines(rows: Iterable[Copied], tail: str) -> Iterator[str]:
    # ``_value_`` and ``hex`` skip properties written in Python; this runs for every row.
    for entry, kind, source, target, source_g, target_g, lack_g, shortfall_g, shortfall in rows:
        mass, group = entry.mass, entry.group
        at = entry.happened_at.isoformat()
        if lack_g:
            group = group or entry.id
            yield (
                f"{uuid5(entry.id, AccountKind.SHORTFALL)}\t{group}\t{MovementKind.SHORTFALL.value}"
                f"\t{shortfall}\t{source}\t{lack_g}\t1\t{at}\t{_NULL}\t{shortfall_g}"
                f"\t{_NULL}\t\t{_NULL}\t{tail}"
            )
        yield (
            f"{entry.id.hex}\t{_NULL if group is None else group.hex}\t{kind._value_}\t{source}"
            f"\t{target}\t{mass.grams}\t1\t{at}\t{source_g if source_g >= 0 else _NULL}"
            f"\t{target_g if target_g >= 0 else _NULL}"
            f"\t{_NULL if mass.value is None else mass.value}\t{mass.unit}"
            f"\t{_NULL if mass.density_kg is None else mass.density_kg}\t{tail}"
        )
