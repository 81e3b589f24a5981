import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import polars
import psutil
import pytest
from procrastinate import App, SyncPsycopgConnector

from wufei.config.secrets import secret
from wufei.hub.telemetry.lake import Lake

pytestmark = pytest.mark.processes
PATIENCE_S = 120
FOLDER = Path(__file__).parent
# What writes to the platform meanwhile: each prints what was acknowledged.
WRITERS = {
    "ledger": ("writer.py", "ledger"),
    "bus": ("writer.py", "bus"),
    "terminals": ("terminals.py",),
    "signers": ("signers.py",),
}


@contextmanager
def writing(platform, kind):
    """A writer at work meanwhile; yields a function that returns what was acknowledged so far."""
    settings = {"DJANGO_SETTINGS_MODULE": "wufei.config.settings"}
    script, *arguments = WRITERS[kind]
    output = platform.home / f"{kind}-{time.monotonic_ns()}.acknowledged"
    with output.open("wb") as target, output.with_suffix(".errors").open("wb") as errors:
        writer = subprocess.Popen(
            [sys.executable, str(FOLDER / script), *arguments],
            env=platform.environment | settings,
            stdout=target,
            stderr=errors,
        )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not output.read_bytes():
            assert writer.poll() is None, output.with_suffix(".errors").read_text()[-3000:]
            assert time.monotonic() < deadline, "the writer writes nothing"
            time.sleep(0.1)
        # A line that is still being written does not count.
        yield lambda: output.read_text().rpartition("\n")[0].split("\n")
        assert writer.poll() is None, output.with_suffix(".errors").read_text()[-3000:]
    finally:
        writer.kill()
        writer.wait()


def goes_on(written):
    """The writer gets on again by itself."""
    before, deadline = len(written()), time.monotonic() + PATIENCE_S
    while len(written()) <= before:
        assert time.monotonic() < deadline, "the writer does not go on"
        time.sleep(0.05)


def recount(platform):
    """What the ledger holds: count and mass of movements, and their last id."""
    return platform.sql(
        "SELECT count(*), sum(mass_g)::bigint, max(uuid::text), "
        "(SELECT sum(in_g - out_g)::bigint FROM ledger_balance) FROM ledger_movement"
    )


async def published(platform):
    """Every message of the stream that the bus writer fills."""
    import nats

    port, home = platform.environment["WUFEI_NATS_PORT"], platform.home
    link = await nats.connect(f"nats://wufei:{secret('nats', home=home)}@127.0.0.1:{port}")
    reader = await link.jetstream().subscribe("trial", ordered_consumer=True)
    state = (await link.jetstream().stream_info("trial")).state
    found = [(await reader.next_msg(timeout=5)).data.decode() for _ in range(state.messages)]
    await link.close()
    return found


def _keys(acknowledged):
    return {tuple(int(part) for part in line.split()) for line in acknowledged}


def _lake(platform):
    """Keys of all fixes in the lake: device, device time, serial."""
    files = Lake(str(platform.home / "lake")).all_files()
    if not files:
        return []
    keys = polars.scan_parquet(files).select("device", "device_time_ms", "serial")
    return keys.collect().rows()


def test_every_part_comes_up_and_the_doctor_agrees(running):
    looked = running.wufei("doctor", "--json")
    found = {row["part"]: row for row in json.loads(looked.stdout)}
    failed = [row for row in found.values() if row["state"] == "failure"]
    assert not failed
    assert looked.returncode == 0
    assert found["roles"]["state"] == "ok"
    assert found["migrations"]["state"] == "ok"
    assert found["worker"]["state"] == "ok"


def test_a_second_start_on_the_same_folder_is_refused(running):
    refused = running.wufei("up")
    assert refused.returncode == 1
    assert f"already runs on {running.home}" in refused.stderr
    assert f"process {running.process.pid}" in refused.stderr
    assert running.is_well()


def test_a_busy_port_is_named_before_anything_starts(running, tmp_path):
    refused = running.wufei("up", WUFEI_HOME=str(tmp_path / "another"))
    assert refused.returncode == 1
    assert f"Port {running.port} on 127.0.0.1 (web, WUFEI_PORT) is busy" in refused.stderr
    assert "set WUFEI_PORT to another port" in refused.stderr
    assert not (tmp_path / "another" / "postgres").exists()


def test_a_wrong_setting_is_told_before_anything_starts(running, tmp_path):
    refused = running.wufei("up", WUFEI_HOME=str(tmp_path / "another"), WUFEI_PORT="eighty")
    assert refused.returncode == 1
    assert "WUFEI_PORT='eighty' cannot be read" in refused.stderr


PARTS = ("gateway", "watch", "sink", "web", "worker", "nats", "postgres")


