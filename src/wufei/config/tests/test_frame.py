"""Desk, side bar, search and counts: what every page of a signed-in person has."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from wufei.config import navigation, views
from wufei.config.desk import order_of
from wufei.hub.base import desk, search
from wufei.hub.base.actor import system
from wufei.hub.base.findings import Finding, Severity
from wufei.hub.base.services import record_findings


@pytest.fixture
def empty_desk(monkeypatch):
    bare = desk.Desk()
    for room in (desk, views):
        monkeypatch.setattr(room, "DESK", bare)


def todo(what, *, due=None, tone=desk.INFO):
    day = timezone.localdate() + timedelta(days=due) if due is not None else None
    return desk.Todo(what, "somebody", "/", "Open", "waiting", tone=tone, due=day)


def source(*todos, act="desk.view"):
    return desk.TodoSource(
        "test", act, lambda actor, limit: todos[:limit], lambda actor: len(todos)
    )


def test_an_empty_desk_says_that_nothing_waits(db, sign_in, empty_desk):
    assert "Nothing waits for you" in sign_in("officer").get("/").content.decode()


def test_the_most_urgent_comes_first(db, sign_in, empty_desk):
    desk.register(
        source(todo("later", due=9), todo("sooner", due=2), todo("burning", due=30, tone=desk.BAD))
    )
    page = sign_in("officer").get("/").content.decode()
    assert page.index("burning") < page.index("sooner") < page.index("later")


def test_more_than_the_desk_holds_is_shown_on_demand(db, sign_in, empty_desk):
    desk.register(source(*(todo(f"thing {number:02}") for number in range(20))))
    officer = sign_in("officer")
    first = officer.get("/").content.decode()
    assert "thing 19" not in first
    assert "All 20" in first
    assert "thing 19" in officer.get("/", {"all": "1"}).content.decode()


def test_a_card_that_counts_nothing_stays_quiet(db, sign_in, empty_desk):
    card = desk.Card("test", "Things", "desk.view", lambda actor: 0, lambda: "/", desk.BAD)
    desk.register(card)
    assert 'class="stat nothing"' in sign_in("officer").get("/").content.decode()


def test_what_a_role_may_not_see_is_not_on_its_desk(db, sign_in, empty_desk):
    desk.register(source(todo("secret"), act="audit.event.view"))
    assert "secret" in sign_in("auditor").get("/").content.decode()
    assert "secret" not in sign_in("clerk").get("/").content.decode()


def test_an_open_finding_waits_and_counts(db, sign_in):
    record_findings([Finding("test.rule", "test:1", Severity.ERROR)], system("test"))
    officer = sign_in("officer")
    assert "test.rule" in officer.get("/").content.decode()
    numbers = officer.get(reverse("frame.counts")).json()
    assert numbers["base.finding.list"] == 1
    assert numbers["desk"] >= 1


def test_what_waits_is_counted_on_every_page_and_in_the_thumbs_reach(db, sign_in):
    clerk = sign_in("clerk")
    for name in ("desk", "manifests.phone", "ledger.stock", "base.notice.list"):
        page = clerk.get(reverse(name)).content.decode()
        side, bottom = page.index('class="side"'), page.index('class="bottom"')
        assert page.find('data-count="manifests.inbox"', side) > 0, name
        assert page.find('data-count="manifests.inbox"', bottom) > 0, name
    assert clerk.get(reverse("frame.counts")).json()["manifests.inbox"] == 0


def test_the_side_bar_marks_where_one_is(actor):
    groups = navigation.groups(actor("administrator"), reverse("audit.event.list"))
    active = [line.url_name for group in groups for line in group.lines if line.active]
    assert active == ["audit.event.list"]


def test_a_page_outside_of_the_side_bar_marks_nothing(actor):
    groups = navigation.groups(actor("administrator"), "/somewhere/else/")
    assert not any(line.active for group in groups for line in group.lines)


def test_the_side_bar_has_one_heading_a_group(actor):
    titles = [group.title for group in navigation.groups(actor("administrator"), "/")]
    assert len(titles) == len(set(titles))


def test_the_search_box_asks_each_source_that_the_role_may_ask(actor, monkeypatch):
    hit = search.Hit("Lakeside mill", "HW08", "/")
    monkeypatch.setattr(search, "SOURCES", {})
    search.register(
        search.Source("a", "Wastes", "desk.view", lambda words, who, limit: [hit]),
        search.Source("b", "Secrets", "audit.event.view", lambda words, who, limit: [hit]),
    )
    found = search.search("mill", actor("clerk"), 5)
    assert [one.code for one, _hits in found] == ["a"]


@pytest.mark.parametrize(
    ("words", "enough"), [("a", False), ("ab", True), ("油", True), (" ", False)]
)
def test_one_latin_letter_finds_nothing_one_chinese_character_does(
    actor, monkeypatch, words, enough
):
    hit = search.Hit("x", "", "/")
    monkeypatch.setattr(search, "SOURCES", {})
    search.register(search.Source("a", "All", "desk.view", lambda *_given: [hit]))
    assert bool(search.search(words, actor("clerk"), 5)) is enough


def test_the_search_answers_with_a_part_inside_of_a_page(db, sign_in):
    officer = sign_in("officer")
    part = officer.get("/search/", {"q": "zz"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "<html" in officer.get("/search/", {"q": "zz"}).content.decode()


def test_a_search_cannot_carry_markup(db, sign_in):
    page = sign_in("officer").get("/search/", {"q": "<script>alert(1)</script>"})
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("officer", ["manifests.late", "alarms.open", "ledger.too_long", "other.thing"]),
        ("dispatcher", ["alarms.open", "manifests.late", "ledger.too_long", "other.thing"]),
        ("resident", ["other.thing", "ledger.too_long", "alarms.open", "manifests.late"]),
    ],
)
def test_each_role_finds_first_what_it_looks_for(role, expected):
    codes = ["other.thing", "ledger.too_long", "alarms.open", "manifests.late"]
    order = order_of(role)
    assert sorted(codes, key=lambda code: desk.rank(code, order)) == expected


def test_one_part_can_stand_apart_from_its_room():
    order = ("manifests.waiting", "ledger.", "manifests.")
    assert desk.rank("manifests.waiting", order) == 0
    assert desk.rank("manifests.overdue", order) == 2
    assert desk.rank("something.else", order) == 3
