"""Movements from a table; findings, desk and jobs of the ledger."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.base.models import FindingRecord, ImportRun
from wufei.hub.base.tables import Quantity, Taken, importing
from wufei.hub.base.views import findings
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import imports, services, tasks
from wufei.hub.ledger.desk import DESK_PARTS, SEARCH
from wufei.hub.ledger.imports import take
from wufei.hub.ledger.models import FlowDay, Movement, Unfolded
from wufei.hub.ledger.refusals import ImportedOtherwise
from wufei.hub.ledger.tests.test_concurrency import together
from wufei.hub.ledger.verify import differences
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.validity import period

LOTS = "hazardous_industrial"


@pytest.fixture
def firm(district):
    district.waste("coal_ash")
    district.waste(LOTS)
    WasteType.objects.filter(edition="test").update(validity=period(date(2020, 1, 1)))
    return district.place("power station").organisation


def write(values, actor):
    return imports.write(values, actor)[0]


def row(**changes):
    if "value" in changes:
        changes["value"] = Quantity(changes["value"])
    return {
        "happened_at": timezone.now() - timedelta(hours=2),
        "organisation": "power station",
        "site": "power station",
        "waste": "test-coal_ash",
        "kind": "arising",
        "value": Quantity(Decimal("12.5")),
        "unit": "t",
        "external_id": "WB-1",
    } | changes


def test_a_row_is_recorded_once_however_often_the_file_is_sent(district, firm, actor):
    officer, line = actor("officer"), row()
    assert write(line, officer).pk == write(line, officer).pk
    assert district.stock_t("power station") == 12.5


def test_a_number_with_other_content_is_refused(district, firm, actor):
    line = row()
    write(line, actor("officer"))
    with pytest.raises(IdReused):
        write(line | row(value=Decimal(9)), actor("officer"))


def test_a_line_says_whether_it_is_here_already_and_by_which_number_it_is_not(
    district, firm, actor
):
    officer, colleague, line = actor("officer"), actor("officer"), row()
    assert take(line, officer) is Taken.NEW
    assert take(line, colleague) is Taken.KNOWN
    with pytest.raises(ImportedOtherwise) as refused:
        take(line | {"value": Quantity(Decimal(9))}, officer)
    assert refused.value.field == "external_id"
    assert "WB-1" in str(refused.value)


def test_a_container_that_has_left_is_known_when_the_file_is_sent_again(district, firm, actor):
    officer = actor("officer")
    drum = {"waste": f"test-{LOTS}", "unit": "kg", "value": Decimal(200), "lot": "D7"}
    came, left = row(**drum), row(**drum, kind="export", external_id="X-7")
    for line in (came, left):
        assert take(line, officer) is Taken.NEW
    assert {take(line, officer) for line in (came, left)} == {Taken.KNOWN}


def test_what_was_reversed_stays_so_when_the_file_is_sent_again(district, firm, actor):
    line = row()
    movement = write(line, actor("officer"))
    services.reverse(movement.uuid, reason="typing mistake", id=uuid4(), by=district.by)
    assert take(line, actor("officer")) is Taken.KNOWN
    assert district.stock_t("power station") == 0


@pytest.mark.parametrize(
    ("value", "unit", "tonnes"),
    [
        (Quantity(Decimal(500), "kg"), None, "0.5"),
        (Quantity(Decimal(500), "kg"), "kg", "0.5"),
        (Quantity(Decimal(500)), "kg", "0.5"),
        (Quantity(Decimal("0.5")), None, "0.5"),
    ],
)
def test_the_unit_stands_in_cell_heading_or_column(district, firm, actor, value, unit, tonnes):
    take(row(unit=unit) | {"value": value}, actor("officer"))
    assert district.stock_t("power station") == Decimal(tonnes)


def test_units_that_contradict_each_other_are_refused_at_the_unit(district, firm, actor):
    with pytest.raises(Refusal) as refused:
        take(row() | {"value": Quantity(Decimal(500), "kg"), "unit": "t"}, actor("officer"))
    assert refused.value.field == "unit"


def test_treatment_and_export_take_from_stock_and_report_what_the_book_lacks(district, firm, actor):
    officer = actor("officer")
    write(row(), officer)
    write(row(kind="treatment", method="building_materials", external_id="T-1"), officer)
    assert district.stock_t("power station") == 0
    write(row(kind="export", value=Decimal(2), external_id="X-1"), officer)
    assert FindingRecord.objects.get(code="ledger.shortfall").values["mass_g"] == 2_000_000


def test_a_named_container_is_the_one_that_leaves(district, firm, actor):
    officer = actor("officer")
    drum = {"waste": f"test-{LOTS}", "unit": "kg", "value": Decimal(200), "lot": "D7"}
    write(row(**drum), officer)
    out = write(row(**drum, kind="export", external_id="X-7"), officer)
    assert out.lot_entries.get(side="out").attributed is False


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation": "nobody"}, "organisation"),
        ({"site": "moon"}, "site"),
        ({"waste": "999-999-99"}, "waste"),
        ({"kind": "treatment"}, "method"),
        ({"kind": "treatment", "method": "oil_refining"}, "method"),
        ({"value": Decimal(-1)}, "value"),
        ({"value": Decimal(30_000_000)}, "value"),
        ({"unit": "piece"}, "unit"),
        ({"happened_at": timezone.now() + timedelta(days=9)}, "happened_at"),
        ({"kind": "export", "waste": f"test-{LOTS}", "lot": "none"}, "lot"),
    ],
)
def test_a_bad_row_says_which_column(district, firm, actor, changes, field):
    with pytest.raises(Refusal) as refused:
        take(row(**changes), actor("officer"))
    assert refused.value.field == field
    assert not Movement.objects.exists()


def test_a_clerk_imports_for_the_own_firm_only(district, firm, actor):
    district.place("quarry")
    mine = actor("clerk", organisations=[firm])
    assert write(row(), mine)
    with pytest.raises(Refusal):
        write(row(organisation="quarry", site="quarry", external_id="Q-1"), mine)


def test_two_firms_may_use_the_same_number(district, firm, actor):
    district.place("quarry")
    officer = actor("officer")
    one = write(row(), officer)
    other = write(row(organisation="quarry", site="quarry"), officer)
    assert one.uuid != other.uuid


def test_the_import_page_and_its_template_open(firm, sign_in):
    client = sign_in("clerk", organisations=[firm])
    assert client.get(reverse("ledger.movement.import")).status_code == 200
    response = client.get(reverse("ledger.movement.template"))
    assert b"".join(response.streaming_content).startswith(b"PK")
    assert sign_in("keeper").get(reverse("ledger.movement.import")).status_code == 403


def test_findings_of_the_ledger_are_seen_by_whom_they_concern(district, firm, actor):
    officer = actor("officer")
    write(row(kind="export", value=Decimal(2), external_id="X-1"), officer)
    assert findings.visible(actor("clerk", organisations=[firm])).count() == 1
    quarry = district.place("quarry").organisation
    assert findings.visible(actor("clerk", organisations=[quarry])).count() == 0


def test_a_finding_leads_to_its_account(district, firm, actor, sign_in):
    write(row(kind="export", value=Decimal(2), external_id="X-1"), actor("officer"))
    found = FindingRecord.objects.get()
    url = findings.page_of(found)
    assert sign_in("officer").get(url).status_code == 200


def test_the_desk_shows_what_stands_too_long(district, actor):
    district.arise("garage", 0.2, waste=LOTS, at=timezone.now() - timedelta(days=500))
    card, source = DESK_PARTS
    garage = Organisation.objects.get(name="garage")
    clerk = actor("clerk", organisations=[garage])
    assert card.count(clerk) == source.count(clerk) == 1
    (todo,) = source.items(clerk, 10)
    assert (todo.mass_g, todo.tone) == (200_000, "bad")
    stranger = actor("clerk", organisations=[district.place("quarry").organisation])
    assert card.count(stranger) == 0


def test_a_container_is_found_by_its_number_within_reach(district, firm, actor):
    drum = {"waste": f"test-{LOTS}", "unit": "kg", "value": Decimal(200), "lot": "DRUM-77"}
    write(row(**drum), actor("officer"))
    (source,) = SEARCH
    assert [hit.name for hit in source.find("m-77", actor("officer"), 5)] == ["DRUM-77"]
    quarry = district.place("quarry").organisation
    assert not list(source.find("m-77", actor("clerk", organisations=[quarry]), 5))


def test_every_minute_the_queue_is_folded(district):
    district.arise("yard", 5)
    assert Unfolded.objects.exists()
    tasks.fold.func(0)
    assert not Unfolded.objects.exists()
    assert FlowDay.objects.exists()


def test_every_night_days_below_zero_are_found_and_mended_ones_cleared(district):
    district.arise("yard", 5, at=timezone.now() - timedelta(days=2))
    district.recover("yard", 3, at=timezone.now() - timedelta(days=4))
    tasks.negative_days.func(0)
    found = FindingRecord.objects.get(code="ledger.negative_day")
    assert found.cleared_at is None
    assert found.values["days"] >= 1
    district.arise("yard", 3, at=timezone.now() - timedelta(days=9))
    tasks.negative_days.func(0)
    found.refresh_from_db()
    assert found.cleared_at is not None


# From the file to the ledger.
HEAD = "流水号,产生时间,单位名称,设施名称,废物代码,类型,净重（千克）"


@pytest.fixture
def plant(real_district, settings, tmp_path, sign_in):
    """A power station whose clerk hands files in; the district with real commits."""
    settings.MEDIA_ROOT = tmp_path / "files"
    real_district.waste("coal_ash")
    WasteType.objects.filter(edition="test").update(validity=period(date(2020, 1, 1)))
    owner = real_district.place("power station").organisation
    real_district.client = sign_in("clerk", organisations=[owner])
    return real_district


def ticket(number, mass_kg="12500", kind="产生"):
    at = timezone.localtime(timezone.now() - timedelta(days=1)).replace(hour=8, minute=30)
    what = f"power station,power station,test-coal_ash,{kind},{mass_kg}"
    return f"WB-{number},{at:%Y-%m-%d %H:%M},{what}"


def hand_in(plant, *lines):
    text = "\r\n".join((HEAD, *lines))
    file = SimpleUploadedFile("weighbridge.csv", text.encode("gb18030"))
    answer = plant.client.post(reverse("ledger.movement.import"), {"file": file})
    assert answer.status_code == 302, str(answer.context["refusal"])
    return ImportRun.objects.latest("pk")


def work_off(run):
    importing.work_off(run.uuid)
    run.refresh_from_db()
    return run.state, run.rows_good, run.rows_known, run.rows_bad


def test_a_weighbridges_own_file_comes_in_line_by_line_and_again(plant):
    lines = [ticket(1), ticket(2, "plenty"), ticket(3), ticket(4, "-5")]
    run = hand_in(plant, *lines)
    assert work_off(run) == ("done", 2, 0, 2)
    assert plant.stock_t("power station") == 25
    assert [(fault.row_number, fault.column) for fault in run.faults.all()] == [
        (3, "value"),
        (5, "value"),
    ]
    assert work_off(hand_in(plant, ticket(1), ticket(2), ticket(3))) == ("done", 1, 2, 0)
    assert plant.stock_t("power station") == 37.5
    other = hand_in(plant, ticket(1, "9000"))
    assert work_off(other) == ("done", 0, 0, 1)
    assert other.faults.get().column == "external_id"
    assert plant.stock_t("power station") == 37.5
    assert differences() == []


def test_the_same_weighbridge_file_twice_at_once_is_recorded_once(plant):
    lines = [ticket(number) for number in range(20)]
    runs = [hand_in(plant, *lines), hand_in(plant, *lines)]
    together([partial(importing.work_off, run.uuid) for run in runs])
    for run in runs:
        run.refresh_from_db()
    assert {(run.state, run.rows_bad) for run in runs} == {("done", 0)}
    assert Movement.objects.count() == 20
    assert plant.stock_t("power station") == 250
    assert differences() == []
