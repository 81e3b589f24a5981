"""Random histories, one after another, against a book kept in two plain dictionaries."""

import itertools
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.base.errors import Refusal
from wufei.hub.ledger.models import Booking, Lot, Movement
from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.one_account import Line, one_account, total
from wufei.hub.ledger.regroupings import Regrouping
from wufei.hub.ledger.services import fold, release, reverse, reverse_group, ungroup
from wufei.hub.ledger.tests.histories import FORWARD, PLACES, Act, Player, examples, furnish, steps
from wufei.hub.ledger.verify import differences

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class PlainBook:
    """What the ledger should say, without locks, rows or facts."""

    stands: Counter[Any] = field(default_factory=Counter)
    booked: Counter[Any] = field(default_factory=Counter)
    bookings: dict[Any, list[Any]] = field(default_factory=dict)
    moved: list[tuple[Any, date, Any, Any, int]] = field(default_factory=list)
    reversed: set[Any] = field(default_factory=set)

    def follow(self, act: Act) -> bool:
        """Do what ``act`` does; False where it must be refused, and then nothing has changed."""
        before = self.stands.copy(), self.booked.copy(), list(self.moved)
        follow = getattr(self, f"_{act.verb}", self._post)
        if follow(act):
            return True
        self.stands, self.booked, self.moved = before
        return False

    def _post(self, act: Act) -> bool:
        return all(self._move(entry, act.lacking) for entry in act.entries)

    def _move(self, entry: Any, lacking: bool) -> bool:
        source = entry.source
        if entry.booking is not None:
            key, mass_g, state = self.bookings[entry.booking]
            if state != "open":
                return False
            self.booked[key] -= mass_g
        lack_g = entry.mass_g - self.free_g(source) if source.limited else 0
        if lack_g > 0:
            if not lacking:
                return False
            self._count(None, entry.happened_at, None, source, lack_g)
        self._count(entry.id, entry.happened_at, source, entry.target, entry.mass_g)
        if entry.booking is not None:
            self.bookings[entry.booking][2] = "posted"
        return True

    def _count(self, id: Any, at: Any, source: Any, target: Any, mass_g: int) -> None:
        self.moved.append((id, at.astimezone(SHANGHAI).date(), source, target, mass_g))
        self.stands[source] -= mass_g
        self.stands[target] += mass_g

    def _stocktake(self, act: Act) -> bool:
        (entry,) = act.entries
        key, off_g = entry.source, entry.mass_g - self.stands[entry.source]
        if off_g < 0 and self.free_g(key) < -off_g:
            return False
        if off_g > 0:
            self._count(None, entry.happened_at, None, key, off_g)
        elif off_g < 0:
            self._count(None, entry.happened_at, key, None, -off_g)
        return True

    def _book(self, act: Act) -> bool:
        (entry,) = act.entries
        if self.free_g(entry.source) < entry.mass_g:
            return False
        self.booked[entry.source] += entry.mass_g
        self.bookings[act.id] = [entry.source, entry.mass_g, "open"]
        return True

    def _load_booked(self, act: Act) -> bool:
        booking = act.entries[0].booking
        return (booking is None or booking in self.bookings) and self._post(act)

    def _release(self, act: Act) -> bool:
        booking = self.bookings.get(act.id)
        if booking is None or booking[2] == "posted":
            return False
        if booking[2] == "open":
            self.booked[booking[0]] -= booking[1]
            booking[2] = "released"
        return True

    def _reverse(self, act: Act) -> bool:
        return self._undo(act.entries[0].id)

    def _reverse_group(self, act: Act) -> bool:
        posted = [entry.id for entry in act.entries if any(m[0] == entry.id for m in self.moved)]
        left = [id for id in reversed(posted) if id not in self.reversed]
        undone = set(self.reversed)
        if posted and all(self._undo(id) for id in left):
            return True
        self.reversed = undone
        return False

    def _regroup(self, act: Act) -> bool:
        """This book knows no lots: there are none to group in the histories that it follows."""
        return False

    _ungroup = _regroup

    def _undo(self, id: Any) -> bool:
        found = [row for row in self.moved if row[0] == id and row[4] > 0]
        if not found or id in self.reversed:
            return False
        _, day, source, target, mass_g = found[0]
        if target.limited and self.free_g(target) < mass_g:
            return False
        self.moved.append((None, day, source, target, -mass_g))
        self.stands[target] -= mass_g
        self.stands[source] += mass_g
        self.reversed.add(id)
        return True

    def free_g(self, key: Any) -> int:
        return int(self.stands[key] - self.booked[key])

    def line(self, period: Period) -> dict[str, int]:
        """The one account of a period, from the list of everything that moved."""
        found: Counter[str] = Counter()
        for _, day, source, target, mass_g in self.moved:
            for key, change_g in ((source, -mass_g), (target, mass_g)):
                kind = key.kind.value if key else ""
                if kind in ("stock", "custody"):
                    if day < period.start:
                        found[f"before_{kind}_g"] += change_g
                    if day <= period.end:
                        found[f"{kind}_g"] += change_g
                elif period.start <= day <= period.end and kind in ("recovered", "disposed"):
                    found[f"{kind}_g"] += change_g
                elif period.start <= day <= period.end and kind == "origin":
                    found["arisen_g"] -= change_g
        return {name: mass_g for name, mass_g in found.items() if mass_g}


def shown(line: Line) -> dict[str, int]:
    names = ("before_stock_g", "before_custody_g", "stock_g", "custody_g", "recovered_g")
    found = {name: getattr(line, name) for name in (*names, "disposed_g", "arisen_g")}
    return {name: mass_g for name, mass_g in found.items() if mass_g}


