"""Long tables on their way out: ordered, written by the worker, stopped, killed, taken away."""

import csv
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileSizeError

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.models import ExportRun, Notice
from wufei.hub.base.tables import export_runs, writers
from wufei.hub.base.tests import slow_export

PATIENCE_S = 60
VICTIM = """
import sys, django; django.setup()
from wufei.hub.base.tests.slow_export import write_and_wait
write_and_wait(*sys.argv[1:])
"""


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path, monkeypatch):
    settings.EXPORT_ROOT = tmp_path / "exports"
    monkeypatch.setattr(export_runs, "_exporters", {})


@pytest.fixture
def person(committed, sign_in):
    """Somebody with a browser; ``person.actor`` is who they are."""
    from wufei.hub.accounts.actors import actor_for

    client = sign_in("officer")
    client.actor = actor_for(client.user)
    return client


@pytest.fixture
def numbers(committed):
    return export_runs.register(slow_export.exporter())


def ordered(numbers, person, rows=25, form="csv"):
    return export_runs.order(numbers, {"rows": rows}, person.actor, form=form, title="Numbers / 1")


def state(run):
    run.refresh_from_db()
    return run.state


def elsewhere(work):
    """Do ``work`` on another connection, and wait for it."""

    def do():
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=do)
    thread.start()
    thread.join()


def folder(settings):
    return sorted(path.name for path in Path(settings.EXPORT_ROOT).iterdir())


def test_a_file_is_written_told_of_and_downloaded(numbers, person, run_jobs):
    run = ordered(numbers, person)
    page = person.get(f"/exports/{run.uuid}/").content.decode()
    assert "Queued" in page
    assert "every 1s" in page
    run_jobs()
    assert (state(run), run.rows_total, run.rows_done) == ("done", 25, 25)
    assert Notice.objects.get().heading == "“Numbers  1” is ready: 25 lines"
    page = person.get(f"/exports/{run.uuid}/").content.decode()
    assert "every 1s" not in page
    assert f"/exports/{run.uuid}/file/" in page
    answer = person.get(f"/exports/{run.uuid}/file/")
    assert "Numbers" in answer.headers["Content-Disposition"]
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["Number", "Text"]
    assert rows[25] == ["24", "'" + slow_export.TEXT]
    assert AuditEvent.objects.filter(event="base:export:download").count() == 1


def test_a_workbook_goes_on_on_the_next_sheet_and_tells_about_itself(
    numbers, person, run_jobs, monkeypatch
):
    monkeypatch.setattr(writers, "SHEET_ROWS_MAX", 11)
    run = ordered(numbers, person, form="xlsx")
    run_jobs()
    assert state(run) == "done"
    book: Any = load_workbook(BytesIO(export_runs.path_of(run).read_bytes()))
    assert book.sheetnames == ["Numbers", "Numbers 2", "Numbers 3", "Aboutthistable"]
    sheets = [list(book[name].iter_rows(values_only=True)) for name in book.sheetnames]
    assert [len(sheet) for sheet in sheets] == [11, 11, 6, 1]
    assert [sheet[0] for sheet in sheets[:3]] == [("Number", "Text")] * 3
    assert [row[0] for sheet in sheets[:3] for row in sheet[1:]] == list(range(25))
    cell = book["Numbers"]["B2"]
    assert (cell.value, cell.data_type) == (slow_export.TEXT, "s")


def test_pressing_twice_makes_one_file(numbers, person):
    assert ordered(numbers, person) == ordered(numbers, person)
    assert ordered(numbers, person, form="xlsx") != ordered(numbers, person)
    english = ordered(numbers, person)
    with override("zh-hans"):
        assert ordered(numbers, person) != english