def test_nothing_acknowledged_is_lost_when_processes_are_killed_one_by_one(running, until):
    with (
        writing(running, "ledger") as movements,
        writing(running, "bus") as messages,
        writing(running, "terminals") as fixes,
        writing(running, "signers") as signatures,
    ):
        for part in PARTS:
            running.kill(part)
            for written in (movements, messages, fixes, signatures):
                goes_on(written)
    _movements_are_there(running, movements())
    assert not set(messages()) - set(asyncio.run(published(running)))
    _fixes_are_there_once(running, fixes(), until)
    _signatures_are_there_once(running, signatures())
    verified = running.wufei("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    _every_record_has_its_leaf(running, until)


def _every_record_has_its_leaf(running, until):
    """The worker went on where it was killed: one leaf a record, without gaps."""
    until(lambda: running.sql("SELECT count(*) FROM evidence_pending") == [(0,)], PATIENCE_S)
    ((leaves, last),) = running.sql("SELECT count(*), max(number) FROM evidence_leaf")
    ((records,),) = running.sql(
        "SELECT (SELECT count(*) FROM ledger_movement) + (SELECT count(*) FROM manifests_signature)"
    )
    assert leaves == records == last + 1
    audited = running.wufei("audit", "verify")
    assert audited.returncode == 0, audited.stdout + audited.stderr


def _movements_are_there(running, acknowledged):
    rows = running.sql("SELECT uuid::text FROM ledger_movement WHERE cause = 'test'")
    stored = {uuid for (uuid,) in rows}
    assert set(acknowledged) <= stored
    # The last one may be stored without its acknowledgement having been read.
    assert len(stored) <= len(acknowledged) + 1


def _fixes_are_there_once(running, acknowledged, until):
    """Every fix that a terminal got its reply for is in the lake, once."""
    wanted = _keys(acknowledged)
    until(lambda: wanted <= set(_lake(running)), PATIENCE_S)
    keys = _lake(running)
    assert len(keys) == len(set(keys))


def _signatures_are_there_once(running, acknowledged):
    """Every acknowledged signature is there once, and its mass is where it says."""
    rows = [line.split() for line in acknowledged]
    stored = running.sql("SELECT uuid::text, step FROM manifests_signature")
    assert {(uuid, step) for _manifest, step, uuid in rows} <= set(stored)
    moved = {cause for (cause,) in running.sql("SELECT cause FROM ledger_movement")}
    for step in ("load", "accept"):
        wanted = {f"manifest:{manifest}:{step}" for manifest, signed, _ in rows if signed == step}
        assert wanted
        assert wanted <= moved
    twice = running.sql(
        "SELECT cause FROM ledger_movement WHERE cause LIKE 'manifest:%%' "
        "GROUP BY cause HAVING count(*) > 1"
    )
    assert twice == []


def test_a_job_is_done_after_its_worker_was_killed(running):
    running.kill("worker")
    connector = SyncPsycopgConnector(kwargs=running.database())
    with App(connector=connector).open() as queue:
        task = queue.configure_task("builtin:procrastinate.builtin_tasks.remove_old_jobs")
        job = task.defer(max_hours=1)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        rows = running.sql("SELECT status FROM procrastinate_jobs WHERE id = %s", job)
        if rows == [("succeeded",)]:
            return
        assert time.monotonic() < deadline, rows
        time.sleep(0.2)


@pytest.fixture(scope="module")
def saved(platform, tmp_path_factory):
    """A backup made while the platform runs, and what the ledger held then."""
    platform.start()
    with writing(platform, "ledger") as written, writing(platform, "terminals") as fixes:
        assert written()
        reported = fixes()
    kept = platform.home / "files" / "ab" / "abcd"
    kept.parent.mkdir(parents=True)
    kept.write_text("a stored file")
    file = tmp_path_factory.mktemp("backup") / "backup.tar"
    made = platform.wufei("backup", str(file))
    assert made.returncode == 0, made.stderr
    return file, recount(platform), reported


def test_a_running_platform_is_not_restored_over(saved, running):
    refused = running.wufei("restore", str(saved[0]), "--replace")
    assert refused.returncode == 1
    assert "already runs on" in refused.stderr


def test_an_open_request_does_not_hold_up_the_stop_and_no_process_is_left(running):
    family = running.processes()
    with socket.create_connection(("127.0.0.1", running.port)) as slow:
        slow.sendall(
            b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\na="
        )
        time.sleep(0.5)
        assert running.stop() == 0
        # Still open on our side: it was the server that did not wait for the rest.
        assert slow.fileno() > 0
    assert not [process for process in family if process.is_running()]
    assert not running.processes()


def test_a_destroyed_folder_comes_back_from_its_backup(saved, stopped):
    file, before, reported = saved
    stopped.destroy()
    back = stopped.wufei("restore", str(file))
    assert back.returncode == 0, back.stderr
    assert (stopped.home / "files" / "ab" / "abcd").read_text() == "a stored file"
    # What terminals had been told is safe came along with the lake.
    assert _keys(reported) <= set(_lake(stopped))
    assert recount(stopped.start()) == before


def test_after_kill_9_of_the_supervisor_nothing_stays_and_a_new_start_works(running):
    before = recount(running)
    family = running.processes()
    running.stop(signal.SIGKILL)
    _gone, left = psutil.wait_procs(family, timeout=60)
    assert not left
    # As after a power cut in a container: another process has the server's number now.
    pid_file = running.home / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{running.home / 'postgres'}\n1\n5432\n\n\n")
    assert recount(running.start()) == before


def test_a_damaged_backup_or_one_over_other_data_is_refused_and_nothing_changes(
    saved, stopped, tmp_path
):
    file, _before, _reported = saved
    refused = stopped.wufei("restore", str(file))
    assert "There are data already" in refused.stderr
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(content)
    refused = stopped.wufei("restore", str(damaged), "--replace")
    assert refused.returncode == 1
    assert "is damaged" in refused.stderr
    assert (stopped.home / "files" / "ab" / "abcd").exists()


def test_a_restore_that_is_killed_midway_leaves_the_old_data(saved, running, until):
    with writing(running, "ledger") as written:
        assert written()
    before = recount(running)
    running.stop()
    restore = subprocess.Popen(
        [sys.executable, "-m", "wufei.cli", "restore", str(saved[0]), "--replace"],
        env=running.environment,
    )
    until(lambda: "wufei_restoring" in running.databases())
    restore.kill()
    restore.wait()
    assert recount(running.start()) == before
