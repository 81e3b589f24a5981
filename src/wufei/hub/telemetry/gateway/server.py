"""The server: accepts terminals, runs the rounds, waits for the bus, answers, and ends in order."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from django.db import Error as DatabaseFault
from django.db import close_old_connections

from wufei.hub.telemetry import badframes
from wufei.hub.telemetry.bus import FIXES_A_MESSAGE_MAX
from wufei.hub.telemetry.fixes import Fixes
from wufei.hub.telemetry.gateway import connection as conn
from wufei.hub.telemetry.gateway.bad import BadFrames
from wufei.hub.telemetry.gateway.connection import Connection
from wufei.hub.telemetry.gateway.counters import Counters
from wufei.hub.telemetry.gateway.limits import BadLimits, Limits
from wufei.hub.telemetry.gateway.rounds import Round, by_partition, read
from wufei.hub.telemetry.gateway.session import Sessions
from wufei.hub.telemetry.gateway.terminals import Terminals

REFRESH_S = 5.0
SWEEP_S = 10.0
_MINUTE_S = 60.0
_logger = logging.getLogger("wufei.gateway")
_Result = TypeVar("_Result")


class Bus(Protocol):
    """What the gateway needs of the bus: ``publish`` returns when the batch is stored."""

    async def publish(self, partition: int, fixes: Fixes) -> None: ...


class Gateway:
    """One process of it. ``load`` gives the table of terminals; it may block and may fail."""

    def __init__(
        self, bus: Bus, load: Callable[[], Terminals], *, partitions: int, limits: Limits
    ) -> None:
        self._bus, self._load = bus, load
        self._partitions, self._limits = partitions, limits
        self._bad = BadFrames(BadLimits())
        self.counters = Counters()
        self._sessions = Sessions(self._bad, self.counters)
        self.connections: set[Connection] = set()
        self._dirty: list[Connection] = []
        self._held: list[Connection] = []
        self._waiting_bytes = 0
        self._work, self._enough, self._stopping = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._slots = asyncio.Semaphore(limits.rounds_max)
        self._deliveries: set[asyncio.Task[None]] = set()
        # One thread, so that the database sees one connection and never waits in the loop.
        self._database = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._server: asyncio.Server | None = None
        self.failed = False

    # Life ------------------------------------------------------------------------------------

    async def run(self, host: str, port: int) -> None:
        """Serve until ``stop`` is called; returns when everything is answered or given up."""
        await self._first_table()
        if self._stopping.is_set():
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self), host, port, backlog=1024, reuse_address=True
        )
        _logger.info("listening on %s:%s for %s terminals", host, self.port, self._known)
        helpers = [
            asyncio.create_task(task()) for task in (self._rounds, self._refresh, self._each_second)
        ]
        for helper in helpers:
            helper.add_done_callback(self._helper_ended)
        await self._stopping.wait()
        await self._end(helpers)

    def stop(self) -> None:
        """Accept no more, store and answer what came in, close."""
        self._stopping.set()
        self._work.set()
        self._enough.set()

    @property
    def listening(self) -> bool:
        return self._server is not None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def _known(self) -> int:
        return len(self._sessions.terminals.known)

    def _helper_ended(self, helper: asyncio.Task[None]) -> None:
        """A gateway that no longer reads or learns must not look alive: it ends."""
        if helper.cancelled() or (error := helper.exception()) is None:
            return
        _logger.error("the gateway ends after a mistake of its own", exc_info=error)
        self.failed = True
        self.stop()

    async def _end(self, helpers: list[asyncio.Task[None]]) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self.connections:
            connection.pause(conn.STOPPING)
        rounds, *others = helpers
        for helper in others:
            helper.cancel()
        try:
            async with asyncio.timeout(self._limits.stop_s):
                await asyncio.gather(rounds, return_exceptions=True)
                await asyncio.gather(*self._deliveries, return_exceptions=True)
        except TimeoutError:
            _logger.warning("the bus did not store the last batches in time; they got no answer")
        await asyncio.gather(*others, return_exceptions=True)
        for connection in list(self.connections):
            connection.close()
        await self._keep_bad_frames()
        self._database.shutdown(wait=False)

    # What connections call -------------------------------------------------------------------

    def opened(self, connection: Connection) -> None:
        if len(self.connections) >= self._limits.connections_max:
            self.counters.turned_away += 1
            connection.transport.abort()
            return
        connection.seen = time.monotonic()
        self.connections.add(connection)

    def received(self, connection: Connection, count: int) -> None:
        self._waiting_bytes += count
        if not connection.dirty:
            connection.dirty = True
            self._dirty.append(connection)
            self._work.set()
        if (
            connection.waiting > self._limits.waiting_bytes_max
            or self._waiting_bytes > self._limits.all_waiting_bytes_max
        ):
            connection.pause(conn.MUCH_WAITS)
        if self._waiting_bytes > self._limits.burst_bytes:
            self._enough.set()

    def lost(self, connection: Connection) -> None:
        self.connections.discard(connection)

    # Rounds ----------------------------------------------------------------------------------

    async def _rounds(self) -> None:
        """Until stopped, and then once more for what is left."""
        while not self._stopping.is_set():
            await self._work.wait()
            # A moment, so that many segments make one batch.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limits.round_s):
                    await self._enough.wait()
            await self._slots.acquire()
            self._round()
        await self._slots.acquire()
        self._round()

    def _round(self) -> None:
        """Reads what is there and hands it over; gives its slot back when there is nothing."""
        try:
            found = self._read()
        except Exception:
            # Nobody of this round is answered, so all of them send again.
            _logger.exception("a round could not be read")
            found = None
        if found is None:
            self._slots.release()
            return
        for connection, answer in found.now:
            connection.write(answer)
        delivery = asyncio.create_task(self._deliver(found))
        self._deliveries.add(delivery)
        delivery.add_done_callback(self._deliveries.discard)

    def _read(self) -> Round | None:
        dirty, self._dirty = self._dirty, []
        self._work.clear()
        if not self._stopping.is_set():
            self._enough.clear()
        self.counters.bytes_in += self._waiting_bytes
        self._waiting_bytes = 0
        parts = []
        now = time.monotonic()
        for connection in dirty:
            connection.dirty, connection.seen = False, now
            if part := connection.take():
                parts.append((connection, part))
                # A frame has two delimiters at most.
                if connection.count(part.count(b"\x7e") // 2, int(now)) > self._limits.frames_s_max:
                    connection.pause(conn.TOO_FAST)
                    self._held.append(connection)
            connection.resume(conn.MUCH_WAITS)
        if not parts:
            return None
        return read(parts, self._sessions, time.time_ns() // 1_000_000, self._limits.future_ms)

    async def _deliver(self, found: Round) -> None:
        """Answers come after the bus, or not at all."""
        began = time.monotonic()
        try:
            batches = by_partition(found.fixes, self._partitions, FIXES_A_MESSAGE_MAX)
            await asyncio.gather(*(self._bus.publish(*batch) for batch in batches))
        finally:
            self._slots.release()
        for connection, answers in found.stored:
            connection.write(answers)
        counters = self.counters
        counters.rounds += 1
        counters.frames += found.frames
        counters.positions += len(found.fixes)
        counters.ack_ms_max = max(counters.ack_ms_max, (time.monotonic() - began) * 1000)

    # Beside the rounds -----------------------------------------------------------------------

    async def _first_table(self) -> None:
        """Without any table nobody could sign in, so the port opens after it."""
        told = False
        while not self._stopping.is_set():
            try:
                self._sessions.terminals = await self._in_database(self._load)
                return
            except DatabaseFault as error:
                if not told:
                    _logger.warning("the registry cannot be read (%s); trying until it can", error)
                told = True
                await asyncio.sleep(0.5)

    async def _refresh(self) -> None:
        """The registry again and again; while the database is away the last table serves."""
        away = False
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                self._sessions.terminals = await self._in_database(self._load)
                away = False
            except DatabaseFault as error:
                if not away:
                    _logger.warning(
                        "the registry cannot be read (%s); the last table serves", error
                    )
                away = True

    async def _each_second(self) -> None:
        swept = minute = time.monotonic()
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            held, self._held = self._held, []
            for connection in held:
                connection.resume(conn.TOO_FAST)
            await self._keep_bad_frames()
            if now - swept >= SWEEP_S:
                swept = now
                self._close_idle(now)
            if now - minute >= _MINUTE_S:
                minute = now
                self._new_minute()

    def _close_idle(self, now: float) -> None:
        oldest = now - self._limits.idle_s
        # Who is not read cannot be heard.
        silent = [one for one in self.connections if one.seen < oldest and not one.paused]
        for connection in silent:
            connection.close()

    def _new_minute(self) -> None:
        if line := self.counters.line(len(self.connections)):
            _logger.info(line)
        fresh = Counters()
        vars(self.counters).update(vars(fresh))
        self._bad.new_minute()

    async def _keep_bad_frames(self) -> None:
        if not (frames := self._bad.take()):
            return
        try:
            await self._in_database(lambda: badframes.keep(frames))
        except DatabaseFault:
            self._bad.put_back(frames)

    async def _in_database(self, work: Callable[[], _Result]) -> _Result:
        def done() -> _Result:
            # A connection that broke is thrown away, as between two requests.
            close_old_connections()
            return work()

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._database, done)
