"""What follows from an accepted form, on the real ledger and the real register."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import Actor, ActorKind
from wufei.hub.filings import declarations as d
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import Accepted, Effect, Made
from wufei.hub.filings.effects.acting import by_right, key_in, number_of
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Statistic, Version
from wufei.hub.filings.periods import Period, span_of
from wufei.hub.filings.refusals import QuotaOfAnother
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind, Movement
from wufei.hub.ledger.refusals import MovedOn, PartOfFiling
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.tests.conftest import OIL, District, build, t
from wufei.hub.registry import lists
from wufei.hub.registry.lists import ListKind, Purpose
from wufei.hub.registry.models import Licence, ListEntry, Quota

CODE = "900-249-08"
TYPE = d.FilingType(
    code="test.plan",
    domain="hazardous",
    name="Plan",
    kind=d.Kind.FILE,
    period=Period.YEAR,
    sections=(
        d.Section(
            "wastes",
            "Wastes",
            (
                d.Field("waste", "Waste", d.FieldKind.WASTE),
                d.Field("mass", "Mass", d.FieldKind.MASS, unit="kg"),
            ),
            table=True,
        ),
    ),
    authority="Wufei",
    number_prefix="T",
    basis=d.Basis("test"),
)


@dataclass
class Filed:
    """One form of the works for this year, accepted version after version."""

    district: District
    effect: Effect
    filing: Filing = field(init=False)
    versions: list[tuple[Form, tuple[Made, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        works = self.district.firm("works")
        span = span_of(Period.YEAR, timezone.localdate())
        self.subject = Subject(works.organisation, span, works.site)
        self.filing = Filing.objects.create(
            type=TYPE.code,
            organisation=works.organisation,
            site=works.site,
            first=span.first,
            last=span.last,
            number=f"T{uuid7().hex[-8:]}",
        )

    def accepted(self, form: Form) -> Accepted:
        number = len(self.versions) + 1
        version = Version.objects.create(
            filing=self.filing,
            number=number,
            author="test",
            state="accepted",
            digest="x",
            submitted_at=timezone.now(),
        )
        before, made = self.versions[-1] if self.versions else (None, ())
        return Accepted(version, form, self.subject, before, made)

    def accept(self, form: Form) -> tuple[Made, ...]:
        accepted = self.accepted(form)
        with transaction.atomic():
            by = self.district.firm("works").person
            made = tuple(self.effect.apply(accepted, by))
        self.versions.append((form, made))
        return made


@pytest.fixture(autouse=True)
def declared() -> Any:
    before, kinds = d.types(), lists.kinds()
    d.fill([*before, TYPE])
    lists.fill([*kinds, ListKind("test_list", "Test list", Purpose.HONOUR)])
    yield
    d.fill(before)
    lists.fill(kinds)


@pytest.fixture
def works(db: None) -> District:
    district = build()
    district.firm("works")
    district.waste(OIL)
    return district


def rows(*masses_kg: tuple[str, int]) -> Form:
    return Form({}, {"wastes": tuple({"waste": w, "mass": Decimal(m)} for w, m in masses_kg)})


# Quotas.
def limits(district: District) -> dict[str, Decimal]:
    mine = Quota.objects.filter(organisation=district.firm("works").organisation)
    return {one.code: one.limit_t for one in mine}


def test_a_plan_grants_its_quantities_in_tonnes_for_its_year(works):
    filed = Filed(works, effects.quotas("wastes"))
    filed.accept(rows((CODE, 1500), (CODE, 500), ("900-041-49", 10)))
    assert limits(works) == {CODE: Decimal(2), "900-041-49": Decimal("0.010")}
    quota = Quota.objects.get(code=CODE)
    year = timezone.localdate().year
    assert (quota.validity.lower, quota.validity.upper) == (date(year, 1, 1), date(year + 1, 1, 1))
    assert quota.document == filed.filing.number


def test_an_amended_plan_changes_the_quota_that_there_is(works):
    filed = Filed(works, effects.quotas("wastes"))
    filed.accept(rows((CODE, 1500), ("900-041-49", 10)))
    first = Quota.objects.get(code=CODE)
    filed.accept(rows((CODE, 2500)))
    assert Quota.objects.get(code=CODE).pk == first.pk
    # What is no longer named gets nothing more.
    assert limits(works) == {CODE: Decimal("2.5"), "900-041-49": Decimal(0)}


def test_what_was_granted_elsewhere_before_ends_where_the_plan_begins(works):
    elsewhere = works.quota("works", OIL, 99)
    filed = Filed(works, effects.quotas("wastes"))
    # The one elsewhere is the organisation's, not the site's: both may stand beside each other.
    filed.accept(rows((CODE, 1000)))
    elsewhere.refresh_from_db()
    assert elsewhere.validity.upper is None
    filed.subject = replace(filed.subject, site=None)
    filed.accept(rows((CODE, 1000)))
    elsewhere.refresh_from_db()
    assert elsewhere.validity.upper == filed.subject.span.first


# Statistics.
def test_an_amendment_replaces_a_figure_and_the_old_one_stays(works):
    figure = effects.Figure("test.mass", "Mass", "mass", "kg", section="wastes", dimension="waste")
    filed = Filed(works, effects.statistics(figure))
    filed.accept(rows(("a", 1), ("a", 2), ("b", 4)))
    filed.accept(rows(("a", 5)))
    rows_now = Statistic.objects.order_by("dimension", "value")
    told = [(one.dimension, one.value, one.replaced_at is None) for one in rows_now]
    assert told == [("a", Decimal(3), False), ("a", Decimal(5), True), ("b", Decimal(4), False)]


# Movements.
def posting(district: District) -> Effect:
    place, waste = district.firm("works"), district.waste(OIL)
    origin, stock = (
        AccountKey(kind, place.organisation.pk, waste.pk, place.site.pk)
        for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
    )
    at = datetime(timezone.localdate().year, 1, 2, 8, tzinfo=UTC)

    def flows(accepted: Accepted) -> list[effects.Flow]:
        return [
            effects.Flow(origin, stock, tonnes(row["mass"] / 1000), at, CODE, label=row["waste"])
            for row in accepted.form.rows["wastes"]
        ]

    return effects.movements(flows)


def test_what_a_form_says_stands_in_the_ledger(works):
    filed = Filed(works, posting(works))
    preview = [str(line) for line in filed.effect.preview(filed.accepted(rows(("L1", 2000))))]
    assert preview == ["1 movements, 2.000 t in all", f"{CODE}: 2.000 t"]
    assert works.g("stock", "works", OIL) == 0
    filed.versions.append((rows(), ()))
    filed.accept(rows(("L1", 2000), ("L2", 500)))
    assert works.g("stock", "works", OIL) == t(2.5)


def test_an_amendment_reverses_only_what_it_changes(works):
    filed = Filed(works, posting(works))
    filed.accept(rows(("L1", 2000), ("L2", 500)))
    filed.accept(rows(("L1", 2000), ("L2", 600)))
    assert works.g("stock", "works", OIL) == t(2.6)
    assert Movement.objects.filter(sign=-1).count() == 1
    filed.accept(rows())
    assert works.g("stock", "works", OIL) == 0


def test_it_is_refused_where_the_mass_has_moved_on(works):
    filed = Filed(works, posting(works))
    filed.accept(rows(("L1", 2000)))
    place, waste = works.firm("works"), works.waste(OIL)
    here, gone = (
        AccountKey(AccountKind.STOCK, place.organisation.pk, waste.pk, place.site.pk),
        AccountKey(AccountKind.DISPOSED, place.organisation.pk, waste.pk, method="incineration"),
    )
    entry = Entry(uuid7(), here, gone, tonnes(2), timezone.now())
    ledger.post([entry], by=works.firm("works").person, cause="test")
    with pytest.raises(MovedOn):
        filed.accept(rows(("L1", 1000)))
    assert works.g("stock", "works", OIL) == 0


def test_a_movement_of_a_form_is_not_reversed_by_itself(works):
    made = Filed(works, posting(works)).accept(rows(("L1", 2000)))
    movement = key_in(made[0].subject)
    with pytest.raises(PartOfFiling):
        ledger.reverse(movement, id=uuid7(), by=works.firm("works").person, reason="wrong")


# Licences and lists.
def test_a_granted_licence_enters_the_register_and_is_changed_by_an_amendment(works):
    filed = Filed(works, effects.licences("hazardous"))
    year = timezone.localdate().year

    def granted(limit: int) -> Form:
        line = {"waste": CODE, "limit": Decimal(limit), "method": ""}
        days = {"valid_from": date(year, 1, 1), "valid_until": date(year + 4, 12, 31)}
        return Form(days, {"lines": (line,)})

    filed.accept(granted(100))
    filed.accept(granted(200))
    licence = Licence.objects.get(organisation=works.firm("works").organisation)
    assert licence.number == number_of(filed.accepted(granted(0)))
    assert [line.limit_t for line in licence.lines.all()] == [200]


def test_a_title_puts_its_holder_on_the_list_until_an_amendment_takes_it_off(works):
    filed = Filed(works, effects.listed("test_list", when=lambda values: values["granted"]))
    filed.accept(Form({"granted": True}, {}))
    entry = ListEntry.objects.get()
    assert (entry.match, entry.organisation) == ("matched", works.firm("works").organisation)
    assert entry.validity.upper is None
    filed.accept(Form({"granted": False}, {}))
    entry.refresh_from_db()
    assert entry.validity.upper is not None


# Facts.
def test_the_facts_are_those_of_the_ledger(works):
    works.stored("works", OIL, 3)
    subject = replace(Filed(works, posting(works)).subject, site=None)
    (flow,) = sources.waste_flows("hazardous").read(subject)
    assert (flow.waste.code, flow.arisen_g, flow.closing_g) == (CODE, t(3), t(3))
    assert sources.waste_flows("household").read(subject) == ()
    assert sources.profile.read(subject)["name"] == "works"
    works.licence("works", "hazardous", CODE)
    assert [one.code for one in sources.licence_lines("hazardous").read(subject)] == [CODE]


def test_an_effect_acts_for_whoever_a_request_says_it_is():
    """A request's actor is lazy: no dataclass by its type, but the same person."""
    clerk = Actor(ActorKind.PERSON, "person:1", "Clerk", "clerk", frozenset({7}))
    acting = by_right(cast(Actor, SimpleLazyObject(lambda: clerk)))
    assert acting == replace(clerk, kind=ActorKind.SYSTEM)


