"""What a rule found wrong, as data; ``messages`` puts it into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """``code`` names the sentence in ``messages``, ``values`` fill its places."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


def problem(code: str, **values: Any) -> Problem:
    return Problem(code, values)
