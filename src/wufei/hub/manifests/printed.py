"""What higher rooms add to a printed manifest: they register, the page of paper asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wufei.hub.manifests.models import Manifest


@dataclass(frozen=True)
class Part:
    """Lines under a heading; ``path`` is a page of ours whose code is printed beside them."""

    title: str
    lines: Sequence[tuple[str, str]]
    path: str = ""
    hint: str = ""


_parts: list[Callable[[Manifest], Part | None]] = []


def register_part(tell: Callable[[Manifest], Part | None]) -> None:
    """Called once at start-up; ``tell`` returns None where there is nothing to say."""
    _parts.append(tell)


def parts(manifest: Manifest) -> list[Part]:
    return [part for tell in _parts if (part := tell(manifest)) is not None]
