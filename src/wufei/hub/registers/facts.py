"""Where each fact comes from: SQL expressions, the tables they need, and how the value is told.

``k`` is the movement as ``queries.sides`` picks it, ``a`` the own account, ``o`` the other one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from wufei.hub.base.tables.show import text
from wufei.hub.base.tables.spec import Kind as ValueKind
from wufei.hub.ledger.models import LIMITED, AccountKind, MovementKind
from wufei.hub.ledger.tables import method_label
from wufei.hub.ledger.units import GRAMS_PER_T, UNIT_LABELS
from wufei.hub.registers.declarations import Fact
from wufei.hub.registry.models.parts import in_language

# In the order in which they are joined; each may use those above it.
JOINS = {
    "w": "JOIN catalogue_wastetype w ON w.id = a.waste_id",
    "p": "LEFT JOIN registry_site p ON p.id = a.place_id",
    "op": "LEFT JOIN registry_site op ON op.id = o.place_id",
    "oh": "JOIN registry_organisation oh ON oh.id = o.holder_id",
    "l": "LEFT JOIN manifests_line l ON l.uuid = coalesce(a.line, o.line)",
    "f": "LEFT JOIN manifests_manifest f ON f.id = l.manifest_id",
    "cn": "LEFT JOIN registry_organisation cn ON cn.id = f.consignor_id",
    "ce": "LEFT JOIN registry_organisation ce ON ce.id = f.consignee_id",
    "ca": "LEFT JOIN registry_organisation ca ON ca.id = CASE WHEN a.kind = 'custody' "
    "THEN a.holder_id WHEN o.kind = 'custody' THEN o.holder_id END",
    "g": "LEFT JOIN LATERAL (SELECT vehicle_id FROM manifests_leg WHERE manifest_id = f.id "
    "AND carrier_id = ca.id ORDER BY number LIMIT 1) g ON true",
    "v": "LEFT JOIN registry_vehicle v ON v.id = coalesce(g.vehicle_id, f.vehicle_id)",
    # Lots stand in limited accounts: of what arises or is treated, those of the other end count.
    "c": "LEFT JOIN LATERAL (SELECT array_agg(t.label) AS labels FROM ledger_lotentry e "
    "JOIN ledger_lot t ON t.id = e.lot_id WHERE a.tracking = 'lots' AND e.movement_id = k.id "
    "AND t.label <> '' AND e.side = CASE WHEN (a.kind IN ('stock', 'custody')) = (k.side = 'in') "
    "THEN 'in' ELSE 'out' END) c ON true",
    "r": "LEFT JOIN ledger_movement r ON r.reverses_id = k.id",
    "u": "LEFT JOIN accounts_user u ON u.uuid = CASE WHEN k.actor ~ '^person:[0-9a-f-]{36}$' "
    "THEN substr(k.actor, 8)::uuid END",
    "x": "LEFT JOIN LATERAL (SELECT number FROM registry_licence WHERE organisation_id = "
    "f.consignee_id AND kind IN ('hazardous', 'collection', 'medical') AND validity @> k.day "
    "ORDER BY id LIMIT 1) x ON true",
    "y": "LEFT JOIN LATERAL (SELECT true AS exempt FROM manifests_lineclaim "
    "WHERE line_id = l.id LIMIT 1) y ON true",
}
_NEEDS = {
    "f": ("l",),
    "cn": ("l", "f"),
    "ce": ("l", "f"),
    "g": ("l", "f", "ca"),
    "v": ("l", "f", "ca", "g"),
    "x": ("l", "f"),
    "y": ("l",),
}
COUNTERPARTY = """CASE WHEN f.id IS NULL THEN CASE WHEN o.holder_id <> a.holder_id THEN oh.{0} END
    WHEN a.kind = 'custody' THEN CASE WHEN k.side = 'in' THEN cn.{0} ELSE ce.{0} END
    WHEN k.side = 'out' THEN ce.{0} ELSE cn.{0} END"""
COUNTERPARTY_JOINS = ("oh", "l", "f", "cn", "ce")


def joins(wanted: Sequence[str]) -> str:
    """SQL of these joins and of what they need."""
    names = set(wanted) | {needed for name in wanted for needed in _NEEDS.get(name, ())}
    return "\n".join(text for name, text in JOINS.items() if name in names)


def same(value: Any) -> Any:
    return value


def t(mass_g: int | None) -> Decimal | None:
    """Tonnes, exact to the gram."""
    return None if mass_g is None else Decimal(mass_g) / GRAMS_PER_T


def _unit(code: str) -> str:
    return str(UNIT_LABELS.get(code, code))


def _original(value: Decimal | None, unit: str) -> str | None:
    """What was written before it became tonnes; nothing where it was tonnes."""
    return f"{text(value)} {_unit(unit)}" if value is not None and unit != "t" else None


def _pieces(value: Decimal | None, unit: str) -> Decimal | None:
    return value if unit == "piece" else None


def _labels(labels: Sequence[str] | None) -> str | None:
    """Each container once, though part of it may stand there for each lot that it came from."""
    if not labels:
        return None
    return labels[0] if len(labels) == 1 else "、".join(dict.fromkeys(labels))


def _count(labels: Sequence[str] | None) -> int | None:
    return len(set(labels)) if labels else None


def _movement(kind: str) -> str:
    return str(MovementKind(kind).label)


def _method(code: str | None) -> str | None:
    return method_label(code) if code else None


def _handler(actor: str, name: str | None, username: str | None) -> str | None:
    if actor.startswith("system:"):
        return _("the platform")
    return name or username


def reversal_reason(cause: str | None) -> str:
    return re.sub(r"^reversal:", "", cause or "")


def state(
    sign: int, cause: str | None, undone_at: datetime | None, undone: str | None, late_days: int
) -> str | None:
    """What became of the entry, in words: reversed, a reversal, entered later."""
    said = []
    if sign < 0:
        said.append(_("reversal: %(reason)s") % {"reason": reversal_reason(cause)})
    elif undone_at is not None:
        told = {"day": localtime(undone_at).date(), "reason": reversal_reason(undone)}
        said.append(_("reversed on %(day)s: %(reason)s") % told)
    if late_days > 0:
        said.append(_("entered %(days)s days later") % {"days": late_days})
    return "; ".join(said) or None


def _far_end(
    own_side: bool,
    place: str | None,
    kind: str,
    holder: str | None,
    site: str | None,
    party: str | None,
) -> str:
    """The end of a movement in words; ``own_side`` is the organisation's own one, ``holder`` is
    named where it is another one.
    """
    if own_side:
        return place or ""
    if party:
        return party
    if kind in LIMITED and (holder or site):
        return " · ".join(part for part in (holder, site) if part)
    words = str(AccountKind(kind).label)
    return f"{words} · {holder}" if holder else words


def _comes_from(side: str, *rest: Any) -> str:
    return _far_end(side == "out", *rest)


def _goes_to(side: str, *rest: Any) -> str:
    return _far_end(side == "in", *rest)


_OTHER = "CASE WHEN o.holder_id <> a.holder_id THEN oh.name END"
_ENDS = ("k.side", "p.name", "o.kind", _OTHER, "op.name", COUNTERPARTY.format("name"))
_END_JOINS = ("p", "op", *COUNTERPARTY_JOINS)


@dataclass(frozen=True)
class Field:
    """``show`` gets the values of ``select`` in their order. ``few``: these repeat from row to row,
    so that what is shown for them is worked out once.
    """

    select: tuple[str, ...]
    joins: tuple[str, ...] = ()
    show: Callable[..., Any] = same
    kind: ValueKind = ValueKind.TEXT
    unit: str = ""
    decimals: int | None = None
    few: bool = False


def _words(select: tuple[str, ...], joins: tuple[str, ...], show: Callable[..., Any]) -> Field:
    return Field(select, joins, show, few=True)


def _mass(expression: str, *needed: str) -> Field:
    return Field((expression,), needed, t, ValueKind.DECIMAL, "t", 6)


_SIGNED = "k.sign * k.mass_g"
FIELDS: dict[Fact, Field] = {
    Fact.POSITION: Field((), kind=ValueKind.INTEGER),
    Fact.HAPPENED_AT: Field(("k.happened_at",), kind=ValueKind.DATETIME),
    Fact.RECORDED_AT: Field(("k.recorded_at",), kind=ValueKind.DATETIME),
    Fact.MOVEMENT: _words(("k.kind",), (), _movement),
    Fact.STATE: _words(
        (
            "k.sign",
            "CASE WHEN k.sign < 0 THEN k.cause END",
            "r.recorded_at",
            "r.cause",
            "(k.recorded_at AT TIME ZONE 'Asia/Shanghai')::date - k.day",
        ),
        ("r",),
        state,
    ),
    Fact.WASTE: _words(("w.name", "w.name_en"), ("w",), in_language),
    Fact.WASTE_OFFICIAL: Field(("nullif(w.official_text, '')",), ("w",)),
    Fact.WASTE_CATEGORY: Field(("nullif(w.category, '')",), ("w",)),
    Fact.WASTE_CATEGORY_NAME: _words(
        ("w.category_name", "w.category_name_en"), ("w",), in_language
    ),
    Fact.WASTE_CODE: Field(("w.code",), ("w",)),
    Fact.HAZARD: Field(("nullif(w.hazard, '')",), ("w",)),
    Fact.MASS: _mass(_SIGNED),
    Fact.IN: _mass(f"CASE WHEN k.side = 'in' THEN {_SIGNED} END"),
    Fact.OUT: _mass(f"CASE WHEN k.side = 'out' THEN {_SIGNED} END"),
    Fact.UNIT: Field((), show=lambda: "t"),
    Fact.ORIGINAL_VALUE: Field(("k.sign * k.original_value",), kind=ValueKind.DECIMAL),
    Fact.ORIGINAL_UNIT: _words(("k.original_unit",), (), _unit),
    Fact.ORIGINAL: Field(("k.original_value", "k.original_unit"), show=_original),
    Fact.PIECES: Field(
        ("k.sign * k.original_value", "k.original_unit"), (), _pieces, ValueKind.DECIMAL
    ),
    Fact.SITE: Field(("p.name",), ("p",)),
    Fact.OTHER_SITE: Field(("op.name",), ("op",)),
    Fact.CONTAINERS: Field(("c.labels",), ("c",), _labels),
    Fact.CONTAINER_COUNT: Field(("c.labels",), ("c",), _count, ValueKind.INTEGER),
    Fact.COUNTERPARTY: Field((COUNTERPARTY.format("name"),), COUNTERPARTY_JOINS),
    Fact.COUNTERPARTY_CODE: Field((COUNTERPARTY.format("credit_code"),), COUNTERPARTY_JOINS),
    Fact.CONSIGNOR: Field(("cn.name",), ("cn",)),
    Fact.CONSIGNEE: Field(("ce.name",), ("ce",)),
    Fact.CARRIER: Field(("ca.name",), ("ca",)),
    Fact.PLATE: Field(("v.plate",), ("v",)),
    Fact.LICENCE: Field(("x.number",), ("x",)),
    Fact.LICENCE_HOLDER: Field(("CASE WHEN x.number IS NOT NULL THEN ce.name END",), ("x", "ce")),
    Fact.EXEMPT_RECEIVER: Field(
        ("CASE WHEN x.number IS NULL AND y.exempt THEN ce.name END",), ("x", "y", "ce")
    ),
    Fact.METHOD: _words(
        ("coalesce(nullif(a.method, ''), nullif(o.method, ''), nullif(l.method, ''))",),
        ("l",),
        _method,
    ),
    Fact.COMES_FROM: _words(_ENDS, _END_JOINS, _comes_from),
    Fact.GOES_TO: _words(_ENDS, _END_JOINS, _goes_to),
    Fact.HANDLER: _words(("k.actor", "u.display_name", "u.username"), ("u",), _handler),
    Fact.MANIFEST_NO: Field(("f.local_id",), ("f",)),
    Fact.AUTHORITY_NO: Field(("f.authority_no",), ("f",)),
    Fact.DECLARED: _mass("l.declared_g", "l"),
    Fact.WEIGHED_OUT: _mass("l.weighed_out_g", "l"),
    Fact.WEIGHED_IN: _mass("l.weighed_in_g", "l"),
    Fact.ENTRY: Field(("k.uuid",), show=str),
}
# What adds up over the rows; the rest of the masses are those of a whole manifest line.
SUMMED = (Fact.MASS, Fact.IN, Fact.OUT)
