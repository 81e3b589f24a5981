"""What people see and press."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wufei.hub.base.actor import system
from wufei.hub.plans import queries, services
from wufei.hub.plans.models import Assignment, Clause, Document, Task
from wufei.hub.plans.tests import texts
from wufei.hub.registry.models import Unit

BY = system("test")


@pytest.fixture
def in_force(document):
    unknown = Assignment.objects.get(raw="区水利局")
    services.assign(unknown, Unit.objects.get(code="agriculture"), BY)
    return services.adopt(document, BY)


def page(client, name, *keys, **query):
    answer = client.get(reverse(name, args=keys), query)
    assert answer.status_code == 200, name
    return answer.content.decode()


def test_an_officer_loads_a_plan_reviews_it_and_puts_it_into_force(db, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    officer = sign_in("officer")
    file = SimpleUploadedFile("plan.txt", texts.PLAN.encode("gb18030"))
    answer = officer.post(reverse("plans.plan.new"), {"file": file})
    document = Document.objects.get()
    address = reverse("plans.plan.detail", args=[document.uuid])
    assert answer.url == address
    text = page(officer, "plans.plan.detail", document.uuid)
    assert "区域管局" in text
    assert "区水利局" in text
    refused = officer.post(reverse("plans.plan.adopt", args=[document.uuid]), follow=True)
    assert "not recognised yet" in refused.content.decode()

    name = Assignment.objects.get(raw="区水利局")
    form = page(officer, "plans.name", name.uuid)
    assert "Who is “区水利局”?" in form
    answer = officer.post(reverse("plans.name", args=[name.uuid]), {"unit": "agriculture"})
    assert answer.url == address
    officer.post(reverse("plans.plan.adopt", args=[document.uuid]))
    document.refresh_from_db()
    assert document.state == Document.State.IN_FORCE


def test_a_file_that_is_no_plan_is_answered_beside_the_field(db, sign_in):
    officer = sign_in("officer")
    file = SimpleUploadedFile("plan.docx", b"PK\x03\x04 word")
    answer = officer.post(reverse("plans.plan.new"), {"file": file})
    assert answer.status_code == 422
    assert "save it as plain text" in answer.content.decode()
    assert not Document.objects.exists()


def test_a_section_shows_its_text_beside_its_units_with_names_marked(document, sign_in):
    clause = Clause.objects.get(path="二/(二)")
    text = page(sign_in("leader"), "plans.clause.detail", clause.uuid)
    assert "到2025年，完善制度。" in text
    assert '<mark class="info" title="known spelling">区域管局<small> → 区城管局</small>' in text
    assert '<mark class="attention"' in text
    assert '<mark class="bad"' in text


def test_a_town_officer_reads_and_corrects_nothing(document, sign_in):
    officer = sign_in("town_officer")
    clause = Clause.objects.get(path="二/(二)/1")
    text = page(officer, "plans.clause.detail", clause.uuid)
    name = Assignment.objects.get(raw="区水利局")
    assert reverse("plans.name", args=[name.uuid]) not in text
    assert officer.get(reverse("plans.name", args=[name.uuid])).status_code == 403
    assert "Load a plan" not in page(officer, "plans.plan.list").replace("Load a plan's", "")


def test_tasks_are_those_of_plans_in_force_and_filtered_by_unit_and_role(in_force, sign_in):
    leader = sign_in("leader")
    assert "3 entries" in page(leader, "plans.task.list")
    assert "1 entry" in page(leader, "plans.task.list", unit="ecology", role="lead")
    assert "2 entries" in page(leader, "plans.task.list", unit="yuji")
    assert "1 entry" in page(leader, "plans.task.list", state="overdue")
    assert "1 entry" in page(leader, "plans.task.list", domain="household")


def test_a_draft_has_no_tasks_yet_and_the_list_says_what_to_do(document, sign_in):
    assert "put it into force" in page(sign_in("leader"), "plans.task.list")


def test_a_report_moves_a_task_on(in_force, sign_in):
    officer, task = sign_in("officer"), Task.objects.all()[0]
    officer.post(reverse("plans.task.report", args=[task.uuid]), {"state": "done", "note": "ok"})
    task.refresh_from_db()
    assert task.state == "done"
    town = sign_in("town_officer").post(reverse("plans.task.report", args=[task.uuid]), {})
    assert town.status_code == 403


def test_a_units_page_tells_leading_from_taking_part(in_force, sign_in):
    unit = Unit.objects.get(code="ecology")
    text = page(sign_in("officer"), "plans.unit.detail", unit.uuid)
    leads, part = text.split("Takes part")[:2]
    assert "提高利用水平 (2/2)" in leads
    assert "提高利用水平 (1/2)" in part
    town = page(sign_in("officer"), "plans.unit.detail", Unit.objects.get(code="yuji").uuid)
    assert "also named as" in town


@pytest.mark.parametrize("name", ["plans.task", "plans.target", "plans.clause", "plans.plan"])
def test_every_list_is_exported(in_force, sign_in, name):
    officer = sign_in("officer")
    for form in ("xlsx", "csv"):
        answer = officer.get(reverse(f"{name}.export"), {"format": form})
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)


def test_the_source_file_is_open_to_those_who_see_plans(document, sign_in):
    address = reverse("base.file.download", args=[document.source.uuid])
    answer = sign_in("leader").get(address)
    assert b"".join(answer.streaming_content).decode() == texts.PLAN
    assert sign_in("clerk").get(address).status_code == 404


def test_lists_ask_the_database_a_fixed_number_of_times(in_force, sign_in):
    client = sign_in("leader")
    page(client, "plans.task.list")
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(client, "plans.task.list", q="分类")
    with CaptureQueriesContext(connection) as many:
        page(client, "plans.task.list")
    assert len(many) <= len(few)


def test_the_search_box_finds_tasks(in_force, sign_in):
    assert "做好分类" in page(sign_in("leader"), "search", q="做好")


def test_pages_speak_chinese(in_force, sign_in):
    leader = sign_in("leader", language="zh-hans")
    text = page(leader, "plans.plan.detail", in_force.uuid)
    assert "牵头" in text
    assert queries.current() == in_force
    assert "任务" in page(leader, "plans.task.list")
