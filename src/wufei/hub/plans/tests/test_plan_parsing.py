"""Text to clauses, attributions and units; nothing here knows the database."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.plans.parsing.attributions import attributions
from wufei.hub.plans.parsing.encoding import BYTES_MAX, Unreadable, decode
from wufei.hub.plans.parsing.lines import paragraphs
from wufei.hub.plans.parsing.markers import marker
from wufei.hub.plans.parsing.matching import Matcher, likeness
from wufei.hub.plans.parsing.reading import read
from wufei.hub.plans.tests.layouts import ELSEWHERE, LIKE_OURS, UNITS


def roles(text):
    return [
        [(role.role, [name.text for name in role.names]) for role in one.roles]
        for one in attributions(text)
    ]


def problems(plan, code):
    return [problem.values for problem in plan.problems if problem.code == code]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_the_usual_encodings_are_told_apart(encoding):
    assert decode(LIKE_OURS.encode(encoding))[0] == LIKE_OURS


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"PK\x03\x04....", "word"),
        (b"\xd0\xcf\x11\xe0....", "word_old"),
        (b"{\\rtf1 ...", "rtf"),
        (b"<!doctype html><p>", "web"),
        (bytes(range(256)) * 40, "encoding"),
        (LIKE_OURS.encode("big5", "ignore")[:900], "encoding"),
        (b"\xff\xfe\x00", "encoding"),
        ("一、总\ufffd则".encode(), "spoilt"),
        ("一、总则锟斤拷".encode(), "spoilt"),
        (b"x" * (BYTES_MAX + 1), "too_large"),
    ],
)
def test_what_is_no_text_is_told_what_it_is(data, code):
    with pytest.raises(Unreadable) as why:
        decode(data)
    assert why.value.code == code


@pytest.mark.parametrize(
    ("line", "kind", "label"),
    [
        ("第二章 主要任务", "part", "第二章"),
        ("一、总则", "han", "一"),
        ("（十二）其他", "han_in_brackets", "(十二)"),
        ("3.立足建设", "digit", "3"),
        ("1.2.3 公开", "dotted", "1.2.3"),
        ("(4) 处置", "digit_in_brackets", "(4)"),
        ("③ 评估", "circled", "③"),
        ("专栏2 重点工程", "box", "专栏2"),
    ],
)
def test_numbers_of_sections_are_recognised(line, kind, label):
    found = marker(line)
    assert found is not None
    assert (found.kind, found.label) == (kind, label)


@pytest.mark.parametrize(
    "line", ["1.5亿元投资", "2025年底", "0.01毫米以上", "一是坚持", "12吨", "5.2%"]
)
def test_quantities_and_years_are_no_numbers_of_sections(line):
    assert marker(line) is None


def test_page_breaks_are_closed_and_page_numbers_dropped():
    text = "一、总则\n\n推进减量化、\n\n- 12 -\n\n资源化。\n\f\n下一段。"
    assert [p.text for p in paragraphs(text)] == ["一、总则", "推进减量化、资源化。", "下一段。"]


def test_lines_wrapped_at_one_width_are_joined_also_in_headings():
    heading = "一、" + "加快推进" * 8  # 34 characters: as wide as the page
    body = ["甲乙丙丁戊己庚辛壬癸" * 3 + "子丑寅卯"] * 3
    text = "\n".join([heading, "绿色发展", *body, "结束。"])
    found = [p.text for p in paragraphs(text)]
    assert found[0] == heading + "绿色发展"
    assert found[1:] == ["".join(body) + "结束。"]


@given(
    st.text(alphabet="一二、（）().1 2\n\t。；〔〕牵头责任单位：区城管局、年%|—\f", max_size=200)
)
def test_every_character_keeps_its_place_and_nothing_crashes(text):
    for paragraph in paragraphs(text):
        assert len(paragraph.text) == len(paragraph.at)
        assert all(
            text[place] == c or text[place].isspace()
            for c, place in zip(paragraph.text, paragraph.at, strict=True)
        )
        assert list(paragraph.at) == sorted(paragraph.at)
    read(text, UNITS)


def test_an_attribution_is_a_bracket_of_any_shape():
    assert roles("甲。〔牵头单位：区经发局；责任单位：区住建局、区城管局，各镇政府]") == [
        [("lead", ["区经发局"]), ("responsible", ["区住建局", "区城管局", "各镇政府"])]
    ]
    assert roles("甲。(牵头单位:区经发局)乙。【责任部门：区住建局】") == [
        [("lead", ["区经发局"])],
        [("responsible", ["区住建局"])],
    ]


@pytest.mark.parametrize("semicolon", "；;")
def test_who_stands_behind_a_semicolon_without_a_label_is_responsible(semicolon):
    (one,) = attributions(f"〔牵头单位：区经发局{semicolon}区住建局、区城管局〕")
    assert [(role.role, role.labelled) for role in one.roles] == [
        ("lead", True),
        ("responsible", False),
    ]
    assert [name.text for name in one.roles[1].names] == ["区住建局", "区城管局"]


def test_a_bracket_inside_an_attribution_does_not_end_it():
    assert roles("〔责任单位：各镇（街道）、区住建局〕") == [
        [("responsible", ["各镇", "各街道", "区住建局"])]
    ]


def test_roles_may_be_said_by_a_verb():
    assert roles("（区经发局牵头，区住建局、区城管局按职责分工负责）") == [
        [("lead", ["区经发局"]), ("responsible", ["区住建局", "区城管局"])]
    ]
    assert roles("本条（含夜间检查）由企业（单位）负责。") == []


def test_an_attribution_that_never_ends_does_not_swallow_the_next_section():
    plan = read(
        "一、甲\n做好甲。〔牵头单位：区城管局\n二、乙\n做好乙。〔牵头单位：区住建局〕\n", UNITS
    )
    assert [clause.section.path for clause in plan.attributed] == ["一", "二"]
    assert [values["path"] for values in problems(plan, "bracket_open")] == ["一"]


def test_misread_names_are_recognised_by_likeness_and_other_offices_are_not():
    units = Matcher.of(UNITS)
    assert (units.match("区域管局").code, units.match("区域管局").how) == ("city", "similar")
    assert units.match("城管局").how == "alias"
    # One character of four differs, but it is another office.
    assert units.match("区经信局").code is None
    assert units.match("区经信局").nearest == "economy"


def test_a_name_that_is_like_two_units_is_left_to_the_reviewer():
    units = Matcher.of([*UNITS[:0], *UNITS[2:3], UNITS[3], UNITS[1]])
    twins = Matcher.of(
        [type(UNITS[0])("a", "城南街道办事处一"), type(UNITS[0])("b", "城南街道办事处二")]
    )
    assert twins.match("城南街道办事处").code is None
    assert units.match("").code is None


@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_is_the_same_both_ways_and_within_its_bounds(a, b):
    assert likeness(a, b) == pytest.approx(likeness(b, a))
    assert 0 <= likeness(a, b) <= 1
    assert likeness(a, a) == 1


def test_a_plan_like_ours_is_read():
    plan = read(LIKE_OURS, UNITS)
    assert plan.facts.number == "湖管发〔2024〕7号"
    assert plan.facts.issuer == "湖区管理委员会"
    assert plan.facts.title == "湖区“无废城市”建设实施方案"
    assert plan.facts.issued == date(2024, 3, 5)
    assert (plan.facts.base_year, plan.facts.target_year) == (2022, 2026)
    assert [clause.section.path for clause in plan.attributed] == [
        "二/(一)/1/(1)",
        "二/(一)/1/(2)",
    ]
    assert len(plan.attributions) == 3
    assert plan.unit_codes == {"economy", "ecology", "towns", "subdistricts", "city", "housing"}
    assert plan.attributed[0].domain == "industrial"


def test_a_part_knows_its_own_deadline():
    first, second = read(LIKE_OURS, UNITS).attributed[0].parts
    assert first.deadline == date(2026, 12, 31)
    assert second.deadline is None


def test_a_target_takes_over_the_name_before_it():
    targets = [t.target for c in read(LIKE_OURS, UNITS).clauses for t in c.targets]
    said = [(t.name, t.operator, t.value, t.value_max, t.unit, t.year) for t in targets]
    assert said == [
        ("一般工业固体废物综合利用率", ">=", Decimal(70), None, "%", 2025),
        ("一般工业固体废物综合利用率", ">=", Decimal("72.5"), None, "%", 2026),
        ("新建工地垃圾排放量", "between", Decimal(200), Decimal(300), "吨/万平方米", 2026),
    ]


def test_spans_point_at_the_words_of_the_file():
    plan = read(LIKE_OURS, UNITS)
    (start, end) = plan.attributed[0].targets[0].source
    assert "".join(LIKE_OURS[start:end].split()) == "一般工业固体废物综合利用率达到70%以上"
    for clause in plan.attributed:
        for part in clause.parts:
            start, end = part.source
            assert LIKE_OURS[start] == "〔"
            assert LIKE_OURS[end - 1] in "〕]"


def test_what_is_doubtful_is_told_to_the_reviewer():
    plan = read(LIKE_OURS, UNITS)
    assert [v["text"] for v in problems(plan, "unit_similar")] == ["区域管局"]
    assert [v["text"] for v in problems(plan, "unit_others")] == ["区住建局"]
    assert [v["text"] for v in problems(plan, "role_inferred")] == ["各镇政府、街道办事处"]


def test_another_citys_layout_is_read_without_new_code():
    plan = read(ELSEWHERE, UNITS)
    assert [clause.section.path for clause in plan.clauses] == [
        "第一章",
        "第一章/1.1",
        "第一章/1.2",
        "第二章",
        "第二章/2.1",
        "第二章/2.1/2.1.1",
        "第二章/2.1/2.1.2",
        "第二章/2.1/2.1.2#2",
        "第二章/2.1/2.1.4",
        "第二章/2.1/2.1.4/①",
    ]
    first, second, third = plan.attributed
    assert [r.role for r in first.parts[0].attribution.roles] == ["lead", "responsible"]
    assert len(second.parts) == 2
    assert {n.text for n in second.parts[1].attribution.roles[0].names} == {
        "区住建局",
        "各镇",
        "各街道",
    }
    assert third.section.path.endswith("#2")


def test_a_table_of_targets_is_read_cell_by_cell():
    plan = read(ELSEWHERE, UNITS)
    targets = [t for c in plan.clauses for t in c.targets]
    said = {(t.target.name, t.target.year): t.target for t in targets}
    rate = said["一般工业固体废物综合利用率", 2027]
    assert (rate.operator, rate.value, rate.unit, rate.base_value) == (
        ">=",
        Decimal(85),
        "%",
        Decimal("71.2"),
    )
    assert rate.responsible == "区经发局"
    assert said["生活垃圾填埋量", 2025].operator == "<="
    assert said["无废细胞数量", 2027].base_value is None
    assert [v["text"] for v in problems(plan, "target_cell")] == ["无废细胞数量 完成上级任务"]
    start, end = targets[0].source
    assert ELSEWHERE[start:end] == "≥80"


def test_a_number_that_jumps_or_stands_twice_and_an_unknown_unit_are_told():
    plan = read(ELSEWHERE, UNITS)
    assert [v["path"] for v in problems(plan, "numbering")] == [
        "第二章/2.1/2.1.2#2",
        "第二章/2.1/2.1.4",
    ]
    assert [v["text"] for v in problems(plan, "unit_unknown")] == ["区水利局"]


def test_numbers_that_contradict_each_other_are_told():
    text = "一、甲\n到2025年，农膜回收率达到90%以上。\n二、乙\n到2025年，农膜回收率达到92%以上。\n"
    (values,) = problems(read(text, UNITS), "contradiction")
    assert (values["one"], values["other"]) == ("90", "92")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("到2025年，建成完善的体系。", "target_milestone"),
        ("建设1座以上处置中心。", "target_no_year"),
        ("到2025年，达到30%以上。", "target_no_name"),
    ],
)
def test_what_is_no_target_becomes_a_note_and_no_guess(text, code):
    plan = read(f"一、任务\n{text}\n", UNITS)
    assert len(problems(plan, code)) == 1
    assert not plan.clauses[0].targets


def test_a_rate_of_something_else_is_not_taken_for_the_indicator():
    plan = read("一、任务\n到2025年，大宗工业固体废物综合利用率达到100%。\n", UNITS)
    assert plan.clauses[0].targets[0].indicator.code is None