# What was granted by another form, or said before.
def test_a_quota_that_another_form_granted_is_not_taken_from_it(works):
    first, second = (Filed(works, effects.quotas("wastes")) for _n in range(2))
    first.accept(rows((CODE, 1000)))
    with pytest.raises(QuotaOfAnother, match=str(first.filing.number)), transaction.atomic():
        second.accept(rows((CODE, 500)))
    assert limits(works) == {CODE: Decimal(1)}
    # Who names another waste is not in the way, and its amendment takes nothing from the first.
    second.accept(rows(("900-041-49", 500)))
    second.accept(rows())
    assert limits(works) == {CODE: Decimal(1), "900-041-49": Decimal(0)}
    first.accept(rows((CODE, 1500)))
    assert limits(works)[CODE] == Decimal("1.5")


def test_who_was_taken_off_a_list_by_an_amendment_may_come_back_by_the_next(works):
    filed = Filed(works, effects.listed("test_list", when=lambda values: values["granted"]))
    for granted in (True, False, True):
        filed.accept(Form({"granted": granted}, {}))
    entry = ListEntry.objects.get()
    assert (entry.list, entry.validity.upper) == ("test_list", None)
    filed.accept(Form({"granted": False}, {}))
    entry.refresh_from_db()
    assert entry.validity.upper is not None


