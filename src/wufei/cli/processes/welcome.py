"""What a person reads when the platform is up: the address, and the demo's logins."""

import importlib.util
import json
import subprocess
import sys
from typing import Any

from rich.box import ROUNDED
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from wufei.cli.processes.log import Log
from wufei.config import environment as env

_TELL_LOGINS = """
import json
from wufei.cli import start_django
start_django()
from wufei.demo.people import DEMO_USERS
rows = [(u.username, u.password, f"{u.display_name} {u.role.label}") for u in DEMO_USERS]
print(json.dumps(rows))
"""


def address() -> str:
    scheme = "https" if env.text("WUFEI_TLS_CERT") else "http"
    host = env.text("WUFEI_HOST")
    host = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104
    return f"{scheme}://{host}:{env.number('WUFEI_PORT')}/"


def show(log: Log) -> None:
    """The address for the log's file, a panel for people."""
    log.line("wufei", f"ready: {address()}")
    if not env.flag("WUFEI_LOG_JSON"):
        Console(file=sys.stdout, highlight=False).print(_panel())


def _panel() -> Panel:
    parts: list[Any] = [Text.assemble("Open  ", (address(), "bold green"))]
    if logins := demo_logins():
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for heading in ("user", "password", "who"):
            table.add_column(heading)
        for row in logins:
            table.add_row(*row)
        parts += [Text("\nDemo logins (invented people, fixed passwords):"), table]
    parts.append(Text("\nCtrl-C stops everything. Log: WUFEI_HOME/log/wufei.log", "dim"))
    return Panel(Group(*parts), title="Wufei 无废", box=ROUNDED, expand=False, padding=(1, 2))


def demo_logins() -> list[tuple[str, str, str]]:
    """User name, password and who it is; empty without the demo."""
    if not env.flag("WUFEI_DEMO") or not importlib.util.find_spec("wufei.demo.people"):
        return []
    # The names of roles need Django, which the supervisor itself does without.
    told = subprocess.run(
        [sys.executable, "-c", _TELL_LOGINS], capture_output=True, text=True, check=False
    )
    return [tuple(row) for row in json.loads(told.stdout)] if told.returncode == 0 else []
