"""Every operation of the API × every role × (own, other's): the permission table holds here too."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.architecture.district import Firm, firm, manifest_between
from tests.architecture.pages import operations

from wufei.hub.accounts import tokens
from wufei.hub.accounts.models import ApiToken
from wufei.hub.accounts.permissions import ACTS, Role
from wufei.hub.base.actor import Scope

OWN, OTHER = "湖西街道", "于集镇"
NOTHING = {"uuid": UUID(int=1), "vehicle": "鲁PNOONE", "step": "load", "number": 1, "code": "?"}
# What a body that says nothing is answered with, once the role was let through.
LET_IN = {200, 204, 404, 422}
MANIFEST = (
    "api.manifest.detail",
    "api.manifest.sign",
    "api.manifest.cancel",
    "api.manifest.take_over",
    "api.manifest.leg",
    "api.manifest.set_down",
    "api.manifest.pick_up",
    "api.manifest.send_back",
    "api.manifest.send_on",
    "api.manifest.redirect",
    "api.manifest.revise",
    "api.manifest.annul",
    "api.manifest.edit",
    "api.manifest.complete",
)


@pytest.fixture
def with_token(sign_in):
    """``with_token("clerk")``: a program of a new person with that role."""

    def enter(role, **values):
        user = sign_in(role, **values).user
        text = f"wufei_{user.uuid}"
        ApiToken.objects.create(
            user=user, digest=tokens._digest(text), expires_at=timezone.now() + timedelta(hours=1)
        )
        return Client(headers={"authorization": f"Bearer {text}", "accept-language": "en"})

    return enter


def call(client, operation, **arguments):
    values = NOTHING | arguments
    names = dict.fromkeys(operation.parameters)
    address = reverse(operation.name, kwargs={name: values[name] for name in names})
    return client.generic(operation.method, address, "{}", content_type="application/json")


@pytest.mark.parametrize("role", Role.values)
def test_a_role_calls_what_it_may_and_nothing_else(db, with_token, role):
    wrong = []
    for operation in operations():
        if not operation.act:
            continue
        # Signing out ends a token: each call has its own.
        answer = call(with_token(role), operation)
        may = ACTS[operation.act][Role(role)] is not Scope.NONE
        # A body of the wrong shape is told before anybody asks who sent it.
        expected = LET_IN if may else {403, 422}
        if answer.status_code not in expected:
            wrong.append((operation.name, answer.status_code))
    assert wrong == []


def test_without_a_token_nothing_is_answered(db, client):
    wrong = [
        (operation.name, answer.status_code)
        for operation in operations()
        if operation.act and (answer := call(client, operation)).status_code != 401
    ]
    assert wrong == []


def test_a_session_of_a_browser_is_no_token(db, sign_in):
    client = sign_in("clerk")
    answers = {call(client, operation).status_code for operation in operations() if operation.act}
    assert answers == {401}


@pytest.fixture
def firms(db, sign_in):
    user = sign_in("clerk", username="member").user
    return firm("Own firm", 1, OWN, user), firm("Other firm", 2, OTHER, user)


def enter(with_token, role: str, own: Firm):
    organisations = [own.organisation] if ACTS["desk.view"][Role(role)] is Scope.OWN else []
    regions = [own.region_path] if role == "town_officer" else []
    return with_token(role, organisations=organisations, regions=regions)


@pytest.mark.parametrize("role", ["officer", "town_officer", "clerk", "agent", "keeper", "driver"])
def test_a_role_reaches_its_own_manifests_and_no_others(firms, with_token, role):
    client = enter(with_token, role, firms[0])
    manifests = [manifest_between(one, one) for one in firms]
    wrong = []
    for name in MANIFEST:
        (operation,) = [one for one in operations() if one.name == name]
        scope = ACTS[operation.act or ""][Role(role)]
        for own, manifest in zip((True, False), manifests, strict=True):
            answer = call(client, operation, uuid=manifest.uuid)
            if scope is Scope.NONE:
                good = answer.status_code in {403, 422}
            elif own or scope is Scope.ALL:
                good = answer.status_code in {200, 409, 422}
            else:
                # 422: the body is looked at before the manifest is.
                good = answer.status_code in {404, 422}
                good = good and b"Own firm" not in answer.content
            if not good:
                wrong.append((name, "own" if own else "other's", answer.status_code))
    assert wrong == []


def test_the_list_holds_ones_own_manifests_only(firms, with_token):
    own, other = (manifest_between(one, one) for one in firms)
    client = enter(with_token, "clerk", firms[0])
    items = client.get(reverse("api.manifest.list")).json()["items"]
    listed = {item["id"] for item in items}
    assert str(own.uuid) in listed
    assert str(other.uuid) not in listed


def test_signing_for_others_is_refused_even_with_a_right_body(firms, with_token):
    """The shape of the body is right, so that nothing but the party can be the reason."""
    manifest = manifest_between(firms[1], firms[1])
    client = enter(with_token, "clerk", firms[0])
    body = {"id": str(UUID(int=7)), "signed_at": timezone.now().isoformat()}
    address = reverse("api.manifest.sign", args=[manifest.uuid, "load"])
    answer = client.post(address, body, content_type="application/json")
    assert answer.status_code == 404
    address = reverse("api.manifest.cancel", args=[manifest.uuid])
    answer = client.post(address, {"reason": "mine"}, content_type="application/json")
    assert answer.status_code == 404
    manifest.refresh_from_db()
    assert manifest.status == "issued"
