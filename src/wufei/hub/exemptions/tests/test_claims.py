"""A batch is claimed exempt on its report, and everything that speaks against it is said."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.errors import Forbidden, IdReused, NotFound
from wufei.hub.exemptions import queries, refusals, rules, services
from wufei.hub.exemptions.models import Claim, ClaimedLot, Criterion
from wufei.hub.exemptions.tests.conftest import Ashes, exempt, in_days, officer, passing
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import Container, LotPart
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.tests.conftest import t
from wufei.hub.registry.validity import today


def covered(lots: list[Lot], effect: str = "landfill", day=None) -> bool:
    return bool(queries.coverage([lot.pk for lot in lots], effect, day or today()))


def test_a_batch_with_a_report_within_the_limits_is_exempt_until_the_report_ends(ashes: Ashes):
    batch = ashes.batches(20)
    assert not covered(batch)
    claim = ashes.claim(batch)
    assert covered(batch, "landfill")
    assert covered(batch, "transport")
    assert not covered(batch, "kiln")
    assert covered(batch, day=claim.valid_until)
    assert not covered(batch, day=claim.valid_until + timedelta(days=1))
    assert not covered(batch, day=claim.reported_on - timedelta(days=1))


def test_a_claim_keeps_each_value_with_the_limit_it_was_held_against(ashes: Ashes):
    claim = ashes.claim(ashes.batches(20), passing(lead="<0.01"))
    Criterion.objects.filter(code="lead").update(limit="0.1")
    lead = next(one for one in claim.results if one["code"] == "lead")
    assert (lead["value"], lead["limit"], lead["unit"]) == ("<0.01", "0.25", "mg/L")
    assert (lead["grade"], lead["source"][:8]) == ("B", "GB 16889")


def test_a_value_over_its_limit_is_refused_and_named(ashes: Ashes):
    batch = ashes.batches(20)
    with pytest.raises(refusals.OverLimit) as refused:
        ashes.claim(batch, passing(lead="0.31", cadmium="0.15"))
    assert "Lead 0.31 mg/L (< 0.25); Cadmium 0.15 mg/L (< 0.15)" in str(refused.value)
    assert refused.value.field == "lead"
    assert not Claim.objects.exists()


def test_a_value_that_nobody_measured_is_asked_for(ashes: Ashes):
    with pytest.raises(refusals.ValueMissing, match="Mercury, Selenium"):
        ashes.claim(ashes.batches(20), passing(mercury="", selenium=" "))
    with pytest.raises(refusals.NotAValue, match="is no value"):
        ashes.claim(ashes.batches(20), passing(lead="n.d."))
    with pytest.raises(refusals.UnknownCriterion, match="thallium"):
        ashes.claim(ashes.batches(20), passing(thallium="0.1"))


def test_a_limit_that_a_place_sets_anew_decides_from_then_on(ashes: Ashes):
    lead = Criterion.objects.get(code="lead")
    stricter = {"limit": Decimal("0.1"), "source": "local", "grade": "C"}
    services.save_criterion(lead, stricter, officer())
    with pytest.raises(refusals.OverLimit, match="Lead"):
        ashes.claim(ashes.batches(20), passing(lead="0.125"))
    event = AuditEvent.objects.get(event="exemptions:criterion:edit")
    assert (event.values["before"]["limit"], event.values["now"]["limit"]) == ("0.250000", "0.1")


def test_only_a_stage_that_the_catalogue_exempts_can_be_claimed(ashes: Ashes):
    oil = ashes.district.stored("incineration plant", "hazardous_industrial", 2)
    with pytest.raises(refusals.NoSuchExemption, match="900-249-08"):
        ashes.claim(oil)
    with pytest.raises(refusals.NoSuchExemption, match="It has: not transported as hazardous"):
        ashes.claim(ashes.batches(20), exemptions=())


def test_a_report_covers_what_was_there_when_it_was_sampled(ashes: Ashes):
    (batch,) = ashes.batches(20)
    before = today() - timedelta(days=3)
    with pytest.raises(refusals.ReportOlderThanLot):
        ashes.claim([batch], sampled_on=before)


def test_a_mixture_is_as_young_as_its_youngest_part(ashes: Ashes):
    """Its age in the store is that of the oldest; what was sampled before the rest came is not."""
    old, new = ashes.batches(10, 10)
    Lot.objects.filter(pk=old.pk).update(arisen_at=timezone.now() - timedelta(days=9))
    mixed = group(ashes, [old, new])
    with pytest.raises(refusals.ReportOlderThanLot):
        ashes.claim([mixed], sampled_on=today() - timedelta(days=5))


def test_days_that_do_not_follow_one_another_are_refused(ashes: Ashes):
    batch = ashes.batches(20)
    wrong: tuple[dict[str, Any], ...] = (
        {"reported_on": today() - timedelta(days=1)},
        {"reported_on": in_days(1), "sampled_on": today()},
        {"valid_until": in_days(-1)},
    )
    for days in wrong:
        with pytest.raises(refusals.WrongDays):
            ashes.claim(batch, **days)
    with pytest.raises(refusals.ValidTooLong, match="180 days"):
        ashes.claim(batch, valid_until=in_days(181))


def test_nobody_claims_for_batches_of_others(ashes: Ashes):
    others = ashes.batches(20, firm="other plant")
    with pytest.raises(refusals.LotsOfOthers):
        ashes.claim(others)
    with pytest.raises(refusals.LotsOfOthers):
        services.claim(ashes.new([Lot(uuid=uuid7())]), id=uuid7(), by=ashes.plant.person)
    stranger = ashes.district.firm("other plant").person
    with pytest.raises(Forbidden):
        services.claim(ashes.new(ashes.batches(5)), id=uuid7(), by=stranger)


def test_the_report_itself_is_handed_in_by_whoever_claims(ashes: Ashes):
    batch = ashes.batches(20)
    stranger = ashes.district.firm("other plant").person
    for evidence in (None, uuid7(), ashes.report(stranger)):
        with pytest.raises(refusals.ReportMissing):
            ashes.claim(batch, evidence=evidence)


def test_a_batch_is_in_one_claim_at_a_time(ashes: Ashes):
    batch = ashes.batches(20)
    first = ashes.claim(batch)
    with pytest.raises(refusals.LotClaimed, match="JC-2026-118"):
        ashes.claim(batch)
    services.withdraw(first, reason="wrong report", by=ashes.plant.person)
    second = ashes.claim(batch, report_no="JC-2026-119")
    assert covered(batch)
    # One that has run out holds nothing back.
    yesterday = today() - timedelta(days=1)
    days = {"reported_on": yesterday, "sampled_on": yesterday, "valid_until": yesterday}
    Claim.objects.filter(pk=second.pk).update(**days)
    assert not covered(batch)
    ashes.claim(batch, report_no="JC-2026-120")
    assert covered(batch)


def test_claiming_twice_with_one_id_is_one_claim(ashes: Ashes):
    new, key = ashes.new(ashes.batches(20)), uuid7()
    first = services.claim(new, id=key, by=ashes.plant.person)
    assert services.claim(new, id=key, by=ashes.plant.person) == first
    with pytest.raises(IdReused):
        services.claim(ashes.new(ashes.batches(1)), id=key, by=ashes.plant.person)
    assert ClaimedLot.objects.count() == 1


def test_an_officer_contests_with_a_reason_and_the_batch_is_hazardous_again(ashes: Ashes):
    batch = ashes.batches(20)
    claim = ashes.claim(batch)
    with pytest.raises(Forbidden):
        services.contest(claim, reason="mine", by=ashes.plant.person)
    with pytest.raises(refusals.EndReasonMissing):
        services.contest(claim, reason=" ", by=officer())
    by = officer()
    ended = services.contest(claim, reason="the laboratory is not accredited", by=by)
    assert (ended.state, ended.ended_by) == (Claim.State.CONTESTED, by.id)
    assert not covered(batch)
    assert services.contest(claim, reason="the laboratory is not accredited", by=by) == ended
    with pytest.raises(refusals.ClaimOver):
        services.withdraw(claim, reason="too late", by=ashes.plant.person)
    events = AuditEvent.objects.filter(subject=f"exemptions.claim:{claim.uuid}").order_by("pk")
    assert [one.event.rpartition(":")[2] for one in events] == ["make", "contest"]


def test_only_its_holder_withdraws_a_claim(ashes: Ashes):
    claim = ashes.claim(ashes.batches(20))
    with pytest.raises(NotFound):
        services.withdraw(claim, reason="?", by=ashes.district.firm("other plant").person)
    with pytest.raises(Forbidden):
        services.withdraw(claim, reason="?", by=officer())


# Grouping and splitting.
def group(ashes: Ashes, lots: list[Lot], *masses_t: float) -> Lot:
    return regroup(ashes, lots, sum(lot.remaining_g for lot in lots))[0]


def regroup(ashes: Ashes, lots: list[Lot], *masses_g: int) -> list[Lot]:
    made = ledger.regroup(
        [LotPart(lot.uuid, lot.remaining_g) for lot in lots],
        [Container(f"bag {n}", mass_g) for n, mass_g in enumerate(masses_g)],
        id=uuid7(),
        by=ashes.plant.person,
        happened_at=ashes.district.at,
    )
    parts = made.parts.select_related("lot").order_by("lot")
    return list(dict.fromkeys(part.lot for part in parts))


def test_the_bags_of_an_exempt_batch_are_exempt(ashes: Ashes):
    (batch,) = ashes.batches(20)
    ashes.claim([batch])
    bags = regroup(ashes, [batch], t(12), t(8))
    assert covered(bags)
    assert covered([group(ashes, bags)])


def test_a_mixture_is_exempt_only_if_all_of_its_parts_are(ashes: Ashes):
    tested, untested = ashes.batches(20, 5)
    claim = ashes.claim([tested])
    mixed = group(ashes, [tested, untested])
    answer = queries.coverage([mixed.pk], "landfill", today())
    assert not answer
    assert answer.bare == (untested,)
    # The other part's report came later: then all of it is exempt, on both.
    second = ashes.claim([untested], report_no="JC-2026-119")
    answer = queries.coverage([mixed.pk], "landfill", today())
    assert answer
    assert answer.claims == {claim.pk, second.pk}


def test_the_mixture_itself_can_be_sampled(ashes: Ashes):
    mixed = group(ashes, ashes.batches(20, 5))
    assert not covered([mixed])
    ashes.claim([mixed])
    assert covered([mixed])


def test_a_grouping_that_was_undone_leaves_the_batches_as_they_were(ashes: Ashes):
    tested, untested = ashes.batches(20, 5)
    ashes.claim([tested])
    made = ledger.regroup(
        [LotPart(lot.uuid, lot.remaining_g) for lot in (tested, untested)],
        [Container("mix", t(25))],
        id=uuid7(),
        by=ashes.plant.person,
        happened_at=ashes.district.at,
    )
    ledger.ungroup(made.uuid, by=ashes.plant.person, reason="never done")
    assert covered([tested])
    assert not covered([untested])


# The rules alone.
@pytest.mark.parametrize(
    ("text", "told"),
    [("0.02", "0.02"), (" ＜0.0002 ", "<0.0002"), ("1e-3", "0.001"), ("0", "0")],
)
def test_values_are_read_as_laboratories_write_them(text, told):
    assert str(rules.read(text)) == told


@pytest.mark.parametrize("text", ["", "n.d.", "-1", "NaN", "inf", "<", "<<1", "1" * 30, "1e99"])
def test_what_is_no_value_is_not_read(text):
    assert rules.read(text) is None


def test_a_value_at_its_limit_is_not_below_it():
    limit = Decimal("0.25")
    assert rules.within(rules.Reading(Decimal("0.2499")), limit)
    assert not rules.within(rules.Reading(limit), limit)
    assert rules.within(rules.Reading(limit, below=True), limit)


def test_exemptions_that_are_claimed_are_those_with_limits(ashes: Ashes):
    assert tuple(queries.claimable_exemptions()) == exempt("transport", "landfill")
