"""The outcome of one check."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Found:
    """What a check found; ``do`` says what to do and is empty only when all is well."""

    state: State
    found: str
    do: str = ""


def ok(found: str) -> Found:
    return Found(State.OK, found)


def warning(found: str, do: str) -> Found:
    return Found(State.WARNING, found, do)


def failure(found: str, do: str) -> Found:
    return Found(State.FAILURE, found, do)
