"""What people of the demo did in the last weeks with manifests: each path once, by its own people.

A story is told whole or not at all, once, through the services, with ids that follow from the
seed. It brings its own waste, so that the history and the simulator never miss what it takes.
"""

import logging
from collections.abc import Callable

from django.db import transaction

from wufei.demo.entering import Entered
from wufei.demo.models import Load
from wufei.demo.stories import desks, lots, papers, quotas, refusals, rounds, ways
from wufei.demo.stories.stage import Stage
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import REFUSED

Story = Callable[[Stage], None]
STORIES: tuple[Story, ...] = tuple(
    story
    for chapter in (refusals, ways, rounds, lots, papers, desks, quotas)
    for story in chapter.STORIES
)
log = logging.getLogger("wufei.demo")


def tell(record: Load, entered: Entered, by: Actor) -> list[str]:
    """Tell what has not been told yet; returns the names of those that were refused."""
    stage = Stage(record, entered, by)
    return [story.__name__ for story in STORIES if not _told(story, stage)]


def _told(story: Story, stage: Stage) -> bool:
    """Whether it stands there now. The registers may have been changed by people meanwhile."""
    try:
        with transaction.atomic():
            if stage.begins(story.__name__):
                story(stage)
        return True
    except REFUSED as refusal:
        log.warning("the demo's story %s was refused: %s", story.__name__, refusal)
        return False
