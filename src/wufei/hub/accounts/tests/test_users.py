from typing import Any

import pytest

from wufei.hub.accounts import services
from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.models import User
from wufei.hub.accounts.permissions import ACTS, Role, acts_of
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import Scope, system
from wufei.hub.base.errors import Invalid

PASSWORD = "a-good-Passphrase-7"
NEW: dict[str, Any] = {
    "username": "wang",
    "display_name": "Wang Wu",
    "role": "town_officer",
    "password": PASSWORD,
    "phone": "0635-0000000",
}


def wang() -> User:
    return services.make_user(**NEW)


def test_the_table_says_how_far_each_act_reaches():
    assert ACTS["registry.organisation.view"][Role.OFFICER] is Scope.ALL
    assert ACTS["registry.organisation.view"][Role.TOWN_OFFICER] is Scope.REGION
    assert ACTS["registry.organisation.view"][Role.CLERK] is Scope.OWN
    assert "registry.organisation.view" not in acts_of("resident")
    assert acts_of("no such role") == {}


def test_a_person_becomes_an_actor_with_what_their_role_may(db):
    user = services.make_user(
        "wang", display_name="Wang", role="dispatcher", password=PASSWORD, domains=["construction"]
    )
    actor = actor_for(user)
    assert actor.id == f"person:{user.uuid}"
    assert actor.domains == {"construction"}
    assert actor.scope("registry.vehicle.edit") is Scope.REGION
    assert not actor.may("accounts.user.manage")


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", "limei"), ("role", "king"), ("password", "12345678")],
)
def test_bad_input_says_which_field_is_wrong(db, field, value):
    services.make_user("limei", display_name="Li", role="officer", password=PASSWORD)
    given: dict[str, Any] = {
        "username": "wang",
        "display_name": "W",
        "role": "officer",
        "password": PASSWORD,
    }
    given[field] = value
    with pytest.raises(Invalid) as refusal:
        services.make_user(given.pop("username"), **given)
    assert refusal.value.field == field
    assert User.objects.count() == 1


def test_an_administrator_adds_a_person_who_then_chooses_a_password(db, sign_in, client):
    page = sign_in("administrator").post("/accounts/users/new/", NEW)
    assert page.status_code == 302
    user = User.objects.get(username="wang")
    assert user.must_change_password
    assert user.contact.phone == NEW["phone"]
    assert AuditEvent.objects.filter(
        event="accounts:user:create", subject=services.subject(user)
    ).exists()


def test_a_taken_name_is_shown_at_its_field(db, sign_in):
    admin = sign_in("administrator", username="wang")
    page = admin.post("/accounts/users/new/", NEW)
    assert "This user name is taken" in page.content.decode()


def test_looking_at_a_telephone_number_is_on_record(db, sign_in):
    admin = sign_in("administrator")
    user = wang()
    assert NEW["phone"] in admin.get(f"/accounts/users/{user.uuid}/").content.decode()
    event = AuditEvent.objects.get(event="accounts:user:read")
    assert event.values == {"fields": ["phone"]}
    assert event.actor == f"person:{admin.user.uuid}"


def test_closing_and_opening_an_account(db, sign_in):
    admin = sign_in("administrator")
    user = wang()
    admin.post(f"/accounts/users/{user.uuid}/close/")
    user.refresh_from_db()
    assert not user.is_active
    admin.post(f"/accounts/users/{user.uuid}/open/")
    user.refresh_from_db()
    assert user.is_active


def test_nobody_closes_their_own_account_or_changes_their_own_role(db):
    user = services.make_user("wang", display_name="W", role="administrator", password=PASSWORD)
    me = actor_for(user)
    with pytest.raises(Invalid, match="another administrator"):
        services.set_active(user, False, by=me)
    with pytest.raises(Invalid, match="another administrator"):
        services.edit_user(user, by=me, display_name="W", role="officer", regions=(), domains=())


def test_an_officer_sees_no_user_administration(db, sign_in):
    officer = sign_in("officer")
    assert officer.get("/accounts/users/").status_code == 403
    assert "/accounts/users/" not in officer.get("/").content.decode()
    assert "/accounts/users/" in sign_in("administrator").get("/").content.decode()


def test_the_permission_table_can_be_read(db, sign_in):
    page = sign_in("auditor").get("/accounts/permissions/").content.decode()
    assert "ledger.movement.post" in page


def test_an_agent_may_not_act_for_a_stranger(db, sign_in):
    agent = sign_in("agent")
    agent.post("/accounts/act-for/", {"organisation": "999"})
    assert "acting_for" not in agent.session


def test_a_reset_password_ends_running_sessions(db, sign_in):
    officer = sign_in("officer")
    assert officer.get("/").status_code == 200
    services.set_password(
        User.objects.get(pk=officer.user.pk), "from-the-Administrator-1", by=system("test")
    )
    assert officer.get("/").status_code == 302
