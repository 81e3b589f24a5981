"""A small town and its forms, for the tests of filings; see ``stories``."""

from collections.abc import Iterator

import pytest

from wufei.hub.filings import declarations
from wufei.hub.filings.tests.stories import FORMS, STORED, Town, build


@pytest.fixture
def forms() -> Iterator[None]:
    """Only the forms of these tests are declared."""
    before = declarations.types()
    declarations.fill(FORMS)
    STORED.clear()
    yield
    declarations.fill(before)


@pytest.fixture
def town(db: None, forms: None) -> Town:
    return build()


@pytest.fixture
def real_town(committed: str, forms: None) -> Town:
    """A town whose commits are real, in a database of the test's own."""
    return build()
