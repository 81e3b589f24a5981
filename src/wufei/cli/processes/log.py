"""One readable log of all parts: on the terminal and in ``WUFEI_HOME/log/wufei.log``."""

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

_FILE_BYTES_MAX = 10_000_000
_FILES_MAX = 5
_LINE_CHARS_MAX = 8_000
_COLOURS = ("36", "35", "34", "32", "33", "96", "95", "94")
_NAME_WIDTH = 9


class Log:
    """Takes lines from any thread; ``as_json`` writes one JSON object a line instead."""

    def __init__(self, folder: Path, *, as_json: bool = False) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = RotatingFileHandler(
            folder / "wufei.log",
            maxBytes=_FILE_BYTES_MAX,
            backupCount=_FILES_MAX,
            encoding="utf-8",
        )
        self._as_json = as_json
        self._terminal: Any = sys.stdout
        self._coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._colours: dict[str, str] = {}
        self._lock = threading.Lock()

    def line(self, part: str, text: str) -> None:
        """One line of ``part``; the file has no colours."""
        text = text[:_LINE_CHARS_MAX]
        now = datetime.now(UTC)
        with self._lock:
            if self._as_json:
                plain = shown = _json(now, part, text)
            else:
                clock = now.astimezone().strftime("%H:%M:%S")
                plain = f"{now:%Y-%m-%d %H:%M:%S}Z {part:<{_NAME_WIDTH}} {text}"
                shown = f"{clock} {self._painted(part)} {text}"
            self._file.emit(logging.makeLogRecord({"msg": plain}))
            self.show(shown)

    def show(self, text: str) -> None:
        """Print to the terminal only; a terminal that went away never stops the platform."""
        try:
            print(text, file=self._terminal, flush=True)
        except (OSError, ValueError):
            self._terminal = None if self._terminal is None else open(os.devnull, "w")  # noqa: SIM115

    def close(self) -> None:
        self._file.close()

    def _painted(self, part: str) -> str:
        padded = f"{part:<{_NAME_WIDTH}}"
        if not self._coloured:
            return padded
        colour = self._colours.setdefault(part, _COLOURS[len(self._colours) % len(_COLOURS)])
        return f"\x1b[{colour}m{padded}\x1b[0m"


def _json(now: datetime, part: str, text: str) -> str:
    entry: dict[str, Any] = {"time": now.isoformat(timespec="milliseconds"), "part": part}
    try:
        inner = json.loads(text) if text.startswith("{") else None
    except ValueError:
        inner = None
    entry |= inner if isinstance(inner, dict) else {"text": text}
    return json.dumps(entry, ensure_ascii=False)


class Lines:
    """Cuts a stream of bytes into lines and keeps the last ones, as the reason of a death."""

    def __init__(
        self, log: Log, part: str, tidy: Callable[[str], str] = str.rstrip, *, kept: int = 12
    ) -> None:
        self._log = log
        self._part = part
        self._tidy = tidy
        self._kept = kept
        self._rest = b""
        self.last: list[str] = []

    def feed(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > _LINE_CHARS_MAX:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._take(line)

    def end(self) -> None:
        self._take(self._rest)
        self._rest = b""

    def _take(self, line: bytes) -> None:
        text = self._tidy(line.decode("utf-8", "replace")).rstrip()
        if text:
            self.last = [*self.last[1 - self._kept :], text]
            self._log.line(self._part, text)
