"""``/health/`` says of each part whether it lives."""

import asyncio
import json
import socket

import pytest
from django.db import connections

from wufei.config import health
from wufei.hub.telemetry.bus import partitions
from wufei.hub.telemetry.fence import Fence


@pytest.fixture
def asked(db, monkeypatch):
    """``asked()``: the status and what is told, looked up anew."""

    async def ask():
        told = []

        async def send(part):
            told.append(part)

        monkeypatch.setattr(health, "_last", (-health._KEPT_S, {}))
        monkeypatch.setattr(health, "_turn", asyncio.Lock())
        await health.respond(send)
        return told[0]["status"], json.loads(told[1]["body"])

    return ask


def test_sink_and_watcher_live_where_every_partition_has_one(asked):
    async def hear():
        async with Fence("sink", range(partitions())), Fence("watch", [0]):
            held = await asked()
        return held, await asked()

    (status, held), (_status, gone) = asyncio.run(hear())
    assert status == 200
    assert (held["database"], held["sink"], held["watch"]) == ("ok", "ok", "failed")
    assert gone["sink"] == "failed"


def test_the_gateway_lives_where_it_takes_a_connection(asked, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("WUFEI_JT808_HOST", "0.0.0.0")
        monkeypatch.setenv("WUFEI_JT808_PORT", str(server.getsockname()[1]))
        assert asyncio.run(asked())[1]["gateway"] == "ok"
    assert asyncio.run(asked())[1]["gateway"] == "failed"


def test_without_a_database_nothing_is_known_of_the_parts_and_no_page_is_served(asked, monkeypatch):
    nowhere = {"host": "127.0.0.1", "port": "1", "user": "x", "dbname": "x"}
    monkeypatch.setattr(
        type(connections["default"]), "get_connection_params", lambda _self: nowhere
    )
    status, told = asyncio.run(asked())
    assert status == 503
    assert {told[name] for name in ("database", "worker", "sink", "watch")} == {"failed"}
