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
from wufei.hub.filings.tests.stories import LICENCE, MONTHLY, PLAN, STORED
from wufei.hub.registry.models import Membership
from wufei.hub.registry.validity import period


@pytest.fixture
def program(town, sign_in):
    """``program("clerk")``: calls as somebody with that role, of the works where it has firms."""

    def enter(role):
        regions = [town.region.path] if role == "town_officer" else []
        user = sign_in(role, regions=regions).user
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
    officer, helper = program("officer"), program("town_officer")
    status, told = helper("POST", f"filings/{key}/decision", decision="accept")
    assert (status, told["code"]) == (409, "filing_town_passes_on")
    status, told = helper("POST", f"filings/{key}/decision", decision="forward")
    assert (status, told["version_state"], told["state"]) == (200, "forwarded", "submitted")
    status, told = officer("POST", f"filings/{key}/decision", decision="accept", note="Good.")
    assert (status, told["version_state"], told["state"]) == (200, "accepted", "accepted")
    assert STORED == [(13, [])]
    # Decided on: the second decision finds what the first was.
    status, told = officer("POST", f"filings/{key}/decision", decision="reject", note="No.")
    assert status == 409
    assert Filing.objects.get(uuid=key).state == "accepted"
    assert [one["id"] for one in officer("GET", "filings")[1]] == [str(key)]
    assert officer("GET", f"filings/{key}/versions")[1][0]["form"]["loads"][0] == {"mass": "12.5"}


def sent(program, town, **more):
    """A plan that the clerk's program has handed in: its call and the filing's key."""
    call, key = program("clerk"), uuid7()
    assert call("PUT", f"filings/{key}", **plan(town, **more))[0] == 200
    assert call("POST", f"filings/{key}/submit", id=str(uuid7()))[0] == 200
    return call, key


def test_what_is_sent_back_is_written_in_again_and_handed_in_anew(program, town):
    call, key = sent(program, town)
    helper = program("town_officer")
    status, told = helper("POST", f"filings/{key}/decision", decision="return")
    assert (status, told["field"]) == (422, "note")
    status, told = helper("POST", f"filings/{key}/decision", decision="return", note="Which?")
    assert (status, told["state"], told["version_state"]) == (200, "returned", "returned")
    status, told = call("PUT", f"filings/{key}", **plan(town, form={"loads": [{"mass": 7}]}))
    assert (status, told["version"], told["version_state"]) == (200, 2, "draft")
    status, told = call("POST", f"filings/{key}/submit", id=str(uuid7()), edition=1)
    assert (status, told["version"], told["state"]) == (200, 2, "submitted")
    versions = call("GET", f"filings/{key}/versions")[1]
    assert [(one["version"], one["version_state"]) for one in versions] == [
        (2, "submitted"),
        (1, "returned"),
    ]
    assert versions[0]["form"] == {"loads": [{"mass": "7"}]}


def test_what_is_rejected_has_no_effect(program, town):
    _call, key = sent(program, town)
    assert program("town_officer")("POST", f"filings/{key}/decision", decision="forward")[0] == 200
    officer = program("officer")
    status, told = officer("POST", f"filings/{key}/decision", decision="reject", note="Too much.")
    assert (status, told["state"], told["version_state"]) == (200, "rejected", "rejected")
    assert STORED == []
    status, told = officer("POST", f"filings/{key}/decision", decision="hold")
    assert (status, told["field"]) == (422, "decision")


def test_what_is_decided_elsewhere_is_brought_back_with_its_number(program, town):
    call, key = sent(program, town, type=LICENCE.code)
    said = {"outcome": "accepted", "decided_on": "2026-11-05"}
    # Who files it shows the decision; an officer's word is enough.
    status, told = call("POST", f"filings/{key}/outside", **said, authority_no="ZZ-7")
    assert (status, told["field"]) == (422, "file")
    officer = program("officer")
    status, told = officer("POST", f"filings/{key}/outside", **said)
    assert (status, told["field"]) == (422, "authority_no")
    status, told = officer("POST", f"filings/{key}/outside", **said, authority_no="ZZ-7")
    assert (status, told["state"], told["authority_no"]) == (200, "accepted", "ZZ-7")
    assert len(STORED) == 1
    outsider = program("keeper")
    assert outsider("POST", f"filings/{key}/outside", **said, authority_no="ZZ-8")[0] in (403, 404)


def test_what_was_written_on_another_edition_is_not_handed_in(program, town):
    call, key = program("clerk"), uuid7()
    call("PUT", f"filings/{key}", **plan(town))
    call("PUT", f"filings/{key}", **plan(town, edition=1, form={"loads": [{"mass": 1}]}))
    status, told = call("POST", f"filings/{key}/submit", id=str(uuid7()), edition=1)
    assert (status, told["code"]) == (409, "filing_draft_moved")
    assert call("GET", f"filings/{key}")[1]["edition"] == 2


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"loads": [{"mass": "plenty"}]}, "loads.0.mass", "must be a number in t"),
        ({"loads": [{"mass": 1}, {"mass": "3 m³"}]}, "loads.1.mass", "must be a number in t"),
        ({"loads": [{"mas": 1}]}, "loads.0.mas", ""),
        ({"loads": 7}, "loads", "list"),
    ],
)
def test_an_error_names_the_field_and_says_what_to_write(program, town, form, field, words):
    status, told = program("clerk")("PUT", f"filings/{uuid7()}", **plan(town, form=form))
    assert (status, told["field"]) == (422, field)
    assert words in told["message"]
    assert not Filing.objects.exists() or not Filing.objects.get().versions.filter(edition__gt=0)


def test_what_speaks_against_a_draft_is_told_with_its_place(program, town):
    call, key = program("clerk"), uuid7()
    status, told = call("PUT", f"filings/{key}", **plan(town, form={"loads": []}))
    assert status == 200
    assert [(one["severity"], one["section"]) for one in told["problems"]] == [("error", "loads")]
    status, told = call("POST", f"filings/{key}/submit", id=str(uuid7()))
    assert (status, told["code"]) == (422, "filing_problems")
    assert "at least 1 rows" in told["message"]


def test_the_description_of_the_api_says_what_each_operation_of_filings_does(program):
    from wufei.config.api import API

    told = API.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    found = [
        one
        for path, methods in told.items()
        if "/filings" in path or "/forms" in path
        for one in methods.values()
    ]
    assert len(found) == 9
    assert all(one["summary"] and one["responses"] for one in found)


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
