"""Fixtures for every test.

``db`` (pytest-django) wraps a test in a transaction; ``committed`` gives a test its own copy of
the template, for everything that needs real commits, several connections or other processes.
Both speak as the application's role, as production does.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from wufei.testing import database_copy, use_database


@pytest.fixture(scope="session", autouse=True)
def plain_static_names() -> Iterator[None]:
    """Pages name static files as they are: nothing need be collected for a test."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        yield


def pytest_configure() -> None:
    """Passwords of tests are hashed quickly: a slow hash, a thousand times over, tests nothing."""
    import hypothesis
    from django.conf import settings

    # A busy machine is no finding: no test is timed.
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """What is said outside of requests is said in English, whatever has been compiled."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def calendar_of_this_test() -> None:
    """What one test has read of the working days is forgotten: its database is rolled back."""
    from wufei.hub.base import workdays

    workdays.forget()


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


@pytest.fixture
def actor() -> Callable[..., Any]:
    """``actor("officer")``, ``actor("clerk", organisations=[firm.pk])``: an Actor of that role."""
    from wufei.hub.accounts.permissions import Role, acts_of
    from wufei.hub.base.actor import Actor, ActorKind

    def make(
        role: str,
        *,
        organisations: Iterable[Any] = (),
        regions: Iterable[str] = (),
        domains: Iterable[str] = (),
    ) -> Actor:
        return Actor(
            kind=ActorKind.PERSON,
            id=f"person:{uuid4()}",
            name=role,
            role=Role(role),
            organisation_ids=frozenset(getattr(one, "pk", one) for one in organisations),
            region_codes=frozenset(regions),
            domains=frozenset(domains),
            acts=acts_of(role),
        )

    return make


@pytest.fixture
def sign_in() -> Callable[..., Any]:
    """``sign_in("officer")``: a test client of a new person with that role, English pages.

    Takes what ``accounts.services.make_user`` takes; ``client.user`` is the person.
    """
    from django.conf import settings
    from django.test import Client

    from wufei.hub.accounts.services import make_user

    def enter(role: str, *, language: str = "en", **values: Any) -> Any:
        organisations = [getattr(one, "pk", one) for one in values.pop("organisations", ())]
        username = values.pop("username", f"{role}-{uuid4().hex[:8]}")
        user = make_user(
            username,
            display_name=values.pop("display_name", role),
            role=role,
            password=values.pop("password", "a-good-Passphrase-7"),
            organisations=organisations,
            check_password=False,
            **values,
        )
        client: Any = Client()
        client.force_login(user, "wufei.hub.accounts.backend.AccountBackend")
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        client.user = user
        return client

    return enter
