"""What is committed gets its leaf: each record one, without gaps, whoever commits when."""

import hashlib
import random
import threading
from functools import partial

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import Count
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import system
from wufei.hub.evidence import entries, reading, store, tree
from wufei.hub.evidence.entries import Kind
from wufei.hub.evidence.models import Batch, Leaf, Node, Pending, Salt
from wufei.hub.evidence.services import sequencing
from wufei.hub.evidence.services.sequencing import Hashed, append, sequence, sequence_all
from wufei.hub.evidence.tests.conftest import assert_gapless, leaves
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind, Movement
from wufei.hub.ledger.tests.test_concurrency import together
from wufei.hub.ledger.units import grams
from wufei.hub.manifests.models import Signature
from wufei.hub.manifests.tests.conftest import ASH, OIL


def arising(district, firm="works", stream=ASH):
    """An entry: a kilogram arises at ``firm``."""
    place, waste = district.firm(firm), district.waste(stream)
    origin, stock = (
        AccountKey(kind, place.organisation.pk, waste.pk, place.site.pk)
        for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
    )
    return Entry(uuid7(), origin, stock, grams(1000), district.at)


def test_movements_and_signatures_get_leaves_in_the_order_of_their_commits(district):
    district.stored("works", OIL, 5)
    manifest = district.issue(OIL, 2)
    district.load(manifest, 2)
    assert sequence_all() == Movement.objects.count() + Signature.objects.count()
    assert not Pending.objects.exists()
    assert_gapless()
    kinds = list(Leaf.objects.order_by("number").values_list("kind", flat=True))
    assert kinds[0] == Kind.MOVEMENT
    assert kinds.count(Kind.SIGNATURE) == 2


def test_nothing_new_is_no_leaf(district):
    assert sequence_all() == 0
    assert not Leaf.objects.exists()
    assert tree.root(store.size(), store.fetch) == tree.EMPTY_ROOT


def test_a_leaf_is_the_hash_of_the_canonical_entry(district):
    district.stored("works", OIL, 5)
    sequence_all()
    leaf, movement = Leaf.objects.get(number=0), Movement.objects.get()
    salt = bytes(Salt.objects.get(kind=Kind.MOVEMENT, row=movement.pk).salt)
    entry = reading.entries(Kind.MOVEMENT, [movement.pk])[movement.pk]
    text = entry.encode(entry.sealed(salt))
    assert bytes(leaf.hash) == hashlib.sha256(b"\x00" + text).digest()
    assert f'"id":"{movement.uuid}"'.encode() in text
    assert b'"mass_g":5000000' in text
    # Who did it, and why, in no other form than salted.
    assert movement.actor.encode() not in text
    assert bytes(movement.digest or b"-").hex().encode() not in text


def test_equal_personal_fields_of_two_records_have_different_hashes(district):
    district.stored("works", OIL, 5, 5)
    found = reading.entries(Kind.MOVEMENT, list(Movement.objects.values_list("pk", flat=True)))
    one, other = (entry.sealed(bytes([n]) * 16) for n, entry in enumerate(found.values()))
    assert one["actor"] != other["actor"]


def test_an_import_queues_a_row_for_a_block_not_for_a_movement(district):
    before = Pending.objects.count()
    many = [arising(district) for _n in range(700)]
    ledger.import_movements(many, by=system("test"), cause="import:test")
    assert Pending.objects.count() - before <= 2
    assert sequence_all() == 700
    assert_gapless()


def test_what_is_rolled_back_never_gets_a_leaf(real_district):
    entry = arising(real_district)
    with transaction.atomic():
        ledger.post([entry], by=system("test"), cause="test")
        assert Pending.objects.exists()
        transaction.set_rollback(True)
    assert sequence_all() == 0


def test_what_commits_late_is_not_lost(real_district):
    """A lower id that commits after higher ones had their leaves."""
    first, second = arising(real_district), arising(real_district, "pit")
    begun, go = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            ledger.post([first], by=system("test"), cause="slow")
            begun.set()
            go.wait(30)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(30)
    ledger.post([second], by=system("test"), cause="quick")
    assert sequence_all() == 1
    go.set()
    thread.join()
    assert sequence_all() == 1
    assert Movement.objects.get(cause="slow").pk < Movement.objects.get(cause="quick").pk
    assert_gapless()


