"""``wufei serve``: the web server in the foreground."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wufei.cli import tls
from wufei.config import environment as env

STOP_S = 5
"""Open requests and event streams get this long at a stop; then the worker is killed."""


def serve() -> None:
    """Run the web server alone, in the foreground (`wufei up` runs everything)."""
    tls.require()
    from granian import Granian
    from granian.constants import Interfaces, Loops

    os.environ["WUFEI_PART"] = "web"
    cert, key = env.text("WUFEI_TLS_CERT"), env.text("WUFEI_TLS_KEY")
    Granian(
        "wufei.config.asgi:application",
        address=env.text("WUFEI_HOST"),
        port=env.number("WUFEI_PORT"),
        interface=Interfaces.ASGINL,
        loop=Loops.uvloop,
        workers=env.number("WUFEI_WEB_WORKERS"),
        websockets=False,
        # A dead worker ends the server; whoever supervises it starts both anew, with back-off.
        respawn_failed_workers=False,
        workers_kill_timeout=STOP_S,
        ssl_cert=Path(cert) if cert else None,
        ssl_key=Path(key) if key else None,
        log_dictconfig=_LOGGING,
        process_name=None,
    ).serve(target_loader=_load)


def _load(_target: str, *_arguments: Any) -> Callable[..., Any]:
    """Runs in each worker process, which must not outlive the server if that is killed."""
    from wufei.cli.processes.leash import die_with_parent

    die_with_parent()
    from wufei.config.asgi import application

    return application


_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"_granian": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}
