"""What ``wufei doctor`` says of lake, sink and watcher."""

from wufei.cli.checks import telemetry
from wufei.hub.telemetry import lake
from wufei.hub.telemetry.tests.conftest import make_fixes, until


def test_an_empty_lake_and_a_bus_without_readers_say_what_to_do(bus, lake_folder):
    assert (telemetry.lake().state, telemetry.sink().state) == ("warning", "warning")
    assert "`wufei sink` alone" in telemetry.sink().do


def test_a_sink_at_work_is_not_behind(committed, bus, lake_folder, start):
    bus.publish(make_fixes(10))
    start("sink")
    until(lambda: lake.exists() and lake.Lake().position(0).sequence)
    until(lambda: telemetry.sink().found == "0 messages behind")
    assert telemetry.lake().state == "ok"
