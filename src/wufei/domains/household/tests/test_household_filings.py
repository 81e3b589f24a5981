"""Forms of household waste: begun from ledger and register, held against them, counted."""

from datetime import date
from decimal import Decimal

import pytest

from wufei.domains.household.filings import FILINGS
from wufei.domains.household.tests.conftest import BY, MAY
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import span_of
from wufei.hub.filings.refusals import StillProblems
from wufei.hub.ledger.models import AccountKind, Movement
from wufei.hub.registry.models import ListEntry, Site, Vehicle
from wufei.hub.registry.validity import period

D = Decimal


def codes(refused):
    return {problem.code for problem in refused.value.problems}


def reasons(refused):
    return {problem.key: "checked" for problem in refused.value.problems}


def point(name="No. 1", **more):
    bins = {"residual": 4, "kitchen": 3, "recyclable": 2, "harmful": 1}
    row = {"name": name, "kind": "house", "households": 300, "keeper": "Zhao", **bins, **more}
    return {"capacity": None, "phone": "", "hours": "", **row}


def test_each_form_is_owed_by_those_whom_it_is_for(town):
    for name in ("estate", "village", "hotel", "works", "station", "trucks", "plant"):
        town.firm(name)
    Vehicle.objects.create(
        plate="鲁P00001",
        kind="tanker",
        carrier=town.firm("trucks").organisation,
        validity=period(date(2020, 1, 1)),
    )
    owed = {}
    for form_type in FILINGS:
        if form_type.due is None or form_type.period.value == "event":
            continue
        services.open_period(form_type, span_of(form_type.period, MAY), by=BY)
        rows = Filing.objects.filter(type=form_type.code, owed=True)
        owed[form_type.code] = set(rows.values_list("organisation__name", flat=True))
    assert owed == {
        "household.points": {"estate", "village"},
        "household.village": {"village"},
        "household.rounds": {"trucks"},
        "household.transfer": {"station"},
        "household.plant": {"plant"},
        "household.catering": {"hotel"},
        "household.sludge": {"works"},
        "household.faeces": {"trucks"},
    }


# Points.
def test_the_list_of_points_begins_with_the_register_and_is_counted_by_kind(town):
    filing = town.begin("household.points", "estate")
    (row,) = town.draft(filing, "estate").rows["points"]
    assert row["name"] == "estate site"
    rows = (point(), point("No. 2"), point("Sofas", kind="bulky", residual=0))
    version = town.hand_in(filing, "estate", rows={"points": rows})
    assert version.state == "accepted"
    assert town.figure("household.points") == 3
    assert town.figure("household.points", "house") == 2
    assert town.figure("household.points_four") == 2
    assert town.figure("household.bins_residual") == 8


def test_a_point_without_bins_is_refused_and_one_with_three_classes_asks_why(town):
    filing = town.begin("household.points", "estate")
    none = dict.fromkeys(("residual", "kitchen", "recyclable", "harmful"))
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "estate", rows={"points": (point(**none),)})
    assert codes(refused) == {"household_no_bins"}
    three = {"points": (point(harmful=0),)}
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "estate", rows=three)
    assert codes(refused) == {"household_not_four"}
    assert town.hand_in(filing, "estate", rows=three, reasons=reasons(refused))


def test_next_years_list_begins_with_this_years_and_asks_about_what_is_gone(town):
    filing = town.begin("household.points", "estate")
    town.hand_in(filing, "estate", rows={"points": (point(), point("No. 2"))})
    later = town.begin("household.points", "estate", date(2027, 1, 1))
    assert [row["name"] for row in town.draft(later, "estate").rows["points"]] == ["No. 1", "No. 2"]
    with pytest.raises(StillProblems) as refused:
        town.hand_in(later, "estate", rows={"points": (point(),)})
    assert codes(refused) == {"household_points_gone"}


