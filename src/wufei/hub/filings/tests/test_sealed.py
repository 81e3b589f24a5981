"""What was submitted is never changed, were the code wrong."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.files.models import StoredFile
from wufei.hub.filings import services
from wufei.hub.filings.models import Attachment, Row, Statistic, Version
from wufei.hub.filings.services import Item
from wufei.hub.filings.tests.stories import OCTOBER, Town, month


@pytest.mark.parametrize(
    "change",
    [
        lambda one: Version.objects.filter(pk=one.pk).update(values={}),
        lambda one: Version.objects.filter(pk=one.pk).update(reasons={"a": "b"}),
        lambda one: Version.objects.filter(pk=one.pk).update(state="draft"),
        lambda one: Version.objects.filter(pk=one.pk).update(submitted_at=timezone.now()),
        lambda one: Version.objects.filter(pk=one.pk).update(submitted_by="somebody"),
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


def test_nothing_is_put_into_what_was_submitted_afterwards(real_town: Town):
    by = real_town.clerk()
    photo = StoredFile.objects.create(
        sha256=uuid7().hex * 2, name="a.jpg", size=1, kind="image", mime="image/jpeg", by=by.id
    )
    sealed = real_town.submit(real_town.month(), month(photos=(photo.uuid,)), by=by)
    draft = real_town.write(real_town.month(OCTOBER), month(7))
    row = {"version": sealed, "section": "wastes", "values": {}}
    changes = (
        lambda: Row.objects.create(**row, position=9),
        lambda: Row.objects.bulk_create([Row(**row, position=9)]),
        lambda: Row.objects.filter(version=draft).update(version=sealed.pk, position=9),
        lambda: Attachment.objects.filter(version=sealed).update(version=draft.pk),
        lambda: sealed.attachments.all().delete(),
    )
    for change in changes:
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            change()
    assert (sealed.rows.count(), sealed.attachments.count()) == (1, 1)
    # What comes with its version comes in one transaction, also within others.
    with transaction.atomic():
        items = [Item(draft.filing, month(8), uuid7())]
        services.discard(draft, by=by)
        with transaction.atomic():
            (version,) = services.submit_many(items, by)
    assert isinstance(version, Version)
    assert version.rows.count() == 1


def test_a_figure_that_was_filed_is_replaced_and_never_changed(town):
    version = town.submit(town.month(), month())
    filing = version.filing
    one = Statistic.objects.create(
        code="a",
        organisation=filing.organisation,
        region=town.region,
        first=filing.first,
        last=filing.last,
        value=Decimal(1),
        version=version,
    )
    mine = Statistic.objects.filter(pk=one.pk)
    for change in (lambda: mine.update(value=2), lambda: mine._raw_delete("default")):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            change()
    mine.update(replaced_at=timezone.now())
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        mine.update(replaced_at=None)
