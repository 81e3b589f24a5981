"""What ``wufei doctor`` looks at: one visible table of checks."""

from collections.abc import Callable

from wufei.cli.checks import installed, running, telemetry
from wufei.cli.checks.result import Found

CHECKS: tuple[tuple[str, Callable[[], Found]], ...] = (
    ("Python", installed.python),
    ("Python packages", installed.packages),
    ("settings", installed.settings),
    ("data folder", installed.home),
    ("disk space", installed.disk),
    ("browser libraries", installed.browser_libraries),
    ("messages", installed.messages),
    ("static files", installed.static_files),
    ("font for documents", installed.font),
    ("TLS", installed.tls),
    ("Chromium (tests)", installed.chromium),
    ("ports", running.ports),
    ("database", running.database),
    ("migrations", running.migrations),
    ("roles", running.roles),
    ("append-only tables", running.append_only),
    ("bus (NATS)", running.bus),
    ("worker", running.worker),
    ("web", running.web),
    ("lake", telemetry.lake),
    ("sink", telemetry.sink),
    ("watcher", telemetry.watcher),
    ("gateway", running.gateway),
)
