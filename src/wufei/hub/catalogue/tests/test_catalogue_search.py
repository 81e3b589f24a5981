"""Finding a waste by what a person remembers of it."""

from datetime import date

import pytest

from wufei.hub.catalogue import queries
from wufei.hub.catalogue.models import WasteType
from wufei.hub.catalogue.refusals import UnknownWaste
from wufei.hub.registry.validity import period

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


def codes(text, **kwargs):
    return [waste.code for waste in queries.find(text, day=DAY, **kwargs)]


def test_an_exact_code_comes_first():
    assert codes("900-214-08")[0] == "900-214-08"
    assert codes("90021408") == ["900-214-08"]


def test_a_prefix_finds_all_codes_that_begin_with_it():
    found = codes("841-")
    assert found == ["841-001-01", "841-002-01", "841-003-01", "841-004-01", "841-005-01"]


def test_a_category_finds_all_its_codes():
    assert set(codes("hw09")) == {"900-005-09", "900-006-09", "900-007-09"}


def test_pinyin_initials_find_waste_mineral_oil():
    found = codes("fkwy")
    assert "900-214-08" in found
    assert {WasteType.objects.get(code=code).category for code in found} >= {"HW08"}


def test_initials_of_the_name_itself_come_before_those_of_its_category():
    assert codes("fjy")[0] == "900-214-08"
    assert codes("xmjg")[0] == "LC-straw-wheat"


def test_codes_of_any_industry_come_before_those_of_one():
    assert codes("fkwy")[0].startswith("900-")


def test_a_word_that_people_use_finds_the_code():
    assert "900-214-08" in codes("润滑油")
    assert codes("废电瓶") == ["900-052-31"]
    assert codes("飞灰")[0] in {"772-002-18", "772-003-18"}


def test_several_words_narrow_the_search():
    assert codes("hw34 抛光") == ["900-307-34"]


def test_a_domain_narrows_the_search():
    assert "LC-coal-ash" in codes("粉煤灰")
    assert codes("粉煤灰", domain="hazardous") == []


def test_drafts_come_after_what_may_be_relied_upon():
    assert codes("粉煤灰")[:2] in (["LC-coal-ash", "SW02"], ["SW02", "LC-coal-ash"])
    assert codes("尾矿")[0] == "LC-tailings"


def test_nothing_is_found_for_nonsense():
    assert codes("%%%") == []
    assert codes("' or 1=1 --") == []
    assert codes("\x00") != []  # nothing was typed


def test_a_code_means_what_it_meant_on_the_day():
    oil = queries.waste("900-214-08", date(2021, 1, 1))
    assert oil.name == "废机油（车船机械维修）"
    with pytest.raises(UnknownWaste):
        queries.waste("900-214-08", date(2020, 12, 31))


def test_a_wrong_code_is_refused_with_the_nearest_ones():
    with pytest.raises(UnknownWaste) as refused:
        queries.waste("900-249-80", DAY, field="waste_code")
    assert "900-249-08" in refused.value.suggestions
    assert "900-249-08" in str(refused.value)
    assert refused.value.field == "waste_code"


def test_a_name_instead_of_a_code_is_refused_with_the_code():
    with pytest.raises(UnknownWaste) as refused:
        queries.waste("废电瓶", DAY)
    assert refused.value.suggestions == ("900-052-31",)


def test_nonsense_is_refused_with_advice():
    with pytest.raises(UnknownWaste) as refused:
        queries.waste("qqqqqqqq", DAY)
    assert refused.value.suggestions == ()
    assert str(refused.value)


def test_the_book_of_all_wastes_agrees_with_the_single_question(django_assert_num_queries):
    book = queries.WasteBook()
    with django_assert_num_queries(0):
        assert book.waste("900-214-08", DAY).code == "900-214-08"
        assert book.waste("90021408", DAY).code == "900-214-08"
    with pytest.raises(UnknownWaste):
        book.waste("900-214-08", date(2020, 1, 1))


def test_two_editions_cannot_give_a_code_two_meanings_on_one_day():
    from django.db import IntegrityError, transaction

    def other(first):
        return WasteType(
            code="900-214-08", edition="HW-2025", name="x", validity=period(first), pinyin="x"
        )

    with pytest.raises(IntegrityError), transaction.atomic():
        other(date(2025, 1, 1)).save()
    old = WasteType.objects.get(code="900-214-08")
    old.validity = period(date(2021, 1, 1), date(2024, 12, 31))
    old.save()
    other(date(2025, 1, 1)).save()
    assert queries.waste("900-214-08", date(2024, 12, 31)).edition == "HW-2021"
    assert queries.waste("900-214-08", date(2025, 1, 1)).edition == "HW-2025"
