"""The waste domains that an organisation can work in; ``config`` fills this once at start-up."""

from collections.abc import Iterable

from django.utils.translation import get_language

from wufei.hub.base.tables.spec import Text

_labels: dict[str, Text] = {}


def fill(labels: Iterable[tuple[str, Text]]) -> None:
    """Make ``labels`` (code, name) the whole table."""
    _labels.clear()
    _labels.update(labels)


def choices() -> list[tuple[str, Text]]:
    return list(_labels.items())


def codes() -> frozenset[str]:
    return frozenset(_labels)


def names(chosen: Iterable[str]) -> str:
    """The domains' names in one line, as the current language lists things."""
    separator = ", " if (get_language() or "").startswith("en") else "、"
    return separator.join(str(_labels.get(code, code)) for code in chosen)
