"""Every page × every role: who may sees it, who may not is told so, nobody meets an error."""

import pytest
from django.urls import reverse
from tests.architecture.pages import pages

from wufei.hub.accounts.permissions import ACTS, Role
from wufei.hub.base.actor import Scope

PLAIN = [page for page in pages() if not page.parameters and not page.is_of_a_library]
ALLOWED = {200, 204, 302, 405}


@pytest.mark.parametrize("role", Role.values)
def test_a_role_opens_what_it_may_and_nothing_else(db, sign_in, role):
    client = sign_in(role)
    wrong = []
    for page in PLAIN:
        answer = client.get(reverse(page.name))
        scope = ACTS[page.act][Role(role)] if page.act else Scope.ALL
        # 405: the page only takes what a form posts, and says so before it asks who it is.
        expected = {403, 405} if scope is Scope.NONE else ALLOWED
        if scope is Scope.OWN and page.name.endswith(".new"):
            # Who may edit their own things may not always make new ones.
            expected = ALLOWED | {403}
        if answer.status_code not in expected:
            wrong.append((page.name, answer.status_code))
    assert wrong == []


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_from_everywhere(db, client):
    wrong = []
    for page in PLAIN:
        answer = client.get(reverse(page.name))
        led = answer.headers.get("Location", "").startswith("/accounts/login/")
        # 405: the page only takes what a form posts.
        if page.act and not led and answer.status_code != 405:
            wrong.append((page.name, answer.status_code))
    assert wrong == []


def test_what_is_not_there_is_not_found_and_no_error(db, sign_in):
    client = sign_in("administrator")
    wrong = []
    for page in pages():
        if page.is_of_a_library or not page.parameters:
            continue
        address = _fill(page)
        status = client.get(address).status_code
        may = not page.act or ACTS[page.act][Role.ADMINISTRATOR] is not Scope.NONE
        if status not in ({404, 405} if page.act and may else {200, 302, 403, 404, 405}):
            wrong.append((page.name, status))
    assert wrong == []


def _fill(page):
    """The page's address with ids that belong to nothing."""
    from uuid import UUID

    for value in (UUID(int=1), "no-such-thing", 999_999_999):
        try:
            return reverse(page.name, args=[value for _name in page.parameters])
        except Exception:
            continue
    raise AssertionError(page.route)