def test_pressing_twice_at_the_same_moment_makes_one_file(numbers, person):
    found = []

    def press():
        try:
            found.append(ordered(numbers, person).pk)
        finally:
            connection.close()

    presses = [Thread(target=press) for _n in range(4)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert len(found) == 4
    assert len(set(found)) == ExportRun.objects.count() == 1


def test_a_finished_file_can_be_ordered_anew(numbers, person, run_jobs):
    first = ordered(numbers, person)
    run_jobs()
    assert ordered(numbers, person) != first


def test_nobody_fills_the_disk_with_orders(numbers, person):
    for rows in range(export_runs.OPEN_MAX):
        ordered(numbers, person, rows=rows)
    with pytest.raises(export_runs.TooManyExports):
        ordered(numbers, person, rows=99)


def test_stopped_before_it_began_it_never_begins(numbers, person, run_jobs, settings):
    run = ordered(numbers, person)
    person.post(f"/exports/{run.uuid}/cancel/")
    run_jobs()
    assert state(run) == "cancelled"
    assert "Nothing was kept" in person.get(f"/exports/{run.uuid}/").content.decode()
    assert person.get(f"/exports/{run.uuid}/file/").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_stopped_in_the_middle_it_leaves_no_file(numbers, person, settings, monkeypatch, form):
    monkeypatch.setattr(export_runs, "CHUNK_ROWS", 10)
    run = ordered(numbers, person, rows=1000, form=form)
    add = export_runs._Progress.add

    def stop_at_the_second_chunk(progress, count):
        if progress.run.rows_done == 10:
            elsewhere(lambda: person.post(f"/exports/{run.uuid}/cancel/"))
        add(progress, count)

    monkeypatch.setattr(export_runs._Progress, "add", stop_at_the_second_chunk)
    export_runs.work_off(run.uuid)
    assert (state(run), run.rows_done) == ("cancelled", 10)
    assert folder(settings) == []
    assert not Notice.objects.exists()


def test_stopped_while_it_is_packed_it_leaves_no_file_either(
    numbers, person, settings, monkeypatch
):
    monkeypatch.setattr(export_runs, "CHECK_BYTES", 100)
    run = ordered(numbers, person, rows=5000, form="xlsx")
    shown: list[str] = []
    packed: list[bool] = []

    def stop_once_all_rows_are_there(progress):
        if not shown:
            shown.append(person.get(f"/exports/{run.uuid}/").content.decode())
            elsewhere(lambda: person.post(f"/exports/{run.uuid}/cancel/"))
        check(progress)

    check = export_runs._Progress.check
    monkeypatch.setattr(export_runs._Progress, "check", stop_once_all_rows_are_there)
    pack = writers.XlsxWriter.close

    def pack_and_tell(book):
        pack(book)
        packed.append(True)

    monkeypatch.setattr(writers.XlsxWriter, "close", pack_and_tell)
    export_runs.work_off(run.uuid)
    assert (state(run), run.rows_done, packed) == ("cancelled", 5000, [])
    assert "the file is being packed" in shown[0]
    assert folder(settings) == []


def test_a_sheet_that_grows_too_large_goes_on_on_the_next_one(
    numbers, person, run_jobs, monkeypatch
):
    monkeypatch.setattr(writers, "SHEET_BYTES_MAX", 1)
    monkeypatch.setattr(export_runs, "CHUNK_ROWS", 500)
    run = ordered(numbers, person, rows=1200, form="xlsx")
    run_jobs()
    book: Any = load_workbook(BytesIO(export_runs.path_of(run).read_bytes()))
    sheets = [list(book[name].iter_rows(values_only=True)) for name in book.sheetnames[:-1]]
    assert [len(sheet) for sheet in sheets] == [501, 501, 201]
    assert [row[0] for sheet in sheets for row in sheet[1:]] == list(range(1200))


def test_what_no_workbook_can_hold_points_at_csv(numbers, person, monkeypatch, settings):
    def too_large(book):
        raise FileSizeError("2 GiB")

    monkeypatch.setattr(Workbook, "close", too_large)
    run = ordered(numbers, person, form="xlsx")
    export_runs.work_off(run.uuid)
    assert state(run) == "failed"
    assert "Export it as CSV instead" in person.get(f"/exports/{run.uuid}/").content.decode()
    assert folder(settings) == []


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_begins_again(
    committed, person, numbers, settings
):
    run = ordered(numbers, person, rows=100)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "wufei.config.settings",
        "WUFEI_DATABASE_NAME": committed,
    }
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(run.uuid), settings.EXPORT_ROOT], env=environment
    )
    deadline = time.monotonic() + PATIENCE_S
    try:
        while state(run) != "running" or run.rows_done < 50:
            assert victim.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    assert state(run) == "running"
    assert folder(settings) == [f"{run.uuid}.1.part"]
    assert person.get(f"/exports/{run.uuid}/file/").status_code == 404
    export_runs.work_off(run.uuid)  # as the queue does with the job of a worker that died
    assert (state(run), run.rows_done, run.attempt) == ("done", 100, 2)
    assert folder(settings) == [f"{run.uuid}.csv"]
    assert len(export_runs.path_of(run).read_text().splitlines()) == 101


