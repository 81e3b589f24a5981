"""The supervisor with small children, quick enough to try every turn."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from wufei.cli.processes import leash
from wufei.cli.processes.child import Child
from wufei.cli.processes.folder import Record, Refused, in_use, locked
from wufei.cli.processes.log import Lines, Log
from wufei.cli.processes.supervisor import Supervisor

FOREVER = "import time; print('up', flush=True); time.sleep(600)"


def is_running(pid):
    """Nobody may have fetched a dead orphan's exit code yet; dead it is."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def runs(code):
    return lambda: [sys.executable, "-c", code]


@pytest.fixture
def supervise(tmp_path):
    """Run children until ``announce`` has been called and its outcome was true; returns exit
    code and log."""

    def start(*children, stop_when=None):
        log = Log(tmp_path / "log")
        record = Record(tmp_path)
        supervisor = Supervisor(children, log, record, dict(os.environ))

        async def run():
            task = asyncio.create_task(supervisor.run())
            deadline = time.monotonic() + 60
            while not task.done():
                assert time.monotonic() < deadline
                if stop_when and stop_when(text()):
                    os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.sleep(0.1)
            return task.result()

        def text():
            return (tmp_path / "log" / "wufei.log").read_text()

        code = asyncio.run(run())
        log.close()
        return code, text()

    return start


def test_a_start_that_cannot_succeed_ends_with_its_reason_and_what_to_do(supervise):
    broken = Child(
        "broken", runs("import sys; sys.exit('no room')"), ready=bool, advice="make room"
    )
    code, log = supervise(Child("calm", runs(FOREVER)), broken)
    assert code == 1
    assert "broken ended (exit code 1); it is started again in 0.3 s." in log
    assert "broken does not stay up. Its last lines:" in log
    assert "    no room" in log
    assert "What to do: make room" in log
    assert log.rstrip().endswith("stopped")


def test_children_start_after_what_they_need_and_stop_before_it(supervise, tmp_path):
    def first_said():
        return "first" in (tmp_path / "log" / "wufei.log").read_text()

    marked = "import atexit, signal, sys, time; {}signal.signal(15, lambda *_: sys.exit())\n"
    marked += "atexit.register(print, 'bye'); print('up', flush=True); time.sleep(600)"
    first = Child("first", runs(marked.format("")), ready=first_said)
    once = Child("once", runs("print('done')"), after=("first",), once=True)
    last = Child("last", runs(marked.format("")), after=("once",), ready=lambda: True)
    code, log = supervise(last, once, first, stop_when=lambda text: text.count(" up\n") == 2)
    assert code == 0
    said = [line.split(maxsplit=2)[2] for line in log.splitlines()]
    said = [line for line in said if not line.startswith("wufei")]
    assert [line.split() for line in said] == [
        ["first", "up"],
        ["once", "done"],
        ["last", "up"],
        ["last", "bye"],
        ["first", "bye"],
    ]


def test_a_dead_child_is_started_again_with_its_helpers_gone(supervise, tmp_path):
    helper = f"subprocess.Popen([sys.executable, '-c', {FOREVER!r}])"
    code = f"import subprocess, sys; print({helper}.pid, flush=True)"
    _code, log = supervise(
        Child("web", runs(code), ready=lambda: True), stop_when=lambda text: text.count("web ") >= 3
    )
    helpers = [int(line.split()[-1]) for line in log.splitlines() if line.split()[-1].isdigit()]
    assert len(helpers) >= 2
    assert not any(is_running(pid) for pid in helpers[:-1])


def test_a_demo_that_fails_leaves_the_platform_up(supervise):
    code, log = supervise(
        Child("web", runs(FOREVER), ready=lambda: True),
        Child("demo", runs("raise SystemExit('no district')"), once=True, essential=False),
        stop_when=lambda text: "demo does not stay up" in text,
    )
    assert code == 0
    assert "demo failed (exit code 1)." in log


def test_a_leashed_child_dies_with_its_killed_parent(tmp_path):
    script = f"""
import os, subprocess, sys, time
command = [sys.executable, "-IS", {leash.__file__!r}, "9", str(os.getpid())]
child = subprocess.Popen([*command, sys.executable, "-c", {FOREVER!r}])
print(child.pid, flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = psutil.Process(int(parent.stdout.readline()))
    assert parent.stdout.readline() == "up\n"
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 30
    while is_running(child.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child.pid)


def test_a_folder_is_held_by_one(tmp_path):
    assert not in_use(tmp_path)
    with locked(tmp_path):
        assert in_use(tmp_path)
        with pytest.raises(Refused, match=f"process {os.getpid()}"), locked(tmp_path):
            pass
    assert not in_use(tmp_path)


def test_a_folder_that_cannot_be_made_says_what_to_set():
    with pytest.raises(Refused, match="Set WUFEI_HOME"), locked(Path("/proc/nowhere")):
        pass


def test_json_lines_of_a_part_become_fields_of_the_log(tmp_path, capsys):
    log = Log(tmp_path, as_json=True)
    lines = Lines(log, "web")
    lines.feed('{"level": "error", "text": "数据库'.encode())
    lines.feed(b' gone"}\nplain\n')
    log.close()
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["part"], first["level"], first["text"]) == ("web", "error", "数据库 gone")
    assert second["text"] == "plain"
    assert lines.last[-1] == "plain"