def test_who_is_taken_off_a_list_after_its_end_was_not_on_it_longer(works):
    effect = effects.listed(
        "test_list", first="first", last="last", when=lambda values: values["granted"]
    )
    filed = Filed(works, effect)
    days = {"first": date(2024, 1, 1), "last": date(2024, 12, 31)}
    filed.accept(Form({"granted": True, **days}, {}))
    filed.accept(Form({"granted": False, **days}, {}))
    assert ListEntry.objects.get().validity.upper == date(2025, 1, 1)


def test_what_long_names_have_in_common_is_one_figure(works):
    figure = effects.Figure("test.mass", "Mass", "mass", "kg", section="wastes", dimension="waste")
    long = "x" * 70
    Filed(works, effects.statistics(figure)).accept(rows((long + "1", 1), (long + "2", 2)))
    assert Statistic.objects.get().value == 3


def test_what_was_lacking_is_lacking_no_longer_once_an_amendment_says_where_it_came_from(works):
    place, waste = works.firm("works"), works.waste(OIL)
    origin, stock = (
        AccountKey(kind, place.organisation.pk, waste.pk, place.site.pk)
        for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
    )
    gone = AccountKey(
        AccountKind.DISPOSED,
        place.organisation.pk,
        waste.pk,
        place.site.pk,
        method="incineration",
    )
    at = datetime(timezone.localdate().year, 1, 2, 8, tzinfo=UTC)

    def flows(accepted: Accepted) -> list[effects.Flow]:
        ends = {"in": (origin, stock), "out": (stock, gone)}
        return [
            effects.Flow(*ends[row["waste"]], tonnes(row["mass"] / 1000), at, CODE)
            for row in accepted.form.rows["wastes"]
        ]

    filed = Filed(works, effects.movements(flows))
    filed.accept(rows(("out", 3000)))
    assert works.g("stock", "works", OIL) == 0
    filed.accept(rows(("in", 5000), ("out", 3000)))
    assert works.g("stock", "works", OIL) == t(2)
