"""Logging: one line an event to stderr; the supervisor adds part and time and keeps the file."""

import json
import logging
import os
import re
from typing import Any

from wufei.config import environment as env

# Whoever has the address of a one-time link can sign with it: it stands in no log.
_SECRET_ADDRESS = re.compile(r"(/o/)[A-Za-z0-9_-]{8,}")


def scrubbed(text: str) -> str:
    """``text`` without what opens something to whoever reads it."""
    return _SECRET_ADDRESS.sub(r"\1…", text)


class PlainFormatter(logging.Formatter):
    """One event a line, in words."""

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line (``WUFEI_LOG_JSON``)."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return scrubbed(json.dumps(entry, ensure_ascii=False))


def logging_settings() -> dict[str, Any]:
    """Django's ``LOGGING``."""
    clock = "" if os.environ.get("WUFEI_SUPERVISED") else "%(asctime)s "
    plain = {"()": PlainFormatter, "fmt": clock + "%(levelname)s %(name)s: %(message)s"}
    chosen = {"()": JsonFormatter} if env.flag("WUFEI_LOG_JSON") else plain
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": chosen},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # Django's own handlers would say it twice, or mail it.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # A page that is not there or not allowed is the visitor's news, not ours.
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "procrastinate": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
            "psycopg.pool": {"level": "ERROR"},
        },
    }
