"""Regions and domains that people may be given: higher rooms know them, ``config`` gives them."""

from collections.abc import Callable, Sequence

from django.utils.functional import Promise

Choices = Sequence[tuple[str, str | Promise]]

_regions: Callable[[], Choices] = tuple
_domains: Callable[[], Choices] = tuple


def register(*, regions: Callable[[], Choices], domains: Callable[[], Choices]) -> None:
    """Called once at start-up; both are asked anew for each form."""
    global _regions, _domains
    _regions, _domains = regions, domains


def regions() -> Choices:
    """Prefixes of ``Region.path`` with their names."""
    return _regions()


def domains() -> Choices:
    """Codes of the waste domains with their names."""
    return _domains()
