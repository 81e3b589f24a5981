import pytest
from django.db import DatabaseError, connection, transaction

from wufei.hub.audit import services
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import system

BY = system("test")


def test_an_event_remembers_who_what_and_to_what(db):
    event = services.record(BY, "registry:site:create", subject="registry.site:1", values={"n": 1})
    event.refresh_from_db()
    assert (event.actor, event.event, event.values) == (
        "system:test",
        "registry:site:create",
        {"n": 1},
    )


@pytest.mark.parametrize("name", ["created", "Registry:site:create", "a:b", "a:b:c:d"])
def test_an_event_outside_of_the_grammar_is_impossible(db, name):
    with pytest.raises(DatabaseError), transaction.atomic():
        services.record(BY, name, subject="x")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor = 'somebody'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
    ],
)
def test_the_application_cannot_change_the_log(db, statement):
    services.record(BY, "registry:site:create", subject="registry.site:1")
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_owner_cannot_either(committed, as_owner):
    services.record(BY, "registry:site:create", subject="registry.site:1")
    with as_owner() as owner, pytest.raises(Exception, match="append-only"):
        owner.execute("DELETE FROM audit_auditevent")
    assert AuditEvent.objects.count() == 1


def test_a_deed_that_is_rolled_back_leaves_no_event(db):
    with transaction.atomic():
        services.record(BY, "registry:site:create", subject="registry.site:1")
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == 0


def test_the_auditor_filters_the_log(db, sign_in):
    auditor = sign_in("auditor")
    services.record(BY, "registry:site:create", subject="registry.site:1")
    services.record(BY, "ledger:movement:post", subject="ledger.movement:1")
    page = auditor.get("/audit/", {"event": "ledger:"}).content.decode()
    assert "ledger.movement:1" in page
    assert "registry.site:1" not in page
