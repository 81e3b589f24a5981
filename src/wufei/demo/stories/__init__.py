"""What people of the demo did in the last weeks with manifests: each path once, by its own people.

A story is told whole or not at all, once, through the services, with ids that follow from the
seed. It brings its own waste, so that the history and the simulator never miss what it takes.
"""

import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from wufei.demo.entering import Entered
from wufei.demo.models import Load
from wufei.demo.stories import desks, exemptions, lots, papers, quotas, refusals, rounds, ways
from wufei.demo.stories.stage import Stage
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import REFUSED

Story = Callable[[Stage], None]
STORIES: tuple[Story, ...] = tuple(
    story
    for chapter in (refusals, ways, rounds, lots, papers, desks, quotas, exemptions)
    for story in chapter.STORIES
)
# By then the round of the day is over.
DAILY_FROM_HOUR = 12
log = logging.getLogger("wufei.demo")


def tell(record: Load, entered: Entered, by: Actor) -> list[str]:
    """Tell what has not been told yet; returns the names of those that were refused."""
    stage = Stage(record, entered, by)
    names = {story.__name__: story for story in STORIES}
    if timezone.localtime(record.until).hour >= DAILY_FROM_HOUR:
        names |= {f"{story.__name__}:{stage.today}": story for story in rounds.EVERY_DAY}
    return [name for name, story in names.items() if not _told(name, story, stage)]


def _told(name: str, story: Story, stage: Stage) -> bool:
    """Whether it stands there now. The registers may have been changed by people meanwhile."""
    try:
        with transaction.atomic():
            if stage.begins(name):
                story(stage)
        return True
    except REFUSED as refusal:
        log.warning("the demo's story %s was refused: %s", name, refusal)
        return False
