"""The folder of all data belongs to one supervisor at a time, and its leftovers are cleared."""

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

GENTLY = signal.SIGTERM
_PATIENCE_S = 15


class Refused(Exception):
    """The platform does not start; the message says why and what to do."""


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold ``home`` alone. The kernel lets go of the lock with the process, however it dies."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = (home / "wufei.lock").open("a+")
    except OSError as error:
        raise Refused(
            f"{home} cannot be used ({error.strerror}). Set WUFEI_HOME to a folder of your own."
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise Refused(
                f"Wufei already runs on {home} (process {handle.read().strip() or 'unknown'}). "
                "Stop it first (Ctrl-C in its terminal), or set WUFEI_HOME to another folder."
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def in_use(home: Path) -> bool:
    """Does a supervisor (or a restore) hold ``home``?"""
    if not (home / "wufei.lock").exists():
        return False
    with (home / "wufei.lock").open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


class Record:
    """Which children run, in a file: the next start ends what a killed supervisor left."""

    def __init__(self, home: Path) -> None:
        self._path = home / "children.json"
        self._alive: dict[str, tuple[int, float]] = {}

    def started(self, name: str, pid: int) -> None:
        with contextlib.suppress(psutil.Error):
            self._alive[name] = (pid, psutil.Process(pid).create_time())
            self._write()

    def ended(self, name: str) -> None:
        if self._alive.pop(name, None):
            self._write()

    def leftovers(self) -> list[psutil.Process]:
        """Processes of an earlier supervisor; a pid that was given away again does not count."""
        try:
            rows = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return []
        found = []
        for pid, born in rows.values():
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                if abs(process.create_time() - born) < 1:
                    found.append(process)
        return found

    def _write(self) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps(self._alive))
        draft.replace(self._path)


def end_all(processes: Iterable[psutil.Process], gently: signal.Signals) -> None:
    """Ask, wait, then kill; with everything in the process groups that they lead."""
    rest = list(processes)
    groups = [process.pid for process in rest]
    for process in rest:
        with contextlib.suppress(psutil.Error):
            process.send_signal(gently)
    _gone, rest = psutil.wait_procs(rest, timeout=_PATIENCE_S)
    for process in rest:
        with contextlib.suppress(psutil.Error):
            process.kill()
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    psutil.wait_procs(rest, timeout=5)


def processes_in(folder: Path) -> list[psutil.Process]:
    """Processes whose working directory is ``folder`` (a PostgreSQL's is its data folder)."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.cwd() == str(folder):
                found.append(process)
    return found


def clear_postgres(data: Path, sockets: Path) -> None:
    """End a server that a killed supervisor left, then remove the pid files it left.

    PostgreSQL itself trusts its pid file as long as *any* process has that number, which after a
    restart of a container is often someone else's. Our lock on the folder and a look at the
    working directories say for certain that no server is left.
    """
    if left := processes_in(data):
        end_all(left, signal.SIGINT)
    deadline = time.monotonic() + _PATIENCE_S
    while processes_in(data) and time.monotonic() < deadline:
        end_all(processes_in(data), signal.SIGQUIT)
    (data / "postmaster.pid").unlink(missing_ok=True)
    for file in sockets.glob(".s.PGSQL.*"):
        file.unlink(missing_ok=True)
