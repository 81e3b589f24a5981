"""A form's course: amended while it is reviewed, and what follows from it done as a whole or not.

A works reports what arose in its store. The report is approved by the branch office; on approval
it stands in the ledger, and the figure it holds among the statistics.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.filings import declarations, effects, queries, services
from wufei.hub.filings.declarations import (
    Accepted,
    Basis,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Reviewer,
    Section,
)
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import EffectRecord, Filing, Statistic, Version
from wufei.hub.filings.periods import Period, Span
from wufei.hub.filings.refusals import EffectRefused, Overtaken
from wufei.hub.filings.services.checking import form_of
from wufei.hub.filings.services.effects import made_of
from wufei.hub.filings.tests.stories import person
from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import AccountKind, Movement
from wufei.hub.ledger.units import tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests.tests.conftest import OIL, District, build, t
from wufei.hub.registry.validity import today

SECTION = Section(
    "drums",
    "Drums",
    (
        Field("label", "Label", required=True),
        Field("mass", "Mass", FieldKind.MASS, unit="t", required=True),
    ),
    table=True,
    rows_min=1,
    key=("label",),
)


class Story:
    """The works, its clerk, and the branch office's officer."""

    def __init__(self, district: District) -> None:
        self.district, self.works = district, district.firm("works")
        self.clerk = person("clerk", organisation_ids=frozenset({self.works.organisation.pk}))
        self.officer = person("officer")
        day = today()
        self.filing = services.start(
            self.form, self.works.organisation, span=Span(day, day), id=uuid7(), by=self.clerk
        )

    form: FilingType

    def submit(self, *drums: tuple[str, Any]) -> Version:
        rows = tuple({"label": label, "mass": Decimal(str(mass))} for label, mass in drums)
        draft = services.draft_of(self.filing, by=self.clerk)
        services.save_draft(draft, Form({}, {"drums": rows}), edition=draft.edition, by=self.clerk)
        version = services.submit(self.filing, id=uuid7(), by=self.clerk)
        self.filing.refresh_from_db()
        return version

    def accept(self, version: Version) -> Version:
        return services.accept(version, by=self.officer)

    @property
    def stock_t(self) -> Any:
        return self.district.g("stock", "works", OIL) / t(1)

    @property
    def figure(self) -> Any:
        return Statistic.objects.filter(replaced_at=None).values_list("value", flat=True).first()


def report(district: District) -> FilingType:
    place, waste = district.firm("works"), district.waste(OIL)
    origin, stock = (
        AccountKey(kind, place.organisation.pk, waste.pk, place.site.pk)
        for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
    )

    def flows(accepted: Accepted) -> list[effects.Flow]:
        at = datetime(today().year, 1, 2, 8, tzinfo=UTC)
        return [
            effects.Flow(origin, stock, tonnes(row["mass"]), at, waste.code, label=row["label"])
            for row in accepted.form.rows["drums"]
        ]

    figure = effects.Figure("test.arisen", "Arisen", "mass", "t", section="drums")
    return FilingType(
        code="test_report",
        domain="hazardous",
        name="Report",
        kind=Kind.APPROVE,
        period=Period.EVENT,
        sections=(SECTION,),
        authority="Branch office",
        number_prefix="TR",
        basis=Basis("A rule"),
        reviewer=Reviewer.DEPARTMENT,
        effects=(effects.statistics(figure), effects.movements(flows)),
    )


@pytest.fixture
def story(committed: str) -> Iterator[Story]:
    before, district = declarations.types(), build()
    Story.form = report(district)
    declarations.fill([Story.form])
    yield Story(district)
    declarations.fill(before)


def test_an_amendment_during_the_review_takes_the_place_of_what_was_reviewed(story: Story):
    first = story.submit(("A", 2))
    assert list(queries.review_queue(story.officer)) == [first]
    # The clerk sees a mistake while the officer reads.
    second = story.submit(("A", 2), ("B", 1))
    assert list(queries.review_queue(story.officer)) == [second]
    with pytest.raises(Overtaken, match="version 2 is the latest"):
        story.accept(first)
    assert (story.stock_t, story.figure) == (0, None)
    story.accept(second)
    assert (story.stock_t, story.figure) == (3, 3)
    # Both stand there to be compared.
    kept = [form_of(one).total("drums", "mass") for one in story.filing.versions.all()]
    assert kept == [2, 3]


def test_what_was_accepted_holds_until_its_amendment_is_accepted_too(story: Story):
    first = story.accept(story.submit(("A", 2)))
    second = story.submit(("A", 2), ("B", 1))
    story.filing.refresh_from_db()
    assert (story.stock_t, story.figure) == (2, 2)
    assert story.filing.in_force == first
    story.accept(second)
    assert (story.stock_t, story.figure) == (3, 3)
    # What both versions say was posted once.
    assert Movement.objects.count() == 2
    assert [made.key for _code, made in made_of(first) if made.key] == [
        made.key for _code, made in made_of(second) if made.key
    ][:1]
    assert differences() == []


def test_an_effect_that_the_ledger_refuses_refuses_the_acceptance_as_a_whole(story: Story):
    story.accept(story.submit(("A", 2)))
    # The drum is on a manifest by now.
    story.district.issue(OIL, 2)
    second = story.submit(("A", 1), ("B", 5))
    before = Movement.objects.count()
    with pytest.raises(EffectRefused) as refused:
        story.accept(second)
    assert refused.value.cause.code
    second.refresh_from_db()
    story.filing.refresh_from_db()
    assert (second.state, second.decided_by, story.filing.state) == ("submitted", "", "submitted")
    # Not even the figure, whose effect came first and was not refused.
    assert (story.figure, Movement.objects.count()) == (2, before)
    assert not EffectRecord.objects.filter(version=second).exists()
    assert list(queries.review_queue(story.officer)) == [second]
    assert differences() == []
    # It is sent back and mended, and then it holds.
    services.send_back(second, note="A is on its way already.", by=story.officer)
    story.accept(story.submit(("A", 2), ("B", 5)))
    assert story.figure == 7


def test_what_is_submitted_twice_is_reported_once(story: Story):
    version = story.submit(("A", 2))
    id = version.submission
    assert id
    assert services.submit(story.filing, id=id, by=story.clerk) == version
    story.accept(version)
    assert services.submit(story.filing, id=id, by=story.clerk) == version
    story.accept(version)
    assert (Filing.objects.count(), Version.objects.count(), story.stock_t) == (1, 1, 2)
