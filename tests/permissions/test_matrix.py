"""Every operation × eight roles × (own, others' documents), tried through the doors people use.

The expected answers stand in ``table.py``; an operation without a line there fails here. Whoever
is let through has everything right, so that nothing but the person can be why another is not.
"""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from tests.permissions import table
from tests.permissions.bodies import T2
from tests.permissions.district import ROLES, build_world, new, undone
from tests.permissions.doors import ELSEWHERE, SERVICES
from tests.permissions.forms import declared
from tests.permissions.table import ROWS
from tests.permissions.trying import ADDRESSES, attempt, looks, unknown
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import Actor
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services import Signing
from wufei.hub.manifests.shown import shown
from wufei.hub.manifests.tests.phones import Phone

ROOMS = ("manifests", "labels", "exemptions", "evidence", "registers", "ledger", "filings")
FORMS = [row for row in ROWS if row.name.startswith(("filings.", "api.filing."))]
OFFICIALS = ("reader", "town officer", "department officer")
# What only asks who somebody is, or which rows they reach, changes nothing.
QUESTIONS = ("visible", "seen", "own", "own_sites", "may_work", "may_enter", "is_outside")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """One district for all tests; what is tried in it is undone."""
    from django.test import override_settings

    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with media, django_db_blocker.unblock(), declared(), transaction.atomic():
        world = build_world()
        stands = looks()
        yield world
        assert looks() == stands, "what was tried is not undone"
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def tried(world):
    """``tried(row, role, own)``, then undone."""
    stands = looks()
    return lambda row, role, own: attempt(
        world, row, role, world.own if own else world.other, stands
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_role_does_what_the_table_says(tried, row):
    wrong: list[tuple[str, ...]] = []
    for own in (True, False):
        if not own and (row.thing == "oneself" or (row.about_nothing and not row.writes)):
            continue
        for role in ROLES:
            found = tried(row, role, own)
            where = f"{role}, {'own' if own else 'others'}"
            if found.done != row.may(role, own=own):
                wrong.append((where, "done" if found.done else "refused"))
            elif found.odd or found.leaked:
                wrong.append((where, found.odd or f"learnt of {sorted(found.leaked)[:3]}"))
            elif not found.done and _has_no_part(role, own):
                # Who has no part in it is not told what else would be wrong; a form for something
                # new does not even offer the place.
                good = {403, 404, 422} if row.about_nothing else {403, 404}
                if found.status not in good:
                    wrong.append((where, "refused otherwise", str(found.status)))
    assert wrong == []


@pytest.mark.parametrize("row", FORMS, ids=lambda row: row.name)
def test_an_agent_does_what_the_firms_do_that_it_serves(tried, row):
    for own in (True, False):
        if own or not (row.thing == "oneself" or (row.about_nothing and not row.writes)):
            found = tried(row, "agent", own)
            assert (found.done, found.odd) == (row.may("agent", own=own), "")
            assert not found.leaked


@pytest.mark.parametrize(
    "row", [row for row in FORMS if not row.about_nothing], ids=lambda row: row.name
)
def test_anothers_form_is_answered_like_one_that_is_not_there(world, row):
    stands, wrong = looks(), []
    nowhere = unknown(row, world.other)
    for role in (*ROLES, "agent"):
        # Readers and departments see every form: they are told what they may not do with it.
        if role not in ("reader", "department officer"):
            found = [attempt(world, row, role, town, stands) for town in (world.other, nowhere)]
            same, there = ((one.status, len(one.said)) for one in found)
            if same != there:
                wrong.append((role, [one.said[-200:] for one in found]))
    assert wrong == []


@pytest.mark.parametrize("role", [*ROLES, "agent"])
def test_a_draft_is_printed_for_those_who_write_it(world, role):
    address = reverse("filings.filing.print", args=[world.own.things["unsent"].uuid])
    expected = {"consignor": 200, "agent": 200, **dict.fromkeys(OFFICIALS, 422)}
    assert world.people[role].browser.get(address).status_code == expected.get(role, 404)


def _has_no_part(role: str, own: bool) -> bool:
    return role == "outsider" or not own


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("role", ROLES)
def test_a_phones_queue_signs_for_its_own_people_only(world, role, own):
    """Whatever a phone kept is taken and stays; signed is what its user may sign."""
    who, load = world.people[role], (world.own if own else world.other).things["loaded"]
    with undone():
        phone = Phone(who.browser)
        said = phone.register().status_code
        if said == 200:
            fields = {"value_0": "2", "unit_0": "t"}
            entry = phone.keep("arrive", manifest=str(load.uuid), seen=shown(load), fields=fields)
            (result,) = phone.send(entry)
            said = result["outcome"]
            if not own or role == "outsider":
                assert load.local_id not in str(result)
        signed = load.signatures.filter(step="arrive").exists()
    assert signed == (own and role == "consignee")
    assert said == ("signed" if signed else 403 if role in OFFICIALS else "conflict")


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("role", ROLES)
def test_many_at_once_are_signed_and_issued_by_those_who_may_one_by_one(world, role, own):
    who, town = world.people[role], world.own if own else world.other
    load, address = town.things["loaded"], reverse("api.manifest.sign_many", args=["arrive"])
    one = {"id": str(uuid7()), "manifest": str(load.uuid), "weighed_in": [T2]}
    with undone():
        body = {"signed_at": timezone.now().isoformat(), "items": [one]}
        answer = who.program.post(address, body, content_type="application/json")
        signed = load.signatures.filter(step="arrive").exists()
        told = services.ToIssue(new(town), uuid7(), Signing(uuid7(), timezone.now()))
        (issued,) = services.issue_many([told], by=who.actor)
    assert answer.status_code == (403 if role in OFFICIALS else 200)
    assert signed == (own and role == "consignee")
    assert isinstance(issued, Manifest) == (own and role == "consignor")
    if not own or role == "outsider":
        assert load.local_id not in answer.content.decode()


def test_every_operation_is_in_the_table():
    """A new page or operation of these rooms gets its line, or is named with its reason."""
    known = {row.operation for row in ROWS} | ELSEWHERE.keys()
    there = {name for name in ADDRESSES if name.startswith((*(f"{one}." for one in ROOMS), "api."))}
    assert there - known == set()
    assert known - there == set()


def test_every_service_that_somebody_does_has_a_door_in_the_table():
    """A new service gets a line in ``SERVICES``: the operation by which it is tried."""
    assert set(_services()) == SERVICES.keys()
    doors = {row.operation for row in ROWS} | ELSEWHERE.keys()
    assert {door for door in SERVICES.values() if door and " " not in door} - doors == set()


def _services():
    """Public functions of the rooms' services that are told who acts."""
    for room in ROOMS:
        try:
            package = importlib.import_module(f"wufei.hub.{room}.services")
        except ModuleNotFoundError:
            continue
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ != module.__name__ or name.startswith("_"):
                    continue
                told = inspect.signature(function).parameters.values()
                if name not in QUESTIONS and any(one.annotation is Actor for one in told):
                    yield f"{room}.{found.name}.{name}"


def test_the_guide_has_the_table():
    """`python -m tests.permissions.table` writes it anew."""
    guide = Path(__file__).parents[2] / "docs" / "guide" / "who-may.md"
    assert guide.read_text() == table.shown()
