"""Many terminals in one process, as cheap as can be: frames made beforehand, answers counted.

    _terminals.py '{"port": 6808, "first": 1, "count": 500, …}'

Signs every terminal in (unless ``codes`` is empty), keeps ``window`` segments of ``frames``
positions under way on each connection, and prints one line of JSON: what was answered in the
measured seconds, and how long segments waited. With ``rate`` each terminal sends that many
segments a second instead, whether answered or not.
"""

import json
import select
import socket
import sys
import time
from array import array
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from wufei.protocols import jt808

# Segments made beforehand for each terminal, sent over and over.
RING = 32


class Link:
    """One terminal: its segments, and when those under way were sent."""

    __slots__ = ("at", "delimiters", "due", "segments", "sent", "socket")

    def __init__(self, port: int, phone: str, frames: int, now_ms: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        terminal = jt808.Terminal(phone, 2019)
        self.segments = [
            b"".join(
                terminal.position(_position(now_ms + 1000 * (frames * n + k)))
                for k in range(frames)
            )
            for n in range(RING)
        ]
        self.at = 0
        self.delimiters = 0
        self.sent: deque[float] = deque()
        self.due = 0.0

    def sign_in(self, phone: str, code: str) -> None:
        self.socket.sendall(jt808.Terminal(phone, 2019).authenticate(code))

    def send(self, now: float) -> None:
        self.socket.send(self.segments[self.at])
        self.at = (self.at + 1) % RING
        self.sent.append(now)


def _position(time_ms: int) -> jt808.Position:
    mileage = jt808.Extra(1, (time_ms // 1000 % 10**6).to_bytes(4))
    return jt808.Position(115.98, 36.45, time_ms, 45.6, 45, 31, status=3, extras=(mileage,))


class Run:
    def __init__(self, wanted: dict[str, int], codes: list[str]) -> None:
        self.frames, self.window = wanted["frames"], wanted["window"]
        self.rate = wanted.get("rate", 0)
        now_ms = time.time_ns() // 1_000_000 - 600_000
        phones = [str(wanted["first"] + n) for n in range(wanted["count"])]
        self.links = [Link(wanted["port"], phone, self.frames, now_ms) for phone in phones]
        for link, phone, code in zip(self.links, phones, codes, strict=False):
            link.sign_in(phone, code)
        self.poll = select.epoll()
        for link in self.links:
            if codes:
                _answered(link)
            link.socket.setblocking(False)
            self.poll.register(link.socket, select.EPOLLIN)
        self.by_file = {link.socket.fileno(): link for link in self.links}
        self.waits = array("d")
        self.answered = 0

    def measure(self, warm_s: float, measured_s: float) -> dict[str, float]:
        begin = time.perf_counter()
        for index, link in enumerate(self.links):
            # Terminals do not speak in chorus.
            link.due = begin + (index / len(self.links) / self.rate if self.rate else 0)
            for _segment in range(0 if self.rate else self.window):
                link.send(begin)
        self._until(begin + warm_s)
        self.answered, self.waits = 0, array("d")
        started = time.perf_counter()
        self._until(started + measured_s)
        took_s = time.perf_counter() - started
        waits = sorted(self.waits)
        return {
            "positions_s": self.answered / took_s,
            "answered": self.answered,
            "p50_ms": waits[len(waits) // 2] * 1000,
            "p99_ms": waits[len(waits) * 99 // 100] * 1000,
            "processor_s": time.process_time(),
        }

    def _until(self, end: float) -> None:
        while (now := time.perf_counter()) < end:
            if self.rate:
                self._send_due(now)
            for file, _event in self.poll.poll(0.01):
                self._hear(self.by_file[file])

    def _send_due(self, now: float) -> None:
        for link in self.links:
            if link.due <= now:
                link.due += 1 / self.rate
                link.send(now)

    def _hear(self, link: Link) -> None:
        data = link.socket.recv(65_536)
        if not data:
            raise SystemExit("the server closed a connection")
        link.delimiters += data.count(b"\x7e")
        now = time.perf_counter()
        each = 2 * self.frames
        while link.delimiters >= each:
            link.delimiters -= each
            self.answered += self.frames
            self.waits.append(now - link.sent.popleft())
            if not self.rate:
                link.send(now)


def _answered(link: Link) -> None:
    """Wait for the answer to the sign-in."""
    data = b""
    while data.count(b"\x7e") < 2:
        data += link.socket.recv(4_096)
    body = jt808.decode(data).body
    assert isinstance(body, jt808.PlatformReply)
    assert body.result == 0, "not signed in"


def main() -> None:
    wanted = json.loads(sys.argv[1])
    run = Run(wanted, wanted.pop("codes"))
    # All generators begin together.
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(run.measure(wanted["warm_s"], wanted["measured_s"])), flush=True)


if __name__ == "__main__":
    main()
