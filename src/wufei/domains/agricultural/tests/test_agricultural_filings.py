"""Forms of agriculture: what is computed, what is posted, and who is told."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from wufei.domains.agricultural.filings import coefficients
from wufei.domains.agricultural.filings.farms import manure_t, scale_of
from wufei.domains.agricultural.filings.plastics import back_kg
from wufei.domains.agricultural.filings.straw import collectable_t, theoretical_t
from wufei.hub.base.actor import system
from wufei.hub.base.notices.models import Notice
from wufei.hub.catalogue.queries import waste as waste_of
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Statistic, Version
from wufei.hub.filings.periods import Period, before, span_of
from wufei.hub.filings.refusals import StillProblems
from wufei.hub.filings.services.checking import form_of
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind, Movement
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.tests.conftest import District, build

BY = system("test")
MAY, HARVEST = date(2025, 5, 1), date(2025, 6, 10)


@pytest.fixture
def district(db: None) -> District:
    return build()


class Yard:
    """Whoever files, with the forms of agriculture."""

    def __init__(self, district: District, name: str, kind: str = "farm", site: str = "farm"):
        self.firm = district.firm(name, kind, site)
        self.firm.organisation.domains = ["agricultural"]
        self.firm.organisation.save()

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

    def begun(self, filing: Filing) -> Form:
        return form_of(services.draft_of(filing, by=BY))

    def hand_in(self, filing: Filing, values: Any = None, rows: Any = None) -> Version:
        draft = services.draft_of(filing, by=BY)
        form = form_of(draft)
        form = Form({**form.values, **(values or {})}, {**form.rows, **(rows or {})})
        services.save_draft(draft, form, edition=draft.edition, by=BY)
        return services.submit(filing, id=uuid7(), by=BY)

    def arisen(self, waste: str, t: str) -> None:
        of = waste_of(waste, MAY)
        holder, site = self.firm.organisation.pk, self.firm.site.pk
        origin = AccountKey(AccountKind.ORIGIN, holder, of.pk, site)
        stock = AccountKey(AccountKind.STOCK, holder, of.pk, site)
        at = day_start(date(2025, 5, 5))
        ledger.post([Entry(uuid7(), origin, stock, tonnes(t), at)], by=BY, cause="test")

    def posted(self, filing: Filing) -> dict[str, Decimal]:
        """Tonnes by kind of account that they went to."""
        rows = Movement.objects.filter(cause=f"filing:{filing.uuid}")
        return {
            one.target.kind: Decimal(one.mass_g) / 1_000_000
            for one in rows.select_related("target")
        }


def statistic(code: str, dimension: str = "") -> Decimal:
    return Statistic.objects.get(code=code, dimension=dimension, replaced_at=None).value


# What is computed.
def test_every_coefficient_says_where_it_comes_from_and_of_which_grade():
    for one in coefficients.table().values():
        assert one.source, one
        assert one.grade in "ABC", one
        assert one.unit, one


def test_a_place_has_coefficients_of_its_own(settings: Any, tmp_path: Path):
    own = tmp_path / "own.csv"
    own.write_text(
        "group,code,zh,en,waste,value,unit,source,grade\n"
        "manure,pig,猪,pigs,LC-manure-pig,4.2,kg/head/day,示例办法,B\n",
        encoding="utf-8",
    )
    settings.AGRICULTURAL_COEFFICIENTS = str(own)
    coefficients.table.cache_clear()
    try:
        assert coefficients.value("manure", "pig") == Decimal("4.2")
        assert coefficients.value("manure", "sheep") == Decimal("2.1")
    finally:
        coefficients.table.cache_clear()


def test_manure_is_animals_by_coefficient_by_days():
    # 500 × 3.6 kg × 30 d
    assert manure_t({"animal": "pig", "head": 500, "days": 30}) == Decimal("54.000")
    assert manure_t({"animal": "pig", "head": None, "days": 30}) is None


@pytest.mark.parametrize(
    ("animal", "capacity", "sold", "large"),
    [
        ("pig", 300, 500, True),
        ("pig", 300, 499, False),
        ("layer", 10_000, 0, True),
        ("layer", 9_999, 90_000, False),
    ],
)
def test_the_scale_goes_by_what_is_kept_or_sold(animal: str, capacity: int, sold: int, large: bool):
    found = scale_of({"animal": animal, "capacity": capacity, "sold": sold})
    assert found is not None
    assert found[0] is large


def test_straw_is_area_by_yield_by_ratio_and_some_of_it_can_be_collected():
    row = {"crop": "wheat", "area": Decimal(1000), "yielded": Decimal(400)}
    assert theoretical_t(row) == Decimal("468.000")
    assert collectable_t(row) == Decimal("388.440")


def test_packaging_counts_as_weighed_else_by_the_piece():
    assert back_kg({"back": 100, "weighed": None}) == Decimal("2.00")
    assert back_kg({"back": 100, "weighed": Decimal("3.5")}) == Decimal("3.5")


# A farm.
def test_a_month_posts_of_the_manure_what_the_ledger_lacks(district: District):
    farm = Yard(district, "示例猪场")
    farm.arisen("LC-manure-pig", "10")
    filing = farm.start("agricultural.farm_month")
    values = {"animal": "pig", "head": 500, "used": Decimal(20), "method": "return_to_field"}
    farm.hand_in(filing, values)
    # 500 × 3.6 kg × 31 d are 55.8 t; ten of them are there.
    assert farm.posted(filing) == {"stock": Decimal("45.8"), "recovered": Decimal(20)}
    assert statistic("agricultural.livestock_head") == 500


def test_a_month_knows_the_animals_and_the_scale_from_what_the_farm_said(district: District):
    farm = Yard(district, "示例猪场")
    year = farm.start("agricultural.farm")
    farm.hand_in(year, {"animal": "pig", "capacity": 400, "sold": 800})
    assert "规模养殖场" in form_of(Version.objects.get(filing=year)).values["scale"]
    month = farm.start("agricultural.farm_month")
    assert farm.begun(month).values["animal"] == "pig"
    assert farm.begun(month).values["days"] == 31
    assert month.class_code == "large"
    assert "500" in month.class_reason


def test_twice_the_animals_and_more_manure_than_there_is_are_asked_about(district: District):
    farm = Yard(district, "示例猪场")
    span = before(Period.MONTH, span_of(Period.MONTH, MAY))
    earlier = farm.start("agricultural.farm_month", span.first)
    kept = {"animal": "pig", "method": "return_to_field"}
    farm.hand_in(earlier, {**kept, "head": 100, "used": Decimal(5)})
    with pytest.raises(StillProblems) as refused:
        farm.hand_in(
            farm.start("agricultural.farm_month"), {**kept, "head": 1000, "used": Decimal(500)}
        )
    codes = {one.code for one in refused.value.problems}
    assert codes == {"farm_unlike", "farm_more_than_there"}


# Straw.
def test_no_more_straw_is_used_than_grew(district: District):
    store = Yard(district, "示例收储站", "station", "storage")
    filing = store.start("agricultural.straw", HARVEST)
    assert store.begun(filing).rows["crops"][0]["crop"] == "wheat"
    row = {"crop": "wheat", "area": Decimal(1000), "yielded": Decimal(400)}
    with pytest.raises(StillProblems) as refused:
        store.hand_in(filing, rows={"crops": ({**row, "fertiliser": Decimal(469)},)})
    assert [one.code for one in refused.value.problems] == ["straw_more_than_grew"]
    store.hand_in(filing, rows={"crops": ({**row, "fertiliser": Decimal(300)},)})
    assert store.posted(filing) == {"recovered": Decimal(300)}
    assert statistic("agricultural.straw_collectable", "wheat") == Decimal("388.44")


def test_straw_is_owed_after_the_two_harvests_only(district: District):
    store = Yard(district, "示例收储站", "station", "storage")
    opened = {}
    for month in (1, 4, 7, 10):
        span = span_of(Period.QUARTER, date(2025, month, 1))
        services.open_period(filing_type("agricultural.straw"), span, by=BY)
        rows = Filing.objects.filter(first=span.first, organisation=store.firm.organisation)
        opened[month] = rows.count()
    assert opened == {1: 0, 4: 1, 7: 0, 10: 1}


# Film and packaging.
def test_a_shop_counts_bottles_and_what_came_back_arises_there(district: District):
    shop = Yard(district, "示例农资店", "other", "collection")
    filing = shop.start("agricultural.packaging")
    shop.hand_in(filing, {"sold": 900, "back": 700})
    assert shop.posted(filing) == {"stock": Decimal("0.014")}
    assert statistic("agricultural.packaging_sold") == 900


def test_film_used_is_the_denominator_of_what_was_recovered(district: District):
    growers = Yard(district, "示例合作社", "farm", "storage")
    filing = growers.start("agricultural.film")
    kg = {"bought": Decimal(1000), "used": Decimal(950), "recovered": Decimal(900)}
    growers.hand_in(filing, kg)
    assert statistic("agricultural.film_used") == 950
    assert growers.posted(filing) == {"stock": Decimal("0.9")}


def test_a_point_is_of_a_level_and_its_load_records_are_held_against_it(district: District):
    point = Yard(district, "示例村点", "village_point", "collection")
    store = Yard(district, "示例中转点", "station", "collection")
    centre = Yard(district, "示例总站", "station", "transfer")
    found = [one.start("agricultural.point").class_code for one in (point, store, centre)]
    assert found == ["village", "town", "district"]
    filing = point.start("agricultural.point")
    kg = {"film_in": Decimal(40), "packaging_in": Decimal(6)}
    with pytest.raises(StillProblems) as refused:
        point.hand_in(filing, {**kg, "film_out": Decimal(30)})
    assert [one.code for one in refused.value.problems] == ["point_records"]
    point.hand_in(filing, {**kg, "film_out": Decimal(0)})
    assert sum(point.posted(filing).values()) > 0


# Dead livestock.
def test_a_call_tells_the_collector_and_moves_nothing(district: District):
    plant = Yard(district, "示例处理站", "plant", "treatment")
    of = waste_of("LC-dead-pigs", MAY)
    holder, site = plant.firm.organisation.pk, plant.firm.site.pk
    origin = AccountKey(AccountKind.ORIGIN, holder, of.pk, site)
    gone = AccountKey(AccountKind.DISPOSED, holder, of.pk, site, method="rendering")
    entry = Entry(uuid7(), origin, gone, tonnes("1"), day_start(MAY))
    ledger.post([entry], by=BY, cause="test")
    farm = Yard(district, "示例猪场")
    filing = farm.start("agricultural.carcass_call")
    farm.hand_in(filing, {"animal": "pig", "dead": 2, "place": "东门冷库"})
    told = Notice.objects.filter(organisation_id=holder)
    assert {one.role for one in told} == {"clerk", "keeper", "driver"}
    assert "东门冷库" in told[0].text
    assert farm.posted(filing) == {}
    assert statistic("agricultural.dead_reported") == 2


def test_a_plants_month_is_held_against_the_ledger(district: District):
    plant = Yard(district, "示例处理站", "plant", "treatment")
    of = waste_of("LC-dead-pigs", MAY)
    holder, site = plant.firm.organisation.pk, plant.firm.site.pk
    brought = AccountKey(AccountKind.ORIGIN, holder, of.pk, site)
    gone = AccountKey(AccountKind.DISPOSED, holder, of.pk, site, method="rendering")
    entry = Entry(uuid7(), brought, gone, tonnes("2"), day_start(date(2025, 5, 9)))
    ledger.post([entry], by=BY, cause="test")
    filing = plant.start("agricultural.carcass_plant")
    (line,) = plant.begun(filing).rows["lines"]
    assert (line["received"], line["treated"]) == (Decimal(2), Decimal(2))
    with pytest.raises(StillProblems) as refused:
        plant.hand_in(filing, rows={"lines": ({**line, "received": Decimal(3)},)})
    assert [one.code for one in refused.value.problems] == ["carcass_received"]
