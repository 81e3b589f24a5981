"""Ports are tried before anything is started: a busy one is named, with what to do."""

import contextlib
import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from wufei.cli.processes.folder import Refused


@dataclass(frozen=True)
class Port:
    setting: str
    purpose: str
    host: str
    number: int


def busy(port: Port) -> str:
    """Why ``port`` cannot be taken and what to do; empty when it can."""
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((port.host.strip("[]"), port.number))
            # Two sockets may bind with SO_REUSEADDR; only one may listen.
            trial.listen(1)
        except OSError as error:
            return _explained(port, error)
    return ""


def require_free(ports: Iterable[Port]) -> None:
    if problems := [text for port in ports if (text := busy(port))]:
        raise Refused("\n".join(problems))


def _explained(port: Port, error: OSError) -> str:
    name = f"Port {port.number} on {port.host} ({port.purpose}, {port.setting})"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{name} is busy{_holder(port.number)}. Stop what uses it, or set {port.setting} to "
            "another port."
        )
    if error.errno == errno.EACCES:
        return f"{name} needs more rights than you have. Set {port.setting} to a port above 1023."
    return f"{name} cannot be used: {error.strerror}. Check WUFEI_HOST and {port.setting}."


def _holder(number: int) -> str:
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and connection.laddr[1:] == (number,) and connection.pid:
                name = psutil.Process(connection.pid).name()
                return f": process {connection.pid} ({name}) listens there"
    return ""
