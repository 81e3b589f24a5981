from datetime import date, timedelta
from uuid import uuid4

import pytest

from wufei.hub.base.errors import problems
from wufei.hub.base.models import CalendarDay
from wufei.hub.base.pages import lists

HTMX = {"HX-Request": "true"}
LIST = HTMX | {"HX-Target": "list"}
NEW_DAY = {"day": "2032-05-01", "kind": "holiday", "name": "Labour Day", "source": "Gazette"}


def test_a_list_shows_rows_their_count_and_the_way_to_each(gardener, days):
    page = gardener().get("/garden/days/").content.decode()
    assert "3 entries" in page
    assert 'href="/garden/days/2031-01-01/"' in page
    assert 'data-label="Name"' in page
    assert "New day" in page


def test_every_word_of_the_search_must_be_found(gardener, days):
    client = gardener()
    assert "Festival 2" in client.get("/garden/days/?q=festival+2").content.decode()
    assert "Festival 1" not in client.get("/garden/days/?q=festival+2").content.decode()
    assert "Nothing matches" in client.get("/garden/days/?q=festival+9").content.decode()


def test_filters_come_from_the_address_and_a_bad_one_is_named(gardener, days):
    client = gardener()
    assert "1 entry" in client.get("/garden/days/?after=2031-01-03").content.decode()
    assert "Enter a valid date" in client.get("/garden/days/?after=soon").content.decode()


def test_the_filter_button_tells_how_many_are_set(gardener, days):
    client = gardener()
    plain = client.get("/garden/days/?q=festival&sort=name&after=")
    assert plain.context["selection"].filters_set == 0
    assert "<summary" in plain.content.decode()
    page = client.get("/garden/days/?after=2031-01-03")
    assert page.context["selection"].filters_set == 1
    part = client.get("/garden/days/?after=2031-01-03", headers=LIST).content.decode()
    assert 'id="filters-set" class="filters-set" hx-swap-oob="true"' in part
    assert "1 is set" in part


def test_a_filter_that_is_wrong_is_not_folded_away(gardener, days):
    client = gardener()
    assert '<details class="filters" open>' in client.get("/garden/days/?after=x").content.decode()
    assert '<details class="filters">' in client.get("/garden/days/").content.decode()


def test_an_empty_list_says_what_to_do_next(gardener, db):
    assert "Import the calendar" in gardener().get("/garden/days/").content.decode()


def test_sorting_turns_round_and_an_unknown_column_is_ignored(gardener, days):
    client = gardener()
    page = client.get("/garden/days/?sort=-name").content.decode()
    assert page.index("Festival 3") < page.index("Festival 1")
    assert 'aria-sort="descending"' in page
    assert client.get("/garden/days/?sort=password").status_code == 200
    assert client.get("/garden/days/?sort=-pk__x").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-3",
        "page=999999999999",
        "page=x",
        "size=7",
        "q=%00",
        "page=١",
        "q=" + "a" * 5000,
    ],
)
def test_nonsense_in_the_address_still_gives_a_page(gardener, days, query):
    assert gardener().get(f"/garden/days/?{query}").status_code == 200


def test_pages_follow_one_another_without_loss(gardener, db):
    add_days(60)
    client = gardener()
    seen = [
        row.obj.pk
        for number in (1, 2, 3)
        for row in client.get(f"/garden/days/?sort=kind&page={number}").context["rows"]
    ]
    assert len(seen) == len(set(seen)) == 60


def test_counting_stops_at_the_cap_and_says_so(gardener, db, monkeypatch):
    monkeypatch.setattr(lists, "ROWS_COUNTED_MAX", 50)
    add_days(60)
    page = gardener().get("/garden/days/?page=2").content.decode()
    assert "more than 50 entries" in page
    assert "Narrow the list" in page


def test_htmx_gets_only_the_list(gardener, days):
    page = gardener().get("/garden/days/", headers=LIST).content.decode()
    assert page.lstrip().startswith("<section")
    assert "Festival 1" in page


def test_a_list_costs_the_same_queries_for_few_and_for_many_rows(gardener, days):
    client = gardener()
    client.get("/garden/days/")
    few = count_queries(client)
    add_days(200)
    assert count_queries(client) == few


def test_buttons_appear_only_for_those_who_may(gardener, days):
    page = gardener("view").get("/garden/days/").content.decode()
    assert "New day" not in page
    assert " download>" not in page
    assert " download>" in gardener("view", "export").get("/garden/days/").content.decode()
    assert gardener("view").get("/garden/days/new/").status_code == 403


def test_signed_out_people_are_sent_to_sign_in_and_come_back(client, garden, db):
    assert (
        client.get("/garden/days/?q=x").headers["Location"].endswith("next=/garden/days/%3Fq%3Dx")
    )
    fragment = client.get(
        "/garden/days/", headers=HTMX | {"HX-Current-URL": "http://testserver/a/"}
    )
    assert fragment.headers["HX-Redirect"].endswith("next=/a/")


