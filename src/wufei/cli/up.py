"""``wufei up``: everything that one machine needs, supervised, until Ctrl-C."""

import asyncio
import contextlib
import os
import sys

import typer

from wufei.cli import tls
from wufei.cli.processes import folder, ports, welcome
from wufei.cli.processes.folder import Record
from wufei.cli.processes.log import Log
from wufei.cli.processes.supervisor import Supervisor
from wufei.cli.processes.table import children, needed_ports, require_outside_database
from wufei.config import environment as env


def up() -> None:
    """Start and supervise everything: PostgreSQL, NATS, web, worker and the demo district."""
    env.check_all()
    tls.require()
    home = env.home()
    # Children may work elsewhere, and a mistake by umask must not open the data to others.
    os.environ["WUFEI_HOME"] = str(home)
    os.umask(0o077)
    with folder.locked(home):
        record = Record(home)
        folder.end_all(record.leftovers(), gently=folder.GENTLY)
        ports.require_free(needed_ports())
        require_outside_database()
        log = Log(home / "log", as_json=env.flag("WUFEI_LOG_JSON"))
        with contextlib.closing(log):
            environment = dict(os.environ) | {"PYTHONUNBUFFERED": "1", "WUFEI_SUPERVISED": "1"}
            supervisor = Supervisor(
                children(), log, record, environment, announce=lambda: welcome.show(log)
            )
            code = asyncio.run(supervisor.run())
    if code:
        raise typer.Exit(code)
    sys.stdout.flush()
