"""How much of what was owed has come, by form, town, unit and organisation."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from wufei.hub.filings import services
from wufei.hub.filings.completeness import By, figures, owed
from wufei.hub.filings.models import Filing
from wufei.hub.filings.templatetags.filings import counted
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


# Each number leads to the list that it counts.
LINK = re.compile(r'href="([^"]*came=[^"]*)"')


def test_every_number_leads_to_as_many_filings_as_it_says(autumn, sign_in):
    officer = sign_in("officer")
    page = officer.get(reverse("filings.completeness"), {"month": "2026-10"})
    links = {one.replace("&amp;", "&") for one in LINK.findall(page.content.decode())}
    lines = [(one, By.FORM) for _name, _span, one in page.context["by_form"]]
    for by in (By.TOWN, By.UNIT, By.ORGANISATION):
        lines += [(one, by) for one in page.context[f"by_{by}"]]
    assert len(lines) >= 6
    for one, by in lines:
        for how, url in counted(page.context["asked"], one, by).items():
            assert url in links
            assert officer.get(url).context["page"].count == getattr(one, how), url


def test_a_list_of_nobody_is_empty(town, sign_in):
    town.month(SEPTEMBER)
    officer = sign_in("officer")
    for whose in ("town:nowhere", "unit:none", "organisation:x", "organisation:" + "0" * 36, "x"):
        page = officer.get(reverse("filings.filing.list"), {"whose": whose})
        assert page.context["page"].count == 0
