"""Names of the waste domains beside their colours; filled at start-up from their declarations."""

from collections.abc import Iterable

from django.utils.functional import Promise

_NAMES: dict[str, str | Promise] = {}
_SHORT: dict[str, str | Promise] = {}


def fill(names: Iterable[tuple[str, str | Promise, str | Promise]]) -> None:
    """Make these (code, name, short name) known."""
    for code, name, short_name in names:
        _NAMES[code], _SHORT[code] = name, short_name


def short(code: str) -> str:
    """The domain's short name, as ``label``."""
    return str(_SHORT.get(code, code))


def label(code: str) -> str:
    """The domain's name in the current language; the code of one that is not declared."""
    return str(_NAMES.get(code, code))


def choices() -> tuple[tuple[str, str | Promise], ...]:
    return tuple(_NAMES.items())
