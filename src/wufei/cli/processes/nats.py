"""The NATS server that Wufei starts itself: JetStream as the log, MQTT for devices."""

import json
import re
import shutil
import socket
import sys
from pathlib import Path

from wufei.cli.processes.folder import Refused
from wufei.config import bus
from wufei.config import environment as env
from wufei.config.secrets import secret


def binary() -> str:
    found = shutil.which("nats-server", path=Path(sys.executable).parent) or shutil.which(
        "nats-server"
    )
    if not found:
        raise Refused("The NATS server is not installed: run `make run` once more.")
    return found


def configuration() -> str:
    """Loopback only; an acknowledged message is on the disk (``sync_interval: always``)."""
    options = {
        "listen": f"127.0.0.1:{env.number('WUFEI_NATS_PORT')}",
        "server_name": "wufei",
        "authorization": {"user": bus.USER, "password": secret("nats")},
        "jetstream": {
            "store_dir": str(env.home() / "nats"),
            "sync_interval": "always",
            "max_memory_store": 64_000_000,
        },
        "mqtt": {"listen": f"127.0.0.1:{env.number('WUFEI_MQTT_PORT')}"},
        "logtime": False,
    }
    # The server reads JSON too, and JSON quotes any folder's name rightly.
    text = json.dumps(options, indent=1, ensure_ascii=False)
    return text.replace('"always"', "always")


def write_configuration() -> None:
    home = env.home()
    path = home / "nats.conf"
    path.touch(mode=0o600)
    path.write_text(configuration())


def command() -> list[str]:
    return [binary(), "--config", str(env.home() / "nats.conf")]


def tidy(line: str) -> str:
    """Only what a reader of the log wants: warnings, errors, start and end."""
    text = re.sub(r"^\[\d+\] ", "", line)
    told = ("Server is ready", "Listening", "Initiating Shutdown")
    if text.startswith("[INF] "):
        return text[6:] if text[6:].startswith(told) else ""
    # The configuration is a file of mode 0600 on loopback, and bcrypt costs every sign-in.
    return "" if "Plaintext passwords" in text else text


def ready() -> bool:
    """Does it greet, with JetStream on?"""
    try:
        return bool(greeting(bus.address()).get("jetstream"))
    except OSError:
        return False


def greeting(address: tuple[str, int]) -> dict[str, object]:
    """What a NATS server says first: ``INFO {...}``; raises OSError when nobody answers."""
    with socket.create_connection(address, timeout=2) as connection:
        line = connection.makefile("rb").readline(65_536)
    if not line.startswith(b"INFO "):
        raise OSError("what listens there is not NATS")
    found = json.loads(line[5:])
    return found if isinstance(found, dict) else {}
