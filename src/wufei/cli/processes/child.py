"""What the supervisor must know about one child process."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Child:
    """One row of the table of children.

    ``after`` names the children that must be ready first. ``prepare`` runs before every start,
    ``ready`` is asked until it says yes, ``then`` runs once it did; the three may block. A
    ``once`` child is ready when it ends with 0 and is not started again. When an ``essential``
    child cannot be brought up, the start as a whole has failed. ``advice`` says what to do when
    the child dies again and again. ``tidy`` shortens a line for the log; nothing left, no line.
    """

    name: str
    command: Callable[[], Sequence[str]]
    after: tuple[str, ...] = ()
    prepare: Callable[[], None] | None = None
    ready: Callable[[], bool] | None = None
    then: Callable[[], None] | None = None
    once: bool = False
    essential: bool = True
    stop: signal.Signals = signal.SIGTERM
    stop_s: float = 10
    kill: signal.Signals = signal.SIGKILL
    advice: str = ""
    tidy: Callable[[str], str] = str.rstrip