# Villages.
def test_a_village_says_how_many_households_have_a_bin(town):
    filing = town.begin("household.village", "village")
    values = {"households": 240, "with_bin": 250, "frequency": "daily", "litter": False}
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "village", values)
    assert codes(refused) == {"household_more_bins"}
    version = town.hand_in(filing, "village", values | {"with_bin": 228})
    assert town.draft(filing, "village").values["rate"] == 95
    assert version.state == "accepted"
    assert town.figure("household.village_households") == 240
    assert town.figure("household.village_with_bin") == 228
    # The next quarter begins with the figures of this one.
    later = town.begin("household.village", "village", date(2026, 7, 1))
    assert town.draft(later, "village").values["with_bin"] == 228
    with pytest.raises(StillProblems) as refused:
        town.hand_in(later, "village", {"with_bin": 200, "litter": True})
    assert codes(refused) == {"household_fewer_bins", "household_litter"}


# Rounds and stations.
def test_a_carriers_month_begins_with_what_was_on_its_trucks(town):
    for day in (3, 4, 5):
        town.fetched("station", "household_residual", 10, day=day)
    filing = town.begin("household.rounds", "trucks")
    (row,) = town.draft(filing, "trucks").rows["rounds"]
    assert (row["waste"], row["trips"], row["mass"]) == ("LC-residual", 3, 30)
    service = {"overfull": 1, "mixed": 0, "complaints": 2, "answered": 3}
    wrong = {"rounds": ({**row, "planned": 4, "made": 3, "mass": D(20)},)}
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "trucks", service, wrong)
    assert codes(refused) == {
        "household_answered",
        "household_rounds_missed",
        "household_rounds_ledger",
    }
    right = {"rounds": ({**row, "planned": 3, "made": 3},)}
    town.hand_in(filing, "trucks", service | {"answered": 2}, right)
    assert town.figure("household.trips", "LC-residual") == 3


def test_a_transfer_station_files_for_itself_and_makes_nothing_more(town):
    town.fetched("station", "household_residual", 40)
    filing = town.begin("household.transfer", "station")
    assert filing.site == town.firm("station").site
    (row,) = town.draft(filing, "station").rows["balance"]
    assert (row["came"], row["out"], row["after"]) == (40, 40, 0)
    care = {"leachate": D(3), "flushed": 30, "odour_checks": 4, "odour_bad": 1, "done": ""}
    more = {"balance": ({**row, "out": D(41)},)}
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "station", care, more)
    assert codes(refused) == {"household_station_sum", "household_odour_open"}
    care["done"] = "doors closed"
    assert town.hand_in(filing, "station", care, {"balance": (row,)}).state == "accepted"
    assert town.figure("household.transfer_leachate") == 3


# Plants.
def burning(town):
    """Thirty tonnes came, twenty were burnt and recorded so."""
    town.fetched("station", "household_residual", 30)
    town.treats("household_residual", "power_incineration", 20)


def test_a_plants_month_has_a_row_for_each_day_from_the_ledger(town):
    burning(town)
    filing = town.begin("household.plant", "plant")
    assert filing.class_code == "incinerator"
    form = town.draft(filing, "plant")
    days = {row["day"]: row for row in form.rows["days_incinerator"]}
    assert len(days) == 31
    assert days[date(2026, 5, 5)]["received"] == 30
    assert days[date(2026, 5, 6)]["treated"] == 20
    (row,) = form.rows["balance"]
    assert [row[name] for name in ("before", "received", "treated", "after")] == [0, 30, 20, 10]
    # Without a manifest the ledger knows only who brought it.
    (origin,) = form.rows["origins"]
    assert (origin["origin"], origin["mass"]) == ("trucks", 30)


def made(form, **figures):
    """Figures of the day on which twenty tonnes were burnt."""
    return {
        "days_incinerator": tuple(
            {**row, **(figures if row["treated"] else {})} for row in form.rows["days_incinerator"]
        )
    }


