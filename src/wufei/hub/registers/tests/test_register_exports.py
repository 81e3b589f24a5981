"""A register as a file: what it holds, in which language, and that nothing in it can do harm."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.models import ExportRun
from wufei.hub.base.tables import export_runs
from wufei.hub.ledger.units import tonnes
from wufei.hub.registers import exporting
from wufei.hub.registers.tests.conftest import select
from wufei.hub.registers.tests.test_works_year import arise

FORMULA = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.EXPORT_ROOT = tmp_path / "exports"


@pytest.fixture
def works(real_district):
    """Five drums, one of them with a hostile label."""
    for n, label in enumerate(["D-1", "D-2", FORMULA, "D-4\x07", "湖"]):
        at = timezone.now() - timedelta(days=40 - n)
        arise(real_district, "works", tonnes(f"1.00000{n}"), at=at, label=label)
    return real_district.firm("works")


def written(works, form, table="arising", **asked):
    selection = select(works.organisation, table, by=works.person, **asked)
    run = exporting.order(selection, works.person, form)
    export_runs.work_off(run.uuid)
    run.refresh_from_db()
    assert run.state == "done", run.reason
    return export_runs.path_of(run).read_bytes()


def csv_rows(content):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def test_a_csv_file_holds_every_row_then_the_totals(works):
    head, *rows, last = csv_rows(written(works, "csv"))
    assert len(rows) == 5
    mass = head.index("mass (t)")
    assert [row[mass] for row in rows] == [f"1.00000{n}" if n else "1" for n in range(5)]
    assert last[0] == "Total"
    assert last[mass] == "5.00001"


def test_no_cell_becomes_a_formula(works):
    head, *rows, _last = csv_rows(written(works, "csv"))
    assert rows[2][head.index("container labels")] == "'" + FORMULA
    book: Any = load_workbook(BytesIO(written(works, "xlsx")))
    labels = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    (cell,) = [cell for cell in labels if cell.value == FORMULA]
    assert cell.data_type == "s"
    assert any(cell.value == "D-4" for cell in labels)


def test_a_workbook_is_the_statutory_table_with_a_sheet_about_itself(works):
    with override("zh-hans"):
        book: Any = load_workbook(BytesIO(written(works, "xlsx", "hj1259.B.1")))
    table, about = book.worksheets
    head = [cell.value for cell in table[1]]
    assert head[:4] == [
        "序号",
        "产生批次编码（未记录）",
        "产生时间",
        "行业俗称/单位内部名称（未记录）",
    ]
    assert [row[0].value for row in table.iter_rows(min_row=2)] == [1, 2, 3, 4, 5, "合计"]
    assert table.cell(7, head.index("产生量 (t)") + 1).value == pytest.approx(5.00001)
    told = {row[0].value: row[1:] for row in about.iter_rows()}
    assert told["单位"][0].value == "works"
    assert "HJ 1259-2022" in told["来源"][0].value


def test_the_notes_reconcile_with_the_ledger(works):
    book: Any = load_workbook(BytesIO(written(works, "xlsx", "stored")))
    told = {
        row[0].value: [cell.value for cell in row[1:]] for row in book.worksheets[1].iter_rows()
    }
    assert told["In storage: opening (t)"][0] == 0
    assert told["+ Arising (t)"][0] == pytest.approx(5.00001)
    assert told["In storage: closing (t)"][1] == "meets the ledger to the gram"


def test_what_the_page_filters_the_file_filters_too(works):
    assert len(csv_rows(written(works, "csv", label="D-"))) == 1 + 3 + 1


def test_an_export_pressed_on_the_page_is_one_job_and_is_audited(works, sign_in):
    client = sign_in("clerk", organisations=[works.organisation])
    asked = {"format": "csv", "holder": works.organisation.uuid, "table": "arising"}
    places = {
        client.post(reverse("registers.register.export"), asked).headers["Location"]
        for _press in (1, 2)
    }
    assert len(places) == ExportRun.objects.count() == 1
    assert AuditEvent.objects.filter(event="registers:register:export").exists()
    run = ExportRun.objects.get()
    export_runs.work_off(run.uuid)
    answer = client.get(reverse("base.export.file", args=[run.uuid]))
    assert "works" in b"".join(answer.streaming_content).decode("utf-8-sig")


def test_who_left_the_organisation_cannot_download_its_register(works, sign_in):
    client = sign_in("clerk", organisations=[works.organisation])
    asked = {"format": "csv", "holder": works.organisation.uuid, "table": "arising"}
    client.post(reverse("registers.register.export"), asked)
    run = ExportRun.objects.get()
    export_runs.work_off(run.uuid)
    file = reverse("base.export.file", args=[run.uuid])
    assert client.get(file).status_code == 200
    from wufei.hub.registry.models import Membership

    Membership.objects.all().delete()
    assert client.get(file).status_code == 404


def test_an_unknown_format_is_not_found(works, sign_in):
    client = sign_in("clerk", organisations=[works.organisation])
    assert client.post(reverse("registers.register.export"), {"format": "exe"}).status_code == 404


def test_columns_cost_no_query_of_their_own(works, django_assert_max_num_queries):
    selection = select(works.organisation, "hj1259.B.1", by=works.person)
    from wufei.hub.registers.register import register

    with django_assert_max_num_queries(6):
        assert len(register(selection, whole=True).page(0, 100)) == 5
