"""The plan of the demo district: facts of a published document, progress invented."""

import json
from zlib import crc32

from wufei.demo.district import DATA, MARK
from wufei.hub.base.actor import Actor
from wufei.hub.plans import services
from wufei.hub.plans.models import Document, Task

_NOTE = MARK + "进展（虚构）"


def enter(by: Actor) -> Document:
    """Load the plan's facts and put them into force, unless the document itself is there.

    Loading again changes nothing: reports that people made stay.
    """
    facts = json.loads((DATA / "plan.json").read_text(encoding="utf-8"))
    number = facts["document"]["number"]
    if there := Document.objects.filter(number=number, state=Document.State.IN_FORCE).first():
        return there
    note = f"{facts['document']['title']}，{number}，{facts['document']['issued']}"
    document = services.load_structure(facts, note, by).document
    if document.state != Document.State.DRAFT:
        return document
    document = services.adopt(document, by)
    for task in Task.objects.filter(clause__document=document).select_related("clause"):
        if (state := _state(task)) != Task.State.OPEN:
            services.report(task, by, state=state, note=_NOTE)
    return document


def _state(task: Task) -> str:
    """Most are done, some under way, few not begun: the same ones whenever the demo is loaded."""
    drawn = crc32(f"{task.clause.path}:{task.title}".encode()) % 10
    if drawn < 6:
        return Task.State.DONE
    return Task.State.UNDER_WAY if drawn < 9 else Task.State.OPEN
