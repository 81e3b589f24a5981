"""Tables on their way in, through the page, the queue and the real worker."""

import os
import subprocess
import sys
from datetime import date
from io import BytesIO
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from openpyxl import load_workbook

from wufei.hub.base.models import CalendarDay, ImportFault, ImportRun, Notice, StoredFile
from wufei.hub.base.tables import importing, taking

HEAD = ["Day", "Kind", "Name", "Source"]
GOOD = ["2031-05-01", "Holiday", "Labour Day", "Gazette"]
BAD_DAY = ["someday", "Holiday", "?", "Gazette"]
DOOMSDAY = ["2031-05-02", "Holiday", "doomsday", "Gazette"]


@pytest.fixture
def hand_in(committed, gardener):
    """Upload a file as the page does; returns the client and the run (None if refused)."""

    def send(upload, client=None):
        client = client or gardener()
        answer = client.post("/garden/days/import/", {"file": upload})
        if answer.status_code != 302:
            return client, answer
        return client, ImportRun.objects.get(uuid=answer.headers["Location"].split("/")[-2])

    return send


def refused(hand_in, upload):
    _client, answer = hand_in(upload)
    assert answer.status_code >= 400
    assert not ImportRun.objects.exists()
    assert not StoredFile.objects.exists()
    return str(answer.context["refusal"])


def test_good_rows_are_taken_and_bad_ones_come_back_with_the_reason(hand_in, sheet, run_jobs):
    client, run = hand_in(sheet([HEAD, GOOD, BAD_DAY, DOOMSDAY]))
    assert run.state == "queued"
    assert "hx-trigger" in client.get(f"/imports/{run.uuid}/").content.decode()
    run_jobs()
    run.refresh_from_db()
    assert (run.state, run.rows_total, run.rows_done, run.rows_bad) == ("done", 3, 3, 2)
    assert CalendarDay.objects.get(day=date(2031, 5, 1)).name == "Labour Day"
    page = client.get(f"/imports/{run.uuid}/").content.decode()
    assert "must be a date" in page
    assert "There is no such day." in page
    assert Notice.objects.get().heading.endswith("1 lines taken, 2 came back")


def test_the_error_file_can_be_mended_and_handed_in_again(hand_in, sheet, run_jobs):
    client, run = hand_in(sheet([[*HEAD, "Remark"], [*BAD_DAY, "keep me"]]))
    run_jobs()
    file = b"".join(client.get(f"/imports/{run.uuid}/faults/").streaming_content)
    book = load_workbook(BytesIO(file))
    page: Any = book.active
    head, bad = page.iter_rows()
    assert [cell.value for cell in head] == [*HEAD, "Remark", "Reason", "Line"]
    assert [cell.value for cell in bad][:5] == [*BAD_DAY, "keep me"]
    assert "must be a date" in bad[5].value
    assert bad[0].fill.fgColor.rgb.endswith("FBE3E3")  # the cell that is wrong
    assert bad[1].fill.fgColor.rgb != bad[0].fill.fgColor.rgb
    bad[0].value = "2031-06-01"
    mended = BytesIO()
    book.save(mended)
    mended.seek(0)
    mended.name = "mended.xlsx"
    _client, again = hand_in(mended, client)
    assert again.unknown_columns == ["Remark"]
    run_jobs()
    assert CalendarDay.objects.filter(day=date(2031, 6, 1)).exists()


def test_the_same_file_again_changes_nothing(hand_in, sheet, run_jobs):
    for _time in (1, 2):
        hand_in(sheet([HEAD, GOOD]))
        run_jobs()
    assert CalendarDay.objects.filter(day__year=2031).count() == 1
    assert {run.rows_bad for run in ImportRun.objects.all()} == {0}


def test_columns_are_known_by_name_label_and_mark_in_any_order(hand_in, sheet, run_jobs):
    hand_in(sheet([["SOURCE *", " day", "Kind（类型）", "name"], ["G", 20310501, "holiday", "N"]]))
    run_jobs()
    assert CalendarDay.objects.get(day=date(2031, 5, 1)).source == "G"


def test_a_column_that_is_not_there_is_left_as_it_is(hand_in, sheet, run_jobs):
    CalendarDay.objects.create(
        day=date(2031, 5, 1), kind="holiday", name="x", source="G", certain=False
    )
    hand_in(sheet([HEAD, GOOD]))
    run_jobs()
    assert CalendarDay.objects.get(day=date(2031, 5, 1)).certain is False


def test_missing_columns_are_named(hand_in, sheet):
    assert "lacks these columns: Day" in refused(hand_in, sheet([["Kind", "Name", "Source"], GOOD]))


def test_the_wrong_sheet_is_refused_with_what_was_expected(hand_in, sheet):
    text = refused(hand_in, sheet([["Plate", "Driver"], ["A", "B"]]))
    assert "Day、Kind、Name、Source" in text


def test_a_column_twice_is_refused(hand_in, sheet):
    assert "stands twice" in refused(hand_in, sheet([[*HEAD, "day"], [*GOOD, "2031-01-01"]]))


def test_headings_alone_and_no_file_are_refused(hand_in, sheet):
    assert "nothing below the headings" in refused(hand_in, sheet([HEAD]))
    assert "Choose a file" in refused(hand_in, "")


