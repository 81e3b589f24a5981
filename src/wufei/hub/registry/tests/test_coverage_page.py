"""The page of coverage, and the files of the lists."""

from typing import Any

import pytest
from django.urls import reverse

from wufei.hub.base.actor import system
from wufei.hub.registry.models import ListEntry, Region
from wufei.hub.registry.pages.lists import write
from wufei.hub.registry.services import lists as services
from wufei.hub.registry.validity import today

BY = system("test")


@pytest.fixture
def listed(db: None) -> ListEntry:
    region = Region.objects.get(name="湖西街道")
    return services.create(
        BY, list="farms", name="河畔养殖场", region=region, source_on=today(), source="测试"
    )


def test_coverage_names_who_is_missing_and_where(sign_in: Any, listed: ListEntry):
    page = sign_in("officer").get(reverse("registry.coverage"), {"list": "farms"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "河畔养殖场" in text
    assert str(listed.region) in text
    assert "0.0 %" in text
    # Lists that nobody has imported have no rate.
    assert "Not computable" in text


def test_a_list_that_is_not_known_shows_the_table_alone(sign_in: Any, db: None):
    page = sign_in("officer").get(reverse("registry.coverage"), {"list": "nonsense"})
    assert page.status_code == 200
    assert "Missing, by name" not in page.content.decode()


def test_a_line_of_a_file_that_is_known_changes_its_entry(listed: ListEntry):
    row = {"list": "farms", "name": "河畔养殖场", "source_on": today(), "note": "checked"}
    again = write(row, BY)
    assert (again.pk, again.note) == (listed.pk, "checked")
    other = write({**row, "source_key": "second"}, BY)
    assert other.pk != listed.pk
