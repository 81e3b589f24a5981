"""Many writers on connections of their own: nothing is lost, nothing is twice, nobody deadlocks."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.base.errors import Refusal
from wufei.hub.ledger.models import Balance, Booking, Movement
from wufei.hub.ledger.queries.facts import By, Of, Period, sums
from wufei.hub.ledger.services.folding import fold, fold_all
from wufei.hub.ledger.tests.histories import (
    BACKWARD,
    BULK,
    FORWARD,
    LOTS,
    Player,
    Step,
    examples,
    furnish,
    steps,
)
from wufei.hub.ledger.verify import differences

SHANGHAI = ZoneInfo("Asia/Shanghai")


def together(works: Sequence[Callable[[], Any]]) -> None:
    """Run all ``works`` at once, each on its own connection; the first error is raised here."""
    errors: list[BaseException] = []
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        try:
            gate.wait()
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def kept() -> tuple[Any, ...]:
    balances = Balance.objects.order_by("pk").values_list("pk", "in_g", "out_g", "booked_g")
    return Movement.objects.count(), Booking.objects.count(), list(balances)


@examples(12)
@given(histories=st.lists(steps(), min_size=2, max_size=4))
def test_writers_side_by_side_and_the_same_ids_twice_at_once(real_district, histories):
    district, name = furnish(real_district), uuid4().hex
    players = [Player(district, f"{name}{number}") for number in range(len(histories))]
    # The first history is also played by a twin: every id of it is sent twice at the same time.
    twin = Player(district, f"{name}0", players[0].now)
    works = [
        partial(player.play, history)
        for player, history in zip([*players, twin], [*histories, histories[0]], strict=True)
    ]
    together([*works, fold])
    assert differences() == []
    before = kept()
    for player in (*players, twin):
        for act in player.acts:
            if act.done:
                assert not isinstance(act.play(), Refusal), act.verb
    assert kept() == before
    fold_all()
    assert differences() == []


# More rows than any import here has.
WHOLE = 99
OFTEN = ("arise", "arise", "recover", "transfer", "book", "load_booked", "release", "reverse")


def random_step(choose: random.Random) -> Step:
    return Step(
        # What happens often, and now and then anything.
        verb=choose.choice(OFTEN if choose.random() < 0.8 else (*FORWARD, *BACKWARD)),
        place=choose.randrange(3),
        to=choose.randrange(3),
        mass=choose.randint(1, 9),
        days=choose.randrange(70),
        pick=choose.randrange(6),
        waste=choose.choice((BULK, BULK, LOTS)),
    )


def test_ten_thousand_transactions_of_eight_writers_never_deadlock(real_district):
    district, outcomes = furnish(real_district), Counter[str]()

    def write(number: int) -> None:
        choose, player = random.Random(number), Player(district, f"writer {number}")
        for _ in range(1250):
            # Old acts are sent again now and then, as a phone without network does.
            again = player.acts and choose.random() < 0.1
            act = choose.choice(player.acts) if again else player.act(random_step(choose))
            result = act.play()
            outcomes[type(result).__name__ if isinstance(result, Refusal) else "done"] += 1

    stop = threading.Event()
    folder = threading.Thread(target=keep_folding, args=[stop])
    folder.start()
    try:
        together([partial(write, number) for number in range(8)])
    finally:
        stop.set()
        folder.join()
    assert sum(outcomes.values()) == 10_000
    assert outcomes["done"] > 5_000, outcomes
    assert deadlocks() == 0
    assert differences() == []


def keep_folding(stop: threading.Event) -> None:
    try:
        while not stop.is_set():
            fold(rows_max=50)
            time.sleep(0.005)
    finally:
        connection.close()


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


RECOUNT = """
SELECT kind, sum(in_g)::bigint, sum(out_g)::bigint FROM (
    SELECT a.kind, m.day, m.sign * m.mass_g AS in_g, 0 AS out_g
    FROM ledger_movement m JOIN ledger_account a ON a.id = m.target_id
    UNION ALL
    SELECT a.kind, m.day, 0, m.sign * m.mass_g
    FROM ledger_movement m JOIN ledger_account a ON a.id = m.source_id) s
WHERE day BETWEEN %s AND %s GROUP BY kind"""


def test_facts_are_exact_while_eight_writers_commit_late(real_district):
    district = furnish(real_district)
    stop, compared = threading.Event(), Counter[str]()
    today = Player(district, "clock").now.astimezone(SHANGHAI).date()

    def write(number: int) -> None:
        choose, player = random.Random(number), Player(district, f"writer {number}")
        while not stop.is_set():
            verb = choose.choice(("arise", "arise", "recover", "transfer", "reverse", "bring_in"))
            step = random_step(choose)
            # An import in one piece: two postings in one open transaction may meet others' in
            # the other order, which ``post`` forbids its callers.
            pick = WHOLE if verb == "bring_in" else step.pick
            step = Step(verb, step.place, mass=step.mass, days=step.days, pick=pick)
            with transaction.atomic():
                player.act(step).play()
                time.sleep(choose.random() * 0.03)

    def read() -> None:
        choose = random.Random(99)
        end = time.monotonic() + 6
        try:
            while time.monotonic() < end:
                compared[one_comparison(choose, today)] += 1
        finally:
            stop.set()

    together(
        [
            *(partial(write, number) for number in range(8)),
            partial(keep_folding, stop),
            read,
        ]
    )
    assert compared["different"] == 0
    assert compared["same"] > 20
    assert Movement.objects.count() > 100
    assert deadlocks() == 0
    fold_all()
    assert differences() == []


def one_comparison(choose: random.Random, today: Any) -> str:
    """The facts of a random period against a recount, both seen in one snapshot."""
    start = today - timedelta(days=choose.randrange(75))
    period = Period(start, start + timedelta(days=choose.randrange(75)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found: Counter[tuple[str, str]] = Counter()
        for row in sums(Of(), period, choose.choice(list(By))):
            found[row.kind, "in"] += row.in_g
            found[row.kind, "out"] += row.out_g
        cursor.execute(RECOUNT, [period.start, period.end])
        counted: Counter[tuple[str, str]] = Counter()
        for kind, in_g, out_g in cursor.fetchall():
            counted[kind, "in"] += in_g
            counted[kind, "out"] += out_g
    same = {k: v for k, v in found.items() if v} == {k: v for k, v in counted.items() if v}
    return "same" if same else "different"


RING = ("surplus", "stocktake", "bring_in", "load_lacking")


def test_first_movers_of_many_accounts_do_not_wait_in_a_ring(real_district):
    """Accounts are made while others make, lock and count the same ones."""
    for round_ in range(5):
        district = furnish(real_district)
        players = [Player(district, f"{round_} {number} {uuid4()}") for number in range(4)]
        plans = [
            [Step(RING[(n + shift) % 4], place=n % 3, mass=n + 1) for n in range(8)]
            for shift in range(4)
        ]
        together([partial(player.play, plan) for player, plan in zip(players, plans, strict=True)])
    assert deadlocks() == 0
    assert differences() == []
