"""Every role opens its desk."""

import pytest

from wufei.hub.accounts.permissions import Role


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_a_desk(db, sign_in, role):
    answer = sign_in(role).get("/")
    assert answer.status_code == 200
    assert "To do today" in answer.content.decode()


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(db, client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert client.get(answer.headers["Location"]).status_code == 200
