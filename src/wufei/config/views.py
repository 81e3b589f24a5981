"""Pages that every room has a part in: the desk and the search."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, TypeVar

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from wufei.config.desk import order_of
from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import DESK, Card, Panel, Todo, TodoSource, rank
from wufei.hub.base.search import search as find

TODO_LINES_MAX = 200
TODO_LINES, HITS_IN_BOX, HITS_ON_PAGE = 15, 5, 50
_FAR = date.max
Part = TypeVar("Part", Card, TodoSource, Panel)


@needs("desk.view")
def desk(request: Request) -> HttpResponse:
    """What waits for me, first what is most urgent."""
    actor = request.actor
    lines = TODO_LINES_MAX if "all" in request.GET else TODO_LINES
    sources = _mine(DESK.sources.values(), actor)
    todos = [todo for source in sources for todo in source.items(actor, lines)]
    # The sort keeps the role's order among those that are equally urgent.
    todos.sort(key=lambda todo: (todo.tone != "bad", todo.due or _FAR, todo.tone != "attention"))
    context = {
        "cards": _cards(actor),
        "todos": todos[:lines],
        "todo_count": sum(source.count(actor) for source in sources),
        "weeks": _weeks(todos, timezone.localdate()),
        "panels": _panels(actor),
        "cockpit": actor.may("cockpit.screen.view"),
        "today": timezone.localdate(),
        "now": timezone.now(),
    }
    return render(request, "desk.html", context)


def _cards(actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "label": card.label,
            "count": count,
            "url": card.url(),
            # A colour only where something waits: a quiet desk should look quiet.
            "tone": card.tone if count else "nothing",
        }
        for card in _mine(DESK.cards.values(), actor)
        for count in [card.count(actor)]
    ]


def _panels(actor: Actor) -> list[dict[str, Any]]:
    return [
        {"title": panel.title, "template": panel.template, "context": context}
        for panel in _mine(DESK.panels.values(), actor)
        if (context := panel.context(actor)) is not None
    ]


def _mine(parts: Iterable[Part], actor: Actor) -> list[Part]:
    """Parts that the actor may see, in the order of their role."""
    order = order_of(actor.role)
    seen = [part for part in parts if actor.may(part.act)]
    return sorted(seen, key=lambda part: rank(part.code, order))


def _weeks(todos: list[Todo], today: date) -> list[list[dict[str, Any]]]:
    """Three weeks from this Monday on, each day with the lines that are due on it."""
    due = defaultdict(list)
    for todo in todos:
        if todo.due:
            due[todo.due].append(todo)
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=offset) for offset in range(21)]
    cells = [
        {
            "day": day,
            "count": len(due[day]),
            "tone": _worst(due[day]),
            "today": day == today,
            "past": day < today,
        }
        for day in days
    ]
    return [cells[start : start + 7] for start in (0, 7, 14)]


def _worst(todos: list[Todo]) -> str:
    tones = {todo.tone for todo in todos}
    return next((tone for tone in ("bad", "attention", "info", "good") if tone in tones), "")


@needs("desk.view")
def counts(request: Request) -> HttpResponse:
    """Numbers beside the lines of the side bar, by URL name."""
    numbers: dict[str, int] = defaultdict(int)
    for card in DESK.cards.values():
        if card.side and request.actor.may(card.act):
            numbers[card.side] += card.count(request.actor)
    numbers["desk"] = sum(
        source.count(request.actor)
        for source in DESK.sources.values()
        if request.actor.may(source.act)
    )
    return JsonResponse(numbers)


@needs("desk.view")
def search(request: Request) -> HttpResponse:
    """Under the search box (HTMX) a few hits of each kind; as a page, many."""
    words = request.GET.get("q", "")[:60]
    inside = bool(request.htmx)
    found = find(words, request.actor, HITS_IN_BOX if inside else HITS_ON_PAGE)
    template = "components/found.html" if inside else "search.html"
    return render(request, template, {"query": words.strip(), "found": found})
