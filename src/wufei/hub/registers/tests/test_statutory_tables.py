"""The statutory tables are the standard's, column by column."""

import json
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from wufei.domains import DOMAINS
from wufei.hub.registers.declarations import Grade, Kind, tables, tables_for
from wufei.hub.registers.facts import FIELDS, JOINS, joins
from wufei.hub.registers.queries.sides import RULES

SHARED = Path(__file__).parents[6] / "shared" / "data" / "hj1259_tables.json"
ARISING = """
序号 产生批次编码 产生时间 行业俗称/单位内部名称 国家危险废物名录名称 危险废物类别 危险废物代码
产生量 计量单位 容器/包装编码 容器/包装类型 容器/包装数量
产生危险废物设施编码 产生部门经办人 去向
"""


def titles(code):
    (table,) = [one for one in tables() if one.code == code]
    with override("zh-hans"):
        return [str(column.title) for column in table.columns]


def test_the_arising_ledger_has_the_columns_of_the_standard_in_their_order():
    assert titles("hj1259.B.1") == ARISING.split()


def test_every_ledger_and_report_has_the_columns_of_the_extracted_standard():
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not there")
    extracted = json.loads(SHARED.read_text())
    for name, columns in {**extracted["ledger_tables"], **extracted["report_tables"]}.items():
        number = name.split()[0]
        assert titles(f"hj1259.{number}") == columns, name


def test_every_domain_says_where_its_tables_come_from():
    declared = [table for domain in DOMAINS for table in domain.registers]
    assert declared
    assert all(table.source and table.domain for table in declared)
    grades = {(table.domain, table.source.grade) for table in declared if table.source}
    assert grades == {("hazardous", Grade.A), ("industrial", Grade.C)}


def test_medical_waste_has_its_own_register_beside_those_of_hazardous_waste():
    codes = {table.code for table in tables_for("medical")}
    assert {"medical.out", "medical.in", "hj1259.B.1", "stored"} <= codes
    assert "medical.out" not in {table.code for table in tables_for("coal_ash")}
    assert "industrial.3" in {table.code for table in tables_for("coal_ash")}


def test_every_column_says_something_in_both_languages():
    for table in tables():
        for column in table.columns:
            with override("zh-hans"):
                chinese = str(column.title)
            with override("en"):
                assert str(column.title).isascii(), (table.code, chinese)
            assert not chinese.isascii(), (table.code, chinese)


def test_every_fact_of_a_movement_has_a_place_it_comes_from():
    for table in tables():
        if table.kind is Kind.SUMMARY:
            continue
        assert table.kind in RULES
        assert [fact for fact in table.facts if fact not in FIELDS] == []


def test_every_field_names_the_joins_that_it_reads():
    for fact, field in FIELDS.items():
        read = set(re.findall(r"\b([a-z]+)\.[a-z]", " ".join(field.select))) - {"k", "a", "o"}
        joined = {name for name, text in JOINS.items() if text in joins(field.joins)}
        assert read <= joined, fact
