"""Loading, reviewing, putting into force; what the indicators ask."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import override_settings

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import system
from wufei.hub.base.files.models import StoredFile
from wufei.hub.plans import queries, refusals, services
from wufei.hub.plans.models import Assignment, Document, Target, Task
from wufei.hub.plans.tests import texts
from wufei.hub.registry.models import Unit

BY = system("test")


def unit(code):
    return Unit.objects.get(code=code)


def unclear(document):
    return Assignment.objects.filter(attribution__clause__document=document, unit=None)


def adopted(document):
    for one in unclear(document):
        services.assign(one, unit("agriculture"), BY)
    return services.adopt(document, BY)


def test_a_file_is_kept_with_its_clauses_tasks_and_targets(document):
    assert queries.counts(document) == {
        "sections": 6,
        "clauses": 2,
        "attributions": 3,
        "units": 6,
        "targets": 2,
        "unknown": 1,
    }
    assert (document.number, document.issued) == ("示例发〔2024〕1号", date(2024, 2, 1))
    titles = list(Task.objects.values_list("title", "deadline", "deadline_stated"))
    assert titles == [
        ("提高利用水平 (1/2)", date(2027, 12, 31), True),
        ("提高利用水平 (2/2)", date(2027, 12, 31), False),
        ("做好分类", date(2025, 12, 31), True),
    ]


def test_the_same_file_gives_the_same_document(document):
    again = services.load("other name.txt", texts.PLAN.encode(), BY)
    assert (again.document, again.new) == (document, False)
    assert Document.objects.count() == 1


def test_a_misread_name_is_kept_as_written_beside_what_it_was_taken_for(document):
    names = [doubt.first for doubt in queries.doubtful(document)]
    found = {one.raw: (one.how, one.unit and one.unit.code) for one in names}
    assert found == {
        "区域管局": ("alias", "city-management"),
        "区水利局": ("unknown", None),
        "区住健局": ("similar", "housing"),
    }


def test_doubts_are_findings_until_somebody_decides(document):
    def codes():
        return sorted(queries.findings(document).values_list("code", flat=True))

    assert codes() == ["plans.target_milestone", "plans.unit_similar", "plans.unit_unknown"]
    likely = Assignment.objects.get(raw="区住健局")
    services.assign(likely, unit("housing"), BY)
    services.assign(Assignment.objects.get(raw="区水利局"), unit("agriculture"), BY)
    assert codes() == ["plans.target_milestone"]
    likely.refresh_from_db()
    assert (likely.how, likely.raw) == ("hand", "区住健局")


def test_a_decision_counts_wherever_the_plan_writes_the_name_so(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    text = texts.PLAN + "2. 再做\n到2027年，率达到5%。〔牵头单位：区水利局；责任单位：区经发局〕\n"
    document = services.load("plan.txt", text.encode(), BY).document
    first = unclear(document)[0]
    assert services.assign(first, unit("agriculture"), BY) == 2
    assert not unclear(document).exists()
    assert Target.objects.get(name="率").responsible == unit("agriculture")


def test_a_plan_with_unclear_units_is_not_put_into_force(document):
    with pytest.raises(refusals.UnitsUnclear):
        services.adopt(document, BY)
    adopted(document)
    assert not Target.objects.filter(draft=True).exists()
    with pytest.raises(refusals.AlreadyInForce):
        services.adopt(document, BY)


def test_a_draft_binds_nobody(document):
    assert queries.targets(2026) == []
    adopted(document)
    (target,) = queries.targets(2026)
    assert (target.indicator, target.operator, target.value, target.unit, target.year) == (
        "industrial.utilisation",
        ">=",
        Decimal(70),
        "%",
        2026,
    )
    assert (target.domain, target.clause.path) == ("industrial", "二/(一)/1")
    assert target.responsible == unit("economy")


@pytest.mark.parametrize(
    ("year", "set_for"), [(2024, 2026), (2026, 2026), (2027, 2027), (2030, 2027)]
)
def test_the_target_of_a_year_is_the_next_one_due_or_the_last(document, year, set_for):
    adopted(document)
    assert [target.year for target in queries.targets(year)] == [set_for]


def test_the_current_plan_is_the_one_in_force_else_the_draft_loaded_last(document):
    newer = services.load("newer.txt", (texts.PLAN + "\n").encode(), BY).document
    assert queries.current() == newer
    adopted(document)
    assert queries.current() == document


def test_a_new_edition_of_the_same_number_takes_its_place(document):
    adopted(document)
    edition = services.load("new.txt", texts.PLAN.replace("75%", "80%").encode(), BY).document
    adopted(edition)
    document.refresh_from_db()
    assert document.state == Document.State.SUPERSEDED
    assert [target.value for target in queries.targets(2027)] == [Decimal(80)]


def test_a_town_sees_the_tasks_of_all_towns(document):
    for one, tasks in (("yuji", 2), ("huxi", 2), ("economy", 1), ("finance", 0)):
        assert Task.objects.filter(queries.with_unit(unit(one))).count() == tasks
    assert Task.objects.filter(queries.with_unit(unit("economy"), "responsible")).count() == 0


def test_a_report_says_who_and_keeps_what_was_before(document, actor):
    task, officer = Task.objects.all()[0], actor("officer")
    services.report(task, officer, state="under_way", note="half of the firms")
    task.refresh_from_db()
    assert (task.state, task.note) == ("under_way", "half of the firms")
    event = AuditEvent.objects.get(event="plans:task:report")
    assert (event.actor, event.values) == (officer.id, {"before": "open", "state": "under_way"})


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", refusals.EmptyFile),
        (b"%PDF-1.7", refusals.PdfFile),
        (b"PK\x03\x04", refusals.WordFile),
        (b"<html>", refusals.WebPage),
        (bytes(range(256)), refusals.UnknownEncoding),
        ("没有编号的一段话。".encode(), refusals.NoClauses),
        ("一、锟斤拷".encode(), refusals.SpoiltText),
        (b"x" * 4_000_001, refusals.TooLargeFile),
    ],
)
def test_what_is_no_plan_is_refused_with_what_to_do(db, data, refusal):
    with pytest.raises(refusal) as why:
        services.load("plan.txt", data, BY)
    assert "%(" not in str(why.value)
    assert not Document.objects.exists()


def test_a_file_larger_than_any_plan_is_not_even_read(db, monkeypatch):
    upload = SimpleUploadedFile("plan.txt", b"x")
    upload.size = 4_000_001
    monkeypatch.setattr(upload, "file", None)
    with pytest.raises(refusals.TooLargeFile, match=r"4\.0"):
        services.load_upload(upload, BY)


def test_gb18030_and_utf_16_files_are_stored_as_they_came(db, tmp_path):
    with override_settings(MEDIA_ROOT=tmp_path):
        for encoding in ("gb18030", "utf-16", "utf-16-be"):
            data = texts.PLAN.replace("70%", f"{len(encoding)}%").encode(encoding)
            upload = SimpleUploadedFile("plan.doc", data)
            document = services.load_upload(upload, BY).document
            stored = StoredFile.objects.get(plans=document)
            assert (document.encoding, stored.size, stored.name) == (
                encoding,
                len(data),
                "plan.txt",
            )


def test_facts_without_a_text_are_a_plan_too(db):
    facts = {
        "document": {"title": "示例方案", "number": "例〔2024〕2号", "target_year": 2026},
        "clauses": [
            {"path": "一", "title": "任务"},
            {
                "path": "一/1",
                "title": "分类",
                "answer": [{"lead": ["city-management:区域管局"], "responsible": ["towns"]}],
                "targets": [
                    {"name": "回收率", "year": 2026, "is": ">=", "value": "35", "unit": "%"}
                ],
            },
        ],
    }
    document = services.load_structure(facts, "示例", BY).document
    assert document.kind == Document.Kind.STRUCTURE
    assert services.load_structure(json.loads(json.dumps(facts)), "示例", BY).new is False
    (doubt,) = queries.doubtful(document)
    assert (doubt.first.raw, doubt.first.how, doubt.places) == ("区域管局", "alias", 1)
    assert Task.objects.get().deadline == date(2026, 12, 31)
    broken = facts | {"clauses": [{"path": "一", "title": "甲", "answer": [{"lead": ["nobody"]}]}]}
    with pytest.raises(refusals.BadStructure):
        services.load_structure(broken, "示例", BY)


def test_the_database_refuses_what_the_code_never_writes(document):
    one = Assignment.objects.filter(how="exact")[0]
    for values in ({"unit": None}, {"score": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assignment.objects.filter(pk=one.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.update(operator="between")
