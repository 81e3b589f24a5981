"""A program claims, reads and withdraws; an officer's program contests."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.accounts import tokens
from wufei.hub.accounts.models import ApiToken
from wufei.hub.exemptions.models import Claim
from wufei.hub.exemptions.tests.conftest import Ashes, in_days, passing
from wufei.hub.registry.validity import today


@pytest.fixture
def program(sign_in: Any) -> Any:
    def enter(role: str, **values: Any) -> tuple[Client, Any]:
        user = sign_in(role, **values).user
        digest = tokens._digest(f"wufei_{user.uuid}")
        ends = timezone.now() + timedelta(hours=1)
        ApiToken.objects.create(user=user, digest=digest, expires_at=ends)
        token = {"authorization": f"Bearer wufei_{user.uuid}", "accept-language": "en"}
        return Client(headers=token), user

    return enter


def body(ashes: Ashes, lots: Any, user: Any, **more: Any) -> dict[str, Any]:
    by = ashes.plant.person
    report = ashes.report(type("By", (), {"id": f"person:{user.uuid}"})() if user else by)
    return {
        "organisation": str(ashes.plant.organisation.uuid),
        "lots": [str(lot.uuid) for lot in lots],
        "effects": ["transport", "landfill"],
        "report_no": "JC-9",
        "laboratory": "laboratory",
        "sampled_on": today().isoformat(),
        "reported_on": today().isoformat(),
        "valid_until": in_days(30).isoformat(),
        "results": passing(),
        "evidence": str(report),
    } | more


def test_a_program_claims_reads_and_withdraws(ashes: Ashes, program: Any):
    client, user = program("clerk", organisations=[ashes.plant.organisation])
    key, json = uuid7(), "application/json"
    asked = body(ashes, ashes.batches(20), user)
    url = reverse("api.claim.make", args=[key])
    for _again in range(2):
        answer = client.put(url, asked, content_type=json)
        assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["state"], told["effects"]) == ("claimed", ["transport", "landfill"])
    assert Claim.objects.count() == 1
    assert client.get(reverse("api.claim.detail", args=[key])).json() == told
    assert [one["id"] for one in client.get(reverse("api.claim.list")).json()] == [str(key)]
    end = reverse("api.claim.withdraw", args=[key])
    answer = client.post(end, {"reason": "wrong batch"}, content_type=json)
    assert answer.json()["state"] == "withdrawn"


def test_a_refusal_names_its_code_and_its_field(ashes: Ashes, program: Any):
    client, user = program("clerk", organisations=[ashes.plant.organisation])
    asked = body(ashes, ashes.batches(20), user, results=passing(lead="9"))
    url = reverse("api.claim.make", args=[uuid7()])
    answer = client.put(url, asked, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "claim_over_limit"


def test_only_an_officers_program_contests(ashes: Ashes, program: Any):
    claim = ashes.claim(ashes.batches(20))
    url = reverse("api.claim.contest", args=[claim.uuid])
    clerk, _user = program("clerk", organisations=[ashes.plant.organisation])
    officer, _user = program("officer", username="officer")
    given = {"reason": "not accredited"}
    assert clerk.post(url, given, content_type="application/json").status_code == 403
    answer = officer.post(url, given, content_type="application/json")
    assert answer.json()["state"] == "contested"