def holders(player: Player) -> list[int]:
    return [player.district.places[name].organisation_id for name in PLACES]


def of(player: Player) -> Of:
    return Of(holders=holders(player))


def played(district: Any, history: Any) -> tuple[Player, PlainBook]:
    """Play ``history`` on the ledger and in a plain book; both accept and refuse the same."""
    player, book = Player(furnish(district), uuid4().hex), PlainBook()
    for number, step in enumerate(history):
        act = player.act(step)
        expected = book.follow(act)
        result = act.play()
        assert act.done == expected, (number, step, result)
        if step.pick == 0:
            fold()
    return player, book


@examples(30)
@given(history=steps(lots=False), start=st.integers(0, 75), days=st.integers(0, 60))
def test_a_plain_book_foretells_every_refusal_balance_and_fact(real_district, history, start, days):
    player, book = played(real_district, history)
    for key, mass_g in book.stands.items():
        if key is not None and key.limited and mass_g:
            account = player.district.account(key)
            assert account.balance.in_g - account.balance.out_g == mass_g
    first = player.now.astimezone(SHANGHAI).date() - timedelta(days=start)
    period = Period(first, first + timedelta(days=days))
    for by in set(By) - {By.MONTH}:  # months carry their stock on; their sum means nothing
        assert shown(total(one_account(of(player), period, by))) == book.line(period)
    assert differences() == []


@examples(30)
@given(history=steps(), cuts=st.sets(st.integers(1, 80), max_size=5))
def test_the_one_account_of_a_period_is_the_sum_of_its_parts(real_district, history, cuts):
    player = Player(furnish(real_district), uuid4().hex)
    player.play(history)
    today = player.now.astimezone(SHANGHAI).date()
    days = [today - timedelta(days=90), *(today - timedelta(days=d) for d in sorted(cuts)[::-1])]
    ends = [*(day - timedelta(days=1) for day in days[1:]), today]
    whole = total(one_account(of(player), Period(days[0], today), By.ALL))
    parts = [
        total(one_account(of(player), Period(start, end), By.ALL))
        for start, end in zip(days, ends, strict=True)
    ]
    months = one_account(of(player), Period(days[-1], today), By.MONTH)
    assert [line.off_g for line in (whole, *parts, *months)] == [0] * (1 + len(parts) + len(months))
    for name in ("arisen_g", "secondary_g", "recovered_g", "shortfall_g", "variance_g"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
    for earlier, later in itertools.pairwise(parts):
        assert earlier.stock_g == later.before_stock_g
        assert earlier.custody_g == later.before_custody_g
    assert (whole.stock_g, whole.custody_g) == (parts[-1].stock_g, parts[-1].custody_g)
    if months:
        assert months[-1].stock_g == whole.stock_g


def standing(player: Player) -> tuple[Any, ...]:
    """Everything kept about this player's places: balances, facts by day, lots."""
    mine = holders(player)
    rows = Movement.objects.filter(Q(source__holder__in=mine) | Q(target__holder__in=mine))
    accounts = {
        account.pk: account.balance.in_g - account.balance.out_g
        for row in rows.select_related("source__balance", "target__balance")
        for account in (row.source, row.target)
        if account.limited
    }
    today = player.now.astimezone(SHANGHAI).date()
    facts = {
        day: shown(total(one_account(of(player), Period(day, day), By.ALL)))
        for day in {today - timedelta(days=back) for back in range(0, 71, 7)}
    }
    lots = Lot.objects.filter(account__holder__in=mine, remaining_g__gt=0)
    return (
        {pk: mass_g for pk, mass_g in accounts.items() if mass_g},
        facts,
        {lot.uuid: lot.remaining_g for lot in lots},
    )


def last_pk(model: Any) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@examples(30)
@given(before=steps(), after=steps(FORWARD))
def test_reversing_backwards_undoes_exactly(real_district, before, after):
    player = Player(furnish(real_district), uuid4().hex)
    player.play(before)
    for booking in Booking.objects.filter(account__holder__in=holders(player), state="open"):
        release(booking.uuid, by=player.district.by)
    then, marks = standing(player), [last_pk(Movement), last_pk(Regrouping)]
    player.play(after)
    how = {"by": player.district.by, "reason": "as if never made"}
    moved = Movement.objects.filter(pk__gt=marks[0], sign=1).order_by("pk")
    regrouped = Regrouping.objects.filter(pk__gt=marks[1], undoes=None).order_by("pk")
    rows: list[Any] = [*moved, *regrouped]
    for done in sorted(rows, key=lambda row: (row.recorded_at, row.pk), reverse=True):
        if isinstance(done, Regrouping):
            ungroup(done.uuid, **how)
        elif done.group_uuid and done.cause.startswith("treatment:"):
            # A batch was posted at once: its other movements come next, and are undone with it.
            reverse_group(done.group_uuid, **how)
        else:
            reverse(done.uuid, id=uuid4(), **how)
    assert standing(player) == then
    assert differences() == []


@examples(30)
@given(history=steps())
def test_playing_a_history_again_changes_nothing(real_district, history):
    name, district = uuid4().hex, furnish(real_district)
    first = Player(district, name)
    first.play(history)
    then = standing(first), Movement.objects.count(), Booking.objects.count()
    for act in first.acts:
        if act.done:
            assert not isinstance(act.play(), Refusal), act
    assert (standing(first), Movement.objects.count(), Booking.objects.count()) == then
    assert differences() == []
