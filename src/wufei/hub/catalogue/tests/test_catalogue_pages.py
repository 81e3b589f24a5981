"""The catalogue's pages as people see them."""

from datetime import date

import pytest
from django.urls import reverse

from wufei.hub.catalogue import services
from wufei.hub.catalogue.models import WasteType

pytestmark = pytest.mark.django_db


def text(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def detail(code):
    return reverse("catalogue.waste.detail", args=[WasteType.objects.get(code=code).slug])


def test_everyone_finds_a_waste_by_its_pinyin(sign_in):
    for role in ("administrator", "clerk", "driver", "resident"):
        page = text(sign_in(role).get(reverse("catalogue.waste.list"), {"q": "fkwy"}))
        assert "900-214-08" in page
        assert "841-001-01" not in page


def test_the_list_says_which_editions_are_replaced_or_draft(sign_in):
    page = text(sign_in("officer").get(reverse("catalogue.waste.list")))
    assert "replaced by HW-2025" in page
    assert "draft, not official" in page
    assert "467 / 467" in page
    assert "entries not at hand" in page


def test_filters_narrow_the_list(sign_in):
    client = sign_in("officer")
    url = reverse("catalogue.waste.list")
    page = text(client.get(url, {"domain": "hazardous", "hazard": "In"}))
    assert "841-001-01" in page
    assert "900-214-08" not in page
    assert "LC-straw-wheat" in text(client.get(url, {"stream": "straw"}))
    assert "SW02" in text(client.get(url, {"standing": "draft"}))
    assert "LC-coal-ash" not in text(client.get(url, {"standing": "draft"}))


def test_the_list_asks_the_database_a_fixed_number_of_times(sign_in, django_assert_max_num_queries):
    client = sign_in("officer")
    with django_assert_max_num_queries(20):
        client.get(reverse("catalogue.waste.list"), {"size": "100"})


def test_a_hazardous_waste_explains_itself(sign_in):
    page = text(sign_in("clerk").get(detail("900-214-08")))
    assert "was replaced by HW-2025 on 2025-01-01" in page
    assert "Catches fire easily" in page
    assert "by lot or container" in page
    assert "wufei catalogue import-official" in page


def test_the_page_shows_official_wording_once_it_is_loaded(sign_in):
    WasteType.objects.filter(code="900-214-08").update(official_text="正文一段")
    page = text(sign_in("clerk").get(detail("900-214-08")))
    assert "正文一段" in page
    assert "import-official" not in page


def test_exemptions_that_may_apply_are_shown_with_their_evidence(sign_in):
    page = text(sign_in("officer").get(detail("841-001-01")))
    assert "19张床" in page
    assert "床位数" in page


def test_a_draft_code_says_that_it_is_one(sign_in):
    assert "Draft, not official." in text(sign_in("officer").get(detail("SW02")))


def test_our_own_code_says_that_it_is_not_official(sign_in):
    page = text(sign_in("officer").get(detail("LC-coal-ash")))
    assert "This platform's own code." in page
    assert "SW02" in page


def test_the_exemption_list_is_found_by_code(sign_in):
    client = sign_in("clerk")
    page = text(client.get(reverse("catalogue.exemption.list"), {"code": "90005231"}))
    assert "未破损废铅蓄电池" in page
    assert "含油抹布" not in page
    assert "was replaced by HW-2025" in page


def test_the_streams_page_tells_how_each_domain_tracks(sign_in):
    page = text(sign_in("keeper", language="zh-hans").get(reverse("catalogue.stream.list")))
    assert page.count('class="panel"') == 6
    assert "报废机动车" in page


def test_only_the_administrator_adds_and_closes_codes(sign_in):
    new = reverse("catalogue.waste.new")
    assert sign_in("officer").get(new).status_code == 403
    client = sign_in("administrator")
    values = {
        "code": "lc-Straw-oat",
        "edition": "LOCAL",
        "name": "燕麦秸秆",
        "stream": "straw",
        "keywords": "燕麦草",
        "since": "2026-01-01",
    }
    response = client.post(new, values)
    made = WasteType.objects.get(code="LC-straw-oat")
    assert response["Location"] == reverse("catalogue.waste.detail", args=[made.slug])
    assert (made.domain, made.pinyin) == ("agricultural", "ymjg ymc")
    client.post(reverse("catalogue.waste.close", args=[made.slug]), {"last": "2026-12-31"})
    made.refresh_from_db()
    assert made.validity.upper == date(2027, 1, 1)


def test_a_wrong_code_is_explained_beside_the_field(sign_in):
    client = sign_in("administrator")
    values = {"code": "xyz", "edition": "LOCAL", "name": "某物", "stream": "straw"}
    response = client.post(reverse("catalogue.waste.new"), values)
    assert response.status_code == 422
    assert "LC-straw-wheat" in response.content.decode()


def test_published_names_stay_as_they_are(sign_in):
    client = sign_in("administrator")
    waste = WasteType.objects.get(code="900-214-08")
    form = text(client.get(reverse("catalogue.waste.edit", args=[waste.slug])))
    assert 'name="keywords"' in form
    assert 'name="name"' not in form


def test_a_stream_cannot_be_changed_behind_the_form(actor):
    from wufei.hub.catalogue.refusals import NotOurs, StreamIsFixed

    waste = WasteType.objects.get(code="900-214-08")
    with pytest.raises(StreamIsFixed):
        services.edit(waste, {"stream": "medical"}, actor("administrator"))
    with pytest.raises(NotOurs):
        services.edit(waste, {"name": "别名"}, actor("administrator"))