def test_ash_that_is_unlike_the_ledger_and_power_beyond_custom_ask_for_a_reason(town):
    burning(town)
    filing = town.begin("household.plant", "plant")
    form = town.draft(filing, "plant")
    rows = made(form, power=D(40_000), slag=D(4), fly_ash=D("0.6"))
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "plant", rows=rows)
    assert codes(refused) == {"household_power", "household_fly_ash_ledger"}
    version = town.hand_in(filing, "plant", rows=rows, reasons=reasons(refused))
    assert version.state == "accepted"
    assert town.figure("household.plant_power") == 40_000
    assert town.figure("household.plant_slag") == 4
    # What was recorded already is not posted again.
    assert not Movement.objects.filter(cause__startswith="filing:").exists()


def test_what_was_treated_and_not_recorded_is_posted_out_of_the_store_once(town):
    burning(town)
    filing = town.begin("household.plant", "plant")
    form = town.draft(filing, "plant")
    (balance,), (treatment,) = form.rows["balance"], form.rows["treatments"]
    rows = made(form, slag=D(6)) | {
        "balance": ({**balance, "treated": D(28), "after": D(2)},),
        "treatments": ({**treatment, "mass": D(28)},),
    }
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "plant", rows=rows)
    assert codes(refused) == {"household_days_treated"}
    town.hand_in(filing, "plant", rows=rows, reasons=reasons(refused))
    (posted,) = Movement.objects.filter(cause__startswith="filing:")
    assert posted.mass_g == 8_000_000
    assert posted.source.kind == AccountKind.STOCK
    assert posted.target.method == "power_incineration"
    # An amendment says less: the new difference stands, and nothing counts twice.
    rows["balance"] = ({**balance, "treated": D(25), "after": D(5)},)
    rows["treatments"] = ({**treatment, "mass": D(25)},)
    town.hand_in(filing, "plant", rows=rows)
    burnt = Movement.objects.filter(target__method="power_incineration")
    assert sum(one.sign * one.mass_g for one in burnt) == 25_000_000


def test_a_plant_cannot_treat_more_than_there_was_nor_on_another_months_day(town):
    burning(town)
    filing = town.begin("household.plant", "plant")
    form = town.draft(filing, "plant")
    (balance,), (treatment,) = form.rows["balance"], form.rows["treatments"]
    days = list(form.rows["days_incinerator"])
    days[0] = {**days[0], "day": date(2026, 6, 1)}
    rows = {
        "days_incinerator": tuple(days),
        "balance": ({**balance, "treated": D(50), "after": D(0)},),
        "treatments": ({**treatment, "mass": D(45)},),
    }
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "plant", rows=rows)
    errors = {one.code for one in refused.value.problems if one.severity.value == "error"}
    assert errors == {"household_day_elsewhere", "household_sum", "household_treatments"}


def test_a_plant_is_asked_for_what_it_does(town):
    town.fetched("hotel", "catering_kitchen", 8)
    town.treats("catering_kitchen", "biogas", 8, kind="recovered")
    assert town.begin("household.plant", "plant").class_code == "kitchen"
    tip = town.firm("tip")
    Site.objects.filter(pk=tip.site.pk).update(kind="landfill")
    type(tip.organisation).objects.filter(pk=tip.organisation.pk).update(kind="plant")
    tip.organisation.refresh_from_db()
    filing = town.begin("household.plant", "tip")
    assert filing.class_code == "landfill"
    assert "days_landfill" in {
        one.code
        for one in filing_type(filing.type).asked(
            "landfill", span_of(filing_type(filing.type).period, MAY)
        )
    }


