"""A backup waits until the sink has everything that the stream held when it began."""

from wufei.cli.archive import lake as archive
from wufei.hub.telemetry.lake import Lake, Position, frame
from wufei.hub.telemetry.tests.conftest import make_fixes


def test_a_backup_waits_for_the_partition_that_is_behind(bus, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WUFEI_HOME", str(tmp_path))
    monkeypatch.setattr(archive, "_PATIENCE_S", 0)
    bus.publish(make_fixes(2, device=5), partition=1)
    bus.publish(make_fixes(2), partition=0)
    streams = {"FIXES": {"first": 1, "last": 2}}
    Lake().append(frame(make_fixes(2), 0), {0: Position(2, 1)})
    archive.wait_for_sink(streams)
    assert "not in this backup" in capsys.readouterr().out.replace("\n", " ")
    Lake().append(frame(make_fixes(2, device=5), 1), {1: Position(1, 1)})
    archive.wait_for_sink(streams)
    assert not capsys.readouterr().out
