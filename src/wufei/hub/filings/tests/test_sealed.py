"""What was submitted is never changed, were the code wrong."""

import pytest
from django.db import IntegrityError, transaction

from wufei.hub.filings.models import Row, Version
from wufei.hub.filings.tests.stories import month


@pytest.mark.parametrize(
    "change",
    [
        lambda one: Version.objects.filter(pk=one.pk).update(values={}),
        lambda one: Version.objects.filter(pk=one.pk).update(reasons={"a": "b"}),
        lambda one: Version.objects.filter(pk=one.pk).update(state="draft"),
        lambda one: one.rows.update(values={"mass": "1"}),
        lambda one: one.rows.all().delete(),
        lambda one: Row.objects.all()._raw_delete("default"),
        lambda one: Version.objects.filter(pk=one.pk)._raw_delete("default"),
    ],
)
def test_the_database_refuses_to_change_what_was_submitted(town, change):
    version = town.submit(town.month(), month())
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        change(version)
    version.refresh_from_db()
    assert (version.values["output"], version.rows.count()) == (100, 1)


def test_what_is_decided_is_not_what_was_submitted(town):
    version = town.submit(town.month(), month())
    Version.objects.filter(pk=version.pk).update(state="returned", decision_note="Why?")
    version.refresh_from_db()
    assert version.decision_note == "Why?"
