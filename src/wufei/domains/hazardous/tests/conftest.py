"""What the tests of hazardous waste share."""

from collections.abc import Callable
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from wufei.domains.hazardous.filings import names
from wufei.hub.base.actor import Actor
from wufei.hub.base.files.models import StoredFile


@pytest.fixture(autouse=True)
def catalogue_of_this_test() -> None:
    """What one test has read of the catalogue is forgotten: its database is rolled back."""
    names.forget()


@pytest.fixture
def stored_file() -> Callable[[Actor], UUID]:
    """``stored_file(person)``: a file that this person has handed in."""

    def store(person: Actor) -> UUID:
        file = StoredFile.objects.create(
            name="report.pdf",
            sha256=uuid7().hex * 2,
            size=10,
            kind="pdf",
            mime="application/pdf",
            by=person.id,
        )
        return file.uuid

    return store