# Kitchens.
def test_a_contract_puts_a_kitchen_on_the_list_for_its_days(town):
    town.district.licence("trucks", "kitchen")
    collector = town.firm("trucks").organisation
    filing = town.begin("household.catering_contract", "hotel")
    values = {
        "number": "CC-1",
        "valid_from": MAY,
        "valid_until": date(2027, 4, 30),
        "collector": collector.uuid,
        "a_day": D(120),
        "grease": True,
    }
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "hotel", values | {"valid_until": date(2026, 4, 1)})
    assert codes(refused) == {"household_contract_days"}
    unlicensed = values | {"collector": town.firm("station").organisation.uuid}
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "hotel", unlicensed)
    assert codes(refused) == {"household_no_licence"}
    version = town.hand_in(filing, "hotel", values)
    assert version.state == "accepted"
    entry = ListEntry.objects.get(list="catering_contracts")
    assert entry.organisation == town.firm("hotel").organisation
    assert (entry.validity.lower, entry.validity.upper) == (MAY, date(2027, 5, 1))
    assert town.figure("household.catering_contracted") == 120
    # It ends earlier: the same entry has other days.
    town.hand_in(filing, "hotel", {"valid_until": date(2026, 12, 31)})
    entry = ListEntry.objects.get(list="catering_contracts")
    assert entry.validity.upper == date(2027, 1, 1)


def test_a_kitchens_month_begins_with_the_load_records(town):
    town.fetched("hotel", "catering_kitchen", 2.5)
    filing = town.begin("household.catering", "hotel")
    assert town.draft(filing, "hotel").values["food"] == 2500
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "hotel", {"food": D(3500), "grease": D(40), "pickups": 0})
    assert codes(refused) == {
        "household_food_records",
        "household_grease_records",
        "household_pickups",
    }
    given = {"food": D(2500), "grease": D(15), "pickups": 20}
    assert town.hand_in(filing, "hotel", given).state == "accepted"
    assert town.figure("household.catering_food") == 2500
    # Nothing is moved by it: the load record has.
    assert not Movement.objects.filter(cause__startswith="filing:").exists()


# Sludge and faeces.
def test_sludge_is_computed_dry_and_adds_up_with_where_it_went(town):
    town.fetched("works", "sewage_sludge", 100)
    filing = town.begin("household.sludge", "works")
    form = town.draft(filing, "works")
    assert form.values["wet"] == 100
    (way,) = form.rows["went"]
    # Without a manifest the ledger knows only who took it away.
    assert (way["receiver"], way["mass"]) == ("trucks", 100)
    values = {"sewage": D(15), "water": D("79.5")}
    went = {"went": ({**way, "method": "landfill"},)}
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "works", values | {"after": D(3)}, went)
    assert codes(refused) == {"household_sludge_sum", "household_sludge_landfill"}
    went = {"went": ({**way, "method": "compost"},)}
    town.hand_in(filing, "works", values | {"after": D(0)}, went)
    assert town.figure("household.sludge_dry") == D("20.5")
    assert town.figure("household.sludge_went", "compost") == 100
    later = town.begin("household.sludge", "works", date(2026, 6, 1))
    assert town.draft(later, "works").values["water"] == D("79.5")


def test_faeces_begin_with_trips_and_mass_of_the_load_records(town):
    town.fetched("village", "faeces", 8, day=3)
    town.fetched("village", "faeces", 7, day=4)
    filing = town.begin("household.faeces", "trucks")
    values = town.draft(filing, "trucks").values
    assert (values["trips"], values["mass"]) == (2, 15)
    with pytest.raises(StillProblems) as refused:
        town.hand_in(filing, "trucks", {"trips": 0, "mass": D(40), "to": "compost"})
    assert codes(refused) == {"household_faeces_records", "household_faeces_trips"}
    town.hand_in(filing, "trucks", {"trips": 2, "mass": D(15), "to": "compost"})
    assert town.figure("household.faeces") == 15


def test_simple_forms_of_households_are_few_fields_without_a_table():
    for form_type in FILINGS:
        if form_type.simple:
            assert form_type.helped
            (section,) = form_type.sections
            assert not section.table
            assert len(section.fields) <= 7
