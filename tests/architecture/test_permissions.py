"""No page without a permission, no permission without a line in the table, no line in vain."""

import re
from pathlib import Path

import pytest
from django.urls import reverse
from tests.architecture.pages import addresses, operations, pages

from wufei.config.navigation import NAVIGATION
from wufei.hub.accounts.permissions import ACTS, Role
from wufei.hub.base.actor import Scope

SOURCE = Path(__file__).parents[2] / "src" / "wufei"


def test_every_page_names_its_act_or_says_that_it_is_public():
    named = [page for page in addresses() if not page.is_of_a_library]
    assert [page.route for page in named if page.act is None] == []


def test_every_act_of_a_page_stands_in_the_permission_table():
    missing = {page.act for page in addresses() if page.act} - set(ACTS)
    assert missing == set()


def test_only_signing_in_is_open_to_programs_without_a_token():
    assert [one.name for one in operations() if not one.act] == ["api.token.make"]


def test_every_act_that_code_asks_for_stands_in_the_permission_table():
    asked = set()
    for path in SOURCE.rglob("*.py"):
        if "tests" not in path.parts:
            asked |= set(re.findall(r"(?:may|require|scope)\(\s*\"([a-z_.]+)\"", path.read_text()))
    assert asked - set(ACTS) == set()


def test_every_line_of_the_table_lets_somebody_in():
    idle = [act for act, row in ACTS.items() if set(row.values()) == {Scope.NONE}]
    assert idle == []


def test_addresses_have_names_of_their_own():
    names = [page.name for page in addresses()]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


@pytest.mark.parametrize("entry", NAVIGATION, ids=lambda entry: entry.url_name)
def test_a_line_of_the_side_bar_asks_for_what_its_page_asks_for(entry):
    reverse(entry.url_name)
    (page,) = [page for page in pages() if page.name == entry.url_name]
    assert page.act == entry.act


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_at_least_its_desk(role):
    assert ACTS["desk.view"][Role(role)] is not Scope.NONE
