"""Forms of renewable resources: begun from the ledger, held against it, and what follows."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.domains.renewable.filings import FILINGS
from wufei.hub.alarms.models import Alarm
from wufei.hub.alarms.services.reporting import open_from_findings
from wufei.hub.base.actor import system
from wufei.hub.base.models import FindingRecord
from wufei.hub.catalogue.queries import waste as waste_of
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Statistic, Version
from wufei.hub.filings.periods import span_of
from wufei.hub.filings.refusals import StillProblems
from wufei.hub.filings.services.checking import form_of
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind, Lot, Movement
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.tests.conftest import District, build

BY = system("test")
MAY, JUNE = date(2025, 5, 1), date(2025, 6, 1)
HASH = "0" * 23


@pytest.fixture
def district(db: None) -> District:
    return build()


class Desk:
    """A firm that handles recyclables, with its forms."""

    def __init__(self, district: District, name: str, kind: str = "recycler", site: str = "yard"):
        self.firm = district.firm(name, kind, site)
        type(self.firm.organisation).objects.filter(pk=self.firm.organisation.pk).update(
            domains=["renewable"]
        )
        self.firm.organisation.refresh_from_db()

    def start(self, code: str, day: date = MAY) -> Filing:
        form_type = filing_type(code)
        return services.start(
            form_type,
            self.firm.organisation,
            span=span_of(form_type.period, day),
            site=self.firm.site if form_type.per_site else None,
            id=uuid7(),
            by=BY,
        )

    def draft(self, filing: Filing) -> Form:
        return form_of(services.draft_of(filing, by=BY))

    def hand_in(
        self, filing: Filing, values: Any = None, rows: Any = None, reasons: Any = None
    ) -> Version:
        draft = services.draft_of(filing, by=BY)
        form = form_of(draft)
        form = Form({**form.values, **(values or {})}, {**form.rows, **(rows or {})})
        services.save_draft(draft, form, edition=draft.edition, by=BY)
        version = services.submit(filing, id=uuid7(), reasons=reasons, by=BY)
        filing.refresh_from_db()
        return version

    def refused(self, filing: Filing, values: Any = None, rows: Any = None) -> dict[str, str]:
        """The reasons that explain what was refused, by key."""
        with pytest.raises(StillProblems) as refused:
            self.hand_in(filing, values, rows)
        return {one.key: "checked" for one in refused.value.problems}

    def g(self, kind: AccountKind, code: str) -> int:
        ends = {
            "holder": self.firm.organisation,
            "kind": kind,
            "waste__code": code,
        }
        into = Movement.objects.filter(**{f"target__{name}": one for name, one in ends.items()})
        out = Movement.objects.filter(**{f"source__{name}": one for name, one in ends.items()})
        return sum(one.sign * one.mass_g for one in into) - sum(
            one.sign * one.mass_g for one in out
        )

    def arose(self, code: str, mass_t: str, day: date, label: str = "") -> None:
        """The ledger has it already."""
        waste = waste_of(code, day)
        origin, stock = (
            AccountKey(kind, self.firm.organisation.pk, waste.pk, self.firm.site.pk)
            for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
        )
        entry = Entry(uuid7(), origin, stock, tonnes(Decimal(mass_t)), day_start(day))
        if label:
            from wufei.hub.ledger.entries import NewLot

            entry = Entry(
                uuid7(),
                origin,
                stock,
                tonnes(Decimal(mass_t)),
                day_start(day),
                lot_in=NewLot(uuid7(), label),
            )
        ledger.post([entry], by=BY, cause="test")


def codes(reasons: dict[str, str]) -> set[str]:
    return {key.partition(":")[0] for key in reasons}


def test_every_form_of_renewable_resources_opens(district):
    yard = Desk(district, "yard")
    for form_type in FILINGS:
        yard.draft(yard.start(form_type.code))
    assert Version.objects.filter(state="draft").count() == len(FILINGS)


# A yard's month.
def test_a_yard_reports_what_it_took_in_and_only_what_the_ledger_lacks_is_posted(district):
    yard = Desk(district, "yard")
    yard.arose("LC-scrap-copper", "2", date(2025, 5, 6))
    filing = yard.start("renewable.station")
    assert yard.draft(filing).values["scrap_nonferrous"] == 2
    yard.hand_in(filing, {"scrap_steel": Decimal(30), "scrap_nonferrous": Decimal(5)})
    assert yard.g(AccountKind.STOCK, "LC-scrap-steel") == 30_000_000
    # Copper is non-ferrous metal that was recorded already.
    assert yard.g(AccountKind.STOCK, "LC-scrap-nonferrous") == 3_000_000
    # An amendment posts the new difference.
    yard.hand_in(filing, {"scrap_steel": Decimal(28)})
    assert yard.g(AccountKind.STOCK, "LC-scrap-steel") == 28_000_000
    found = Statistic.objects.get(code="renewable.received_scrap_steel", replaced_at=None)
    assert found.value == 28


def test_a_yard_cannot_quietly_sell_what_it_never_had(district):
    yard = Desk(district, "yard")
    filing = yard.start("renewable.station")
    said = {"waste_paper": Decimal(10), "sold": Decimal(40)}
    reasons = yard.refused(filing, said)
    assert codes(reasons) == {"station_sold_more", "station_sold_unlike"}
    assert yard.hand_in(filing, said, reasons=reasons).state == "accepted"


def test_yards_owe_the_month_and_those_who_take_apart_owe_theirs(district):
    Desk(district, "yard")
    Desk(district, "far yard")
    Desk(district, "car breaker", site="treatment")
    Desk(district, "centre", "station", "treatment")
    district.licence("car breaker", "dismantling")
    for code, names in (
        ("renewable.station", ["yard"]),
        ("renewable.vehicles", ["car breaker"]),
        ("renewable.sorting", ["centre"]),
        ("renewable.selfcheck", ["yard", "car breaker", "centre"]),
    ):
        form_type = filing_type(code)
        services.open_period(form_type, span_of(form_type.period, MAY), by=BY)
        owed = Filing.objects.filter(type=code, owed=True).order_by("organisation")
        assert sorted(one.organisation.name for one in owed) == sorted(names)


# A sorting centre.
def came(code: str, source: str, mass_t: str) -> dict[str, Any]:
    return {"waste": code, "source": source, "mass": Decimal(mass_t)}


def made(kind: str, sorted_t: str, sold_t: str = "0") -> dict[str, Any]:
    return {"class_": kind, "sorted": Decimal(sorted_t), "sold": Decimal(sold_t), "buyer": "mill"}


def test_no_more_is_sorted_out_than_came_and_what_is_lost_is_explained(district):
    centre = Desk(district, "centre", "station", "treatment")
    filing = centre.start("renewable.sorting")
    rows = {
        "came": (came("LC-plastics", "residents", "10"),),
        "made": (made("waste_plastics", "12"),),
    }
    reasons = centre.refused(filing, {"residue": Decimal(1)}, rows)
    assert "sorting_more_out" in codes(reasons)
    rows["made"] = (made("waste_plastics", "6"),)
    reasons = centre.refused(filing, {"residue": Decimal(1)}, rows)
    assert codes(reasons) == {"sorting_loss", "sorting_unlike_ledger"}
    centre.hand_in(filing, {"residue": Decimal(1)}, rows, reasons)
    assert centre.g(AccountKind.STOCK, "LC-plastics") == 10_000_000
    sorted_out = Statistic.objects.get(code="renewable.centre_sorted")
    assert (sorted_out.dimension, sorted_out.value) == ("waste_plastics", Decimal(6))


# Appliances.
def appliance(kind: str = "fridge", came: int = 10, out: int = 8, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "pieces_in": came,
        "mass_in": Decimal(came * 48),
        "pieces_out": out,
        "mass_out": Decimal(out * 48),
        "pieces_left": came - out,
        **more,
    }


def parts(mass_kg: str, product: str = "steel") -> dict[str, Any]:
    return {"product": product, "mass": Decimal(mass_kg), "buyer": "mill"}


def hazardous(mass_kg: str, waste: str = "900-045-49") -> dict[str, Any]:
    return {"waste": waste, "mass": Decimal(mass_kg), "goes_to": "incinerator"}


def test_dismantled_appliances_leave_the_ledger_and_their_boards_enter_it(district):
    plant = Desk(district, "plant", site="treatment")
    filing = plant.start("renewable.e_waste")
    rows = {
        "taken": (appliance(),),
        "products": (parts("360"),),
        "hazardous": (hazardous("12"),),
    }
    version = plant.hand_in(filing, {"residue": Decimal(10)}, rows)
    assert version.state == "accepted"
    assert plant.g(AccountKind.STOCK, "LC-appliances") == 96_000
    assert plant.g(AccountKind.RECOVERED, "LC-appliances") == 384_000
    assert plant.g(AccountKind.STOCK, "900-045-49") == 12_000
    assert plant.g(AccountKind.SECONDARY_ORIGIN, "900-045-49") == -12_000
    # Whoever has dismantled owes the next month.
    form_type = filing_type("renewable.e_waste")
    services.open_period(form_type, span_of(form_type.period, JUNE), by=BY)
    assert Filing.objects.filter(type=form_type.code, first=JUNE, owed=True).count() == 1


def test_more_cannot_come_out_of_an_appliance_than_went_in(district):
    plant = Desk(district, "plant", site="treatment")
    filing = plant.start("renewable.e_waste")
    rows = {"taken": (appliance(),), "products": (parts("400"),), "hazardous": ()}
    assert codes(plant.refused(filing, {"residue": Decimal(0)}, rows)) == {"dismantled_more_out"}
    rows["products"] = (parts("300"),)
    assert codes(plant.refused(filing, {"residue": Decimal(0)}, rows)) == {"dismantled_loss"}


def test_a_refrigerator_of_a_kilogram_is_asked_about(district):
    plant = Desk(district, "plant", site="treatment")
    filing = plant.start("renewable.e_waste")
    light = appliance(mass_in=Decimal(10))
    rows = {"taken": (light,), "products": (parts("384"),)}
    reasons = plant.refused(filing, {"residue": Decimal(0)}, rows)
    assert "e_waste_weight" in codes(reasons)


# Vehicles.
def vehicle(name: str, done: date | None = None, mass_kg: int = 1200) -> dict[str, Any]:
    return {
        "certificate": name,
        "mass": Decimal(mass_kg),
        "received_on": date(2025, 5, 5),
        "dismantled_on": done,
    }


def test_a_vehicle_enters_the_yard_once_and_leaves_it_dismantled(district):
    breaker = Desk(district, "breaker", site="treatment")
    breaker.arose("LC-vehicles", "1.3", date(2025, 5, 3), label="BF-0")
    filing = breaker.start("renewable.vehicles")
    (known,) = breaker.draft(filing).rows["vehicles"]
    assert (known["certificate"], known["mass"]) == ("BF-0", 1300)
    rows = {
        "vehicles": (known, vehicle("BF-1", date(2025, 5, 20)), vehicle("BF-2")),
        "parts": ({"part": "steel", "use": "material", "mass": Decimal(1150), "buyer": "mill"},),
        "hazardous": (hazardous("8", "900-249-08"),),
    }
    breaker.hand_in(filing, {"residue": Decimal(30)}, rows)
    standing = Lot.objects.filter(account__waste__code="LC-vehicles", remaining_g__gt=0)
    assert sorted(standing.values_list("label", flat=True)) == ["BF-0", "BF-2"]
    assert breaker.g(AccountKind.RECOVERED, "LC-vehicles") == 1_200_000
    before = Movement.objects.count()
    # Said once more, nothing moves.
    breaker.hand_in(filing)
    assert Movement.objects.count() == before
    # Next month begins with those that are still whole.
    june = breaker.start("renewable.vehicles", JUNE)
    named = [row["certificate"] for row in breaker.draft(june).rows["vehicles"]]
    assert sorted(named) == ["BF-0", "BF-2"]
    old = {row["certificate"]: row for row in breaker.draft(june).rows["vehicles"]}["BF-2"]
    rows = {
        "vehicles": ({**old, "dismantled_on": date(2025, 6, 9)},),
        "parts": ({"part": "steel", "use": "material", "mass": Decimal(1180), "buyer": "mill"},),
    }
    breaker.hand_in(june, {"residue": Decimal(10)}, rows)
    assert breaker.g(AccountKind.RECOVERED, "LC-vehicles") == 2_400_000


def test_an_amendment_takes_back_a_dismantling_that_never_was(district):
    breaker = Desk(district, "breaker", site="treatment")
    filing = breaker.start("renewable.vehicles")
    rows = {
        "vehicles": (vehicle("BF-1", date(2025, 5, 20)),),
        "parts": ({"part": "steel", "use": "material", "mass": Decimal(1190), "buyer": "mill"},),
    }
    breaker.hand_in(filing, {"residue": Decimal(0)}, rows)
    breaker.hand_in(filing, None, {"vehicles": (vehicle("BF-1"),), "parts": ()})
    assert breaker.g(AccountKind.RECOVERED, "LC-vehicles") == 0
    assert Lot.objects.get(label="BF-1").remaining_g == 1_200_000


def test_an_amendment_changes_the_mass_of_a_vehicle_that_was_dismantled_already(district):
    breaker = Desk(district, "breaker", site="treatment")
    filing = breaker.start("renewable.vehicles")
    done = date(2025, 5, 20)
    steel = {"part": "steel", "use": "material", "mass": Decimal(1190), "buyer": "mill"}
    rows = {"vehicles": (vehicle("BF-1", done),), "parts": (steel,)}
    breaker.hand_in(filing, {"residue": Decimal(0)}, rows)
    heavier = {"vehicles": (vehicle("BF-1", done, 1210),)}
    breaker.hand_in(filing, None, heavier)
    assert breaker.g(AccountKind.RECOVERED, "LC-vehicles") == 1_210_000
    # Taken out and put in again: it comes once more.
    breaker.hand_in(filing, None, {"vehicles": (vehicle("BF-2"),), "parts": ()})
    assert breaker.g(AccountKind.ORIGIN, "LC-vehicles") == -1_200_000
    breaker.hand_in(filing, None, {"vehicles": (vehicle("BF-1", done),), "parts": (steel,)})
    assert breaker.g(AccountKind.RECOVERED, "LC-vehicles") == 1_200_000
    assert breaker.g(AccountKind.ORIGIN, "LC-vehicles") == -1_200_000


def test_a_vehicle_of_the_ledger_is_dismantled_by_the_form_and_that_is_taken_back(district):
    breaker = Desk(district, "breaker", site="treatment")
    breaker.arose("LC-vehicles", "1.3", date(2025, 5, 3), label="BF-0")
    filing = breaker.start("renewable.vehicles")
    (known,) = breaker.draft(filing).rows["vehicles"]
    done = {**known, "dismantled_on": date(2025, 5, 9)}
    steel = {"part": "steel", "use": "material", "mass": Decimal(1290), "buyer": "mill"}
    breaker.hand_in(filing, {"residue": Decimal(0)}, {"vehicles": (done,), "parts": (steel,)})
    assert breaker.g(AccountKind.RECOVERED, "LC-vehicles") == 1_300_000
    breaker.hand_in(filing)
    assert Movement.objects.filter(kind="treatment").count() == 1
    breaker.hand_in(filing, None, {"vehicles": (known,), "parts": ()})
    assert breaker.g(AccountKind.RECOVERED, "LC-vehicles") == 0


def test_a_certificate_that_another_yard_has_used_is_asked_about(district):
    first, second = (Desk(district, name, site="treatment") for name in ("one", "two"))
    first.hand_in(first.start("renewable.vehicles"), None, {"vehicles": (vehicle("BF-9"),)})
    filing = second.start("renewable.vehicles")
    assert codes(second.refused(filing, None, {"vehicles": (vehicle("BF-9"),)})) == {
        "vehicle_twice"
    }


# Tyres.
def test_tyres_are_counted_and_weigh_what_tyres_weigh(district):
    shop = Desk(district, "tyre shop", "garage")
    filing = shop.start("renewable.tyres")
    assert codes(shop.refused(filing, {"pieces": 40, "mass": Decimal(9)})) == {"tyres_weight"}
    shop.hand_in(filing, {"pieces": 40, "mass": None, "handed": 30, "left": 10})
    assert shop.g(AccountKind.STOCK, "LC-tyres") == 400_000
    june = shop.start("renewable.tyres", JUNE)
    assert codes(shop.refused(june, {"pieces": 5, "handed": 20, "left": 3})) == {"tyres_handed"}
    assert codes(shop.refused(june, {"pieces": 5, "handed": 5, "left": 3})) == {"tyres_left"}


# Batteries.
def battery(code: str, goes_to: str = "recycling", **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "part": "pack",
        "mass": Decimal(410),
        "source": "service",
        "goes_to": goes_to,
        "receiver": "" if goes_to == "store" else "battery park",
        **more,
    }


def test_a_battery_appears_once_in_the_district(district):
    first, second = Desk(district, "one"), Desk(district, "two")
    a, b = HASH + "A", HASH + "B"
    filing = first.start("renewable.batteries")
    first.hand_in(filing, None, {"batteries": (battery(a), battery(b, "store"))})
    assert first.g(AccountKind.STOCK, "LC-traction-batteries") == 820_000
    other = second.start("renewable.batteries", JUNE)
    rows = {"batteries": (battery(a),)}
    reasons = second.refused(other, None, rows)
    assert codes(reasons) == {"battery_twice"}
    second.hand_in(other, None, rows, reasons)
    assert FindingRecord.objects.filter(code="filings.odd", values__problem="battery_twice").count()
    # The one in store comes again, where it began, and is not posted a second time.
    june = first.start("renewable.batteries", JUNE)
    (row,) = first.draft(june).rows["batteries"]
    assert row["code"] == b
    first.hand_in(june, None, {"batteries": (battery(b, "cascade"),)})
    assert first.g(AccountKind.STOCK, "LC-traction-batteries") == 820_000


def test_a_code_of_another_shape_asks_for_a_reason_and_the_shape_is_a_setting(district, settings):
    yard = Desk(district, "yard")
    filing = yard.start("renewable.batteries")
    rows = {"batteries": (battery("OLD-7"),)}
    assert codes(yard.refused(filing, None, rows)) == {"battery_code"}
    settings.BATTERY_CODE = "OLD-[0-9]"
    assert yard.hand_in(filing, None, rows).state == "accepted"


# Self-checks.
CLEAN = {"open": False, "hazardous": False}


def test_what_a_self_check_finds_is_an_alarm_until_a_later_one_finds_nothing(district, sign_in):
    yard = Desk(district, "yard")
    bad = {"open": True, "area": Decimal(120), "hazardous": True, "what": "lead_battery"}
    may, june = yard.start("renewable.selfcheck"), yard.start("renewable.selfcheck", JUNE)
    assert codes(yard.refused(may, {"open": True, "hazardous": True})) == {
        "selfcheck_area",
        "selfcheck_what",
    }
    yard.hand_in(may, {**bad, "mass": Decimal(60)})
    open_from_findings(by=BY)
    alarms = {one.rule: one for one in Alarm.objects.all()}
    assert set(alarms) == {"renewable.open_storage", "renewable.hazardous_found"}
    alarm = alarms["renewable.open_storage"]
    assert (alarm.organisation, alarm.domain) == (yard.firm.organisation, "renewable")
    page = sign_in("officer").get(reverse("alarms.alarm.detail", args=[alarm.uuid]))
    assert "120 m² lie in the open without cover." in page.content.decode()
    # Still so in June: the same alarm. The batteries are gone.
    yard.hand_in(june, {"open": True, "area": Decimal(90), "hazardous": False})
    open_from_findings(by=BY)
    assert Alarm.objects.count() == 2
    standing = Alarm.objects.filter(cleared_at=None).values_list("rule", flat=True)
    assert list(standing) == ["renewable.open_storage"]
    yard.hand_in(yard.start("renewable.selfcheck", date(2025, 7, 1)), CLEAN)
    open_from_findings(by=BY)
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_a_check_that_is_handed_in_late_ends_nothing_that_came_after_it(district):
    yard = Desk(district, "yard")
    june = yard.start("renewable.selfcheck", JUNE)
    yard.hand_in(june, {"open": True, "area": Decimal(90), "hazardous": False})
    yard.hand_in(yard.start("renewable.selfcheck"), CLEAN)
    assert FindingRecord.objects.filter(code="renewable.open_storage", cleared_at=None).exists()


def test_covered_goods_are_no_finding_and_an_amendment_takes_one_back(district):
    yard = Desk(district, "yard")
    filing = yard.start("renewable.selfcheck")
    bad = {"open": True, "area": Decimal(90), "hazardous": False}
    yard.hand_in(filing, bad)
    yard.hand_in(filing, {**bad, "covered": True})
    rows = FindingRecord.objects.filter(code="renewable.open_storage")
    assert [one.cleared_at is not None for one in rows] == [True]
