"""Entries that are written many at once, and alone where something is wrong."""

from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from wufei.hub.base.errors import Invalid
from wufei.hub.base.models import CalendarDay, ImportFault, ImportRun
from wufei.hub.base.tables import Column, Kind, Table, Taken, importing, joining, spec, taking
from wufei.hub.base.tables.heading import NoHeading, find_headings
from wufei.hub.base.tables.reading import NotCalculated, Sheet

HEAD = ["Month", "Day", "Name"]
COLUMNS = (
    Column("month", "Month", required=True),
    Column("day", "Day", Kind.DATE, required=True),
    Column("name", "Name"),
)


class Days:
    """Writes days of the calendar; "fog" is refused, and so is what is there under another name."""

    calls: list[int] = []

    @classmethod
    def write(cls, entries, actor):
        cls.calls.append(len(entries))
        known = dict(CalendarDay.objects.values_list("day", "name"))
        answers: list[Any] = []
        new = []
        for values in entries:
            if values["name"] == "fog":
                answers.append(Invalid("Nobody keeps fog.", field="name"))
            elif known.get(values["day"]) == values["name"]:
                answers.append(Taken.KNOWN)
            else:
                answers.append(Taken.NEW)
                new.append(day_of(values))
        CalendarDay.objects.bulk_create(new)
        return answers

    @classmethod
    def write_months(cls, months, actor):
        """All days of each month, few of them in memory at a time."""
        cls.calls.append(len(months))
        for month in months:
            for values in month:
                if values["name"] == "fog":
                    raise Invalid("Nobody keeps fog.", field="name")
                CalendarDay.objects.create(**row_of(values))
        return [Taken.NEW] * len(months)


def row_of(values):
    return {"day": values["day"], "kind": "holiday", "name": values["name"], "source": "G"}


def day_of(values):
    return CalendarDay(**row_of(values))


@pytest.fixture
def take_in(committed, garden, gardener, sheet, run_jobs, monkeypatch):
    """``take_in(rows, **more)``: the run of a table with ``more``, worked off."""
    Days.calls = []

    def send(*rows, run_now=True, **more):
        more = {"write_all": Days.write, **more}
        table = Table(
            "garden.bulk", "Days", COLUMNS, lambda actor: ImportRun.objects.none(), **more
        )
        monkeypatch.setitem(spec._TABLES, table.code, table)
        run = importing.hand_in(table, sheet([HEAD, *rows]), gardener().actor)
        if run_now:
            run_jobs()
            run.refresh_from_db()
        return run

    return send


def counts(run):
    return run.state, run.rows_good, run.rows_known, run.rows_bad


def day(number, name="feast", month="5"):
    return [month, f"2031-05-{number:02}", name]


def test_many_entries_are_one_call_and_each_has_its_answer(take_in):
    take_in(day(1))
    run = take_in(day(1), day(2, "fog"), [None, None, None], ["5", "some day", "?"], day(3))
    assert Days.calls == [1, 3]
    assert counts(run) == ("done", 2, 1, 2)
    assert [(one.row_number, one.column) for one in ImportFault.objects.all()] == [
        (3, "name"),
        (5, "day"),
    ]


def test_what_the_database_refuses_comes_back_alone(take_in):
    # The same day twice: only the database knows.
    rows = [day(n) for n in range(1, 10)]
    run = take_in(*rows, day(4, "another"))
    assert counts(run) == ("done", 9, 0, 1)
    assert ImportFault.objects.get().row_number == 11
    assert CalendarDay.objects.filter(day__year=2031).count() == 9
    # By halves: far fewer transactions than entries.
    assert Days.calls[:3] == [10, 5, 5]


