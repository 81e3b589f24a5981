"""Lists of organisations, vehicles and licences come in through the page and the real worker."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from wufei.hub.base.actor import system
from wufei.hub.base.models import ImportRun
from wufei.hub.registry.models import Licence, Organisation, Region, Unit, Vehicle
from wufei.hub.registry.rules.codes import credit_code
from wufei.hub.registry.services import organisations

BY = system("test")
FIRST, SECOND, WRONG = (credit_code(f"Y137150200000{n}11") for n in (1, 2, 3))
HEAD = ["Name", "Unified social credit code", "Kind", "Waste domains", "Region", "Contact person"]
GOOD = [
    [
        "聊城湖畔铝材有限公司",
        FIRST,
        "Industrial enterprise",
        "industrial、hazardous",
        "湖西街道",
        "王芳",
    ],
    ["聊城运河建材有限公司", SECOND, "plant", "construction", "371502011", ""],
    ["姜堤社区收集点", "", "村级收集点", "", "姜堤社区居委会", ""],
]
BAD_CODE = ["聊城水城再生资源有限公司", WRONG[:-1] + "I", "recycler", "renewable", "朱老庄镇", ""]
BAD_REGION = ["于集生态养殖场", "", "farm", "agricultural", "无此镇", ""]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Stored files of a test lie in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def officer(committed, sign_in):
    return sign_in("officer")


def run_worker():
    from procrastinate.contrib.django import app
    from procrastinate.periodic import PeriodicRegistry

    connector: Any = app.connector
    worker = app.with_connector(connector.get_worker_connector())
    # Jobs by the clock go through threads whose connections outlive a test's database.
    worker.periodic_registry = PeriodicRegistry()
    worker.run_worker(wait=False, install_signal_handlers=False, concurrency=1)


def sheet(rows):
    book, file = Workbook(), BytesIO()
    page: Any = book.active
    for row in rows:
        page.append(row)
    book.save(file)
    return SimpleUploadedFile("list.xlsx", file.getvalue())


def hand_in(client, code, rows):
    answer = client.post(reverse(f"{code}.import"), {"file": sheet(rows)})
    assert answer.status_code == 302, str(answer.context["refusal"])
    run_worker()
    return ImportRun.objects.latest("id")


def test_two_bad_rows_come_back_with_reasons_and_the_others_are_taken(officer):
    rows = [HEAD, *GOOD[:2], BAD_CODE, GOOD[2], BAD_REGION]
    run = hand_in(officer, "registry.organisation", rows)
    assert (run.state, run.rows_total, run.rows_bad) == ("done", 5, 2)
    assert set(Organisation.objects.values_list("name", flat=True)) == {row[0] for row in GOOD}
    first = Organisation.objects.get(credit_code=FIRST)
    assert first.domains == ["hazardous", "industrial"]
    assert first.contacts.get().name == "王芳"
    point = Organisation.objects.get(name="姜堤社区收集点")
    assert (point.kind, point.region.code) == ("village_point", "371502004002")
    page = officer.get(reverse("base.import.detail", args=[run.uuid])).content.decode()
    assert "Character 18 of the credit code is “I”" in page
    assert "There is no region “无此镇”" in page


def test_the_same_file_again_changes_nothing(officer):
    hand_in(officer, "registry.organisation", [HEAD, *GOOD])
    before = list(Organisation.objects.order_by("pk").values())
    run = hand_in(officer, "registry.organisation", [HEAD, *GOOD])
    assert run.rows_bad == 0
    assert list(Organisation.objects.order_by("pk").values()) == before


def test_what_was_closed_since_stays_closed(officer):
    from wufei.hub.registry.validity import today

    hand_in(officer, "registry.organisation", [[*HEAD, "Valid until"], [*GOOD[0], None]])
    made = Organisation.objects.get()
    organisations.close(made, BY, last=today(), reason="搬迁")
    hand_in(officer, "registry.organisation", [[*HEAD, "Valid until"], [*GOOD[0], None]])
    made.refresh_from_db()
    assert made.validity.upper is not None


def test_vehicles_and_licences_refer_to_organisations_by_name_or_code(officer):
    hand_in(officer, "registry.organisation", [HEAD, *GOOD])
    vehicles = [
        ["Plate", "Carrier", "Kind", "Load limit (t)"],
        ["鲁P·12345", GOOD[0][0], "tipper", 15.5],
        ["鲁PD12345", SECOND, "Box truck", "31000"],
        ["鲁P99999", "没有这家", "tipper", 10],
    ]
    run = hand_in(officer, "registry.vehicle", vehicles)
    reasons = {fault.row_number: fault.reason for fault in run.faults.all()}
    assert Vehicle.objects.get().load_limit_t == Decimal("15.5")
    assert len(reasons) == 2
    assert any("kilograms" in reason for reason in reasons.values())
    assert any("no organisation “没有这家”" in reason for reason in reasons.values())

    licences = [
        ["Licence number", "Kind", "Organisation", "Codes", "Valid from", "Valid until"],
        ["鲁危证1号", "hazardous", FIRST, "900-249-08 1200 R9\nHW49 -", "2026-01-01", "2030-12-31"],
        ["鲁危证2号", "hazardous", FIRST, "900-249-08 50", "2030-12-31", "2031-12-31"],
    ]
    run = hand_in(officer, "registry.licence", licences)
    assert "鲁危证1号" in run.faults.get().reason
    assert {line.code for line in Licence.objects.get().lines.all()} == {"900-249-08", "HW49"}


@pytest.mark.parametrize("code", ["registry.organisation", "registry.region", "registry.unit"])
def test_an_exported_file_is_taken_back_and_changes_nothing(code, committed, sign_in):
    admin = sign_in("administrator")
    if code == "registry.organisation":
        hand_in(admin, code, [HEAD, *GOOD])
    kinds: dict[str, Any] = {"registry.region": Region, "registry.unit": Unit}
    model = kinds.get(code, Organisation)
    before = list(model.objects.order_by("pk").values())
    answer = admin.get(reverse(f"{code}.export") + "?format=xlsx")
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = [list(row) for row in book[book.sheetnames[0]].iter_rows(values_only=True)]
    run = hand_in(admin, code, rows)
    assert [fault.reason for fault in run.faults.all()] == []
    assert list(model.objects.order_by("pk").values()) == before
