"""Many signed at once: rows chosen in the inbox, a table of weights, what came of each, the API."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.accounts import tokens
from wufei.hub.accounts.models import ApiToken
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.tests.conftest import t
from wufei.hub.manifests.tests.test_bulk import drums

MANY, INBOX = reverse("manifests.many"), reverse("manifests.inbox")


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def people(district, sign_in):
    def enter(firm, role="clerk"):
        return sign_in(role, organisations=[district.firm(firm).organisation])

    return enter


def on_the_road(district, count):
    loads = drums(district, count)
    for load in loads:
        district.load(load, 2)
    return loads


def there(district, count):
    loads = on_the_road(district, count)
    for load in loads:
        district.arrive(load, 2)
    return loads


def chosen(step, loads, **fields):
    one = [f"{step}:{load.uuid}" for load in loads]
    return {"submission": str(uuid7()), "at": timezone.now().isoformat(), "one": one, **fields}


def weighed(loads, *values):
    """What the table sends: the weight of each load's only line."""
    lines = [load.lines.get() for load in loads]
    return {f"weight-{line.uuid}": value for line, value in zip(lines, values, strict=True)}


def statuses(loads):
    return [Manifest.objects.get(pk=load.pk).status for load in loads]


def test_chosen_rows_of_the_inbox_are_accepted_together(district, people):
    loads, keeper = there(district, 3), people("refinery")
    page = text_of(keeper.get(INBOX))
    assert page.count('name="one" form="many"') == 3
    assert 'data-pick-all="many"' in page
    said = chosen("accept", loads[:2])
    for _twice in range(2):
        answer = text_of(keeper.post(MANY, said))
        assert '<b class="num">2</b> signed' in answer
    assert statuses(loads) == ["closed", "closed", "arrived"]
    assert Signature.objects.filter(step="accept").count() == 2


def test_a_form_without_scripts_that_is_sent_again_shows_the_first_result(district, people):
    """Then nothing tells when it was signed: the second time is not taken for another."""
    loads, keeper = on_the_road(district, 2), people("refinery")
    said = chosen("arrive", loads, unit="t", **weighed(loads, "2", "2")) | {"at": ""}
    pages = [text_of(keeper.post(MANY, said)) for _twice in range(2)]
    assert all('<b class="num">2</b> signed' in page for page in pages)
    assert Signature.objects.filter(step="arrive").count() == 2
    other = said | weighed(loads, "1.9", "2")
    page = text_of(keeper.post(MANY, other))
    assert '<b class="num">1</b> signed' in page
    assert "was used before for something else" in page


def test_weights_are_written_one_below_the_other(district, people):
    loads, keeper = on_the_road(district, 3), people("refinery")
    assert f"{MANY}?step=arrive" in text_of(keeper.get(INBOX))
    page = text_of(keeper.get(MANY, {"step": "arrive"}))
    assert page.count('class="weight-input"') == 3
    said = chosen("arrive", loads, unit="kg") | weighed(loads, "2000", "1998", "2")
    answer = text_of(keeper.post(MANY, said))
    assert '<b class="num">2</b> signed' in answer
    # The one that took tonnes for kilograms is kept, chosen and as it was written.
    assert f'value="arrive:{loads[2].uuid}" checked' in answer
    assert 'value="2"' in answer
    assert str(loads[0].uuid) not in answer.partition("<tbody>")[2].replace(
        reverse("manifests.manifest.detail", args=[loads[0].uuid]), ""
    )
    assert statuses(loads) == ["arrived", "arrived", "loaded"]
    assert loads[1].lines.get().weighed_in_g == t(1.998)
    again = chosen("arrive", loads[2:], unit="kg") | weighed(loads[2:], "2001")
    keeper.post(MANY, again)
    assert statuses(loads) == ["arrived"] * 3


def test_a_weight_that_is_missing_or_no_figure_is_said_in_its_row(district, people):
    loads, keeper = on_the_road(district, 2), people("refinery")
    said = chosen("arrive", loads, unit="t") | weighed(loads, "", "two")
    answer = text_of(keeper.post(MANY, said))
    assert "Write its weight." in answer
    assert answer.count(" checked") >= 2
    assert statuses(loads) == ["loaded", "loaded"]


def test_what_needs_a_reason_is_opened_by_itself(district, people):
    (load,) = on_the_road(district, 1)
    district.arrive(load, 1.5)
    keeper = people("refinery")
    assert 'name="one"' not in text_of(keeper.get(INBOX))
    page = text_of(keeper.get(MANY, {"step": "accept"}))
    assert "Asks for more: open it" in page
    assert 'name="one"' not in page


def test_nobody_signs_for_others_by_naming_their_rows(district, people):
    loads = there(district, 2)
    assert people("neighbour").post(MANY, chosen("accept", loads)).status_code == 404
    answer = text_of(people("works").post(MANY, chosen("accept", loads)))
    assert '<b class="num">0</b> signed' in answer
    assert statuses(loads) == ["arrived", "arrived"]


def test_an_unknown_step_leads_back_and_an_empty_table_says_so(people):
    keeper = people("refinery")
    assert keeper.get(MANY, {"step": "fly"}).headers["Location"] == INBOX
    assert "nothing waits for this step" in text_of(keeper.get(MANY, {"step": "close"}))
    nothing = {"submission": str(uuid7()), "one": []}
    assert "Nothing was chosen" in text_of(keeper.post(MANY, nothing))


def test_too_many_are_refused_with_a_clear_message(district, people):
    (load,) = there(district, 1)
    said = chosen("accept", [load] * 301)
    answer = people("refinery").post(MANY, said)
    assert answer.status_code == 422
    assert "301 at once are too many" in text_of(answer)


# Programs.
@pytest.fixture
def program(people):
    def enter(firm):
        user = people(firm).user
        ApiToken.objects.create(
            user=user,
            digest=tokens._digest("wufei_many"),
            expires_at=timezone.now() + timedelta(hours=1),
        )
        return Client(headers={"authorization": "Bearer wufei_many", "accept-language": "en"})

    return enter


def sent(client, step, items):
    body = {"signed_at": timezone.now().isoformat(), "items": items}
    address = reverse("api.manifest.sign_many", kwargs={"step": step})
    return client.post(address, json.dumps(body), content_type="application/json")


def test_a_program_signs_many_and_hears_of_each(district, program):
    loads = on_the_road(district, 3)
    items: list[dict[str, Any]] = [
        {
            "id": str(uuid7()),
            "manifest": str(load.uuid),
            "weighed_in": [{"value": value, "unit": "t"}],
        }
        for load, value in zip(loads, ("2", "1.99", "0.002"), strict=True)
    ]
    items.append({"id": str(uuid7()), "manifest": str(uuid7())})
    answer = sent(program("refinery"), "arrive", items).json()
    assert (answer["signed"], answer["refused"]) == (2, 2)
    told = [(one["signed"], one["code"]) for one in answer["items"]]
    assert told == [
        (True, ""),
        (True, ""),
        (False, "manifest_wrong_unit"),
        (False, "not_found"),
    ]
    signature = Signature.objects.get(uuid=items[0]["id"])
    assert answer["items"][0]["digest"] == signature.content_digest


def test_a_program_that_sends_too_many_is_told(program):
    items = [{"id": str(uuid7()), "manifest": str(uuid7())} for _n in range(301)]
    assert sent(program("refinery"), "accept", items).status_code == 422
