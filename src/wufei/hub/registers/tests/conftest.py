"""The manifests' small district, and verbs that read a register as people do."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.manifests.tests.conftest import District, build, person
from wufei.hub.registers.register import Register, register
from wufei.hub.registers.selection import Selection
from wufei.hub.registry.models import Organisation


@pytest.fixture
def district(db: None) -> District:
    return build()


@pytest.fixture
def real_district(committed: str) -> District:
    """A district whose commits are real, in a database of the test's own."""
    return build()


def select(holder: Organisation, table: str, *, by: Actor | None = None, **asked: Any) -> Selection:
    """What the address of a register says; all time unless ``start`` and ``end`` are given."""
    start = asked.pop("start", timezone.localdate() - timedelta(days=800))
    end = asked.pop("end", timezone.localdate())
    period = {"from": start.isoformat(), "to": end.isoformat()}
    asked = {name: str(value) for name, value in asked.items()}
    return Selection(
        {"holder": str(holder.uuid), "table": table, **period, **asked}, by or person(holder)
    )


def read(selection: Selection, *, whole: bool = False) -> list[dict[str, Any]]:
    """Rows by the titles of their columns, without what is empty."""
    found = register(selection, whole=whole)
    return [told(found, row) for row in found.page(0, 1000)]


def told(found: Register, row: Any) -> dict[str, Any]:
    values = {str(column.label): column.of(row) for column in found.columns}
    return {label: value for label, value in values.items() if value is not None}


def totals_t(selection: Selection) -> dict[str, float]:
    """Totals by the titles of their columns; tonnes."""
    found = register(selection)
    pairs = zip(found.columns, found.sums_g, strict=True)
    return {str(column.label): g / 1_000_000 for column, g in pairs if g is not None}


def day(text: str) -> date:
    return date.fromisoformat(text)
