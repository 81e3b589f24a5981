"""The desk 待办: what waits for me. Each room declares its part; ``config`` registers them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise

from wufei.hub.base.actor import Actor

Text = str | Promise
GOOD, ATTENTION, BAD, INFO = "good", "attention", "bad", "info"


@dataclass(frozen=True)
class Card:
    """One figure at the top of the desk: how many of something wait, and where they are listed.

    ``side`` is the URL name of the side-bar line that shows the same number.
    """

    code: str
    label: Text
    act: str
    count: Callable[[Actor], int]
    url: Callable[[], str]
    tone: str = INFO
    side: str = ""


@dataclass(frozen=True)
class Todo:
    """One line of "waits for me": what, whose, how much, by when, in which state, what moves it on.

    ``mass_g`` in grams; ``due`` is the last day; ``button`` is the word on the one button.
    """

    what: Text
    whom: Text
    url: str
    button: Text
    state: Text
    tone: str = INFO
    note: Text = ""
    mass_g: int | None = None
    due: date | None = None


@dataclass(frozen=True)
class TodoSource:
    """Where lines come from: the ``limit`` most urgent ones, and how many there are in all."""

    code: str
    act: str
    items: Callable[[Actor, int], Iterable[Todo]]
    count: Callable[[Actor], int]


@dataclass(frozen=True)
class Panel:
    """A panel at the right of the desk; ``context`` returns None when it has nothing to say."""

    code: str
    title: Text
    act: str
    template: str
    context: Callable[[Actor], Mapping[str, Any] | None]


def rank(code: str, order: Sequence[str]) -> int:
    """Place of a part in ``order``: of codes, or beginnings of codes ("alarms."); else the last.

    The longest entry that fits counts, so that one part can stand apart from its room.
    """
    fitting = [entry for entry in order if code == entry or _begins(code, entry)]
    return order.index(max(fitting, key=len)) if fitting else len(order)


def _begins(code: str, entry: str) -> bool:
    return entry.endswith(".") and code.startswith(entry)


@dataclass
class Desk:
    cards: dict[str, Card] = field(default_factory=dict)
    sources: dict[str, TodoSource] = field(default_factory=dict)
    panels: dict[str, Panel] = field(default_factory=dict)


DESK = Desk()


def register(*parts: Card | TodoSource | Panel) -> None:
    """Add parts to the desk, in the order in which they show; the same code replaces."""
    for part in parts:
        if isinstance(part, Card):
            DESK.cards[part.code] = part
        elif isinstance(part, TodoSource):
            DESK.sources[part.code] = part
        else:
            DESK.panels[part.code] = part
