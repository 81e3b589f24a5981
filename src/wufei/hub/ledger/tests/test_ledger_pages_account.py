"""The one account and the movements behind its numbers, as people see them."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.ledger import services
from wufei.hub.ledger.models import AccountKind, Movement
from wufei.hub.ledger.queries.balance import balanced
from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.flows import picture
from wufei.hub.ledger.queries.movements import movements
from wufei.hub.ledger.queries.numbers import NUMBERS, Reckoner, cell_of, number_g
from wufei.hub.ledger.queries.one_account import one_account
from wufei.hub.ledger.services.scanning import scan_negative_days

LOTS = "hazardous_industrial"
YEAR = Period(date(timezone.localdate().year, 1, 1), timezone.localdate())


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


@pytest.fixture
def year(district):
    """A power station that hands ash to a brickworks, and a garage with drums of oil."""
    district.region.covered_by = ["T1"]
    district.region.save()
    district.arise("power station", 100)
    district.move(district.key("stock", "power station"), district.key("stock", "brickworks"), 40)
    district.recover("brickworks", 30)
    district.arise("garage", 0.25, waste=LOTS)
    return district


def figures(html):
    """Texts of all figures of the page by the number they open."""
    found = re.findall(r'class="figure[^"]*" href="[^"]*number=(\w+)[^"]*"[^>]*>([^<]+)<', html)
    return dict(found)


@pytest.mark.parametrize("by", [by for by in By if by is not By.ALL])
def test_an_officer_sees_every_grouping_and_it_adds_up(year, sign_in, by):
    html = page(sign_in("officer"), "ledger.one_account", by=by).content.decode()
    assert "Sources and sinks balance" in html
    assert "100" in figures(html)["arisen"]


def test_every_number_opens_movements_that_add_up_to_it(year, sign_in):
    client = sign_in("officer")
    html = page(client, "ledger.one_account").content.decode()
    links = re.findall(r'class="figure[^"]*" href="([^"]+)" title="([^"]+) t"', html)
    assert len(links) >= 14
    for link, exact in links:
        behind = client.get(link.replace("&amp;", "&")).content.decode()
        (grams,) = map(int, re.findall(r'data-grams="(-?\d+)"', behind))
        tonnes = exact.replace(",", "").replace("−", "-")
        assert f"{grams / 1e6:.6f}" == tonnes, link


@pytest.mark.parametrize("number", NUMBERS.values(), ids=list(NUMBERS))
@pytest.mark.parametrize("where", ["all", "power station", "brickworks"])
def test_the_movements_of_a_number_sum_to_it(year, number, where):
    holder = [year.place(where).organisation_id] if where != "all" else None
    of = Of(holders=holder)
    cell = cell_of(number, of, YEAR)
    reckoner = Reckoner(cell, number.sign)
    rows = movements(cell, limit=500).movements
    assert sum(reckoner.change_g(row) for row in rows) == number_g(number, of, YEAR)


def test_who_hands_mass_to_others_still_balances(year):
    for place, handed_t in (("power station", 40), ("brickworks", -40)):
        of = Of(holders=[year.place(place).organisation_id])
        lines = one_account(of, YEAR, By.DOMAIN)
        assert [line.handed_g for line in lines] == [handed_t * 1_000_000]
        assert balanced(of, YEAR, By.DOMAIN, lines)


def test_what_arrives_between_two_questions_is_no_difference(year, monkeypatch):
    """The lines are older than the movements that they are held against: both are asked again."""
    of = Of(holders=[year.place("brickworks").organisation_id])
    (line,) = one_account(of, YEAR, By.DOMAIN)
    line.stock_g -= 1_000_000
    assert balanced(of, YEAR, By.DOMAIN, [line])
    monkeypatch.setattr("wufei.hub.ledger.queries.balance.handed_g", lambda *_of: 1)
    assert not balanced(of, YEAR, By.DOMAIN, [line])


def test_a_clerk_sees_only_the_own_firm(year, sign_in):
    garage = year.place("garage").organisation
    client = sign_in("clerk", organisations=[garage])
    html = page(client, "ledger.one_account").content.decode()
    assert figures(html)["arisen"] == "0.250"
    listed = page(client, "ledger.movements").content.decode()
    assert "power station" not in listed
    foreign = Movement.objects.filter(source__holder__name="power station").earliest("pk")
    assert page(client, "ledger.movement", foreign.uuid).status_code == 404
    stock = year.account(year.key("stock", "power station"))
    assert page(client, "ledger.account", stock.pk).status_code == 404


def test_a_town_officer_sees_the_own_town(year, sign_in):
    html = page(sign_in("town_officer", regions=["T2"]), "ledger.one_account").content.decode()
    assert "The ledger is still empty" in html
    html = page(sign_in("town_officer", regions=["T1"]), "ledger.one_account").content.decode()
    assert figures(html)["arisen"].startswith("100")


def test_a_dispatcher_sees_the_own_domains(year, sign_in):
    client = sign_in("dispatcher", regions=["T1"], domains=["hazardous"])
    html = page(client, "ledger.one_account").content.decode()
    assert figures(html)["arisen"] == "0.250"


def test_a_resident_has_no_ledger(year, sign_in):
    assert page(sign_in("resident"), "ledger.one_account").status_code == 403


def test_filters_that_cannot_be_read_are_said_and_left_out(year, sign_in):
    response = page(
        sign_in("officer"),
        "ledger.one_account",
        **{"from": "2026-02-31", "to": "nonsense", "waste": "999-999-99", "holder": "nobody"},
    )
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("has-errors") == 4


def test_the_account_is_exported_as_it_is_shown(year, sign_in):
    response = page(sign_in("officer"), "ledger.one_account.export", by="holder", format="csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "power station" in text
    assert "100.000000" in text or ",100" in text


def test_movements_are_exported_all_pages_of_them(year, sign_in):
    response = page(sign_in("officer"), "ledger.movement.export", number="arisen", format="csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3


def test_movements_come_page_by_page_without_loss(district, sign_in):
    at = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    for _ in range(120):
        district.arise("yard", 1, at=at)
    client, seen, url = sign_in("officer"), set(), reverse("ledger.movements")
    while url:
        html = client.get(url).content.decode()
        seen |= set(re.findall(r"/ledger/movements/([0-9a-f-]{36})/\"", html))
        more = re.search(r'rel="next" href="([^"]+)"', html)
        url = reverse("ledger.movements") + more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == 120


def test_an_invented_page_mark_is_not_found(year, sign_in):
    client = sign_in("officer")
    for mark in ("x", "2026-01-01_1", "2026-01-01T00:00:00+00:00_-4", f"_{10**30}"):
        assert page(client, "ledger.movements", after=mark).status_code == 404


def test_the_pages_ask_few_questions(year, sign_in, django_assert_max_num_queries):
    client = sign_in("officer")
    page(client, "ledger.one_account")
    for name in ("ledger.one_account", "ledger.movements", "ledger.stock"):
        with django_assert_max_num_queries(32):
            page(client, name)


def test_a_reversal_is_made_once_and_shown(year, sign_in):
    movement = Movement.objects.filter(kind="treatment").earliest("pk")
    client = sign_in("officer")
    data = {"reason": "typed twice", "submission": str(uuid7())}
    url = reverse("ledger.movement.reverse", args=[movement.uuid])
    for _ in range(2):
        assert client.post(url, data).status_code == 302
    assert Movement.objects.filter(reverses=movement).count() == 1
    assert "was reversed" in page(client, "ledger.movement", movement.uuid).content.decode()


def test_a_reversal_of_mass_that_moved_on_says_where_it_went(year, sign_in):
    movement = Movement.objects.filter(kind="transfer").earliest("pk")
    response = sign_in("officer").post(
        reverse("ledger.movement.reverse", args=[movement.uuid]),
        {"reason": "wrong", "submission": str(uuid7())},
    )
    html = response.content.decode()
    assert response.status_code == 422
    assert "moved on" in html
    assert "brickworks" in html


def test_who_may_not_reverse_has_no_button(year, sign_in):
    movement = Movement.objects.filter(kind="treatment").earliest("pk")
    client = sign_in("auditor")
    assert 'id="reverse"' not in page(client, "ledger.movement", movement.uuid).content.decode()
    url = reverse("ledger.movement.reverse", args=[movement.uuid])
    assert client.post(url, {"reason": "x"}).status_code == 403


def test_the_picture_balances_domain_by_domain(year):
    shown = picture(one_account(Of(), YEAR, By.DOMAIN))
    for node in shown.nodes:
        if node.layer == 1:
            came = sum(flow.mass_g for flow in shown.flows if flow.target == node.code)
            went = sum(flow.mass_g for flow in shown.flows if flow.source == node.code)
            assert came == went


def test_the_smallest_disposals_are_merged_and_nothing_is_lost(district):
    for n, method in enumerate(("landfill", "incineration", "safe_disposal")):
        key = district.key("stock", "yard")
        district.arise("yard", 10 - n)
        target = type(key)(
            AccountKind.DISPOSED, key.holder_id, key.waste_id, key.place_id, method=method
        )
        district.move(key, target, 10 - n)
    shown = picture(one_account(Of(), YEAR, By.DOMAIN))
    disposed = [flow for flow in shown.flows if flow.target.startswith("disposed")]
    assert sum(flow.mass_g for flow in disposed) == 27 * 1_000_000


def test_a_statement_shows_a_negative_day_first(district, sign_in):
    district.arise("yard", 5, at=timezone.now() - timedelta(days=2))
    district.recover("yard", 3, at=timezone.now() - timedelta(days=4))
    account = district.account(district.key("stock", "yard"))
    html = page(sign_in("officer"), "ledger.account", account.pk).content.decode()
    assert "days below zero" in html or "day below zero" in html
    assert html.index("below zero") < html.index("Stood there before")


def test_days_below_zero_of_one_store_are_one_line_and_stand_first_among_the_stock_too(
    district, sign_in
):
    district.arise("yard", 5, at=timezone.now() - timedelta(days=2))
    for ago in (6, 5, 4):
        district.recover("yard", 1, at=timezone.now() - timedelta(days=ago))
    account = district.account(district.key("stock", "yard"))
    html = page(sign_in("officer"), "ledger.account", account.pk).content.decode()
    assert html.count("−3.000 t") == 1
    assert html.count("3 days below zero") == 2
    officer, other = (
        sign_in("officer"),
        sign_in("clerk", organisations=[district.place("x").organisation]),
    )
    assert "below zero" not in page(officer, "ledger.stock").content.decode()
    scan_negative_days()
    html = page(officer, "ledger.stock").content.decode()
    assert html.index("1 stock was below zero") < html.index("−3.000 t") < html.index("Mass (t)")
    assert "below zero" not in page(other, "ledger.stock").content.decode()


def test_a_lot_is_traced_forward_and_back(district, sign_in):
    district.arise("garage", 0.2, waste=LOTS)
    first = district.key("stock", "garage", waste=LOTS)
    district.move(first, district.key("stock", "plant", waste=LOTS), 0.2)
    clerk = sign_in("clerk", organisations=[district.place("garage").organisation])
    here = district.account(first).lots.get()
    there = district.account(district.key("stock", "plant", waste=LOTS)).lots.get()
    html = page(clerk, "ledger.lot", here.uuid).content.decode()
    assert "plant" in html
    assert "exact" in html
    # The producer may follow the container on to the plant; a stranger may not see either.
    assert page(clerk, "ledger.lot", there.uuid).status_code == 200
    stranger = sign_in("clerk", organisations=[district.place("quarry").organisation])
    assert page(stranger, "ledger.lot", here.uuid).status_code == 404


def test_stock_says_what_stands_too_long(district, sign_in, settings):
    settings.STORAGE_DAYS_NOTICE = 365
    district.arise("garage", 0.2, waste=LOTS, at=timezone.now() - timedelta(days=400))
    district.arise("yard", 5, at=timezone.now() - timedelta(days=900))
    client = sign_in("officer")
    html = page(client, "ledger.stock").content.decode()
    assert html.count(">too long<") == 1
    assert "400 d" in html
    urgent = page(client, "ledger.stock", state="urgent").content.decode()
    assert "yard" not in urgent
    assert "400 d" in urgent
    settings.STORAGE_DAYS_NOTICE = 0
    assert ">too long<" not in page(client, "ledger.stock").content.decode()


def test_stock_is_exported(year, sign_in):
    response = page(sign_in("officer"), "ledger.stock.export", format="xlsx")
    assert b"".join(response.streaming_content).startswith(b"PK")


def test_organisations_are_suggested_within_reach(year, sign_in):
    client = sign_in("clerk", organisations=[year.place("garage").organisation])
    assert b"garage" in page(client, "ledger.holders", holder="gar").content
    assert b"brickworks" not in page(client, "ledger.holders", holder="brick").content


def test_a_whole_year_of_reversals_leaves_nothing(year, sign_in):
    for movement in Movement.objects.filter(sign=1).order_by("-pk"):
        services.reverse(movement.uuid, id=uuid7(), by=year.by, reason="wrong")
    assert number_g(NUMBERS["arisen"], Of(), YEAR) == 0
