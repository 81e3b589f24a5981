"""The list, one indicator's page, and the way down to its movements."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from wufei.hub.indicators import declarations

YEAR = timezone.localdate().year


@pytest.fixture
def year(district):
    district.region.covered_by = ["T1"]
    district.region.save()
    now = timezone.now() - timedelta(minutes=30)
    district.arise("power station", 100, at=now)
    district.recover("power station", 61.234567, at=now + timedelta(minutes=1))
    district.move(
        district.key("stock", "power station"),
        district.key("disposed", "power station"),
        5,
        at=now + timedelta(minutes=2),
    )
    return district


def test_the_list_shows_every_indicator_with_its_state(year, sign_in):
    html = sign_in("leader").get(reverse("indicators.indicator.list")).content.decode()
    for code in declarations.indicators():
        assert f'id="{code}"' in html
    assert "61.23" in html
    assert "because" in html


def test_filters_leave_only_what_was_asked_for(year, sign_in):
    client = sign_in("leader")
    html = client.get(reverse("indicators.indicator.list"), {"domain": "household"}).content
    assert b'id="household.recovery"' in html
    assert b'id="industrial.utilisation"' not in html
    html = client.get(
        reverse("indicators.indicator.list"), {"year": "1066", "domain": "moon"}
    ).content.decode()
    assert html.count("has-errors") == 2


def test_every_figure_of_an_indicator_opens_movements_that_add_up_to_it(year, sign_in):
    client = sign_in("leader")
    page = client.get(reverse("indicators.indicator.detail", args=["industrial.treatment"]))
    html = page.content.decode()
    links = re.findall(r'class="figure[^"]*" href="([^"]+)" title="([^"]+) t"', html)
    opened = 0
    for link, exact in links:
        if "/ledger/movements/" not in link:
            continue
        behind = client.get(link.replace("&amp;", "&")).content.decode()
        (grams,) = map(int, re.findall(r'data-grams="(-?\d+)"', behind))
        assert f"{grams / 1e6:.6f}" == exact.replace(",", "").replace("−", "-"), link
        opened += 1
    assert opened >= 7


def test_a_town_officer_sees_the_rates_of_the_own_town(year, sign_in):
    url = reverse("indicators.indicator.detail", args=["industrial.utilisation"])
    html = sign_in("town_officer", regions=["T2"]).get(url).content.decode()
    assert "not computable: because" in html
    assert "61.23" in sign_in("town_officer", regions=["T1"]).get(url).content.decode()


def test_an_unknown_indicator_is_not_found(year, sign_in):
    url = reverse("indicators.indicator.detail", args=["moon.dust"])
    assert sign_in("leader").get(url).status_code == 404


def test_the_list_is_exported_with_numerators_and_denominators(year, sign_in):
    response = sign_in("leader").get(
        reverse("indicators.indicator.export"), {"format": "csv", "domain": "industrial"}
    )
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert len(text.splitlines()) == 3
    assert "61.234567" in text


def test_the_pages_ask_few_questions(year, sign_in, django_assert_max_num_queries):
    client = sign_in("leader")
    client.get(reverse("indicators.indicator.list"))
    with django_assert_max_num_queries(16):
        client.get(reverse("indicators.indicator.list"))
    with django_assert_max_num_queries(30):
        client.get(reverse("indicators.indicator.detail", args=["industrial.utilisation"]))
