"""When in the year waste arises: the day's share of an even year (1 is an average day)."""

from collections.abc import Callable
from datetime import date

Season = Callable[[date], float]
Window = tuple[tuple[int, int], tuple[int, int]]


def months(*weights: float) -> Season:
    """Twelve weights, January first."""
    mean = sum(weights) / 12
    return lambda day: weights[day.month - 1] / mean


def windows(*spans: Window) -> Season:
    """Even inside the spans ((month, day) to (month, day), both counted), nothing outside."""
    total = sum((date(2023, *end) - date(2023, *start)).days + 1 for start, end in spans)
    inside = 365 / total

    def weight(day: date) -> float:
        return inside if any(a <= (day.month, day.day) <= b for a, b in spans) else 0.0

    return weight


def even(day: date) -> float:
    return 1.0


# Works run through the week, less at the Spring Festival.
WORKS = months(0.95, 0.75, 1.03, 1.03, 1.03, 1.02, 1.0, 1.0, 1.05, 1.03, 1.05, 1.05)
HEATING = months(1.35, 1.3, 1.1, 0.85, 0.8, 0.85, 1.0, 1.0, 0.8, 0.8, 1.05, 1.3)
BUILDING = months(0.25, 0.2, 1.0, 1.3, 1.35, 1.2, 1.0, 1.05, 1.4, 1.4, 1.2, 0.65)
VISITORS = months(0.8, 1.05, 0.85, 1.05, 1.2, 1.0, 1.1, 1.1, 1.0, 1.25, 0.85, 0.8)
WHEAT_HARVEST = windows(((6, 5), (6, 25)))
MAIZE_HARVEST = windows(((9, 22), (10, 20)))
FILM_LIFTED = windows(((4, 10), (5, 20)), ((9, 15), (10, 25)))
SPRAYING = months(0.1, 0.3, 1.0, 1.6, 1.6, 1.4, 1.8, 1.8, 1.2, 0.7, 0.3, 0.1)
VINES = windows(((6, 10), (7, 31)), ((9, 10), (10, 31)))
DREDGING = windows(((3, 1), (4, 30)), ((11, 1), (12, 10)))
