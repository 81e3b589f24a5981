"""How much of what was owed has come, by form, town, unit and organisation."""

from datetime import date

import pytest
import time_machine

from wufei.hub.filings import services
from wufei.hub.filings.completeness import By, figures, owed
from wufei.hub.filings.models import Filing
from wufei.hub.filings.tests.stories import MONTHLY, SEPTEMBER, Town, month
from wufei.hub.registry.models import Region, Unit
from wufei.hub.registry.validity import period


@pytest.fixture
def autumn(town: Town):
    """Of five works one filed in time, one late, two not; one was excused. One lies in a village,
    one is a unit of the plan itself.
    """
    village = Region.objects.create(
        code="T101",
        name="Village",
        level="village",
        path="T1/T101",
        pinyin="v",
        parent=town.region,
        covered_by=["T101", "T1"],
    )
    for name in ("Prompt", "Tardy", "Missing", "Excused"):
        town.firm(name)
    far = town.firm("Remote", region=village)
    unit("Town hall", kind=Unit.Kind.TOWN, region=town.region)
    unit("Works office", kind=Unit.Kind.DEPARTMENT, organisation=town.firm("Prompt"))
    services.open_period(MONTHLY, SEPTEMBER, by=town.clock)
    services.excuse(
        MONTHLY, town.firm("Excused"), since=SEPTEMBER.first, reason="Flood.", by=town.officer()
    )
    for name, day in (("Prompt", date(2026, 10, 10)), ("Tardy", date(2026, 10, 20))):
        filing = Filing.objects.get(organisation=town.firm(name))
        with time_machine.travel(day):
            town.submit(filing, month())
    assert far.region == village
    return owed(town.officer(), date(2026, 10, 1), date(2026, 10, 31))


def unit(name: str, **values):
    return Unit.objects.create(
        code=name.lower().replace(" ", "-"),
        name=name,
        pinyin=name,
        validity=period(date(2020, 1, 1)),
        **values,
    )


def told(rows, by):
    with time_machine.travel(date(2026, 11, 26)):
        return {
            str(one.of or one.key[0]): (
                one.expected,
                one.received,
                one.on_time,
                one.late,
                one.missing,
            )
            for one in figures(rows, by)
        }


def test_figures_of_a_form_count_all_but_the_excused(autumn):
    assert told(autumn, By.FORM) == {MONTHLY.code: (4, 2, 1, 1, 2)}


def test_villages_are_counted_with_their_town(autumn):
    assert told(autumn, By.TOWN) == {"Test town": (4, 2, 1, 1, 2)}


def test_a_filer_that_is_a_unit_counts_for_itself_and_the_others_for_their_town(autumn):
    assert told(autumn, By.UNIT) == {"Works office": (1, 1, 1, 0, 0), "Town hall": (3, 1, 0, 1, 2)}


def test_organisations_stand_by_name(autumn):
    assert told(autumn, By.ORGANISATION)["Tardy"] == (1, 1, 0, 1, 0)
