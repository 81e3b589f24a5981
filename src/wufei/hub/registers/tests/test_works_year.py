"""A works' year in its registers: oil arises, is stored, loaded, received, treated."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import override
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import system
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry, NewLot
from wufei.hub.ledger.models import AccountKind, Movement
from wufei.hub.ledger.queries.facts import Period
from wufei.hub.ledger.services.scanning import scan_negative_days
from wufei.hub.ledger.services.treatments import Input
from wufei.hub.ledger.units import mass, tonnes
from wufei.hub.manifests.tests.conftest import ASH, OIL, t
from wufei.hub.registers.queries import filtering, rows
from wufei.hub.registers.queries.reconciling import below_zero, reconcile
from wufei.hub.registers.register import MovementRegister, register
from wufei.hub.registers.tests.conftest import read, select, told, totals_t

BY = system("test")


def key(district, firm, kind, stream=OIL, method=""):
    place = district.firm(firm)
    return AccountKey(
        AccountKind(kind),
        place.organisation.pk,
        district.waste(stream).pk,
        place.site.pk,
        method=method,
    )


def arise(district, firm, of, *, at, stream=OIL, label=""):
    entry = Entry(
        uuid7(),
        key(district, firm, "origin", stream),
        key(district, firm, "stock", stream),
        of,
        at,
        lot_in=NewLot(uuid7(), label) if label else None,
    )
    (movement,) = ledger.post([entry], by=district.firm(firm).person, cause="form:test")
    return movement


def move(district, firm, source, target, of, *, at, stream=ASH, method=""):
    entry = Entry(
        uuid7(),
        key(district, firm, source, stream),
        key(district, firm, target, stream, method),
        of,
        at,
    )
    (movement,) = ledger.post([entry], by=BY, cause="form:test")
    return movement


@pytest.fixture
def year(district):
    """Ten tonnes arise in two drums; six travel, 5.95 arrive; the refinery treats four."""
    then = timezone.now() - timedelta(days=40)
    district.firm("works")
    first = arise(district, "works", tonnes(6), at=then, label="D-1")
    arise(district, "works", mass(4000, "kg"), at=then + timedelta(days=1), label="D-2")
    district.at = then + timedelta(days=2)
    (lot,) = [entry.lot for entry in first.lot_entries.all()]
    manifest = district.issue(OIL, 6, lots=[lot])
    district.load(manifest, 6)
    district.arrive(manifest, 5.95)
    district.accept(manifest)
    manifest.refresh_from_db()
    refinery = district.firm("refinery")
    ledger.record_treatment(
        refinery.site,
        [Input(district.waste(OIL).pk, tonnes(4), "oil_refining")],
        id=uuid7(),
        happened_at=then + timedelta(days=10),
        by=refinery.person,
    )
    district.manifest = manifest
    return district


def works(district):
    return district.firm("works").organisation


def test_what_arose_stands_in_the_register_of_the_works(year):
    first, second = read(select(works(year), "arising"))
    assert first["mass"] == 6
    assert first["container labels"] == "D-1"
    assert first["goes to"] == "works site"
    assert first["waste code"] == "900-249-08"
    assert second["mass"] == 4
    assert second["written as"] == "4,000 kg"
    assert totals_t(select(works(year), "arising")) == {"mass": 10}


def test_storage_tells_what_came_in_and_what_left_and_meets_the_ledger(year):
    rows = read(select(works(year), "stored"))
    assert [(row.get("into storage"), row.get("out of storage")) for row in rows] == [
        (6, None),
        (4, None),
        (None, 6),
    ]
    assert rows[2]["goes to"] == "refinery"
    assert rows[2]["manifest number"] == year.manifest.local_id
    found = reconcile(select(works(year), "stored").within)
    assert (found.before_g, found.in_g, found.out_g, found.end_g) == (0, t(10), t(6), t(4))
    assert found.holds
    assert [(part.kind, part.mass_g) for part in found.parts] == [
        ("arising", t(10)),
        ("loading", t(6)),
    ]


def test_what_left_names_the_manifest_the_carrier_and_the_weighings(year):
    (row,) = read(select(works(year), "outgoing"))
    assert row["mass"] == 6
    assert row["carrier"] == "dangerous goods"
    assert row["plate"].startswith("鲁P")
    assert (row["declared"], row["weighed out"], row["weighed in"]) == (6, 6, Decimal("5.95"))
    assert row["container labels"] == "D-1"
    assert row["method"] == "waste oil re-refining"


def test_the_carrier_took_over_and_handed_over_and_nothing_is_on_the_road(year):
    carrier = year.firm("dangerous goods").organisation
    assert totals_t(select(carrier, "carried")) == {"taken over": 6, "handed over": 6}
    rows = read(select(carrier, "carried"))
    assert rows[0]["comes from"] == "works"
    assert {row.get("goes to") for row in rows if row.get("handed over")} >= {"refinery"}
    found = reconcile(select(carrier, "carried").within, AccountKind.CUSTODY)
    assert found.holds
    assert found.end_g == 0


def test_the_refinery_received_treated_and_holds_the_rest(year):
    refinery = year.firm("refinery").organisation
    (row,) = read(select(refinery, "incoming"))
    assert (row["mass"], row["comes from"], row["plate"][:2]) == (Decimal("5.95"), "works", "鲁P")
    (row,) = read(select(refinery, "treated"))
    assert (row["mass"], row["method"]) == (4, "waste oil re-refining")
    found = reconcile(select(refinery, "stored").within)
    assert found.holds
    assert found.end_g == t(1.95)


def test_a_period_begins_with_what_stood_before_it(year):
    later = timezone.localdate() - timedelta(days=39)
    selection = select(works(year), "stored", start=later)
    found = reconcile(selection.within)
    assert (found.before_g, found.end_g) == (t(6), t(4))
    assert found.holds
    assert len(read(selection)) == 2


def test_a_month_long_over_ends_with_what_stood_then(year):
    end = timezone.localdate() - timedelta(days=39)
    found = reconcile(select(works(year), "stored", end=end).within)
    assert found.holds
    assert found.end_g == t(10)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"counterparty": "refin"}, 1),
        ({"counterparty": "nobody"}, 0),
        ({"counterparty": "dangerous"}, 1),
        ({"movement": "arising"}, 2),
        ({"label": "D-2"}, 1),
        ({"plate": "鲁P"}, 1),
        ({"stream": OIL}, 3),
        ({"stream": ASH}, 0),
        ({"manifest": "%"}, 0),
        ({"standing": "on"}, 3),
    ],
)
def test_the_rows_are_narrowed_by_what_one_looks_for(year, asked, count):
    assert len(read(select(works(year), "stored", **asked))) == count


def test_a_manifest_and_a_site_narrow_the_rows_too(year):
    number = year.manifest.local_id.lower()
    assert len(read(select(works(year), "stored", manifest=number))) == 1
    site = year.firm("works").site
    assert len(read(select(works(year), "stored", site=site.uuid))) == 3
    assert len(read(select(works(year), "stored", site=year.firm("refinery").site.uuid))) == 3
    found = reconcile(select(works(year), "stored", site=site.uuid).within)
    assert found.holds
    assert found.end_g == t(4)


def test_a_filter_that_days_know_nothing_of_looks_no_further_than_a_page_needs(
    district, monkeypatch
):
    now = timezone.now()
    for n in range(12):
        label = f"D-{n:02}" if n % 3 else ""
        arise(district, "works", tonnes(n + 1), at=now - timedelta(days=20 - n), label=label)
    monkeypatch.setattr(rows, "SPAN_ROWS", 4)
    found = register(select(works(district), "stored", label="D-"))
    assert (found.count, found.more, sum(filter(None, found.sums_g))) == (8, False, t(56))
    assert [row[-1] for row in found.page(3, 4)] == [4, 5, 6, 7]
    labels = [told(found, row)["container labels"] for row in found.page(0, 50)]
    assert labels == [f"D-{n:02}" for n in range(12) if n % 3]
    assert labels[3:7] == [told(found, row)["container labels"] for row in found.page(3, 4)]
    monkeypatch.setattr(rows, "LOOKED_FOR_MAX", 3)
    found = register(select(works(district), "stored", label="D-"))
    assert (found.count, found.more, found.sums_g.count(None)) == (5, True, len(found.columns))
    assert [told(found, row)["container labels"] for row in found.page(0, 50)] == labels[:5]
    whole = register(select(works(district), "stored", label="D-"), whole=True)
    assert (whole.count, whole.more) == (8, False)


def named_lines(selection):
    found = register(selection)
    assert isinstance(found, MovementRegister)
    return found.picked.lines


def test_many_manifests_are_looked_through_and_few_are_found_by_name(year, monkeypatch):
    asked = {"manifest": year.manifest.local_id, "plate": "鲁P"}
    for table in ("stored", "outgoing"):
        selection = select(works(year), table, **asked)
        few = [row[0] for row in register(selection).page(0, 9)]
        assert named_lines(selection) is not None
        with monkeypatch.context() as patched:
            patched.setattr(filtering, "LINES_MAX", 0)
            assert named_lines(selection) is None
            assert [row[0] for row in register(selection).page(0, 9)] == few
        assert len(few) == 1
    carrier = year.firm("dangerous goods").organisation
    assert register(select(carrier, "carried", **asked)).count == 3


# What was corrected.
def test_a_reversal_stays_visible_beside_what_it_undid_and_the_totals_are_right(year):
    wrong = Movement.objects.get(kind="arising", mass_g=t(4))
    ledger.reverse(wrong.uuid, id=uuid7(), by=BY, reason="wrong scale")
    rows = read(select(works(year), "arising"))
    assert [row["mass"] for row in rows] == [6, 4, -4]
    assert f"reversed on {timezone.localdate()}: wrong scale" in rows[1]["correction"]
    assert "reversal: wrong scale" in rows[2]["correction"]
    assert totals_t(select(works(year), "arising")) == {"mass": 6}
    assert [row["mass"] for row in read(select(works(year), "arising", standing="on"))] == [6]
    assert reconcile(select(works(year), "stored").within).holds


def test_what_was_entered_late_says_so_on_its_own_day(district):
    district.firm("works")
    arise(district, "works", tonnes(2), at=timezone.now() - timedelta(days=9))
    (row,) = read(select(works(district), "arising"))
    assert row["correction"] == "entered 9 days later"


# The statutory tables.
def test_the_ledger_of_hj_1259_is_filled_from_what_is_recorded_and_nothing_else(year):
    with override("zh-hans"):
        first, _second = read(select(works(year), "hj1259.B.1"), whole=True)
    assert first["序号"] == 1
    assert first["产生量"] == 6
    assert first["计量单位"] == "t"
    assert first["危险废物代码"] == "900-249-08"
    assert first["容器/包装编码"] == "D-1"
    assert first["容器/包装数量"] == 1
    assert first["去向"] == "works site"
    assert "产生批次编码" not in first


def test_entrusted_treatment_names_the_licence_that_was_valid_on_the_day(year):
    year.licence("refinery", "hazardous")
    (row,) = read(select(works(year), "hj1259.B.5"))
    assert row["name of the licence holder"] == "refinery"
    assert row["number of the licence"] == "refinery hazardous *"
    assert row["mass entrusted"] == 6


def test_the_monthly_report_adds_up_waste_by_waste(year):
    (row,) = read(select(works(year), "hj1259.C.1"), whole=True)
    assert row["mass that arose"] == 10
    assert row["name of the entrusted organisation"] == "refinery"
    assert row["mass entrusted"] == 6
    assert row["mass in storage at the end of the period before"] == 0
    assert row["mass in storage at the end of the period"] == 4
    (row,) = read(select(year.firm("refinery").organisation, "hj1259.C.1"))
    assert row["mass recovered or disposed of oneself"] == 4
    assert row["own method of recovery or disposal"] == "waste oil re-refining"


def test_ash_stands_in_the_tables_of_the_guideline_by_own_and_entrusted_ways(district):
    then = timezone.now() - timedelta(days=20)
    arise(district, "works", tonnes(30), at=then, stream=ASH)
    move(district, "works", "stock", "recovered", tonnes(9), at=then, method="building_materials")
    move(district, "works", "stock", "disposed", tonnes(1), at=then, method="landfill")
    district.at = then + timedelta(days=1)
    (row,) = read(select(works(district), "industrial.1"))
    assert row["mass that arose in the year"] == 30
    (row,) = read(select(works(district), "industrial.2"))
    assert (row["mass recovered oneself"], row["mass disposed of oneself"]) == (9, 1)
    assert (row["mass put into storage, net"], row["mass in storage at the end"]) == (20, 20)
    assert len(read(select(works(district), "industrial.6"))) == 1
    (row,) = read(select(works(district), "industrial.7"))
    assert (row["mass"], row["method of disposal"]) == (1, "landfill")
    # Coal ash is no hazardous waste: it stands in none of their tables.
    assert read(select(works(district), "hj1259.B.1")) == []


def test_what_came_from_outside_and_what_left_the_district_count_as_incoming_and_outgoing(district):
    then = timezone.now() - timedelta(days=20)
    move(district, "works", "imported", "stock", tonnes(8), at=then)
    move(district, "works", "stock", "exported", tonnes(3), at=then)
    (row,) = read(select(works(district), "incoming"))
    assert (row["mass"], row["comes from"]) == (8, "From outside the district")
    (row,) = read(select(works(district), "outgoing"))
    assert (row["mass"], row["goes to"]) == (3, "To outside the district")
    assert reconcile(select(works(district), "stored").within).holds


# What cannot be true.
def test_days_below_zero_are_found_for_all_accounts_at_once(district):
    now = timezone.now()
    district.firm("works")
    move(district, "works", "origin", "stock", tonnes(5), at=now - timedelta(days=3))
    move(
        district,
        "works",
        "stock",
        "recovered",
        tonnes(2),
        at=now - timedelta(days=5),
        method="building_materials",
    )
    (found,) = below_zero(select(works(district), "stored").within)
    assert found.day == timezone.localdate() - timedelta(days=5)
    assert found.running_g == -t(2)


def test_a_load_that_arrived_before_it_left_is_told_of_after_the_nightly_scan(district):
    now, line = timezone.now(), uuid7()
    road = AccountKey(
        AccountKind.CUSTODY,
        district.firm("works").organisation.pk,
        district.waste(ASH).pk,
        None,
        line=line,
    )
    for source, target, ago in (
        (key(district, "works", "origin", ASH), road, 3),
        (road, key(district, "works", "exported", ASH), 5),
    ):
        entry = Entry(uuid7(), source, target, tonnes(2), now - timedelta(days=ago))
        ledger.post([entry], by=BY, cause="form:test")
    within = select(works(district), "carried").within
    (found,) = below_zero(within, AccountKind.CUSTODY, recount=True)
    assert (found.day, found.running_g) == (timezone.localdate() - timedelta(days=5), -t(2))
    assert below_zero(within, AccountKind.CUSTODY) == []
    scan_negative_days()
    assert below_zero(within, AccountKind.CUSTODY) == [found]


def test_a_period_needs_no_movement_to_tell_what_stands(year):
    tomorrow = timezone.localdate() + timedelta(days=1)
    within = select(works(year), "stored", start=tomorrow, end=tomorrow).within
    assert within.period == Period(tomorrow, tomorrow)
    found = reconcile(within)
    assert (found.before_g, found.in_g, found.out_g, found.end_g) == (t(4), 0, 0, t(4))
    assert found.holds