def test_a_killed_run_goes_on_with_the_next_batch(take_in, monkeypatch, run_jobs):
    monkeypatch.setattr(importing, "BULK_ROWS", 4)
    run = take_in(*[day(n) for n in range(1, 11)], run_now=False)
    take, taken = taking.Taker.take, []

    def die_at_the_second(self, batch):
        taken.append(batch)
        if len(taken) == 2:
            raise KeyboardInterrupt
        return take(self, batch)

    monkeypatch.setattr(taking.Taker, "take", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        importing.work_off(run.uuid)
    run_jobs()
    run.refresh_from_db()
    assert counts(run) == ("done", 10, 0, 0)
    assert CalendarDay.objects.filter(day__year=2031).count() == 10


MONTHS = {
    "write_all": Days.write_months,
    "joined_by": ("month",),
    "joined_max": 100,
    "joined_once": True,
}


@pytest.fixture
def long_entries(monkeypatch):
    """As if an entry of more than four rows were one of many thousands."""
    monkeypatch.setattr(joining, "MEMORY_ROWS", 4)
    monkeypatch.setattr(importing, "BULK_ROWS", 4)
    monkeypatch.setattr(taking, "_ROWS_A_LOOK", 4)


def test_a_long_entry_waits_in_a_file_and_comes_alone(take_in, long_entries):
    run = take_in(*[day(n) for n in range(1, 12)], day(20, month="6"), **MONTHS)
    assert counts(run) == ("done", 12, 0, 0)
    assert Days.calls == [1, 1]
    assert run.rows_seen == 12


def test_one_bad_row_brings_a_long_entry_back_whole(take_in, long_entries):
    rows = [day(n, "fog" if n == 9 else "feast") for n in range(1, 12)]
    rows[6][1] = "some day"
    run = take_in(*rows, day(20, month="6"), **MONTHS)
    assert counts(run) == ("done", 1, 0, 11)
    assert list(CalendarDay.objects.filter(day__year=2031).values_list("day__day")) == [(20,)]
    assert ImportFault.objects.get(column="day").row_number == 8
    assert "line 8" in ImportFault.objects.get(row_number=12).reason


def test_a_long_entry_that_is_stopped_half_way_leaves_nothing(take_in, long_entries):
    run: Any = None

    def write_and_stop(months, actor):
        (month,) = months
        for number, values in enumerate(month):
            CalendarDay.objects.create(**row_of(values))
            if number == 1:
                stop()
        return [Taken.NEW]

    def stop():
        # On a connection of its own, as the page does it.
        from threading import Thread

        from django.db import connection

        def cancel():
            ImportRun.objects.filter(pk=run.pk).update(state="cancelled")
            connection.close()

        thread = Thread(target=cancel)
        thread.start()
        thread.join()

    rows = [day(n) for n in range(1, 12)]
    run = take_in(*rows, run_now=False, **{**MONTHS, "write_all": write_and_stop})
    importing.work_off(run.uuid)
    run.refresh_from_db()
    assert (run.state, run.rows_done) == ("cancelled", 0)
    assert not CalendarDay.objects.filter(day__year=2031).exists()


def test_rows_of_one_entry_that_stand_apart_come_back(take_in):
    def write(months, actor):
        CalendarDay.objects.bulk_create(day_of(values) for month in months for values in month)
        return [Taken.NEW] * len(months)

    rows = [day(1), day(2), day(3, month="6"), day(4)]
    run = take_in(*rows, **{**MONTHS, "write_all": write})
    assert counts(run) == ("done", 3, 0, 1)
    fault = ImportFault.objects.get()
    assert (fault.row_number, fault.column) == (5, "month")
    assert "Sort the table by it" in fault.reason


@pytest.mark.parametrize("cell", ['="fe"&"ast"', "#REF!"])
def test_a_formula_without_result_would_read_as_empty_and_is_refused(take_in, cell):
    with pytest.raises(NotCalculated, match="C2"):
        take_in(["5", date(2031, 5, 1), cell])


def test_an_error_in_a_table_of_values_comes_back(
    committed, garden, csv_file, monkeypatch, gardener
):
    table = Table(
        "garden.bulk", "Days", COLUMNS, lambda a: ImportRun.objects.none(), write_all=Days.write
    )
    monkeypatch.setitem(spec._TABLES, table.code, table)
    rows = [HEAD, day(1), day(2, "#REF!")]
    run = importing.hand_in(table, csv_file(rows), gardener().actor)
    importing.work_off(run.uuid)
    run.refresh_from_db()
    assert counts(run) == ("done", 1, 0, 1)
    assert "gives #REF!" in ImportFault.objects.get().reason


# Workbooks with a sheet for each of several tables.
def table_of(title, *names):
    columns = tuple(Column(name.lower(), name) for name in ("Firm", "Year", *names))
    return Table(
        title, title, columns, lambda actor: ImportRun.objects.none(), write=lambda v, a: None
    )


WASTES = table_of("Wastes", "Code", "Mass")
STORES = table_of("Stores", "Store", "Area")


def found_in(*sheets):
    found = [Sheet(name, 2, [head, ["x"]]) for name, head in sheets]
    return {table.code: one.sheet for table, one in find_headings([WASTES, STORES], found)}


def test_a_sheet_belongs_to_the_table_it_is_called_after_or_whose_columns_it_has():
    wastes, stores = ["Firm", "Year", "Code", "Mass"], ["Firm", "Year", "Store"]
    assert found_in(("Stores", stores), ("Wastes", wastes)) == {
        "Wastes": "Wastes",
        "Stores": "Stores",
    }
    assert found_in(("Sheet1", stores), ("wastes ", wastes)) == {
        "Wastes": "wastes ",
        "Stores": "Sheet1",
    }
    assert found_in(("Sheet2", stores)) == {"Stores": "Sheet2"}


def test_a_sheet_with_nothing_but_shared_columns_is_nobodys():
    with pytest.raises(NoHeading, match="Code"):
        found_in(("Sheet1", ["Firm", "Year", "Plate"]))


def test_an_emptied_sheet_is_passed_over_although_it_is_called_after_a_table():
    stores = ["Firm", "Year", "Store"]
    found = [Sheet("Wastes", 0, []), Sheet("Stores", 2, [stores, ["x"]])]
    ((table, _heading),) = find_headings([WASTES, STORES], found)
    assert table is STORES


def test_a_workbook_of_several_tables_is_a_run_for_each_that_has_lines(
    committed, garden, gardener, monkeypatch
):
    import io

    from django.core.files.uploadedfile import SimpleUploadedFile

    monkeypatch.setitem(spec._TABLES, WASTES.code, WASTES)
    monkeypatch.setitem(spec._TABLES, STORES.code, STORES)
    book = Workbook()
    page: Any = book.active
    page.title = "Stores"
    page.append(["Firm", "Year", "Store"])
    second: Any = book.create_sheet("Wastes")
    second.append(["Firm", "Year", "Code"])
    second.append(["Works", "2031", "900"])
    target = io.BytesIO()
    book.save(target)
    upload = SimpleUploadedFile("both.xlsx", target.getvalue())
    (run,) = importing.hand_in_all([STORES, WASTES], upload, gardener().actor)
    assert (run.table_code, run.sheet, run.rows_total) == ("Wastes", "Wastes", 1)
    importing.work_off(run.uuid)
    run.refresh_from_db()
    assert counts(run) == ("done", 1, 0, 0)
