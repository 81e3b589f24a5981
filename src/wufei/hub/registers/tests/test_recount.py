"""Whatever happened, in whatever order: the registers are the ledger, to the gram."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given

from wufei.hub.ledger.models import AccountKind, Movement, MovementKind
from wufei.hub.ledger.tests.conftest import _district
from wufei.hub.ledger.tests.histories import (
    BULK,
    LOTS,
    PLACES,
    Player,
    Step,
    examples,
    furnish,
    steps,
)
from wufei.hub.registers.queries.reconciling import BelowZero, below_zero, fact_g, reconcile
from wufei.hub.registers.queries.rows import totals as counted
from wufei.hub.registers.register import MovementRegister, register
from wufei.hub.registers.tests.conftest import select

ONE_WAY = ("arising", "incoming", "outgoing", "treated")
TWO_WAYS = ("stored", "carried")
A = AccountKind


# Something stands everywhere and is on the road, so that most of what follows can happen.
FIRST = [
    *(
        Step("arise", place, mass=9, days=days, waste=waste)
        for place in range(3)
        for waste in (BULK, LOTS)
        for days in (60, 20)
    ),
    *(Step("load", place, mass=4, days=15, waste=BULK) for place in range(3)),
    Step("deliver", to=2, mass=3, days=14, pick=0),
]
SINKS = (A.STOCK, A.RECOVERED, A.DISPOSED, A.EXPORTED)


def entries(one, holder):
    """(register, side) that one movement counts in, written out plainly."""
    source, target = one.source, one.target
    ours, theirs = source.holder_id == holder.pk, target.holder_id == holder.pk
    away = source.holder_id != target.holder_id
    if ours and source.kind in (A.ORIGIN, A.SECONDARY_ORIGIN):
        yield "arising", "out"
    if theirs and target.kind in (A.RECOVERED, A.DISPOSED):
        yield "treated", "in"
    came = source.kind in (A.CUSTODY, A.IMPORTED) or (away and source.kind in (A.STOCK, A.ORIGIN))
    if theirs and target.kind in SINKS and came:
        yield "incoming", "in"
    went = target.kind in (A.CUSTODY, A.EXPORTED) or (
        away and source.kind != A.IMPORTED and target.kind in SINKS
    )
    if ours and source.kind in (A.STOCK, A.ORIGIN, A.IMPORTED) and went:
        yield "outgoing", "out"
    for kind, name in ((A.STOCK, "stored"), (A.CUSTODY, "carried")):
        if theirs and target.kind == kind:
            yield name, "in"
        if ours and source.kind == kind:
            yield name, "out"


def recounted(holder, start):
    """Every register's mass by walking through all movements in Python; grams."""
    found: Counter[tuple[str, str]] = Counter()
    for one in Movement.objects.select_related("source", "target"):
        if timezone.localdate(one.happened_at) >= start:
            for entry in entries(one, holder):
                found[entry] += one.sign * one.mass_g
    return found


@pytest.fixture
def places(db):
    return _district()


@examples(25)
@given(history=steps())
def test_registers_add_up_to_a_recount_and_meet_facts_and_balances(places, history):
    with transaction.atomic():
        own = furnish(places)
        Player(own, "register").play([*FIRST, *history])
        start = timezone.localdate() - timedelta(days=30)
        for name in PLACES:
            holder = own.places[name].organisation
            expected = recounted(holder, start)
            for table in (*ONE_WAY, *TWO_WAYS):
                _check(holder, table, start, expected)
            selection = select(holder, "stored", start=start)
            for kind in (A.STOCK, A.CUSTODY):
                found = reconcile(selection.within, kind)
                assert found.holds, (found, history)
                assert found == reconcile(selection.within, kind, recount=True)
            assert below_zero(selection.within) == _sunk(holder)
        transaction.set_rollback(True)


def _sunk(holder):
    """Days below zero of the organisation's stores by walking through all movements."""
    changes: Counter[tuple[int, date]] = Counter()
    for one in Movement.objects.select_related("source", "target"):
        for account, sign in ((one.target, 1), (one.source, -1)):
            if account.kind == A.STOCK and account.holder_id == holder.pk:
                changes[account.pk, one.day] += sign * one.sign * one.mass_g
    running: Counter[int] = Counter()
    found = []
    for (key, when), change_g in sorted(changes.items(), key=lambda item: item[0][1]):
        running[key] += change_g
        if running[key] < 0:
            found.append(BelowZero(key, when, running[key]))
    return sorted(found, key=lambda one: (one.day, one.account_id))


def _check(holder, table, start, expected):
    selection = select(holder, table, start=start)
    found = register(selection)
    assert isinstance(found, MovementRegister)
    totals, rows = found.totals, found.page(0, 10_000)
    assert (totals.in_g, totals.out_g) == (expected[table, "in"], expected[table, "out"])
    assert totals.count == len(rows)
    assert totals == counted(selection.picked, recount=True)
    # Page by page they are the same rows: none twice, none left out.
    pages = [found.page(first, 3) for first in range(0, totals.count + 3, 3)]
    assert [row for page in pages for row in page] == rows
    for kind in (MovementKind.TRANSFER, MovementKind.TREATMENT):
        picked = select(holder, table, start=start, movement=kind.value).picked
        assert counted(picked) == counted(picked, recount=True), (table, kind)
    for column, sum_g in zip(found.columns, found.sums_g, strict=True):
        if sum_g is not None:
            shown = sum((column.of(row) or 0) * 1_000_000 for row in rows)
            assert shown == sum_g, (table, column.name)
    facts = {
        "arising": ((A.ORIGIN, A.SECONDARY_ORIGIN), "out", totals.out_g),
        "treated": ((A.RECOVERED, A.DISPOSED), "in", totals.in_g),
        "stored": ((A.STOCK,), "in", totals.in_g),
        "carried": ((A.CUSTODY,), "out", totals.out_g),
    }
    if table in facts:
        kinds, side, mass_g = facts[table]
        assert fact_g(selection.within, kinds, side) == mass_g
