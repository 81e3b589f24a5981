"""A small district whose deeds enter the log."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from wufei.hub.evidence import store, tree
from wufei.hub.evidence.models import Leaf
from wufei.hub.manifests.tests.conftest import District, build


@pytest.fixture
def district(db: None) -> District:
    return build()


@pytest.fixture
def real_district(committed: str) -> District:
    """A district whose commits are real, in a database of the test's own."""
    return build()


def leaves() -> list[bytes]:
    return [bytes(leaf.hash) for leaf in Leaf.objects.order_by("number")]


def assert_gapless() -> None:
    """Numbers from 0 without gaps, no record twice, and stored nodes that fit the leaves."""
    rows = list(Leaf.objects.order_by("number"))
    assert [leaf.number for leaf in rows] == list(range(len(rows)))
    assert len({(leaf.kind, leaf.row) for leaf in rows}) == len(rows)
    edge = tree.Frontier()
    edge.extend(bytes(leaf.hash) for leaf in rows)
    assert tree.root(len(rows), store.fetch) == edge.root


@pytest.fixture
def as_superuser(committed: str) -> Iterator[psycopg.Connection[Any]]:
    """The test database as somebody who can switch triggers off: nothing stops them."""
    from wufei.testing import _server

    with _server().connect(committed) as connection:
        yield connection
