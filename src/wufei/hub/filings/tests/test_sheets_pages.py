"""Templates, imports and exports of forms as their pages give them, and a filing on paper."""

import io
from datetime import date
from typing import Any

import pypdf
import pytest
from django.utils.translation import override
from openpyxl import load_workbook

from wufei.hub.base.errors import Forbidden
from wufei.hub.base.tables.writers import CsvWriter, values
from wufei.hub.filings import services
from wufei.hub.filings.models import Filing
from wufei.hub.filings.sheets.export import open_export
from wufei.hub.filings.sheets.paper import data_of, paper
from wufei.hub.filings.tests.stories import FARM, MONTHLY, OCTOBER, month

PAGE = "https://wufei.example/filings/1/"


def workbook(response):
    return load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def test_the_template_has_a_sheet_for_each_section_with_the_filer_first(town, sign_in):
    client = sign_in("clerk")
    book = workbook(client.get(f"/filings/forms/{MONTHLY.code}/template/"))
    assert book.sheetnames == ["Month", "Wastes", "More", "Choices"]
    rows = list(book["Wastes"].iter_rows(values_only=True))
    assert rows[-1] == ("filed by *", "filed for *", "Waste *", "Mass (t) *", "Sent to")
    # What is computed and what is a file is nothing to write.
    heads = list(book["Month"].iter_rows(values_only=True))[-1]
    assert heads == ("filed by *", "filed for *", "Output (pcs) *", "Contact")


def test_the_import_page_says_what_to_write_and_refuses_what_is_no_file(town, sign_in):
    client = sign_in("clerk")
    page = client.get(f"/filings/forms/{MONTHLY.code}/import/").content.decode()
    assert "credit code, or the name in full" in page
    answer = client.post(f"/filings/forms/{MONTHLY.code}/import/", {"file": ""})
    assert answer.status_code >= 400
    assert "Choose a file" in answer.content.decode()


def asked(section="wastes", **more):
    return {
        "type": MONTHLY.code,
        "section": section,
        "first": "2026-01-01",
        "last": "2026-12-31",
        **more,
    }


def rows_of(export):
    return [
        dict(zip([c.name for c in export.columns], row, strict=True))
        for row in values(export.columns, export.rows)
    ]


@pytest.fixture
def officer(town, monkeypatch):
    from dataclasses import replace

    from wufei.hub.base.actor import Scope

    by = town.officer()
    return replace(by, acts={**by.acts, "filings.filing.export": Scope.ALL})


def test_what_was_filed_comes_out_as_lines_with_names_and_numbers(town, officer):
    mill = town.firm("Mill")
    filing = town.month(OCTOBER)
    town.submit(filing, month(4, to=mill.uuid))
    town.write(town.month(OCTOBER, firm=mill), month(9))
    export = open_export(asked(), officer)
    (line,) = rows_of(export)
    assert (export.rows_total, line["filer_"], line["span_"]) == (1, "Works", "2026-10")
    assert (line["waste"], line["to"], line["no_"]) == ("X-1", "Mill", filing.number)
    assert str(line["mass"]) == "4"
    (single,) = rows_of(open_export(asked("head"), officer))
    assert (single["output"], single["share"]) == (100, 100)
    assert rows_of(open_export(asked(first="2027-01-01", last="2027-12-31"), officer)) == []
    target = io.BytesIO()
    writer = CsvWriter(target)
    writer.head(export.title, export.columns)


def test_nobody_takes_out_what_they_do_not_see(town):
    town.submit(town.month(OCTOBER), month())
    other = town.clerk(town.firm("Mill"))
    assert rows_of(open_export(asked(), other)) == []
    from dataclasses import replace

    with pytest.raises(Forbidden):
        open_export(asked(), replace(other, acts={}))


def test_an_export_is_ordered_on_its_page(town, sign_in):
    client = sign_in("officer")
    answer = client.post(
        f"/filings/forms/{MONTHLY.code}/export/",
        {"section": "wastes", "first": "2026-01-01", "last": "2026-12-31", "form": "csv"},
    )
    assert answer.status_code == 302
    assert "/exports/" in answer.headers["Location"]
    answer = client.post(f"/filings/forms/{MONTHLY.code}/export/", {"section": "nothing"})
    assert answer.status_code == 422


def test_a_filing_is_printed_in_the_order_of_its_form_with_the_way_back(town):
    filing = town.month(OCTOBER)
    town.submit(filing, month(4))
    by = town.clerk()
    data: Any = data_of(filing, by, PAGE)
    assert [part["title"] for part in data["sections"]] == ["Month", "Wastes"]
    assert [column["heading"] for column in data["sections"][1]["columns"]] == [
        "Waste",
        "Mass (t)",
        "Sent to",
    ]
    assert data["sections"][1]["totals"] == ["Total", "", "4", ""]
    assert data["draft"] == ""
    text = pypdf.PdfReader(io.BytesIO(paper(filing, by, PAGE))).pages[0].extract_text()
    assert filing.number in text
    assert "1 / 1" in text


def test_a_draft_is_printed_as_one_for_those_alone_who_write_it(town):
    filing = town.month(OCTOBER)
    town.write(filing, month(4))
    with override("zh-hans"):
        assert data_of(filing, town.clerk(), PAGE)["draft"]
    from wufei.hub.base.errors import Invalid

    with pytest.raises(Invalid):
        data_of(filing, town.officer(), PAGE)


def test_a_filing_of_others_is_not_printed(town, sign_in):
    filing = town.month(OCTOBER)
    town.submit(filing, month(4))
    client = sign_in("clerk")
    assert client.get(f"/filings/{filing.uuid}/print/").status_code == 404
    client = sign_in("officer")
    answer = client.get(f"/filings/{filing.uuid}/print/")
    assert answer.headers["Content-Type"] == "application/pdf"


def test_a_farm_may_be_printed_too(town):
    pigs = town.firm("Pigs", "farm")
    services.open_period(FARM, OCTOBER, by=town.clock)
    filing = Filing.objects.get(organisation=pigs)
    by = town.clerk(pigs)
    services.draft_of(filing, by=by)
    assert paper(filing, by, PAGE).startswith(b"%PDF")
    assert filing.first == date(2026, 10, 1)
