"""For all tests of the register."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english():
    """What is said outside of requests is said in English, whatever has been compiled."""
    with translation.override("en"):
        yield
