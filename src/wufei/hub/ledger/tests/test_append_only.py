import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from wufei.hub.ledger.verify import differences


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_movement SET mass_g = 1",
        "DELETE FROM ledger_movement",
        "TRUNCATE ledger_movement CASCADE",
        "UPDATE ledger_lotentry SET mass_g = 1",
        "DELETE FROM ledger_treatment",
        "UPDATE ledger_regrouping SET mass_g = 1",
        "DELETE FROM ledger_regroupedpart",
        "ALTER TABLE ledger_movement DISABLE TRIGGER ALL",
    ],
)
def test_the_application_has_no_right_to_rewrite_the_ledger(district, statement):
    district.arise("yard", 1)
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_movement SET mass_g = 1",
        "DELETE FROM ledger_movement",
        "TRUNCATE ledger_movement CASCADE",
    ],
)
def test_the_trigger_stops_the_owner_too(real_district, as_owner, statement):
    real_district.arise("yard", 1)
    with as_owner() as owner, pytest.raises(psycopg.Error, match="append-only"):
        owner.execute(statement)


@pytest.mark.parametrize(
    ("change", "found_by"),
    [
        ("UPDATE ledger_movement SET mass_g = mass_g + 1", {"digest", "balance", "facts by day"}),
        ("UPDATE ledger_movement SET cause = 'weighing:9'", {"digest"}),
        (
            "UPDATE ledger_movement SET happened_at = happened_at - interval '2 days'",
            {"digest", "facts by day"},
        ),
        ("DELETE FROM ledger_movement", {"balance", "facts by day"}),
        ("UPDATE ledger_balance SET in_g = in_g + 5", {"balance"}),
    ],
)
def test_verify_finds_what_the_owner_changed_behind_its_back(
    real_district, as_owner, change, found_by
):
    real_district.arise("yard", 1)
    assert differences() == []
    with as_owner() as owner:
        owner.execute("ALTER TABLE ledger_movement DISABLE TRIGGER USER")
        owner.execute(change)
        owner.execute("ALTER TABLE ledger_movement ENABLE TRIGGER USER")
    assert found_by <= {difference.check for difference in differences()}