def test_a_detail_page_shows_facts_panels_and_actions(gardener, days):
    page = gardener().get("/garden/days/2031-01-02/").content.decode()
    assert "Festival 2" in page
    assert "Weekday" in page
    assert 'popovertarget="ask-rename"' in page
    assert "Forget the name?" in page


def test_what_an_actor_may_not_see_does_not_exist_for_them(gardener, db):
    CalendarDay.objects.create(day=date(2020, 1, 1), kind="holiday", source="Gazette")
    client = gardener()
    for address in ("", "edit/", "rename/"):
        assert client.get(f"/garden/days/2020-01-01/{address}").status_code == 404


@pytest.mark.parametrize("key", ["nonsense", "2031-02-30", "%00", "x" * 3000])
def test_nonsense_for_a_key_is_not_found(gardener, db, key):
    assert gardener().get(f"/garden/days/{key}/").status_code == 404


def test_a_new_object_is_saved_and_shown(gardener, db):
    answer = gardener().post("/garden/days/new/", NEW_DAY, follow=True)
    assert answer.redirect_chain == [("/garden/days/2032-05-01/", 302)]
    assert "Saved." in answer.content.decode()


def test_a_form_sent_twice_saves_once_and_leads_to_the_same_place(gardener, db):
    client, values = gardener(), NEW_DAY | {"submission": str(uuid4())}
    first = client.post("/garden/days/new/", values)
    CalendarDay.objects.update(name="changed since")
    second = client.post("/garden/days/new/", values)
    assert first.headers["Location"] == second.headers["Location"]
    assert CalendarDay.objects.get(day="2032-05-01").name == "changed since"


def test_a_used_form_with_other_content_is_not_swallowed(gardener, db):
    client, token = gardener(), str(uuid4())
    client.post("/garden/days/new/", NEW_DAY | {"submission": token})
    answer = client.post("/garden/days/new/", NEW_DAY | {"submission": token, "day": "2032-05-02"})
    assert answer.status_code == 422
    assert "saved before" in answer.content.decode()


def test_a_refusal_stands_beside_its_field_and_nothing_is_kept(gardener, db):
    answer = gardener().post("/garden/days/new/", NEW_DAY | {"day": "1999-01-01"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["day"] == ["Days before 2000 are not kept."]
    assert not CalendarDay.objects.filter(day__year=1999).exists()


def test_what_the_database_refuses_is_told_on_the_form(gardener, days):
    answer = gardener().post("/garden/days/new/", NEW_DAY | {"day": "2031-01-01"})
    assert answer.status_code == 422
    assert "contradicts what is already there" in answer.content.decode()
    assert CalendarDay.objects.get(day="2031-01-01").name == "Festival 1"


def test_what_a_model_refuses_is_told_beside_its_fields():
    from django.core.exceptions import ValidationError

    assert problems(ValidationError({"name": ["Too short."], "__all__": ["No."]})) == [
        ("name", "Too short."),
        ("", "No."),
    ]
    assert problems(ValidationError(["No.", "Never."])) == [("", "No. Never.")]


def test_editing_starts_from_what_is_there(gardener, days):
    client = gardener()
    assert "Festival 1" in client.get("/garden/days/2031-01-01/edit/").content.decode()
    client.post("/garden/days/2031-01-01/edit/", NEW_DAY | {"day": "2031-01-01"})
    assert CalendarDay.objects.get(day="2031-01-01").name == "Labour Day"


def test_what_may_not_be_edited_has_no_edit_page(gardener, db):
    CalendarDay.objects.create(day=date(2041, 1, 1), kind="holiday", source="Gazette")
    client = gardener()
    assert client.get("/garden/days/2041-01-01/edit/").status_code == 403
    assert "/edit/" not in client.get("/garden/days/2041-01-01/").content.decode()


def test_an_action_asks_for_what_it_needs_and_does_it(gardener, days):
    client = gardener()
    assert client.post("/garden/days/2031-01-01/rename/", {}).status_code == 422
    client.post("/garden/days/2031-01-01/rename/", {"reason": "New Year"})
    assert CalendarDay.objects.get(day="2031-01-01").name == "New Year"


def test_an_action_that_somebody_else_was_quicker_with_is_refused(gardener, days):
    client = gardener()
    assert client.get("/garden/days/2031-01-01/forget/").status_code == 200
    client.post("/garden/days/2031-01-01/forget/")
    answer = client.post("/garden/days/2031-01-01/forget/")
    assert answer.status_code == 409
    assert "somebody was quicker" in answer.content.decode()


def test_every_address_names_its_act(garden):
    from wufei.hub.base.pages import urls

    assert {getattr(pattern.callback, "act", None) for pattern in urls(garden)} == {
        "garden.day.view",
        "garden.day.edit",
        "garden.day.import",
        "garden.day.export",
    }


def add_days(count):
    first = date(2033, 1, 1)
    CalendarDay.objects.bulk_create(
        CalendarDay(
            day=first + timedelta(days=n), kind="holiday", name=f"Day {n}", source="Gazette"
        )
        for n in range(count)
    )


def count_queries(client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get("/garden/days/?size=100").status_code == 200
    return len(queries)
