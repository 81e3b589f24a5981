"""Tables on their way out."""

import asyncio
import csv
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import AsyncRequestFactory
from openpyxl import load_workbook

from wufei.hub.base import printing
from wufei.hub.base.models import CalendarDay
from wufei.hub.base.streaming import made
from wufei.hub.base.tables import exporting

FORMULA = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def download(gardener, db):
    def fetch(query):
        answer = gardener().get(f"/garden/days/export/?{query}")
        assert answer.status_code == 200, answer.content
        return answer, b"".join(answer.streaming_content)

    return fetch


def sheet_rows(content):
    page: Any = load_workbook(BytesIO(content)).active
    return list(page.iter_rows())


def test_a_workbook_holds_typed_values_under_the_headings(download, days):
    answer, content = download("format=xlsx")
    head, first, *_rest = sheet_rows(content)
    assert [cell.value for cell in head] == ["Day", "Kind", "Name", "Source", "Certain"]
    assert first[0].value == datetime(2031, 1, 1)
    assert first[0].number_format == "yyyy-mm-dd"
    assert [cell.value for cell in first[1:]] == ["Holiday", "Festival 1", "Gazette", True]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_export_is_what_the_filters_and_the_search_leave(download, days):
    _answer, content = download("format=xlsx&q=festival+2&kind=holiday")
    assert [row[2].value for row in sheet_rows(content)[1:]] == ["Festival 2"]


def test_csv_opens_in_excel_with_its_chinese_text(download, db):
    CalendarDay.objects.create(day="2031-05-01", kind="holiday", name="劳动节", source="国办")
    _answer, content = download("format=csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert rows[1][:4] == ["2031-05-01", "Holiday", "劳动节", "国办"]


@pytest.mark.parametrize("text", [FORMULA, "+1", "-1+2", "@SUM(A1)", "\t=1"])
def test_text_never_becomes_a_formula(download, db, text):
    CalendarDay.objects.create(day="2031-05-01", kind="holiday", name=text, source="G")
    _answer, content = download("format=csv")
    assert next(csv.reader(StringIO(content.decode("utf-8-sig").split("\r\n")[1])))[2] == "'" + text
    _answer, content = download("format=xlsx")
    cell = sheet_rows(content)[1][2]
    assert cell.data_type == "s"
    assert cell.value == text


def test_control_characters_do_not_break_a_workbook(download, db):
    CalendarDay.objects.create(day="2031-05-01", kind="holiday", name="a\x07b", source="G")
    assert sheet_rows(download("format=xlsx")[1])[1][2].value == "ab"


@pytest.mark.parametrize("form", ["xlsx", "csv", "pdf"])
def test_a_list_beyond_the_cap_is_refused_with_a_way_on(
    gardener, days, settings, monkeypatch, form
):
    settings.WUFEI_IMPORT_ROWS_MAX = 2
    monkeypatch.setattr(exporting, "XLSX_ROWS_MAX", 2)
    monkeypatch.setattr(printing, "ROWS_MAX", 2)
    answer = gardener().get(f"/garden/days/export/?format={form}")
    assert answer.status_code == 413
    assert "more than 2 rows" in answer.content.decode()
    assert "Narrow it with filters" in answer.content.decode()


def test_a_list_is_printed_with_its_heading(download, days):
    from pypdf import PdfReader

    _answer, content = download("format=pdf")
    text = PdfReader(BytesIO(content)).pages[0].extract_text()
    assert "Festival 3" in text
    assert "Source" in text


def test_a_download_flows_under_the_asynchronous_server():
    request = AsyncRequestFactory().get("/")
    answer = made(request, lambda file: file.write(b"x" * 200_000), "联单.csv", "text/csv")

    async def collect():
        return [part async for part in answer]

    parts = asyncio.run(collect())
    assert answer.is_async
    assert len(parts) > 1
    assert sum(map(len, parts)) == 200_000


def test_an_unknown_format_is_not_found(gardener, db):
    assert gardener().get("/garden/days/export/?format=exe").status_code == 404


def test_exporting_costs_the_same_queries_for_few_and_for_many(
    gardener, days, django_assert_max_num_queries
):
    client = gardener()
    with django_assert_max_num_queries(12):
        b"".join(client.get("/garden/days/export/?format=csv").streaming_content)
