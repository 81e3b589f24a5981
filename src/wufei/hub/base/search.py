"""The search box in the header: each room declares what can be found; ``config`` registers it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from wufei.hub.base.actor import Actor


@dataclass(frozen=True)
class Hit:
    """One thing found: its name, a note beside it (code, plate, town) and its page."""

    name: str
    note: str
    url: str


@dataclass(frozen=True)
class Source:
    """``find(words, actor, limit)`` returns what the actor may see, best first."""

    code: str
    title: str | Promise
    act: str
    find: Callable[[str, Actor, int], Iterable[Hit]]


SOURCES: dict[str, Source] = {}


def register(*sources: Source) -> None:
    for source in sources:
        SOURCES[source.code] = source


def search(words: str, actor: Actor, limit: int) -> list[tuple[Source, list[Hit]]]:
    """Hits by source; sources without any are left out. Fewer than two letters find nothing."""
    words = words.strip()
    # One Chinese character says something, one Latin letter does not.
    if not words or (len(words) < 2 and words.isascii()):
        return []
    found = (
        (source, list(source.find(words, actor, limit)))
        for source in SOURCES.values()
        if actor.may(source.act)
    )
    return [(source, hits) for source, hits in found if hits]
