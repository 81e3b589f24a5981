"""Forms and filings for programs, in the shape of the declaration."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.accounts import tokens
from wufei.hub.accounts.models import ApiToken
from wufei.hub.filings.models import Filing
from wufei.hub.filings.sheets.schema import model_of
from wufei.hub.filings.tests.stories import MONTHLY, PLAN
from wufei.hub.registry.models import Membership
from wufei.hub.registry.validity import period


@pytest.fixture
def program(town, sign_in):
    """``program("clerk")``: calls as somebody with that role, of the works where it has firms."""

    def enter(role):
        user = sign_in(role).user
        if role == "clerk":
            works = town.firm()
            Membership.objects.create(user=user, organisation=works, validity=period())
        text = f"wufei_{user.uuid}"
        ApiToken.objects.create(
            user=user, digest=tokens._digest(text), expires_at=timezone.now() + timedelta(hours=1)
        )
        client = Client(headers={"authorization": f"Bearer {text}", "accept-language": "en"})

        def call(method, path, **body):
            answer = client.generic(
                method, f"/api/v1/{path}", _json(body), content_type="application/json"
            )
            return answer.status_code, answer.json()

        return call

    return enter


def _json(body):
    import json

    return json.dumps(body, default=str)


def plan(town, **more):
    return {
        "type": PLAN.code,
        "organisation": str(town.firm().uuid),
        "day": "2026-11-02",
        "form": {"loads": [{"mass": "12.5"}, {"mass": "500 kg"}]},
        **more,
    }


def test_the_schema_is_made_of_the_declaration(program):
    call = program("clerk")
    status, told = call("GET", f"forms/{MONTHLY.code}/schema")
    assert status == 200
    assert set(told["properties"]) == {"output", "contact", "photos", "wastes", "remark"}
    assert told["properties"]["wastes"]["maxItems"] == 500
    status, forms = call("GET", "forms")
    assert PLAN.code in [one["code"] for one in forms]
    assert call("GET", "forms/nothing/schema")[0] == 404


def test_a_program_files_a_plan_and_an_officer_decides_on_it(program, town):
    call, key, submission = program("clerk"), uuid7(), str(uuid7())
    status, told = call("PUT", f"filings/{key}", **plan(town))
    assert (status, told["version_state"], told["edition"]) == (200, "draft", 1)
    assert told["form"] == {"loads": [{"mass": "12.5"}, {"mass": "0.5"}]}
    for _time in (1, 2):
        status, told = call("POST", f"filings/{key}/submit", id=submission)
        assert (status, told["state"], told["version"]) == (200, "submitted", 1)
    officer = program("officer")
    assert officer("POST", f"filings/{key}/decision", decision="accept")[0] in (200, 409)
    assert Filing.objects.get(uuid=key).versions.count() == 1
    assert [one["id"] for one in officer("GET", "filings")[1]] == [str(key)]
    assert officer("GET", f"filings/{key}/versions")[1][0]["form"]["loads"][0] == {"mass": "12.5"}


def test_what_a_program_misspells_or_overtakes_is_told(program, town):
    call, key = program("clerk"), uuid7()
    status, told = call("PUT", f"filings/{key}", **plan(town, form={"load": []}))
    assert (status, told["field"]) == (422, "load")
    assert call("PUT", f"filings/{key}", **plan(town))[0] == 200
    status, told = call("PUT", f"filings/{key}", **plan(town))
    assert (status, told["code"]) == (409, "filing_draft_moved")


def test_what_others_file_is_not_there(program, town):
    filing = town.plan()
    outsider = program("keeper")
    assert outsider("GET", f"filings/{filing.uuid}")[0] == 404
    assert outsider("POST", f"filings/{filing.uuid}/submit", id=str(uuid7()))[0] == 404
    assert outsider("POST", f"filings/{filing.uuid}/decision", decision="accept")[0] == 403


def test_every_declared_form_has_a_schema():
    from wufei.domains.filings import FILINGS

    for form in FILINGS:
        assert model_of(form).model_json_schema()["properties"], form.code
