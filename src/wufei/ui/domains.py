"""Names of the waste domains beside their colours; filled at start-up from their declarations."""

from collections.abc import Iterable

from django.utils.functional import Promise

_NAMES: dict[str, str | Promise] = {}


def fill(names: Iterable[tuple[str, str | Promise]]) -> None:
    _NAMES.update(names)


def label(code: str) -> str:
    """The domain's name in the current language; the code of one that is not declared."""
    return str(_NAMES.get(code, code))


def choices() -> tuple[tuple[str, str | Promise], ...]:
    return tuple(_NAMES.items())
