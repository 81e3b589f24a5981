"""Lists of authorities: matched to the register, and who is missing there."""

from datetime import date, timedelta
from typing import Any

import pytest

from wufei.hub.base.actor import system
from wufei.hub.base.errors import Invalid
from wufei.hub.registry import coverage, lists
from wufei.hub.registry.lists import ListKind, Purpose
from wufei.hub.registry.models import ListEntry, Organisation, Region
from wufei.hub.registry.services import lists as services
from wufei.hub.registry.services.refusals import ListedTwice
from wufei.hub.registry.tasks import look_for_the_listed
from wufei.hub.registry.validity import period, today

BY = system("test")
LIST = "test_permits"


@pytest.fixture(autouse=True)
def declared() -> Any:
    before = lists.kinds()
    lists.fill([*before, ListKind(LIST, "Permits", Purpose.OBLIGED)])
    yield
    lists.fill(before)


@pytest.fixture
def town(db: None) -> Region:
    return Region.objects.create(code="T9", name="Town", level="town", path="T9", pinyin="t")


def firm(town: Region, name: str, **more: Any) -> Organisation:
    values = {"pinyin": name, "kind": "enterprise", "region": town, **more}
    values.setdefault("validity", period(date(2020, 1, 1)))
    return Organisation.objects.create(name=name, **values)


def put(name: str, **more: Any) -> ListEntry:
    return services.create(BY, list=LIST, name=name, source_on=today(), **more)


def test_an_entry_is_matched_by_its_code_and_else_by_its_name(town):
    works = firm(town, "Works", credit_code="91371502MA3C00002X")
    assert (
        put("Works Ltd, as they write it", credit_code="91371502MA3C00002X").organisation == works
    )
    farm = firm(town, "Farm")
    assert put("Farm").organisation == farm
    assert put("Nobody").match == "open"


def test_a_name_does_not_match_whoever_has_another_code(town):
    firm(town, "Works", credit_code="91371502MA3C00002X")
    assert put("Works", credit_code="91371502MA3C99999X").organisation is None


def test_who_registers_later_is_found_when_one_looks_again(town):
    entry = put("Late")
    late = firm(town, "Late")
    assert services.match_open(BY, LIST) == 1
    entry.refresh_from_db()
    assert (entry.match, entry.organisation) == ("matched", late)
    assert services.match_open(BY, LIST) == 0


def test_whoever_has_registered_since_is_found_at_night(town):
    entry = put("Late")
    firm(town, "Late")
    look_for_the_listed(0)
    entry.refresh_from_db()
    assert entry.match == "matched"


def test_nobody_stands_twice_on_one_list_at_one_time(town):
    put("Works", valid_until=today())
    with pytest.raises(ListedTwice):
        put("Works")
    put("Works", valid_from=today() + timedelta(days=1))


def test_coverage_has_its_denominator_and_the_missing_by_name(town):
    assert coverage.coverage(LIST) is None
    firm(town, "Here")
    firm(town, "Closed", validity=period(date(2020, 1, 1), today() - timedelta(days=1)))
    for name in ("Here", "Closed", "Missing", "No case"):
        put(name, region=town)
    services.dismiss(ListEntry.objects.get(name="No case"), BY, reason="makes no waste")
    found = coverage.coverage(LIST)
    assert found
    assert (found.listed, found.registered, found.missing) == (3, 1, 2)
    assert [one.name for one in coverage.missing(LIST)] == ["Closed", "Missing"]
    assert [(one.region, one.listed) for one in coverage.by_region(LIST)] == [(town, 3)]


def test_dismissing_needs_a_reason(town):
    with pytest.raises(Invalid, match="why"):
        services.dismiss(put("Somebody"), BY, reason=" ")


def test_a_list_that_nobody_declares_is_refused(town):
    with pytest.raises(Invalid, match="list"):
        services.create(BY, list="nonsense", name="x", source_on=today())
