"""What a form says has happened is posted to the ledger; an amendment reverses what it changes."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.filings.declarations import Accepted, Effect, Made, Text
from wufei.hub.filings.effects.acting import by_right, cause_of, key_in
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart, NewLot
from wufei.hub.ledger.services.documents import Replacement, lacking, replace_all
from wufei.hub.ledger.units import GRAMS_PER_T, Mass

_LISTED = 20


@dataclass(frozen=True)
class Flow:
    """Mass that a row of a form says went from one account to another.

    ``what`` says it in words for the preview ("HW08 900-249-08, into store"). ``label`` is that of
    the container it enters where lots are kept, ``lot`` its key where another flow of the same form
    leaves it again; ``lots_out`` names those it leaves.
    """

    source: AccountKey
    target: AccountKey
    mass: Mass
    happened_at: datetime
    what: Text
    label: str = ""
    lots_out: tuple[LotPart, ...] = ()
    lot: UUID | None = None

    @property
    def key(self) -> str:
        """Tells whether two versions say the same: then what was posted stays."""
        ends = (self.source.order, self.target.order, self.label, self.lots_out)
        told = repr((*ends, self.mass.grams, self.happened_at.timestamp()))
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def movements(
    flows: Callable[[Accepted], Iterable[Flow]],
    *,
    label: Text = "",
    code: str = "movements",
) -> Effect:
    """Post ``flows``, which looks up wastes and sites and says what moved; shortfalls are findings.

    Where a version before has moved the same, that stays; what the new version no longer says is
    reversed. Refused as a whole where the mass has moved on meanwhile, and says where it is.
    """

    def preview(accepted: Accepted) -> Sequence[Text]:
        found = list(flows(accepted))
        total = format_lazy(
            _("{count} movements, {mass} t in all"),
            count=len(found),
            mass=f"{sum(one.mass.grams for one in found) / GRAMS_PER_T:,.3f}",
        )
        return [total, *(_told(one) for one in found[:_LISTED])] if found else []

    def apply(accepted: Accepted, by: Actor) -> Sequence[Made]:
        return apply_many([accepted], by)[0]

    def apply_many(accepted: Sequence[Accepted], by: Actor) -> Sequence[Sequence[Made]]:
        found = [_changed(one, code, flows(one)) for one in accepted]
        replace_all([replacement for replacement, _made in found], by=by_right(by))
        return [made for _replacement, made in found]

    return Effect(code, label or _("Movements of the ledger"), preview, apply, apply_many)


def _changed(
    accepted: Accepted, code: str, flows: Iterable[Flow]
) -> tuple[Replacement, Sequence[Made]]:
    """What is posted and reversed, and all that then stands of the version."""
    standing: dict[str, list[Made]] = {}
    # What lacked mass is posted anew: the new version may say where it came from.
    short = lacking(key_in(one.subject) for one in accepted.made_before)
    for one in accepted.made_before:
        key = "" if key_in(one.subject) in short else one.key
        standing.setdefault(key, []).append(one)
    kept, new = list[Made](), list[Flow]()
    for flow in flows:
        if same := standing.get(flow.key):
            kept.append(same.pop())
        else:
            new.append(flow)
    entries = [_entry(accepted, code, number, flow) for number, flow in enumerate(new)]
    undo = [key_in(one.subject) for gone in standing.values() for one in gone]
    reason = str(accepted.version.filing)
    posted = [_made(entry.id, flow) for entry, flow in zip(entries, new, strict=True)]
    return Replacement(cause_of(accepted), undo, entries, reason), [*kept, *posted]


def _entry(accepted: Accepted, code: str, number: int, flow: Flow) -> Entry:
    id = uuid5(accepted.version.uuid, f"{code}:{number}")
    lot_in = NewLot(flow.lot or uuid5(id, "lot"), flow.label) if flow.label else None
    return Entry(
        id, flow.source, flow.target, flow.mass, flow.happened_at, flow.lots_out, lot_in=lot_in
    )


def _made(id: UUID, flow: Flow) -> Made:
    return Made(f"ledger.movement:{id}", _told(flow), key=flow.key)


def _told(flow: Flow) -> Text:
    mass = f"{flow.mass.grams / GRAMS_PER_T:,.3f}"
    return format_lazy("{what}: {mass} t", what=flow.what, mass=mass)
