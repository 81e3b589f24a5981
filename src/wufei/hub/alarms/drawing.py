"""The way as a drawing (SVG): the approved route with its corridor, and where the truck was.

Pure. One unit of the drawing is one metre, so that the corridor is as wide as it really is. It
needs no map server, prints, and shows the same as the map.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from wufei.hub.alarms.streams.trips import M_PER_DEGREE, Degrees, Floats

# Room around the episode: enough to see where the road goes on.
_MARGIN_M, _MARGIN_SHARE = 600.0, 0.25
# No picture is narrower than this part of its height, or flatter than that of its width.
_ASPECT = 1.9


@dataclass(frozen=True)
class Mark:
    """A named place; ``kind`` is its class in the style sheet."""

    x: float
    y: float
    name: str
    kind: str


@dataclass(frozen=True)
class Drawing:
    """``box`` is the SVG's view box, ``unit`` the radius of a place and ``text`` the height of
    letters, all in metres; lines are the points of polylines.
    """

    box: str
    scale_m: int
    scale_x: float
    scale_y: float
    unit: float
    text: float
    corridor_m: float
    route: str
    track: str
    episode: str
    marks: tuple[Mark, ...]


def draw(
    *,
    route: Sequence[Degrees],
    corridor_m: float,
    track: Sequence[Degrees],
    episode: Sequence[Degrees],
    marks: Iterable[tuple[Degrees, str, str]],
) -> Drawing | None:
    """``episode`` is the part of the track that the rule saw; ``marks`` are (place, name, kind).

    None where no place is known.
    """
    named = list(marks)
    focus = [*(episode or track), *(place for place, _name, kind in named if kind == "here")]
    focus = focus or [*route, *(place for place, _name, _kind in named)]
    if not focus:
        return None
    origin = np.mean(np.array(focus, dtype=np.float64), axis=0)
    scale = np.array([M_PER_DEGREE * np.cos(np.radians(origin[1])), -M_PER_DEGREE])

    def plane(points: Sequence[Degrees]) -> Floats:
        found: Floats = (np.array(points, dtype=np.float64).reshape(-1, 2) - origin) * scale
        return found

    left, top, width, height = _box(plane(focus))
    scale_m = _round(width / 5)
    return Drawing(
        box=" ".join(f"{n:.0f}" for n in (left, top, width, height)),
        scale_m=scale_m,
        scale_x=round(left + width * 0.03),
        scale_y=round(top + height * 0.95),
        unit=round(width / 110, 1),
        text=round(width / 55, 1),
        corridor_m=2 * corridor_m,
        route=_line(plane(route)),
        track=_line(plane(track)),
        episode=_line(plane(episode)),
        marks=tuple(
            Mark(round(float(x), 1), round(float(y), 1), name, kind)
            for (_place, name, kind), (x, y) in zip(
                named, plane([place for place, _name, _kind in named]), strict=True
            )
            if left <= x <= left + width and top <= y <= top + height
        ),
    )


def _box(points: Floats) -> tuple[float, float, float, float]:
    """Left, top, width, height around the points, m."""
    low, high = points.min(axis=0), points.max(axis=0)
    size = high - low
    middle = (low + high) / 2
    size = size + 2 * np.maximum(_MARGIN_M, size * _MARGIN_SHARE)
    width = max(size[0], size[1] * _ASPECT)
    height = width / _ASPECT
    return (middle[0] - width / 2, middle[1] - height / 2, width, height)


def _line(points: Floats) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _round(length_m: float) -> int:
    """The longest of 100, 200, 500, 1,000, ... m that is not longer."""
    steps = [step * 10**power for power in range(2, 6) for step in (1, 2, 5)]
    return max((step for step in steps if step <= length_m), default=100)
