"""Fixtures for every test.

``db`` (pytest-django) wraps a test in a transaction; ``committed`` gives a test its own copy of
the template, for everything that needs real commits, several connections or other processes.
Both speak as the application's role, as production does.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pytest

from wufei.testing import database_copy, use_database


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's own: a copy of the template instead of migrations per worker."""
    with database_copy("worker") as name, use_database(name):
        yield


@pytest.fixture
def committed(django_db_blocker: Any) -> Iterator[str]:
    """A database of the test's own, where commits are real; yields its name."""
    with database_copy("own") as name, use_database(name), django_db_blocker.unblock():
        yield name


@pytest.fixture
def as_owner() -> Callable[[], AbstractContextManager[psycopg.Connection[Any]]]:
    """``with as_owner() as connection``: the current test database as its owner."""
    from django.db import connection as current

    from wufei.config.databases import OWNER
    from wufei.config.secrets import secret

    @contextmanager
    def connect() -> Iterator[psycopg.Connection[Any]]:
        settings = current.settings_dict
        with psycopg.connect(
            host=settings["HOST"],
            port=settings["PORT"],
            user=OWNER,
            password=secret(OWNER),
            dbname=settings["NAME"],
            autocommit=True,
        ) as connection:
            yield connection

    return connect
