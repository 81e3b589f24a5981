"""The plan of the demo district."""

from wufei.demo import plan
from wufei.hub.base.actor import system
from wufei.hub.plans import queries, services
from wufei.hub.plans.models import Document

BY = system("test")


def test_the_demo_has_the_districts_plan_as_facts_only(db):
    document = plan.enter(BY)
    assert plan.enter(BY) == document
    count = queries.counts(document)
    assert (count["clauses"], count["attributions"], count["units"]) == (93, 112, 22)
    assert not document.clauses.exclude(text="").exists()
    assert max(len(clause.title) for clause in document.clauses.all()) <= 20
    states = queries.by_state(document)
    assert all(states.values())
    assert sum(states.values()) == 112
    indicators = {target.indicator: target.value for target in queries.targets(2026)}
    assert indicators["industrial.utilisation"] == 75
    assert indicators["medical.disposal"] == 100


def test_the_demo_leaves_a_text_in_force_alone(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    text = "甲委员会文件\n聊江管发〔2023〕13号\n甲方案\n一、任务\n做好。〔牵头单位：区城管局〕\n"
    own = services.adopt(services.load("plan.txt", text.encode(), BY).document, BY)
    assert plan.enter(BY) == own
    assert Document.objects.count() == 1