def test_too_many_lines_are_refused_with_the_cap(hand_in, sheet, settings):
    settings.WUFEI_IMPORT_ROWS_MAX = 2
    text = refused(hand_in, sheet([HEAD, GOOD, GOOD, GOOD]))
    assert "3 lines" in text
    assert "2." in text
    assert "Split it" in text


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(hand_in, sheet, run_jobs, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_ROWS", 10)
    rows = [[f"2031-05-{n:02}", "holiday", f"Day {n}", "G"] for n in range(1, 31)]
    _client, run = hand_in(sheet([HEAD, *rows]))

    taken, take = [], taking.Taker.take

    def die_in_the_second_batch(self, batch):
        taken.append(len(batch))
        if len(taken) == 2:
            raise KeyboardInterrupt  # as a kill does, this leaves no time to write anything
        return take(self, batch)

    monkeypatch.setattr(taking.Taker, "take", die_in_the_second_batch)
    with pytest.raises(KeyboardInterrupt):
        importing.work_off(run.uuid)
    run.refresh_from_db()
    assert (run.state, run.rows_done) == ("running", 10)
    CalendarDay.objects.filter(day=date(2031, 5, 1)).delete()

    run_jobs()
    run.refresh_from_db()
    assert (run.state, run.rows_done) == ("done", 30)
    # Rows that were counted as done are not done again.
    assert CalendarDay.objects.filter(day__year=2031).count() == 29


def test_two_workers_on_one_run_do_each_row_once(hand_in, sheet, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_ROWS", 5)
    rows = [[f"2031-05-{n % 28 + 1:02}", "holiday", "doomsday", "G"] for n in range(100)]
    _client, run = hand_in(sheet([HEAD, *rows]))

    def work():
        try:
            importing.work_off(run.uuid)
        finally:
            connection.close()

    workers = [Thread(target=work) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run.refresh_from_db()
    assert (run.state, run.rows_done, run.rows_bad) == ("done", 100, 100)
    assert ImportFault.objects.count() == 100


def test_a_cancelled_run_stops_and_keeps_what_it_took(hand_in, sheet, run_jobs):
    client, run = hand_in(sheet([HEAD, GOOD]))
    client.post(f"/imports/{run.uuid}/cancel/")
    run_jobs()
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert not CalendarDay.objects.filter(day__year=2031).exists()


def test_a_row_that_the_database_refuses_comes_back_alone(hand_in, sheet, run_jobs, garden):
    # The kind is checked by the database; the column's own choices are bypassed here.
    rows = [GOOD, ["2031-05-03", "holiday", "n" * 41, "G"]]
    client, run = hand_in(sheet([HEAD, *rows]))
    run_jobs()
    run.refresh_from_db()
    assert (run.rows_done, run.rows_bad) == (2, 1)
    assert "41 characters" in client.get(f"/imports/{run.uuid}/").content.decode()


def test_a_mistake_of_the_platform_ends_the_run_visibly(hand_in, sheet, monkeypatch):
    client, run = hand_in(sheet([HEAD, GOOD]))
    monkeypatch.setattr(taking.Taker, "_values", lambda self, cells: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        importing.work_off(run.uuid)
    assert "made a mistake" in client.get(f"/imports/{run.uuid}/").content.decode()


def test_only_the_person_who_handed_it_in_sees_an_import(hand_in, sheet, gardener):
    _client, run = hand_in(sheet([HEAD, GOOD]))
    other = gardener()
    for address in ("", "progress/", "faults/"):
        assert other.get(f"/imports/{run.uuid}/{address}").status_code == 404
    assert other.post(f"/imports/{run.uuid}/cancel/").status_code == 404
    assert "0 entries" in other.get("/imports/").content.decode()


def test_who_imports_for_the_whole_district_sees_who_has_imported_what(hand_in, sheet, gardener):
    _client, run = hand_in(sheet([HEAD, GOOD]), gardener(display_name="Chen Mei"))
    page = gardener(display_name="Sun Li").get("/garden/days/import/").content.decode()
    assert "days.xlsx" in page
    assert "Chen Mei" in page
    # Its lines are for who handed it in.
    assert str(run.uuid) not in page


def test_a_file_sent_twice_by_a_double_tap_is_one_import(gardener, committed, sheet):
    # One workbook for both: it holds the second in which it was made.
    client, token, file = gardener(), str(uuid4()), sheet([HEAD, GOOD])
    places = []
    for _tap in (1, 2):
        file.seek(0)
        answer = client.post("/garden/days/import/", {"file": file, "submission": token})
        places.append(answer.headers["Location"])
    assert places[0] == places[1]
    assert ImportRun.objects.count() == 1


def test_my_imports_are_listed_with_their_result(hand_in, sheet, run_jobs):
    client, run = hand_in(sheet([HEAD, GOOD, BAD_DAY]))
    run_jobs()
    for address in ("/imports/", "/garden/days/import/"):
        assert f"/imports/{run.uuid}/" in client.get(address).content.decode()


def test_the_template_can_be_filled_in_and_handed_in(hand_in, gardener, run_jobs):
    client = gardener()
    book = load_workbook(BytesIO(b"".join(client.get("/garden/days/template/").streaming_content)))
    page: Any = book.active
    rows = list(page.iter_rows(values_only=True))
    assert rows[0][0] == "Days"
    assert rows[1][0] == "One line for each day."
    assert rows[-1] == ("Day *", "Kind *", "Name", "Source *", "Certain")
    assert {
        next(iter(check.sqref.ranges)).min_col for check in page.data_validations.dataValidation
    } == {
        2,
        5,
    }
    page.append(GOOD)
    filled = BytesIO()
    book.save(filled)
    filled.seek(0)
    filled.name = "days.xlsx"
    _client, run = hand_in(filled, client)
    run_jobs()
    run.refresh_from_db()
    assert (run.rows_total, run.rows_bad) == (1, 0)


def test_a_worker_that_has_served_no_page_knows_every_table():
    script = (
        "import django; django.setup()\n"
        "from wufei.hub.base.tables import table\n"
        "print(table('registry.organisation').code)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "wufei.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "registry.organisation"


def validations(page):
    return page.data_validations.dataValidation