def test_eight_writers_and_three_sequencers_at_once_lose_nothing_and_count_nothing_twice(
    real_district,
):
    work = [[arising(real_district, f"firm {n}") for _m in range(12)] for n in range(8)]
    done = threading.Event()

    def write(mine, number):
        chance = random.Random(number)
        for entry in mine:
            with transaction.atomic():
                ledger.post([entry], by=system("test"), cause="test")
                # Some transactions stay open while others begin and end.
                threading.Event().wait(chance.choice((0, 0, 0.01)))

    def write_all():
        try:
            together([partial(write, mine, n) for n, mine in enumerate(work)])
        finally:
            done.set()

    def number():
        while not done.is_set():
            sequence(rows_max=5)

    together([write_all, number, number, number])
    sequence_all()
    assert Leaf.objects.count() == 96 == Movement.objects.count()
    assert_gapless()


def test_a_second_sequencer_goes_home(real_district):
    ledger.post([arising(real_district)], by=system("test"), cause="test")
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sequencing._LOCK])
        together([lambda: found.append(sequence())])
    assert found == [None]
    assert sequence_all() == 1


def test_a_record_that_is_queued_twice_is_numbered_once(district):
    district.stored("works", ASH, 5)
    Pending.objects.create(kind=Kind.MOVEMENT, rows=[Movement.objects.get().pk] * 2)
    assert sequence_all() == 1
    Pending.objects.create(kind=Kind.MOVEMENT, rows=[Movement.objects.get().pk])
    assert sequence_all() == 0
    assert_gapless()


def test_a_batch_remembers_how_long_the_oldest_had_waited(district):
    district.stored("works", ASH, 5)
    sequence_all()
    (batch,) = Batch.objects.all()
    assert (batch.first, batch.count) == (0, 1)
    assert batch.queued_at <= batch.sequenced_at


@pytest.mark.parametrize("steps", [[1, 14, 1, 1], [256, 256], [700], [255, 2, 66_000, 300]])
def test_nodes_are_kept_for_every_16_however_the_leaves_came(db, steps):
    total = 0
    with connection.cursor() as cursor:
        for count in steps:
            rows = range(total, total + count)
            hashed = [Hashed(1, n, hashlib.sha256(str(n).encode()).digest()) for n in rows]
            assert append(cursor, hashed) == total
            total += count
    kept = dict(Node.objects.values_list("level").annotate(Count("position")))
    assert kept == {n: total >> n for n in range(4, 20, 4) if total >> n}
    found, edge = leaves(), tree.Frontier()
    edge.extend(found)
    assert tree.root(total, store.fetch) == edge.root
    for number in (0, total // 2, total - 1):
        proof = tree.inclusion_proof(number, total, store.fetch)
        assert tree.proves_inclusion(found[number], number, total, proof, edge.root)


def test_a_proof_takes_one_statement_however_large_the_tree(db, django_assert_num_queries):
    with connection.cursor() as cursor:
        append(cursor, [Hashed(1, n, bytes(32)) for n in range(70_000)])
    with django_assert_num_queries(1):
        tree.inclusion_proof(12_345, 70_000, store.fetch)


@pytest.mark.parametrize("table", ["leaf", "node", "batch", "root", "key", "erased"])
def test_the_log_cannot_be_rewritten_by_its_owner_either(committed, as_owner, table):
    with as_owner() as owner, pytest.raises(psycopg.Error, match="append-only"):
        owner.execute(f"DELETE FROM evidence_{table}")


def test_the_encoding_does_not_change_unnoticed():
    """A vector: whoever changes it breaks every receipt that was given out."""
    entry = entries.Entry(
        Kind.SIGNATURE,
        7,
        "018f0000-0000-7000-8000-000000000001",
        {"step": "load", "at": "2026-01-02T03:04:05.000006+00:00", "none": None},
        {"actor": "person:张三", "position": None},
    )
    text = entry.encode(entry.sealed(bytes(range(16))))
    salt = bytes(range(16))
    assert entries.field_salt(salt, "actor").hex() == VECTOR_SALT
    assert text.decode() == (
        '{"content":{"at":"2026-01-02T03:04:05.000006+00:00","none":null,"step":"load"},'
        '"id":"018f0000-0000-7000-8000-000000000001","kind":"signature","personal":{'
        f'"actor":"{VECTOR_ACTOR}","position":"{VECTOR_POSITION}"}},"v":1}}'
    )


# By openssl: printf actor | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…0f, then
# (printf <that>|xxd -r -p; printf '"person:张三"') | sha256sum.
VECTOR_SALT = "c945e841231cd46e38938d4c364a5a42271e28c4eec162fa95651f6f1165033b"
VECTOR_ACTOR = "ee57cebdc09011c363000898a44c1d77e762ba9308ee65638514fab6cc02f351"
VECTOR_POSITION = "991400fb18d41addc3168d911b3b2663b7966157a1c6574fed6cbe60af649511"
