from django.test import RequestFactory
from django.urls import reverse

from wufei.hub.base.errors import IdReused, Invalid
from wufei.hub.base.middleware import answer

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def test_a_refusal_is_a_page_that_says_what_to_do(gardener, db):
    page = gardener("view").get("/garden/days/new/")
    assert page.status_code == 403
    assert "Ask your administrator" in page.content.decode()


def test_a_fragment_gets_the_words_alone(gardener, db):
    answer = gardener("view").get("/garden/days/new/", headers=HTMX)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.content.decode().startswith("Your role does not include this")


def test_a_program_gets_json_of_one_shape(gardener, db):
    answer = gardener("view").get("/garden/days/new/", headers=JSON)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"
    missing = gardener("view").get("/garden/days/2099-01-01/", headers=JSON)
    assert missing.json()["error"]["code"] == "not_found"


def test_a_refusal_names_the_field_it_speaks_of():
    request = RequestFactory().get("/", headers=JSON)
    told = answer(request, Invalid("Too heavy.", field="mass"))
    assert told.status_code == 422
    assert b'"field": "mass"' in told.content


def test_values_of_a_refusal_are_filled_in():
    assert "The id 7 was used" in str(IdReused(id=7))


def test_an_unknown_address_has_a_friendly_page_in_both_languages(sign_in, db):
    assert "no page at this address" in sign_in("officer").get("/nowhere/").content.decode()
    assert sign_in("officer", language="zh-hans").get("/nowhere/").status_code == 404


def test_the_page_of_an_own_error_needs_nothing_of_the_frame(garden):
    from django.template.loader import render_to_string

    page = render_to_string("500.html")
    assert "平台出错了" in page
    assert "Something went wrong" in page


def test_every_page_of_the_base_room_opens_for_an_administrator(sign_in, db):
    client = sign_in("administrator")
    for name in ("base.import.list", "base.finding.list", "base.notice.list"):
        assert client.get(reverse(name)).status_code == 200
