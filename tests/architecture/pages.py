"""Every page of the site and every operation of its API, as the address table has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Pages of libraries: they have no act; they show only what is the visitor's own.
OF_LIBRARIES = ("account_", "mfa_", "usersessions_", "set_language")


@dataclass(frozen=True)
class PageOfSite:
    name: str
    route: str
    view: Any
    parameters: tuple[str, ...]

    @property
    def act(self) -> str | None:
        return getattr(self.view, "act", None)

    @property
    def is_of_a_library(self) -> bool:
        return self.name.startswith(OF_LIBRARIES)

    @property
    def method(self) -> str:
        """The one method of an operation of the API; empty for a page."""
        return getattr(self.view, "method", "")


def pages() -> list[PageOfSite]:
    """Pages for people: they know who asks by the session of the browser."""
    return [page for page in addresses() if not page.method]


def operations() -> list[PageOfSite]:
    """Operations for programs: they know who asks by a token."""
    return [page for page in addresses() if page.method]


def addresses() -> list[PageOfSite]:
    """All of both."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: list[Any], prefix: str, parameters: tuple[str, ...]) -> Iterator[PageOfSite]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        inside = (*parameters, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route, inside)
        elif isinstance(pattern, URLPattern):
            yield PageOfSite(pattern.name or route, route, pattern.callback, inside)
