"""Files that were made to hurt, or by people in a hurry: refused, or reported row by row."""

import io
import os
import signal
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from openpyxl import load_workbook

from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables import importing, spec
from wufei.hub.base.tables.models import ImportRun
from wufei.hub.base.tables.taking import Taker
from wufei.hub.filings import declarations
from wufei.hub.filings.models import Filing, Row, Version
from wufei.hub.filings.sheets.columns import tables_of
from wufei.hub.filings.tests.stories import FORMS
from wufei.hub.filings.tests.test_sheets_import import (
    HEAD,
    LEDGER,
    LINES,
    book,
    counts,
    faults,
    handed_in,
    line,
)

__all__ = ["handed_in"]


@pytest.fixture
def sent(handed_in, real_town):
    """``sent(upload)``: the run of any file that the clerk of the works hands in."""
    real_town.firm()

    def send(upload, form=LEDGER):
        (run,) = importing.hand_in_all(tables_of(form), upload, real_town.clerk())
        importing.work_off(run.uuid)
        run.refresh_from_db()
        return run

    return send


def packed(upload, name, content):
    """The workbook with one more member in its package."""
    target = io.BytesIO(upload.read())
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return SimpleUploadedFile("forms.xlsx", target.getvalue())


def edited(change, *rows):
    """The workbook of ``rows`` after ``change(sheet)``."""
    made = load_workbook(io.BytesIO(book(Sheet1=rows).read()))
    change(made.active)
    target = io.BytesIO()
    made.save(target)
    return SimpleUploadedFile("forms.xlsx", target.getvalue())


# Refused at the door: nothing is kept, and the reason says what to do.
def refused(sent, upload, match):
    with pytest.raises(Refusal, match=match):
        sent(upload)
    assert not Filing.objects.exists()
    assert not ImportRun.objects.exists()


def test_more_rows_than_the_cap_are_refused_with_it(sent, settings):
    settings.WUFEI_IMPORT_ROWS_MAX = 2
    refused(sent, book(S=[HEAD, *(line(f"C{n}") for n in range(3))]), "3 lines.*may have 2")


def test_what_unpacks_to_more_than_the_cap_is_refused_with_it(sent, settings):
    settings.WUFEI_UPLOAD_MB_MAX = 1
    bomb = packed(book(S=[HEAD, line("C1")]), "xl/media/bomb", b"0" * 16_000_000)
    assert bomb.size < 100_000
    refused(sent, bomb, "unpacks to more than 15 MB")


def test_macros_are_refused(sent):
    refused(sent, packed(book(S=[HEAD, line("C1")]), "xl/vbaProject.bin", b"x"), "macros")


def test_a_formula_without_a_result_is_refused_with_its_cell(sent):
    refused(sent, book(S=[HEAD, line("C1", "=1+1")]), "Cell E2 holds a formula")


def test_a_file_that_only_says_it_is_a_workbook_is_refused(sent):
    refused(sent, SimpleUploadedFile("forms.xlsx", b"PK\x03\x04" + b"0" * 500), "damaged")


# Reported row by row.
@pytest.mark.parametrize("cell", ["#REF!", "#DIV/0!", "#N/A"])
def test_an_error_that_stands_as_a_value_comes_back_at_its_cell(sent, cell):
    text = ",".join(HEAD) + f"\nWorks,2026-10,C1,X-1,{cell}\n"
    run = sent(SimpleUploadedFile("forms.csv", text.encode()))
    ((number, column, reason),) = faults(run)
    assert (number, column) == (2, "mass")
    assert cell in reason
    assert not Filing.objects.exists()


@pytest.mark.parametrize(
    ("written", "mass"),
    [
        ("１２．５", "12.5"),
        ("\u00a012.5\u00a0", "12.5"),
        ("\u300012.5", "12.5"),
        ("1,234.5", "1234.5"),
        ("12.5 吨", "12.5"),
        ("1,500 kg", "1.5"),
        ("+3", "3"),
    ],
)
def test_numbers_are_read_as_people_write_them(sent, written, mass):
    assert counts(sent(book(S=[HEAD, line("C1", written)]))) == (1, 0, 0)
    assert Row.objects.get().values["mass"] == mass


