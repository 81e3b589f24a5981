"""A plan of two clauses, loaded."""

import pytest

from wufei.hub.base.actor import system
from wufei.hub.plans import services
from wufei.hub.plans.tests import texts


@pytest.fixture
def document(db, settings, tmp_path):
    """The made-up plan for the district's own units, as a draft."""
    settings.MEDIA_ROOT = tmp_path
    return services.load("plan.txt", texts.PLAN.encode(), system("test")).document
