from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base import workdays
from wufei.hub.base.actor import system
from wufei.hub.base.models import CalendarDay
from wufei.hub.base.workdays import WorkCalendar

WEEKS = WorkCalendar({})
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def test_a_plain_week_is_worked_from_monday_to_friday():
    assert WEEKS.add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert WEEKS.working_days_between(date(2026, 11, 20), date(2026, 11, 27)) == 5


def test_the_spring_festival_is_skipped_and_its_sunday_is_worked(db):
    eve = date(2025, 1, 24)  # a Friday; Sunday the 26th is worked, then free until 4 February
    assert workdays.is_working_day(date(2025, 1, 26))
    assert not workdays.is_working_day(date(2025, 2, 4))
    assert workdays.add_working_days(eve, 1) == date(2025, 1, 26)
    assert workdays.add_working_days(eve, 3) == date(2025, 2, 5)


@pytest.mark.parametrize(
    ("year", "working"), [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248)]
)
def test_a_year_has_as_many_working_days_as_it_should(db, year, working):
    # 365 or 366 days, less weekends, less 11 public holidays (13 from 2025 on).
    found = workdays.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))
    assert found == working


def test_an_unknown_year_says_that_it_is_not_known(db):
    assert workdays.calendar_known(2025)
    assert not workdays.calendar_known(2031)
    assert not workdays.calendar().known(2031)
    assert workdays.is_working_day(date(2031, 10, 1))


def test_an_administrator_corrects_the_calendar(db):
    CalendarDay.objects.create(day="2031-10-01", kind="holiday", source="Gazette 2030/12")
    assert not workdays.is_working_day(date(2031, 10, 1))
    assert workdays.calendar_known(2031)


def test_the_calendar_has_its_pages(sign_in, db):
    client = sign_in("administrator")
    new = {
        "day": "2031-10-01",
        "kind": "holiday",
        "name": "国庆节",
        "source": "Gazette",
        "certain": 1,
    }
    assert client.post("/calendar/new/", new).headers["Location"] == "/calendar/2031-10-01/"
    assert not workdays.is_working_day(date(2031, 10, 1))
    client.post("/calendar/2031-10-01/edit/", {"kind": "holiday", "name": "国庆", "source": "G"})
    assert CalendarDay.objects.get(day="2031-10-01").name == "国庆"
    page = client.get("/calendar/?year=2031").content.decode()
    assert "1 entry" in page
    answer = client.post("/calendar/2031-10-01/remove/")
    assert answer.headers["Location"] == "/calendar/"
    assert workdays.is_working_day(date(2031, 10, 1))
    assert AuditEvent.objects.filter(event__startswith="base:calendar:").count() == 3


def test_a_day_like_its_weekday_is_not_kept(sign_in, db):
    sunday = {"day": "2031-10-05", "kind": "holiday", "source": "Gazette"}
    answer = sign_in("administrator").post("/calendar/new/", sunday)
    assert answer.status_code == 422
    assert "such a day anyway" in answer.content.decode()


def test_an_officer_reads_the_calendar_and_changes_nothing(sign_in, db):
    client = sign_in("officer")
    assert client.get("/calendar/").status_code == 200
    for page in ("new/", "import/", "2025-10-01/edit/", "2025-10-01/remove/"):
        assert client.post(f"/calendar/{page}").status_code == 403


def test_what_is_not_certain_is_marked(db):
    assert not CalendarDay.objects.filter(day__year=2026, certain=True).exists()
    assert not CalendarDay.objects.filter(day__year=2025, certain=False).exists()


@given(days, st.integers(-60, 60))
def test_adding_and_counting_agree(start, count):
    calendar = WorkCalendar({start + timedelta(days=3): True, start - timedelta(days=2): False})
    end = calendar.add_working_days(start, count)
    forward = calendar.working_days_between(start, end)
    if count > 0:
        assert forward == count
        assert calendar.is_working_day(end)
    elif count == 0:
        assert end == start
    else:
        assert end < start
        assert calendar.is_working_day(end)


@pytest.mark.django_db
def test_what_is_asked_with_every_signature_is_read_once_a_minute(
    django_assert_num_queries, django_capture_on_commit_callbacks
):
    day = date(2031, 5, 1)
    with django_assert_num_queries(1):
        assert all(workdays.recent_calendar().is_working_day(day) for _n in range(3))
    with django_capture_on_commit_callbacks(execute=True):
        kept = workdays.save_day(None, {"day": day, "kind": "holiday"}, system("test"))
    assert not workdays.recent_calendar().is_working_day(day)
    with django_capture_on_commit_callbacks(execute=True):
        workdays.remove_day(kept, system("test"))
    assert workdays.recent_calendar().is_working_day(day)
