from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from wufei.hub.base.numbering import next_number


def test_numbers_ascend_in_each_scope(db):
    assert [next_number("manifest:3715:2026") for _ in range(3)] == [1, 2, 3]
    assert next_number("manifest:3715:2027") == 1


def test_a_transaction_that_fails_leaves_no_gap(db):
    next_number("notice:2026")
    with transaction.atomic():
        assert next_number("notice:2026") == 2
        transaction.set_rollback(True)
    assert next_number("notice:2026") == 2


def test_eight_writers_at_once_never_get_the_same_number(committed):
    def draw(_writer):
        try:
            return [next_number("manifest:3715:2026") for _ in range(25)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as writers:
        drawn = list(writers.map(draw, range(8)))
    assert sorted(number for numbers in drawn for number in numbers) == list(range(1, 201))
    assert all(numbers == sorted(numbers) for numbers in drawn)
