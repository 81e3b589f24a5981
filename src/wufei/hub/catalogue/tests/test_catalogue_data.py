"""What ships: complete, unique, consistent, in our own words."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from wufei.domains import DOMAINS
from wufei.hub.catalogue import declarations, rules, services, shipped
from wufei.hub.catalogue.models import Edition, Exemption, WasteType

SHARED = Path(__file__).parents[6] / "shared" / "data"
STREAMS = {stream.code: domain.code for domain in DOMAINS for stream in domain.streams}


def hazardous():
    return [row for row in shipped.waste_types() if row["edition"] == "HW-2021"]


def test_the_2021_edition_is_complete():
    rows = hazardous()
    assert len(rows) == 467
    assert len({row["code"] for row in rows}) == 467
    assert len({row["category"] for row in rows}) == 46


def test_the_last_two_digits_of_a_hazardous_code_are_its_category():
    assert [r["code"] for r in hazardous() if rules.category_of(r["code"]) != r["category"]] == []


def test_every_hazard_letter_is_known():
    assert all(rules.known_hazard(row["hazard"]) for row in hazardous())


def test_every_code_has_the_form_of_its_edition():
    rows = shipped.waste_types()
    assert [r["code"] for r in rows if not rules.fits_edition(r["code"], r["edition"])] == []


def test_labels_are_short_and_tell_codes_of_an_edition_apart():
    for edition in ("HW-2021", "SW-2024", "LOCAL"):
        rows = [row for row in shipped.waste_types() if row["edition"] == edition]
        names = Counter(row["name"] for row in rows)
        assert [name for name, count in names.items() if count > 1] == []
        assert max(map(len, names)) <= 20
        english = Counter(row["name_en"] for row in rows)
        assert [name for name, count in english.items() if count > 1 or not name] == []


def test_every_waste_belongs_to_a_stream_of_its_domain():
    wrong = [r["code"] for r in shipped.waste_types() if STREAMS.get(r["stream"]) != r["domain"]]
    assert wrong == []


def test_every_stream_has_a_waste():
    assert set(STREAMS) == {row["stream"] for row in shipped.waste_types()}


def test_all_six_domains_have_local_or_official_codes():
    assert {row["domain"] for row in shipped.waste_types()} == {domain.code for domain in DOMAINS}


def test_coal_ash_is_not_the_fly_ash_of_incineration():
    by_code = {row["code"]: row for row in shipped.waste_types()}
    assert by_code["LC-coal-ash"]["domain"] == "industrial"
    assert by_code["772-002-18"]["stream"] == "incineration_fly_ash"


def test_hazardous_waste_and_vehicles_are_tracked_by_lots_and_nothing_else():
    lots = {
        stream.code
        for stream in declarations.streams().values()
        if stream.tracking is declarations.Tracking.LOTS
    }
    hazardous_streams = {s.code for s in declarations.domain("hazardous").streams}
    assert lots == hazardous_streams | {"end_of_life_vehicles"}


def test_a_method_counts_as_recovery_or_as_disposal_everywhere():
    for stream in declarations.streams().values():
        assert stream.methods
        codes = [method.code for method in stream.methods]
        assert len(codes) == len(set(codes)), stream.code
    assert declarations.method("return_to_field").outcome is declarations.Outcome.RECOVERED
    assert declarations.method("landfill").outcome is declarations.Outcome.DISPOSED


def test_no_label_is_the_official_wording():
    if not SHARED.is_dir():
        pytest.skip(f"no official wording to compare with in {SHARED}")
    with (SHARED / "hw_catalog_2021.csv").open(encoding="utf-8-sig") as file:
        official = {row["code"]: row for row in csv.DictReader(file)}
    ours = {row["code"]: row for row in hazardous()}
    assert ours.keys() == official.keys()
    for code, row in ours.items():
        assert row["name"] not in (official[code]["description"], official[code]["category_name"])
        assert row["hazard"] == official[code]["hazard"]
    with (SHARED / "hw_exemption_2021.csv").open(encoding="utf-8-sig") as file:
        conditions = {row["condition"].strip("。") for row in csv.DictReader(file)}
    assert not conditions & {row["condition"] for row in shipped.exemptions()}


def test_the_exemption_list_has_32_items_in_57_rows():
    rows = shipped.exemptions()
    assert len(rows) == 57
    assert sorted({row["item"] for row in rows}) == list(range(1, 33))
    known = {row["code"] for row in hazardous()} | {row["category"] for row in hazardous()}
    for row in rows:
        assert all(code in known or code[0] in "@*" for code in row["codes"]), row
        assert row["stage"] in Exemption.Stage.values
        assert row["effect"] in Exemption.Effect.values


def test_a_fresh_database_knows_the_catalogue(db):
    assert WasteType.objects.filter(edition="HW-2021").count() == 467
    assert WasteType.objects.filter(edition="SW-2024").count() == 34
    assert Exemption.objects.count() == 57


def test_loading_again_changes_nothing(db):
    before = list(WasteType.objects.order_by("pk").values())
    services.load()
    assert list(WasteType.objects.order_by("pk").values()) == before


def test_loading_again_keeps_official_wording_closed_codes_and_our_own_edits(db):
    straw = WasteType.objects.get(code="LC-straw-wheat")
    oil = WasteType.objects.get(code="900-214-08")
    WasteType.objects.filter(pk=straw.pk).update(name="麦秆")
    WasteType.objects.filter(pk=oil.pk).update(official_text="……", keywords="机油")
    services.load()
    straw.refresh_from_db()
    oil.refresh_from_db()
    assert (straw.name, oil.official_text, oil.keywords) == ("麦秆", "……", "机油")


def test_the_draft_catalogue_is_marked_as_a_draft(db):
    assert Edition.objects.get(code="SW-2024").status == Edition.Status.DRAFT
    assert not WasteType.objects.filter(edition="SW-2024", draft=False).exists()
    assert not WasteType.objects.exclude(edition="SW-2024").filter(draft=True).exists()


def test_the_2021_edition_says_that_another_replaced_it(db):
    edition = Edition.objects.get(code="HW-2021")
    assert edition.replaced_by == "HW-2025"
    assert edition.validity.upper == date(2025, 1, 1)
    # Its codes stay usable: what the next edition changes is not at hand.
    assert date(2026, 11, 23) in WasteType.objects.get(code="900-214-08").validity
