"""Starts the children of a table in their order, restarts what dies, ends all in reverse."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from wufei.cli.processes.child import Child
from wufei.cli.processes.folder import Record
from wufei.cli.processes.log import Lines, Log

_BACKOFF_S = (0.3, 1.0, 2.0, 5.0, 10.0, 30.0)
_CALM_S = 60
"""A child that lived this long starts again with a short back-off."""
_DEATHS_SHOWN = 4
"""So many deaths in a row are told with their reason; at the first start they end it."""
_READY_POLL_S = 0.1


class Running:
    """One child's process and what is known about it."""

    def __init__(self, child: Child, log: Log) -> None:
        self.child = child
        self.ready = asyncio.Event()
        self.was_ready = False
        self.done = False
        self.deaths = 0
        self.lines = Lines(log, child.name, child.tidy)
        self.process: subprocess.Popen[bytes] | None = None
        self.exited = asyncio.Event()
        self.born = 0.0

    @property
    def alive(self) -> bool:
        return self.process is not None and not self.exited.is_set()


class Supervisor:
    """``run`` returns the exit code when everything has ended."""

    def __init__(
        self,
        children: Sequence[Child],
        log: Log,
        record: Record,
        environment: dict[str, str],
        *,
        announce: Callable[[], None] | None = None,
    ) -> None:
        self._log = log
        self._record = record
        self._environment = environment
        self._announce = announce
        self._all = {child.name: Running(child, log) for child in children}
        self._stopping = asyncio.Event()
        self._hurry = False
        self._code = 0

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop)
        loop.add_signal_handler(signal.SIGCHLD, self._reap)
        tasks = [asyncio.create_task(self._keep(running)) for running in self._all.values()]
        tasks.append(asyncio.create_task(self._announce_when_up()))
        await self._stopping.wait()
        await self._stop_all()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return self._code

    # Starting and keeping ------------------------------------------------------------------

    async def _keep(self, running: Running) -> None:
        child = running.child
        for name in child.after:
            await self._all[name].ready.wait()
        while not self._stopping.is_set():
            try:
                await self._live_once(running)
            except Exception as error:
                # Whatever stands in the way of a start is a reason to show, never to crash.
                running.lines.last = [str(error)]
                self._say(f"{child.name} cannot start: {error}")
            if self._stopping.is_set() or running.done:
                return
            await self._died(running)

    async def _live_once(self, running: Running) -> None:
        child = running.child
        if child.prepare:
            await asyncio.to_thread(child.prepare)
        if self._stopping.is_set():
            return
        self._spawn(running)
        if child.once:
            await running.exited.wait()
            assert running.process is not None
            running.done = running.process.returncode == 0
        else:
            await self._until_ready(running)
        if running.done or (running.alive and not child.once):
            if child.then:
                await asyncio.to_thread(child.then)
            running.was_ready = True
            running.ready.set()
        await running.exited.wait()

    async def _until_ready(self, running: Running) -> None:
        check = running.child.ready
        while running.alive and check and not await asyncio.to_thread(check):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(running.exited.wait(), _READY_POLL_S)

    def _spawn(self, running: Running) -> None:
        child = running.child
        leash = [sys.executable, "-IS", str(Path(__file__).with_name("leash.py"))]
        reader, writer = os.pipe()
        try:
            running.process = subprocess.Popen(
                [*leash, str(int(child.stop)), str(os.getpid()), *child.command()],
                stdin=subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                env=self._environment | {"WUFEI_PART": child.name},
                # A session of its own: Ctrl-C reaches the supervisor alone, which keeps order.
                start_new_session=True,
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        running.exited.clear()
        running.born = time.monotonic()
        self._record.started(child.name, running.process.pid)
        os.set_blocking(reader, False)
        asyncio.get_running_loop().add_reader(reader, self._read, reader, running)

    def _read(self, reader: int, running: Running) -> None:
        try:
            chunk = os.read(reader, 65_536)
        except BlockingIOError:
            return
        if chunk:
            running.lines.feed(chunk)
            return
        running.lines.end()
        asyncio.get_running_loop().remove_reader(reader)
        os.close(reader)

    def _reap(self) -> None:
        for running in self._all.values():
            if running.alive and running.process and running.process.poll() is not None:
                # Helpers of a dead child would hold its port or its files.
                _signal_group(running.process.pid, signal.SIGKILL)
                self._record.ended(running.child.name)
                running.exited.set()

    async def _died(self, running: Running) -> None:
        child = running.child
        code = running.process.returncode if running.process else None
        running.deaths = 1 if time.monotonic() - running.born > _CALM_S else running.deaths + 1
        # The last lines may still be in the pipe.
        await asyncio.sleep(0.1)
        if child.once:
            self._say(f"{child.name} failed ({_ending(code)}).")
            self._explain(running)
            running.done = True
            self._give_up(running)
            return
        delay_s = _BACKOFF_S[min(running.deaths, len(_BACKOFF_S)) - 1]
        self._say(f"{child.name} ended ({_ending(code)}); it is started again in {delay_s:g} s.")
        if running.deaths >= _DEATHS_SHOWN:
            self._explain(running)
            self._give_up(running)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay_s)

    def _give_up(self, running: Running) -> None:
        """At the first start there is nothing to keep alive, so a failure ends the start."""
        if running.child.essential and not running.was_ready:
            self._code = 1
            self._stopping.set()

    def _explain(self, running: Running) -> None:
        self._say(f"{running.child.name} does not stay up. Its last lines:")
        for line in running.lines.last:
            self._say(f"    {line}")
        if running.child.advice:
            self._say(f"What to do: {running.child.advice}")

    async def _announce_when_up(self) -> None:
        for running in self._all.values():
            if running.child.essential:
                await running.ready.wait()
        if self._announce and not self._stopping.is_set():
            await asyncio.to_thread(self._announce)

    # Stopping ------------------------------------------------------------------------------

    def _asked_to_stop(self) -> None:
        if self._stopping.is_set():
            self._hurry = True
            return
        self._say("stopping; press Ctrl-C again to stop at once")
        self._stopping.set()

    async def _stop_all(self) -> None:
        for wave in reversed(_waves([running.child for running in self._all.values()])):
            await asyncio.gather(*(self._stop(self._all[child.name]) for child in wave))
        self._say("stopped")

    async def _stop(self, running: Running) -> None:
        if not running.alive or running.process is None:
            return
        pid, deadline = running.process.pid, time.monotonic() + running.child.stop_s
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, running.child.stop)
        while running.alive and time.monotonic() < deadline and not self._hurry:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(running.exited.wait(), _READY_POLL_S)
        for number in (running.child.kill, signal.SIGKILL):
            if running.alive:
                self._say(f"{running.child.name} does not end; it is killed")
                _signal_group(pid, number)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(running.exited.wait(), 5)

    def _say(self, text: str) -> None:
        self._log.line("wufei", text)


def _waves(children: Iterable[Child]) -> list[list[Child]]:
    """Children by the length of the way to them: whoever needs another stands in a later wave."""
    known = {child.name: child for child in children}

    def depth(child: Child) -> int:
        return 1 + max((depth(known[name]) for name in child.after), default=-1)

    waves: list[list[Child]] = []
    for child in known.values():
        waves.extend([] for _missing in range(depth(child) + 1 - len(waves)))
        waves[depth(child)].append(child)
    return waves


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _ending(code: int | None) -> str:
    if code is None:
        return "not started"
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
