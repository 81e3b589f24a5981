"""Forms that an import hands in together: read, judged and done in few statements, as if alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.errors import NotFound, Refusal
from wufei.hub.filings import declarations, effects, services, sources
from wufei.hub.filings.declarations import Accepted, Effect, Kind, Made, Problem, Severity, Source
from wufei.hub.filings.models import EffectRecord, Filing, Statistic, Version
from wufei.hub.filings.periods import Period, Span
from wufei.hub.filings.refusals import EffectRefused, StillProblems
from wufei.hub.filings.services import Item
from wufei.hub.filings.services.starting import Wanted, begin_many, keep_new
from wufei.hub.filings.subjects import Subject
from wufei.hub.filings.tests.stories import FARM, FORMS, OCTOBER, SEPTEMBER, NoRoom, farm

DAY = Span(date(2026, 10, 2), date(2026, 10, 2))
HEADS = effects.Figure("test.heads", "Heads", "heads", "heads")
_FULL = 1000


def _keep(accepted: Accepted, by: object) -> Sequence[Made]:
    return _keep_all([accepted], by)[0]


def _keep_all(accepted: Sequence[Accepted], by: object) -> Sequence[Sequence[Made]]:
    """Keeps how many came together; refuses what there is no room for."""
    if any(one.form.values["heads"] > _FULL for one in accepted):
        raise NoRoom(mass=_FULL)
    TOGETHER.append(len(accepted))
    return [[Made(f"test.heads:{one.version.uuid}", "kept")] for one in accepted]


TOGETHER: list[int] = []


def _counted(subjects):
    READ.append(len(subjects))
    sums = dict.fromkeys((one.organisation.pk for one in subjects), Decimal(0))
    for row in Statistic.objects.filter(organisation__in=sums, replaced_at=None):
        sums[row.organisation_id] += row.value
    return [sums[one.organisation.pk] for one in subjects]


READ: list[int] = []


def _growing(checked):
    if checked.form.values["heads"] <= checked.facts["before"]:
        yield Problem("not_growing", Severity.ERROR, "Less than before.", field="heads")


HERD = replace(
    FARM,
    code="test_herd",
    name="Herd",
    period=Period.EVENT,
    owes=None,
    due=None,
    number_prefix="TH",
    reads=(Source("before", lambda one: _counted([one])[0], _counted),),
    checks=(_growing,),
    effects=(
        effects.statistics(HEADS),
        Effect("keep", "Keeping", lambda accepted: [], _keep, _keep_all),
    ),
)


@pytest.fixture
def herds(town):
    declarations.fill((*FORMS, HERD))
    TOGETHER.clear()
    READ.clear()

    def begin(*names, by=None):
        firms = [town.firm(name, "farm") for name in names]
        wanted = [Wanted(one, DAY, uuid7()) for one in firms]
        return begin_many(HERD, wanted, by=by or town.clock)

    return begin


def items(filings, *heads):
    pairs = zip(filings, heads, strict=True)
    return [Item(filing, farm(count), uuid7()) for filing, count in pairs]


def test_what_is_begun_is_there_once_it_is_handed_in(herds, town):
    filings = herds("Pigs", "Hens")
    assert not Filing.objects.exists()
    answers = services.submit_many(items(filings, 40, 900), town.clock)
    assert [type(one) for one in answers] == [Version, Version]
    kept = {one.organisation.name: one for one in Filing.objects.all()}
    assert {name: one.state for name, one in kept.items()} == {
        "Pigs": "accepted",
        "Hens": "accepted",
    }
    pigs = kept["Pigs"]
    assert (pigs.head, pigs.in_force, pigs.uuid) == (1, answers[0], filings[0].uuid)
    assert str(pigs.number).startswith("TH2")
    assert pigs.received_on is not None
    event = AuditEvent.objects.get(subject=f"filings.filing:{pigs.uuid}", event__endswith="submit")
    assert (event.values["version"], event.values["number"]) == (1, pigs.number)


def test_what_is_begun_and_wrong_leaves_nothing_until_it_is_kept(herds, town):
    (filing,) = herds("Pigs")
    (refusal,) = services.submit_many(items([filing], None), town.clock)
    assert isinstance(refusal, StillProblems)
    assert not Filing.objects.exists()
    keep_new([filing], town.clock)
    assert Filing.objects.get().state == "open"
    # Kept already.
    keep_new([filing], town.clock)
    assert Filing.objects.count() == 1


def test_what_follows_is_done_for_all_at_once(herds, town, django_assert_max_num_queries):
    filings = herds(*[f"Farm {n}" for n in range(60)])
    with django_assert_max_num_queries(25):
        services.submit_many(items(filings, *range(1, 61)), town.clock)
    assert (TOGETHER, READ) == ([60], [60])
    assert Statistic.objects.count() == 60
    assert EffectRecord.objects.count() == 120
    seven = Version.objects.get(filing__organisation__name="Farm 6")
    assert seven.statistics.get().value == 7
    assert [one["subject"] for one in seven.effects.get(effect="keep").made] == [
        f"test.heads:{seven.uuid}"
    ]


def test_what_an_effect_refuses_comes_back_alone_and_leaves_nothing(herds, town):
    filings = herds(*[f"Farm {n}" for n in range(8)])
    heads = [10, 10, 10, 5000, 10, 10, 10, 10]
    answers = services.submit_many(items(filings, *heads), town.clock)
    assert [type(one) for one in answers] == [Version] * 3 + [EffectRefused] + [Version] * 4
    assert Filing.objects.count() == Statistic.objects.count() == 7
    assert sum(TOGETHER) == 7
    # And can be mended: it is begun still.
    (mended,) = services.submit_many(items([filings[3]], 20), town.clock)
    assert isinstance(mended, Version)
    assert Filing.objects.filter(organisation__name="Farm 3", state="accepted").exists()


def test_of_one_filer_the_next_form_sees_what_the_one_before_has_done(herds, town):
    filings = herds("Pigs", "Hens", "Pigs", "Pigs")
    answers = services.submit_many(items(filings, 40, 10, 30, 60), town.clock)
    assert [type(one) for one in answers] == [Version, Version, StillProblems, Version]
    assert READ[0] == 2


def test_an_amendment_among_many_replaces_its_own_figure_alone(herds, town):
    pigs, hens = herds("Pigs", "Hens")
    services.submit_many(items([pigs, hens], 40, 10), town.clock)
    (more,) = herds("Geese")
    services.submit_many(items([pigs, more], 50, 5), town.clock)
    standing = Statistic.objects.filter(replaced_at=None)
    assert sorted(int(one.value) for one in standing) == [5, 10, 50]


def test_the_last_of_many_events_is_known_to_the_next(herds, town):
    from wufei.hub.filings.services.checking import checked_many

    first, other = herds("Pigs", "Hens")
    services.submit_many(items([first, other], 40, 10), town.clock)
    later = [*herds("Pigs"), *herds("Geese"), *herds("Hens")]
    read = checked_many([(one, farm(50)) for one in later])
    assert [one.last and one.last.values["heads"] for one in read] == [40, None, 10]


def test_nobody_begins_what_others_owe(herds, town):
    town.firm("Hens", "farm")
    pigs = town.firm("Pigs", "farm")
    mine, theirs = herds("Pigs", "Hens", by=town.clerk(pigs))
    assert isinstance(mine, Filing)
    assert isinstance(theirs, NotFound)
    (begun,) = herds("Hens")
    with pytest.raises(NotFound):
        services.submit_many(items([begun], 5), town.clerk(pigs))
    assert not Filing.objects.exists()


def test_a_town_begins_what_it_may_help_with_and_no_more(herds, town):
    unhelped = replace(HERD, code="test_unhelped", number_prefix="TU", helped=False)
    declarations.fill((*FORMS, HERD, unhelped))
    wanted = [Wanted(town.firm("Pigs", "farm"), DAY, uuid7())]
    (filing,) = begin_many(HERD, wanted, by=town.town_officer())
    assert isinstance(filing, Filing)
    (refused,) = begin_many(unhelped, wanted, by=town.town_officer())
    assert isinstance(refused, Refusal)


def test_forms_of_a_month_take_effect_together_too(herds, town):
    monthly = replace(
        HERD,
        code="test_monthly_herd",
        period=Period.MONTH,
        kind=Kind.FILE,
        number_prefix="TQ",
        reads=(),
        checks=(),
    )
    declarations.fill((*FORMS, monthly))
    firms = [town.firm(name, "farm") for name in ("Pigs", "Hens")]
    wanted = [Wanted(one, span, uuid7()) for one in firms for span in (SEPTEMBER, OCTOBER)]
    filings = begin_many(monthly, wanted, by=town.clock)
    services.submit_many(items(filings, 1, 2, 3, 4), town.clock)
    assert TOGETHER == [2, 2]
    assert Statistic.objects.filter(first=OCTOBER.first).count() == 2


def test_who_files_is_read_for_many_as_for_one(town, django_assert_num_queries):
    firms = [town.firm(f"Works {n}") for n in range(5)]
    for number, firm in enumerate(firms[:4]):
        firm.contacts.create(name=f"Li {number}", phone="0635-1", main=number % 2 == 0)
        town.site(firm, "Yard")
        town.site(firm, "Shed")
    subjects = [Subject(firm, OCTOBER) for firm in firms]
    subjects.append(Subject(firms[0], OCTOBER, firms[0].sites.get(name="Shed")))
    alone = [sources.profile.read(one) for one in subjects]
    with django_assert_num_queries(2):
        assert sources.profile.of(subjects) == alone
    assert [one["site"] for one in alone] == ["Yard"] * 4 + ["", "Shed"]
    assert [one["contact"] for one in alone] == ["Li 0", "", "Li 2", "", "", "Li 0"]
