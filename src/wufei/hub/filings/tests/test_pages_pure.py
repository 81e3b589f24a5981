"""What a page sends and shows of a form, without any database."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from wufei.hub.filings.declarations import Field, FieldKind, Section
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing
from wufei.hub.filings.pages import diff, months, states
from wufei.hub.filings.pages.boxes import Told, parts
from wufei.hub.filings.pages.posted import is_typed, read
from wufei.hub.filings.pages.values import Names

HEAD = Section(
    "head",
    "Farm",
    (
        Field("animals", "Animals", FieldKind.INTEGER, "head", required=True),
        Field("manure_t", "Manure", FieldKind.MASS, "t"),
        Field("note", "Note"),
    ),
)
OUT = Section(
    "out",
    "Where it went",
    (
        Field("to", "To", required=True),
        Field("mass_t", "Mass", FieldKind.MASS, "t"),
        Field("half_t", "Half", FieldKind.MASS, "t", computed=lambda row: (row["mass_t"] or 0) / 2),
    ),
    table=True,
    key=("to",),
    totalled=("mass_t",),
)
SECTIONS = (HEAD, OUT)
NONE = Names()


def sent(text: str) -> QueryDict:
    return QueryDict(text)


def test_what_is_typed_becomes_a_form_in_its_order():
    data = sent(
        "v-animals=1,200&v-manure_t=2500 kg&rows-out-sent=1&rows-out=7&rows-out=n1"
        "&r-out-n1-to=field&r-out-n1-mass_t=3&r-out-7-to=digester&r-out-7-mass_t=1.5"
    )
    posted = read(SECTIONS, data)
    assert posted.faults == ()
    assert posted.form.values == {"animals": 1200, "manure_t": Decimal("2.5")}
    assert [row["to"] for row in posted.form.rows["out"]] == ["digester", "field"]


def test_what_cannot_be_read_stays_as_typed_and_is_said_at_its_place():
    posted = read(SECTIONS, sent("v-animals=many&rows-out-sent=1&rows-out=5&r-out-5-mass_t=a lot"))
    assert posted.form.values["animals"] is None
    assert [(one.section, one.row, one.field) for one in posted.faults] == [
        ("head", None, "animals"),
        ("out", 0, "mass_t"),
    ]
    (head, out) = parts(SECTIONS, Told(posted.form, raw=posted.raw, problems=posted.faults))
    assert head.boxes[0].value == "many"
    assert head.boxes[0].has_errors
    assert out.lines[0].boxes[1].value == "a lot"


def test_what_is_not_sent_stays_as_it_was():
    before = Form({"animals": 7, "note": "kept"}, {"out": ({"to": "field"},)})
    form = read(SECTIONS, sent("v-animals=8"), before).form
    assert form.values == {"animals": 8, "note": "kept"}
    assert form.rows == before.rows
    emptied = read(SECTIONS, sent("rows-out-sent=1"), before).form
    assert emptied.rows == {"out": ()}


def test_reasons_come_by_the_problem_they_answer():
    posted = read(SECTIONS, sent("reason-odd:head::animals=new stable&reason-x= "))
    assert posted.reasons == {"odd:head::animals": "new stable"}


def test_an_organisation_is_known_by_its_name():
    one = Section("to", "To", (Field("who", "Who", FieldKind.ORGANISATION),))
    key = "0190b5a0-0000-7000-8000-000000000001"

    def named(kind: FieldKind, text: str) -> str:
        return key if text == "Lakeside works" else ""

    assert str(read([one], sent("v-who=Lakeside works"), named=named).form.values["who"]) == key
    (fault,) = read([one], sent("v-who=nobody"), named=named).faults
    assert fault.field == "who"


def test_a_table_beyond_what_anybody_types_is_left_to_files():
    rows: Any = tuple({"to": str(number)} for number in range(1_001))
    assert not is_typed(OUT, Form({}, {"out": rows}))
    (part,) = parts([OUT], Told(Form({}, {"out": rows})))
    assert (part.typed, part.count, len(part.lines)) == (False, 1_001, 50)


def test_beside_a_field_stands_what_was_there_before():
    now = Form({"animals": 120}, {"out": ({"to": "field", "mass_t": Decimal(3)},)})
    last = Form({"animals": 100}, {"out": ({"to": "field", "mass_t": Decimal(2)},)})
    head, out = parts(SECTIONS, Told(now, last=last, last_year=now))
    animals = head.boxes[0]
    assert (animals.before, animals.a_year_ago, animals.change) == ("100", "120", "+20.0%")
    assert out.lines[0].boxes[1].before == "2"
    total = out.sums[1]
    assert (total.text, total.before, total.change) == ("3", "2", "+50.0%")


def test_rows_are_compared_by_what_they_are_about():
    before = Form({"animals": 1}, {"out": ({"to": "field"}, {"to": "digester"})})
    now = Form({"animals": 2}, {"out": ({"to": "shop"}, {"to": "field", "mass_t": Decimal(1)})})
    head, out = diff.compare(SECTIONS, before, now, NONE)
    assert [pair.differs for pair in head.pairs] == [True, False, False]
    assert [(row.state, row.number) for row in out.rows] == [
        (diff.ADDED, 0),
        (diff.CHANGED, 1),
        (diff.REMOVED, None),
    ]
    assert (head.count, out.count) == (1, 3)


def test_a_filing_is_late_from_the_day_after_its_last_one():
    filing = Filing(due_on=date(2026, 11, 15), owed=True)
    assert states.seen_as(filing, date(2026, 11, 1)) == "open"
    assert states.seen_as(filing, date(2026, 11, 15)) == states.SOON
    assert states.seen_as(filing, date(2026, 11, 16)) == states.LATE
    filing.state = Filing.State.ACCEPTED
    assert states.seen_as(filing, date(2026, 11, 16)) == "accepted"


def test_a_month_has_whole_weeks_and_the_worst_of_a_day_gives_its_colour():
    late = Filing(type="a", due_on=date(2026, 11, 10), owed=True)
    done = Filing(type="b", due_on=date(2026, 11, 10), state=Filing.State.ACCEPTED)
    weeks = months.weeks_of(date(2026, 11, 1), [done, late], date(2026, 11, 26))
    days = {cell.day: cell for week in weeks for cell in week}
    assert (weeks[0][0].day, weeks[-1][-1].day) == (date(2026, 10, 26), date(2026, 12, 6))
    assert days[date(2026, 11, 10)].tone == "bad"
    assert days[date(2026, 11, 10)].filings == [late, done]
    assert not days[date(2026, 10, 31)].inside
    assert days[date(2026, 11, 26)].today


def test_a_month_that_nobody_writes_is_the_present_one():
    day = date(2026, 11, 26)
    assert months.month_of("2026-02", day) == date(2026, 2, 1)
    for text in ("", "2026-13", "soon", "2026-02-30"):
        assert months.month_of(text, day) == date(2026, 11, 1)
    assert months.next_month(date(2026, 1, 1), -1) == date(2025, 12, 1)
