"""The simulated district on the real thing: gateway, pages, API, bus and database."""

import json
import os
import signal

import pytest
from tests.processes.conftest import Platform

pytestmark = pytest.mark.processes
CLOSED = "SELECT count(*) FROM manifests_manifest WHERE status = 'closed' AND domain = %s"
ACCEPTED = """
    SELECT m.local_id, l.accepted_g, l.refused_g, coalesce(sum(v.mass_g * v.sign)::bigint, 0)
    FROM manifests_manifest m JOIN manifests_line l ON l.manifest_id = m.id
    LEFT JOIN ledger_account road ON road.line = l.uuid
    LEFT JOIN ledger_movement v ON v.source_id = road.id
        AND v.target_id IN (SELECT id FROM ledger_account WHERE kind NOT IN ('variance', 'custody'))
    WHERE m.status = 'closed' GROUP BY l.id, m.local_id"""
ON_THE_ROAD = """
    SELECT m.local_id FROM manifests_manifest m JOIN manifests_line l ON l.manifest_id = m.id
    JOIN ledger_account road ON road.line = l.uuid JOIN ledger_balance b ON b.account_id = road.id
    WHERE m.status = 'closed' AND b.in_g <> b.out_g"""


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    built = Platform(tmp_path_factory.mktemp("simulation"))
    built.environment |= {
        "WUFEI_DEMO": "true",
        # A few days of history: enough for containers to stand at the producers.
        "WUFEI_DEMO_MOVEMENTS": "1500",
        "WUFEI_SIMULATE": "true",
        "WUFEI_SIMULATE_SPEED": "60",
        "WUFEI_SIMULATE_VEHICLES": "3",
        "WUFEI_SIMULATE_MISHAPS": "0",
    }
    built.start()
    yield built
    built.stop()
    built.destroy()


def closed(district, domain):
    ((count,),) = district.sql(CLOSED, domain)
    return count


def test_loads_of_both_kinds_go_from_issued_to_closed(district, until):
    until(lambda: closed(district, "construction"), 300)
    until(lambda: closed(district, "hazardous"), 300)
    verified = district.wufei("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    # What is refused, or handed on by one carrier to another, goes from custody to custody.
    for number, accepted_g, refused_g, moved_g in district.sql(ACCEPTED):
        assert accepted_g == moved_g, number
        assert accepted_g + refused_g > 0, number
    assert district.sql(ON_THE_ROAD) == []


def test_vehicles_report_where_they_are(district, until):
    until(lambda: district.sql("SELECT count(*) FROM telemetry_lastposition")[0][0] == 3)


def test_plants_report_what_they_treated(district, until):
    treated = "SELECT count(*) FROM ledger_treatment WHERE actor LIKE 'person:%%' AND note = ''"
    until(lambda: district.sql(treated.replace("%%", "%"))[0][0], 300)


def test_a_killed_simulator_finishes_what_was_under_way(district, until):
    def trips():
        try:
            state = json.loads((district.home / "simulate" / "state.json").read_text())
        except (OSError, ValueError):
            return {}
        return {
            trip["id"]: trip["manifest"]
            for trip in state["trips"].values()
            if trip["manifest"] and trip["stage"] == "haul"
        }

    under_way = until(trips, 300)
    os.kill(district.pids()["simulate"], signal.SIGKILL)
    status = "SELECT status FROM manifests_manifest WHERE uuid = %s::uuid"
    for manifest in under_way.values():
        until(lambda m=manifest: district.sql(status, m) == [("closed",)], 300)
    verified = district.wufei("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_its_log_is_quiet(district):
    lines = [line for line in district.output.read_text().splitlines() if "simulate" in line]
    assert len(lines) < 40, "\n".join(lines)
    assert not [line for line in lines if "Traceback" in line]