@pytest.mark.parametrize("written", ["12..5", "1,23", "十二", "12.5 m3", "1e5", "12.3456", "--1"])
def test_what_is_no_number_of_this_form_comes_back_at_its_cell(sent, written):
    run = sent(book(S=[HEAD, line("C1"), line("C2", written)]))
    assert counts(run) == (0, 0, 2)
    assert [one[1] for one in faults(run)] == ["", "mass"]
    assert not Filing.objects.exists()


@pytest.mark.parametrize(
    "written", ["2026-10-05", "2026/10/5", "2026年10月5日", "20261005", 46300, date(2026, 10, 5)]
)
def test_days_are_read_as_text_as_serial_numbers_and_as_dates(sent, written):
    run = sent(book(S=[[*HEAD, "Day"], [*line("C1"), written]]))
    assert counts(run) == (1, 0, 0)
    assert Row.objects.get().values["day"] == "2026-10-05"


@pytest.mark.parametrize("written", ["2026-02-30", "5/10", "soon", 5, "1026-10-05"])
def test_what_is_no_day_comes_back_at_its_cell(sent, written):
    run = sent(book(S=[[*HEAD, "Day"], [*line("C1"), written]]))
    assert [one[1] for one in faults(run)] == ["day"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_text_of_any_usual_encoding_is_read(sent, real_town, encoding):
    real_town.firm("Works").__class__.objects.update(name="湖畔砖厂")
    text = "填报单位,填报月份,Container,Waste,Mass（千克）\r\n湖畔砖厂,2026年10月,桶1,X-1,1500\r\n"
    assert counts(sent(SimpleUploadedFile("台账.csv", text.encode(encoding)))) == (1, 0, 0)
    values = Row.objects.get().values
    assert (values["container"], values["mass"]) == ("桶1", "1.5")


def test_headings_of_other_systems_are_known_by_their_names(sent, monkeypatch):
    fields = tuple(
        replace(one, aliases=("容器编码",)) if one.name == "container" else one
        for one in LINES.fields
    )
    other = replace(LEDGER, sections=(replace(LINES, fields=fields),))
    declarations.fill((*FORMS, other))
    for table in tables_of(other):
        spec.put(table)
    head = ["企业名称", "填报月份", "容器编码", "Waste", "Mass (t)", "Something else"]
    run = sent(book(S=[head, [*line("C1"), "left out"]]), other)
    assert counts(run) == (1, 0, 0)
    assert run.unknown_columns == ["Something else"]


# What merging and hiding does.
def test_a_filer_merged_over_its_rows_never_files_the_first_of_them_alone(sent):
    def merge(sheet):
        sheet.merge_cells("A2:A4")

    run = sent(edited(merge, HEAD, line("C1"), line("C2"), line("C3"), line("C4", month="2026-09")))
    assert counts(run) == (1, 0, 3)
    first, second, third = faults(run)
    assert (second[0], second[1]) == (3, "filer_")
    assert "belongs to line 3" in first[2]
    assert "belongs to line 3" in third[2]
    assert [one.first for one in Filing.objects.all()] == [date(2026, 9, 1)]


def test_a_merged_figure_brings_its_form_back(sent):
    def merge(sheet):
        sheet.merge_cells("E2:E3")

    run = sent(edited(merge, HEAD, line("C1", 4), line("C2", 5)))
    assert counts(run) == (0, 0, 2)
    assert faults(run)[1][:2] == (3, "mass")


def test_hidden_rows_are_rows_and_hidden_sheets_are_none(sent):
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True
        other = sheet.parent.create_sheet("Old")
        other.append(HEAD)
        other.append(line("C9"))
        other.sheet_state = "hidden"

    assert counts(sent(edited(hide, HEAD, line("C1"), line("C2")))) == (2, 0, 0)
    assert [one.values["container"] for one in Row.objects.order_by("position")] == ["C1", "C2"]


def test_empty_rows_between_are_passed_over(sent):
    empty = [None] * 5
    run = sent(book(S=[HEAD, empty, line("C1"), empty, line("C1", month="2026-09"), empty]))
    assert (run.rows_bad, Filing.objects.count()) == (0, 2)


# Stopped in the middle.
@pytest.fixture
def firms(handed_in, real_town, monkeypatch):
    """A file of six firms, which are taken two at a time."""
    monkeypatch.setattr(importing, "BULK_ROWS", 2)
    names = [f"Works {n}" for n in range(6)]
    made = [real_town.firm(name) for name in names]
    by = replace(real_town.clerk(), organisation_ids=frozenset({one.pk for one in made}))
    rows = [HEAD, *(line("C1", firm=name) for name in names)]

    def queue():
        (run,) = importing.hand_in_all(tables_of(LEDGER), book(S=rows), by)
        return run

    return queue


def whole():
    """How many forms are in, each with its version and its row."""
    count = Filing.objects.filter(state="accepted", in_force__isnull=False).count()
    assert count == Filing.objects.count() == Version.objects.count() == Row.objects.count()
    return count


def test_what_was_taken_before_it_was_stopped_is_said_and_the_rest_comes_later(
    firms, real_town, monkeypatch
):
    run, take = firms(), Taker.take

    def and_stop(taker, batch):
        done = take(taker, batch)
        importing.cancel(run, real_town.clock)
        return done

    monkeypatch.setattr(Taker, "take", and_stop)
    importing.work_off(run.uuid)
    run.refresh_from_db()
    assert (run.state, run.rows_done, run.rows_good, whole()) == ("cancelled", 2, 2, 2)
    monkeypatch.setattr(Taker, "take", take)
    again = firms()
    importing.work_off(again.uuid)
    again.refresh_from_db()
    assert counts(again) == (4, 2, 0)
    assert whole() == 6


def test_a_worker_that_is_killed_in_the_middle_leaves_whole_forms_and_another_goes_on(
    firms, monkeypatch
):
    run, commit, batches = firms(), Taker._commit, []

    def and_die(taker, batch, refused=None):
        batches.append(batch)
        if len(batches) == 2:
            # Everything of the second batch is written, and nothing of it committed.
            claim = taker._claim

            def die(done):
                claim(done)
                taker._write(batch, refused)
                os.kill(os.getpid(), signal.SIGKILL)

            taker._claim = die
        return commit(taker, batch, refused)

    connections.close_all()
    child = os.fork()
    if not child:
        Taker._commit = and_die  # type: ignore[method-assign]
        try:
            importing.work_off(run.uuid)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    run.refresh_from_db()
    assert (run.state, run.rows_done, whole()) == ("running", 2, 2)
    importing.work_off(run.uuid)
    run.refresh_from_db()
    assert counts(run) == (6, 0, 0)
    assert whole() == 6


def test_a_file_that_was_mended_and_sent_again_is_an_amendment_of_what_changed(firms, real_town):
    first = firms()
    importing.work_off(first.uuid)
    names = [f"Works {n}" for n in range(6)]
    by = replace(
        real_town.clerk(),
        organisation_ids=frozenset(real_town.firm(name).pk for name in names),
    )
    rows = [HEAD, *(line("C1", 7 if name == "Works 3" else 1, firm=name) for name in names)]
    (run,) = importing.hand_in_all(tables_of(LEDGER), book(S=rows), by)
    importing.work_off(run.uuid)
    run.refresh_from_db()
    assert counts(run) == (1, 5, 0)
    mended = Filing.objects.get(head=2)
    assert mended.organisation.name == "Works 3"
    assert mended.in_force is not None
    assert Decimal(mended.in_force.rows.get().values["mass"]) == 7
