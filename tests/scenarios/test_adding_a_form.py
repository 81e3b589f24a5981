"""A new form takes one declaration: the guide's own is declared and goes its whole course."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import system
from wufei.hub.base.tables import importing, spec
from wufei.hub.base.tables.models import ImportRun
from wufei.hub.filings import declarations, services
from wufei.hub.filings.declarations import FilingType
from wufei.hub.filings.models import Filing, Statistic, Version
from wufei.hub.filings.periods import before, span_of
from wufei.hub.filings.sheets.columns import tables_of
from wufei.hub.filings.sheets.schema import model_of
from wufei.hub.registry.models import Organisation, Region
from wufei.hub.registry.validity import period, today

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "adding-a-form.md"
BY = system("test")


def declared() -> FilingType:
    """The guide's block of code, run as it stands."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, str(GUIDE), "exec"), names)
    form: FilingType = names["FORM"]
    return form


@dataclass
class Glass:
    """Two stations that owe the form for last month, the keeper of one, and the form."""

    form: FilingType
    mine: Filing
    other: Filing
    keeper: Any


@pytest.fixture
def glass(
    db: None, sign_in: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Glass]:
    settings.MEDIA_ROOT = tmp_path
    kept, form = declarations.types(), declared()
    declarations.fill([*kept, form])
    for table in tables_of(form):
        monkeypatch.setitem(spec._TABLES, table.code, table)
    stations = [_station("Bridge station"), _station("Hill station")]
    services.open_period(form, before(form.period, span_of(form.period, today())), by=BY)
    rows = Filing.objects.filter(type=form.code)
    mine, other = (rows.get(organisation=one) for one in stations)
    keeper = sign_in("keeper", organisations=stations)
    yield Glass(form, mine, other, keeper)
    declarations.fill(kept)


def _station(name: str) -> Organisation:
    town = Region.objects.filter(within=True, level="town").order_by("path").first()
    assert town is not None
    return Organisation.objects.create(
        name=name,
        pinyin=name,
        kind="station",
        region=town,
        domains=["household"],
        validity=period(date(2020, 1, 1)),
    )


def page(client: Any, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return str(answer.content.decode())


def written(**changes: str) -> dict[str, Any]:
    """What its page sends: six banks, a row of clear glass."""
    return {
        "edition": "0",
        "submission": str(uuid7()),
        "v-banks": "6",
        "v-photo-sent": "1",
        "rows-glass-sent": "1",
        "rows-glass": ["n1"],
        "r-glass-n1-colour": "clear",
        "r-glass-n1-collected": "1.25",
        **changes,
    }


def test_it_stands_in_the_catalogue_and_on_the_calendar_of_those_who_owe_it(glass):
    assert "Glass banks (month)" in page(glass.keeper, "filings.type.list")
    assert "mass collected" in page(glass.keeper, "filings.type.detail", glass.form.code)
    assert "Glass banks (month)" in page(glass.keeper, "filings.mine")


def test_it_is_written_submitted_decided_and_counted(glass, sign_in):
    edit = reverse("filings.filing.edit", args=[glass.mine.uuid])
    assert "glass banks emptied" in page(glass.keeper, "filings.filing.edit", glass.mine.uuid)
    empty = glass.keeper.post(edit, written(submit="1", **{"v-banks": ""}))
    assert empty.status_code == 422
    assert glass.keeper.post(edit, written(edition="1", submit="1")).status_code == 302
    glass.mine.refresh_from_db()
    assert glass.mine.state == Filing.State.SUBMITTED
    assert not Statistic.objects.exists()

    officer = sign_in("officer")
    assert "Bridge station" in page(officer, "filings.review.list")
    assert "glass collected" in page(officer, "filings.review.one", glass.mine.uuid)
    decision = {"version": "1", "decision": "accept"}
    officer.post(reverse("filings.review.one", args=[glass.mine.uuid]), decision)
    glass.mine.refresh_from_db()
    assert glass.mine.state == Filing.State.ACCEPTED
    assert str(glass.mine.number).startswith("BLX")
    told = Statistic.objects.values_list("code", "dimension", "value", "unit")
    assert list(told) == [("household.glass", "clear", Decimal("1.25"), "t")]

    month = {"month": f"{glass.mine.due_on:%Y-%m}", "type": glass.form.code}
    answer = officer.get(reverse("filings.completeness"), month)
    total = answer.context["total"]
    assert (total.expected, total.received) == (2, 1)
    assert "Glass banks (month)" in answer.content.decode()
    printed = glass.keeper.get(reverse("filings.filing.print", args=[glass.mine.uuid]))
    assert printed.headers["Content-Type"] == "application/pdf"


def test_its_template_filled_in_and_brought_back_is_a_filing(glass):
    url = reverse("filings.type.template", args=[glass.form.code])
    book = load_workbook(io.BytesIO(b"".join(glass.keeper.get(url).streaming_content)))
    filer: dict[str, Any] = {
        "filer_": "Hill station",
        "span_": str(span_of(glass.form.period, glass.other.first)),
    }
    rows: dict[str, dict[str, Any]] = {
        "month": {"banks": 4},
        "glass": {"colour": "有色", "collected": "300 kg"},
    }
    for sheet, table in zip(book.worksheets, tables_of(glass.form), strict=False):
        values = filer | rows[table.code.rpartition(".")[2]]
        below = 1 + _head(sheet)
        for place, column in enumerate(table.imported, start=1):
            sheet.cell(below, place, values.get(column.name))
    target = io.BytesIO()
    book.save(target)
    upload = SimpleUploadedFile("glass.xlsx", target.getvalue())
    answer = glass.keeper.post(
        reverse("filings.type.import", args=[glass.form.code]),
        {"file": upload, "token": str(uuid7())},
    )
    assert answer.status_code == 302
    for run in ImportRun.objects.order_by("pk"):
        importing.work_off(run.uuid)
        run.refresh_from_db()
        assert (run.rows_good, run.rows_bad) == (1, 0), list(run.faults.values_list("reason"))
    version = Version.objects.get(filing=glass.other)
    assert version.values == {"banks": "4"}
    assert [row.values for row in version.rows.all()] == [
        {"colour": "coloured", "collected": "0.3"}
    ]


def _head(sheet: Any) -> int:
    """Number of the row with the headings: the first of them must be filled in."""
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    return next(n for n, row in rows if str(row[0]).endswith("*"))


def test_programs_get_its_schema(glass):
    told = model_of(glass.form).model_json_schema()
    assert set(told["properties"]) == {"banks", "photo", "glass"}
