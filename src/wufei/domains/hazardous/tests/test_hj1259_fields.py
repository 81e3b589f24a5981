"""The forms of HJ 1259-2022 have every field of its annexes, in their order."""

import json
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from wufei.domains.hazardous.filings import FILINGS
from wufei.hub.filings.declarations import FieldKind, FilingType, Section

COLUMNS = json.loads((Path(__file__).parent / "data" / "hj1259_columns.json").read_text())
SHARED = Path(__file__).parents[6] / "shared" / "data" / "hj1259_tables.json"
# Fields of ours that no annex has: a waste's code beside its name in A.6, the entry of the
# ledger that a line is, and the place in the register.
OURS = {"A.6": {"waste"}, "B": {"entry", "site"}}
# Which form and section a table is.
PLAN = {
    "A.1": "basic",
    "A.2": "facilities",
    "A.3": "arising",
    "A.4": "storage",
    "A.5": "own",
    "A.7": "transfer",
}
LEDGERS = {f"B.{n}": f"hazardous.ledger_b{n}" for n in range(1, 6)}
REPORTS = {
    "C.1": "hazardous.report_month",
    "C.2": "hazardous.report_quarter",
    "C.3": "hazardous.report_year",
}


def form(code: str) -> FilingType:
    (found,) = [one for one in FILINGS if one.code == code]
    return found


def columns(section: Section, ours: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """Titles in Chinese. Lines are numbered; the unit of a mass is the column behind it."""
    titles = ["序号"] if section.table else []
    with override("zh-hans"):
        for field in section.fields:
            if field.name in ours:
                continue
            titles.append(str(field.label))
            if field.kind is FieldKind.MASS:
                assert field.unit == "t"
                titles.append("计量单位")
    return titles


def standard(table: str) -> list[str]:
    """Without the marks of what the national system fills in, and without examples."""
    return [re.sub(r"\*|\(.*?\)", "", title) for title in COLUMNS[table]]


@pytest.mark.parametrize("table", PLAN)
def test_the_plan_has_the_fields_of_annex_a(table):
    section = form("hazardous.plan").section(PLAN[table])
    assert columns(section) == standard(table)


def test_the_plan_to_reduce_has_its_table_its_sums_and_its_measures():
    plan = form("hazardous.plan")
    table, measures = plan.section("reduction"), plan.section("measures")
    number, *titles = columns(table, OURS["A.6"])
    # One unit stands for both masses of a line.
    titles.remove("计量单位")
    assert {"mass", "reduction"} == set(table.totalled)
    told = [f"减少产生量计划:{number}", *titles, "合计", *columns(measures)]
    assert told == standard("A.6")


@pytest.mark.parametrize("table", LEDGERS)
def test_ledgers_have_the_fields_of_annex_b(table):
    section = form(LEDGERS[table]).section("lines")
    assert columns(section, OURS["B"]) == standard(table)


@pytest.mark.parametrize("table", REPORTS)
def test_reports_have_the_fields_of_annex_c(table):
    section = form(REPORTS[table]).section("wastes")
    assert columns(section) == standard(table)


def test_the_copy_of_the_field_names_is_the_extracted_standard():
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not there")
    extracted = json.loads(SHARED.read_text())
    tables = extracted["plan_tables"] | extracted["ledger_tables"] | extracted["report_tables"]
    assert {name.split()[0]: titles for name, titles in tables.items()} == COLUMNS
    assert set(COLUMNS) == {*PLAN, "A.6", *LEDGERS, *REPORTS}


def test_every_form_says_on_which_rule_it_stands_and_how_sure_that_is():
    for one in FILINGS:
        assert str(one.basis.title), one.code
        assert one.basis.grade in {"A", "B", "C"}, one.code
        assert one.domain == "hazardous", one.code


def test_every_field_and_section_is_named_in_both_languages():
    for language in ("zh-hans", "en"):
        with override(language):
            for one in FILINGS:
                assert str(one.name)
                for section in one.sections:
                    assert str(section.title)
                    assert all(str(field.label) for field in section.fields), section.code
