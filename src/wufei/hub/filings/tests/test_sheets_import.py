"""Forms handed in as tables: submitted where nothing speaks against them, whole or not at all."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables import importing, joining, spec
from wufei.hub.filings import declarations, services
from wufei.hub.filings.declarations import Field, FieldKind, Kind, Reviewer, Section
from wufei.hub.filings.models import Filing, Row, Version
from wufei.hub.filings.periods import Period
from wufei.hub.filings.services.checking import form_of
from wufei.hub.filings.sheets.columns import tables_of
from wufei.hub.filings.sheets.lookups import span_from
from wufei.hub.filings.tests.stories import FARM, FORMS, MONTHLY, OCTOBER, PLAN, month

LINES = Section(
    "lines",
    "Lines",
    (
        Field("container", "Container", required=True),
        Field("waste", "Waste", FieldKind.WASTE, required=True),
        Field("mass", "Mass", FieldKind.MASS, unit="t", required=True, minimum=Decimal(0)),
        Field("store", "Store", FieldKind.SITE),
        Field("sent_to", "Sent to", FieldKind.ORGANISATION),
        Field("day", "Day", FieldKind.DATE),
        Field("kg", "In kilograms", FieldKind.DECIMAL, computed=lambda v: (v["mass"] or 0) * 1000),
    ),
    table=True,
    rows_min=1,
    rows_max=50,
    key=("container",),
)
LEDGER = replace(
    MONTHLY,
    code="test_ledger",
    name="Container ledger",
    kind=Kind.NOTIFY,
    reviewer=Reviewer.NOBODY,
    number_prefix="TC",
    sections=(LINES,),
    classify=None,
    prefill=FARM.prefill,
    checks=(),
    reads=(),
)
EVENT = replace(
    FARM,
    code="test_event",
    name="Dead animals",
    period=Period.EVENT,
    owes=None,
    due=None,
    number_prefix="TE",
)
HEAD = ["Filed by", "filed for", "Container", "Waste", "Mass (t)"]


@pytest.fixture
def handed_in(real_town, monkeypatch, tmp_path, settings):
    """``handed_in(form, rows)``: the run of a sheet that a clerk of the works has handed in."""
    settings.MEDIA_ROOT = tmp_path / "files"
    forms = (*FORMS, LEDGER, EVENT)
    declarations.fill(forms)
    for form in forms:
        for table in tables_of(form):
            monkeypatch.setitem(spec._TABLES, table.code, table)

    def send(form, *rows, by=None, sheets=None):
        by = by or real_town.clerk()
        upload = book(**(sheets or {"Sheet1": rows}))
        runs = importing.hand_in_all(tables_of(form), upload, by)
        for run in runs:
            importing.work_off(run.uuid)
            run.refresh_from_db()
        return runs[0] if len(runs) == 1 else runs

    return send


def book(**sheets):
    made = Workbook()
    for number, (name, rows) in enumerate(sheets.items()):
        page: Any = made.active if number == 0 else made.create_sheet()
        page.title = name
        for row in rows:
            page.append(row)
    target = io.BytesIO()
    made.save(target)
    return SimpleUploadedFile("forms.xlsx", target.getvalue())


def counts(run):
    assert run.state == "done", run.reason
    return run.rows_good, run.rows_known, run.rows_bad


def faults(run):
    return [(one.row_number, one.column, one.reason) for one in run.faults.all()]


def line(container, mass=1, firm="Works", month="2026-10", waste="X-1"):
    return [firm, month, container, waste, mass]


def test_lines_of_one_firm_and_month_are_one_form_and_submitted(handed_in, real_town):
    works, mill = real_town.firm("Works"), real_town.firm("Mill")
    by = real_town.clerk()
    by = replace(by, organisation_ids=frozenset({works.pk, mill.pk}))
    run = handed_in(LEDGER, HEAD, line("C1"), line("C2", 2), line("C1", firm="Mill"), by=by)
    assert counts(run) == (3, 0, 0)
    first, second = Filing.objects.order_by("pk")
    assert (first.organisation, first.first, first.state) == (works, OCTOBER.first, "accepted")
    assert first.number
    assert second.organisation == mill
    (version,) = first.versions.all()
    rows = form_of(version).rows["lines"]
    assert [(row["container"], row["mass"], row["kg"]) for row in rows] == [
        ("C1", Decimal(1), Decimal(1000)),
        ("C2", Decimal(2), Decimal(2000)),
    ]


def test_the_same_file_again_is_known_and_a_changed_one_amends(handed_in, real_town):
    real_town.firm()
    handed_in(LEDGER, HEAD, line("C1"), line("C2"))
    assert counts(handed_in(LEDGER, HEAD, line("C1"), line("C2"))) == (0, 2, 0)
    assert counts(handed_in(LEDGER, HEAD, line("C1", 7), line("C2"))) == (2, 0, 0)
    # Back to what stood there first is a change again.
    assert counts(handed_in(LEDGER, HEAD, line("C1"), line("C2"))) == (2, 0, 0)
    assert [one.state for one in Version.objects.order_by("number")] == [
        "superseded",
        "superseded",
        "accepted",
    ]


def test_masses_come_in_any_unit_of_mass_and_in_no_other(handed_in, real_town):
    real_town.firm()
    run = handed_in(LEDGER, HEAD, line("C1", "1500 kg"), line("C2", "0.5吨"), line("C3", 1))
    assert counts(run) == (3, 0, 0)
    masses = [row.values["mass"] for row in Row.objects.order_by("position")]
    assert masses == ["1.5", "0.5", "1"]
    kilograms = ["Filed by", "filed for", "Container", "Waste", "Mass（千克）"]
    assert counts(handed_in(LEDGER, kilograms, line("C1", 2500, month="2026-09"))) == (1, 0, 0)
    assert Row.objects.latest("pk").values["mass"] == "2.5"
    run = handed_in(LEDGER, HEAD, line("C1", "3 m³", month="2026-08"))
    ((_line, column, reason),) = faults(run)
    assert column == "mass"
    assert "must be a number in t" in reason
    with pytest.raises(Refusal, match="unit that is not known"):
        handed_in(LEDGER, [*HEAD[:4], "Mass (lb)"], line("C1"))


def test_text_in_a_number_cell_brings_its_form_back_and_no_other(handed_in, real_town):
    works, mill = real_town.firm("Works"), real_town.firm("Mill")
    by = replace(real_town.clerk(), organisation_ids=frozenset({works.pk, mill.pk}))
    run = handed_in(
        LEDGER, HEAD, line("C1"), line("C2", "about three"), line("C1", firm="Mill"), by=by
    )
    assert counts(run) == (1, 0, 2)
    (first, second) = faults(run)
    assert "belongs to line 3" in first[2]
    assert second[:2] == (3, "mass")
    assert [one.organisation for one in Filing.objects.all()] == [mill]


def test_a_row_twice_is_kept_as_a_draft_until_it_is_mended(handed_in, real_town):
    by = real_town.clerk()
    run = handed_in(LEDGER, HEAD, line("C1"), line("C2"), line("C1"), by=by)
    assert counts(run) == (0, 0, 3)
    _first, _second, third = faults(run)
    assert third[:2] == (4, "container")
    assert "the same as row 1" in third[2]
    assert "kept as your draft" in third[2]
    filing = Filing.objects.get()
    assert (filing.state, filing.versions.get().state) == ("open", "draft")
    mended = handed_in(LEDGER, HEAD, line("C1"), line("C2"), line("C3"), by=by)
    assert counts(mended) == (3, 0, 0)
    filing.refresh_from_db()
    assert filing.state == "accepted"
    assert filing.versions.get().rows.count() == 3


def test_what_is_unusual_is_submitted_with_its_reason(handed_in, real_town):
    from wufei.hub.filings.tests.stories import more_than_double

    odd = replace(
        LEDGER,
        sections=(replace(LINES, code="wastes"),),
        checks=(more_than_double,),
    )
    declarations.fill((*FORMS, odd, EVENT))
    for table in tables_of(odd):
        spec.put(table)
    real_town.firm()
    assert counts(handed_in(odd, HEAD, line("C1", month="2026-09"))) == (1, 0, 0)
    assert counts(handed_in(odd, HEAD, line("C1", 9))) == (0, 0, 1)
    services.discard(Version.objects.get(state="draft"), real_town.clerk())
    told = [*HEAD, "Reason for what is unusual"]
    assert counts(handed_in(odd, told, [*line("C1", 9), "A big clean-up."])) == (1, 0, 0)
    assert [*Version.objects.latest("pk").reasons.values()] == ["A big clean-up."]


def test_what_one_may_not_file_for_comes_back(handed_in, real_town):
    real_town.firm("Works")
    real_town.firm("Mill")
    run = handed_in(
        LEDGER, HEAD, line("C1", firm="Mill"), line("C1", month="last month"), line("C1", waste="")
    )
    assert [column for _line, column, _reason in faults(run)] == ["filer_", "span_", "waste"]
    assert not Filing.objects.exists()


def test_a_waste_that_is_in_no_catalogue_is_told_at_its_cell(handed_in, real_town):
    real_town.firm()
    run = handed_in(LEDGER, HEAD, line("C1"), line("C2", waste="No-such"))
    assert faults(run)[1][:2] == (3, "waste")


def test_stores_and_firms_are_named_as_people_write_them(handed_in, real_town):
    works, mill = real_town.firm(), real_town.firm("Mill", credit_code="91110000600037341L")
    yard = real_town.site(works)
    head = [*HEAD, "Store", "Sent to"]
    run = handed_in(LEDGER, head, [*line("C1"), "Yard", "91110000600037341L"])
    assert counts(run) == (1, 0, 0)
    (row,) = form_of(Version.objects.get()).rows["lines"]
    assert (row["store"], row["sent_to"]) == (yard.uuid, mill.uuid)
    run = handed_in(LEDGER, head, [*line("C1"), "Attic", ""])
    assert "It has: Yard" in faults(run)[0][2]


def test_more_rows_than_a_form_may_have_come_back_whole(handed_in, real_town):
    real_town.firm()
    run = handed_in(LEDGER, HEAD, *[line(f"C{n}") for n in range(60)])
    assert counts(run) == (0, 0, 60)
    assert not Filing.objects.exists()


def test_lines_of_one_form_that_stand_apart_come_back(handed_in, real_town):
    works, mill = real_town.firm("Works"), real_town.firm("Mill")
    by = replace(real_town.clerk(), organisation_ids=frozenset({works.pk, mill.pk}))
    run = handed_in(LEDGER, HEAD, line("C1"), line("C1", firm="Mill"), line("C2"), by=by)
    assert counts(run) == (2, 0, 1)
    assert Row.objects.filter(version__filing__organisation=works).count() == 1


@pytest.mark.parametrize("bad", [False, True])
def test_a_form_of_very_many_rows_is_read_from_a_file_and_never_half(
    handed_in, real_town, monkeypatch, bad
):
    monkeypatch.setattr(joining, "MEMORY_ROWS", 5)
    real_town.firm()
    rows = [line(f"C{n}") for n in range(40)]
    rows[30][4] = "plenty" if bad else 3
    run = handed_in(LEDGER, HEAD, *rows)
    assert counts(run) == ((0, 0, 40) if bad else (40, 0, 0))
    assert Row.objects.count() == (0 if bad else 40)
    assert [one.state for one in Filing.objects.all()] == ([] if bad else ["accepted"])


# Forms with single fields, and of events.
def test_a_line_is_a_form_where_there_is_no_table(handed_in, real_town):
    pigs, hens = real_town.firm("Pigs", "farm"), real_town.firm("Hens", "farm")
    services.open_period(FARM, OCTOBER, by=real_town.clock)
    by = real_town.town_officer()
    run = handed_in(
        FARM,
        ["filed by", "filed for", "Heads"],
        ["Pigs", "2026-10", 40],
        ["Hens", date(2026, 10, 1), 900],
        ["Pigs", "2026年9月", ""],
        by=by,
    )
    assert counts(run) == (2, 0, 1)
    assert {one.organisation: one.state for one in Filing.objects.all()} == {
        pigs: "accepted",
        hens: "accepted",
    }


def test_events_are_told_apart_by_their_number(handed_in, real_town):
    real_town.firm("Pigs", "farm")
    by = real_town.town_officer()
    rows = [["Pigs", "2026-10-02", f"R{n}", n + 1] for n in range(3)]
    head = ["filed by", "filed for", "number of the record", "Heads"]
    assert counts(handed_in(EVENT, head, *rows, by=by)) == (3, 0, 0)
    assert counts(handed_in(EVENT, head, *rows, by=by)) == (0, 3, 0)
    assert Filing.objects.count() == 3


def test_what_needs_approval_waits_for_it(handed_in, real_town):
    real_town.firm()
    head = ["filed by", "filed for", "number of the record", "Mass (t)"]
    run = handed_in(PLAN, head, ["Works", "2026-11-02", "P1", 10], ["Works", "2026-11-02", "P1", 5])
    assert counts(run) == (2, 0, 0)
    assert Filing.objects.get().state == "submitted"


# Forms of several sections.
WASTE_HEAD = ["filed by", "filed for", "Waste", "Mass (t)"]
SHEETS = {
    "Month": [["filed by", "filed for", "Output"], ["Works", "2026-10", 250]],
    "Wastes": [WASTE_HEAD, ["Works", "2026-10", "X-1", 4]],
}


def test_what_was_taken_back_is_handed_in_again_by_the_same_file(handed_in, real_town):
    form = replace(LEDGER, kind=Kind.APPROVE, reviewer=Reviewer.DEPARTMENT)
    declarations.fill([*FORMS, form])
    assert counts(handed_in(form, HEAD, line("A"))) == (1, 0, 0)
    assert counts(handed_in(form, HEAD, line("A"))) == (0, 1, 0)
    services.withdraw(Filing.objects.get(), by=real_town.clerk())
    assert counts(handed_in(form, HEAD, line("A"))) == (1, 0, 0)
    assert Filing.objects.get().state == "submitted"


def test_a_workbook_with_a_sheet_for_each_section_makes_one_draft(handed_in, real_town):
    real_town.firm()
    first, second = handed_in(MONTHLY, sheets=SHEETS)
    assert (counts(first), counts(second)) == ((1, 0, 0), (1, 0, 0))
    filing = Filing.objects.get()
    (draft,) = filing.versions.all()
    form = form_of(draft)
    assert (draft.state, form.values["output"]) == ("draft", 250)
    assert [row["mass"] for row in form.rows["wastes"]] == [Decimal(4)]
    version = real_town.submit(filing)
    assert version.state == "accepted"


def test_a_draft_that_somebody_else_writes_in_is_not_written_over(handed_in, real_town):
    real_town.firm()
    filing = real_town.month(OCTOBER)
    real_town.write(filing, month(3))
    first, second = handed_in(MONTHLY, sheets=SHEETS)
    assert (counts(first), counts(second)) == ((0, 0, 1), (0, 0, 1))
    assert "has written in the draft" in faults(first)[0][2]


def test_a_section_that_is_not_asked_of_the_filer_is_told_so(handed_in, real_town):
    real_town.firm()
    run = handed_in(
        MONTHLY, sheets={"More": [["filed by", "filed for", "Remark"], ["Works", "2026-10", "hm"]]}
    )
    assert "is not asked of Works. It is small." in faults(run)[0][2]


# Workbooks that were made to hurt.
def test_a_sheet_of_another_form_is_refused(handed_in, real_town):
    with pytest.raises(Refusal, match="No sheet has a line of headings"):
        handed_in(LEDGER, ["Plate", "Driver"], ["A", "B"])
    with pytest.raises(Refusal, match="No sheet has a line of headings"):
        handed_in(MONTHLY, ["filed by", "filed for", "Plate"], ["A", "B", "C"])


def test_headings_over_two_merged_lines_are_found_or_refused_by_name(handed_in, real_town):
    real_town.firm()
    over = [["Who and when", None, "What", None, None], HEAD, line("C1")]
    assert counts(handed_in(LEDGER, sheets={"Lines": over})) == (1, 0, 0)
    split = [
        ["Filed by", "filed for", "Contents", None, None],
        [None, None, "Container", "Waste", "Mass (t)"],
        line("C1"),
    ]
    with pytest.raises(Refusal, match="lacks these columns: filed by"):
        handed_in(LEDGER, sheets={"Lines": split})


@pytest.mark.parametrize(
    ("period", "text", "first"),
    [
        (Period.MONTH, "2026-09", date(2026, 9, 1)),
        (Period.MONTH, "202609", date(2026, 9, 1)),
        (Period.MONTH, "2026年9月", date(2026, 9, 1)),
        (Period.MONTH, "2026-09-01 00:00:00", date(2026, 9, 1)),
        (Period.QUARTER, "2026 Q3", date(2026, 7, 1)),
        (Period.QUARTER, "2026年第三季度", date(2026, 7, 1)),
        (Period.QUARTER, "2026-08-01", date(2026, 7, 1)),
        (Period.YEAR, "2026", date(2026, 1, 1)),
        (Period.YEAR, "2026年度", date(2026, 1, 1)),
        (Period.EVENT, "2026/9/5", date(2026, 9, 5)),
    ],
)
def test_a_period_may_be_written_in_the_usual_ways(period, text, first):
    assert span_from(period, text, "span_").first == first


@pytest.mark.parametrize("text", ["", "2026-13", "September", "26-09", "2026-02-31", "0000"])
def test_what_is_no_period_is_refused_with_an_example(text):
    for period in (Period.MONTH, Period.YEAR, Period.EVENT):
        with pytest.raises(Refusal, match="Write it as 2026"):
            span_from(period, text, "span_")


def test_every_declared_form_has_tables_whose_headings_are_told_apart():
    from django.utils.translation import override

    from wufei.domains.filings import FILINGS
    from wufei.hub.base.tables.heading import names_of

    for form in FILINGS:
        for table in tables_of(form):
            for language in ("zh-hans", "en"):
                with override(language):
                    labels = [str(column.label).casefold() for column in table.columns]
                    assert len(labels) == len(set(labels)), (table.code, language)
            assert {one.name for one in names_of(table.imported).values()} == {
                one.name for one in table.imported
            }, table.code