def test_a_worker_that_was_taken_for_dead_gives_up(numbers, person, monkeypatch, settings):
    run = ordered(numbers, person)
    fill = export_runs._fill
    other: list[Any] = []

    def meanwhile(writer, export, progress):
        if not other:
            other.append(run.uuid)
            elsewhere(lambda: export_runs.work_off(run.uuid))
        fill(writer, export, progress)

    monkeypatch.setattr(export_runs, "_fill", meanwhile)
    export_runs.work_off(run.uuid)
    assert (state(run), run.attempt) == ("done", 2)
    assert Notice.objects.count() == 1
    assert folder(settings) == [f"{run.uuid}.csv"]


def test_what_cannot_be_written_says_so(person, committed):
    def refuse(parameters, actor):
        raise export_runs.TooManyExports(limit=1)

    numbers = export_runs.register(
        export_runs.Exporter("test.numbers", "Numbers", refuse, lambda parameters, actor: True)
    )
    run = ordered(numbers, person)
    export_runs.work_off(run.uuid)
    assert state(run) == "failed"
    assert "still being written" in person.get(f"/exports/{run.uuid}/").content.decode()
    assert Notice.objects.get().heading == "“Numbers  1” could not be written"


def test_a_mistake_of_the_platform_ends_the_run_visibly(person, committed):
    def stumble(parameters, actor):
        raise ZeroDivisionError

    numbers = export_runs.register(
        export_runs.Exporter("test.numbers", "Numbers", stumble, lambda p, a: True)
    )
    run = ordered(numbers, person)
    with pytest.raises(ZeroDivisionError):
        export_runs.work_off(run.uuid)
    assert state(run) == "failed"


def test_only_the_person_who_ordered_it_sees_an_export(numbers, person, sign_in, run_jobs):
    run = ordered(numbers, person)
    run_jobs()
    other = sign_in("officer")
    for address in ("", "progress/", "file/"):
        assert other.get(f"/exports/{run.uuid}/{address}").status_code == 404
    assert other.post(f"/exports/{run.uuid}/cancel/").status_code == 404
    assert "0 entries" in other.get("/exports/").content.decode()
    assert "Numbers" in person.get("/exports/").content.decode()


def test_who_may_no_longer_have_it_cannot_download_it(person, committed, run_jobs):
    allowed = [True]
    numbers = export_runs.register(slow_export.exporter(reaches=lambda p, a: allowed[0]))
    run = ordered(numbers, person)
    run_jobs()
    assert person.get(f"/exports/{run.uuid}/file/").status_code == 200
    allowed[0] = False
    assert person.get(f"/exports/{run.uuid}/file/").status_code == 404


def test_files_are_taken_away_after_their_time(numbers, person, run_jobs, settings):
    settings.WUFEI_EXPORT_DAYS = 3
    run = ordered(numbers, person)
    run_jobs()
    left = Path(settings.EXPORT_ROOT) / "left-over.1.part"
    left.mkdir()
    export_runs.sweep(timezone.now() + timedelta(days=2))
    assert folder(settings) == [f"{run.uuid}.csv"]
    export_runs.sweep(timezone.now() + timedelta(days=4))
    assert folder(settings) == []
    assert state(run) == "expired"
    assert "no longer kept" in person.get(f"/exports/{run.uuid}/").content.decode()


def test_everything_is_read_in_one_snapshot(person, committed):
    """What is written meanwhile is not in the file, neither in its rows nor in its sums."""
    seen: list[int] = []

    def count():
        return Notice.objects.count()

    def rows():
        elsewhere(lambda: Notice.objects.create(title="meanwhile", role="officer"))
        seen.append(count())
        yield (1, "x")

    def opened(parameters, actor):
        seen.append(count())
        return export_runs.Export("Numbers", slow_export.COLUMNS, rows(), 1)

    numbers = export_runs.register(
        export_runs.Exporter("test.numbers", "Numbers", opened, lambda p, a: True)
    )
    run = ordered(numbers, person)
    export_runs.work_off(run.uuid)
    assert state(run) == "done"
    assert seen == [0, 0]
    assert Notice.objects.filter(title="meanwhile").exists()
