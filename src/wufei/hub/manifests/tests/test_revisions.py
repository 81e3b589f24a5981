"""Corrections of what has been signed: proposed by one party, agreed by all the others.

The works (移出人) send oil with the dangerous-goods carrier (承运人) to the refinery (接受人).
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.accounts.actors import actor_for
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import Container, LotPart
from wufei.hub.ledger.models import Lot, Movement
from wufei.hub.ledger.refusals import LotMovedOn, MovedOn
from wufei.hub.ledger.services.treatments import Input, record_treatment
from wufei.hub.ledger.units import mass, tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import corrections, queries, services
from wufei.hub.manifests.models import Manifest, Revision, Signature
from wufei.hub.manifests.services import NextCarrier, linked, revisions, slips
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, SPOIL, kg, t
from wufei.hub.manifests.tests.conftest import person as someone
from wufei.hub.manifests.tests.refusing import refused
from wufei.hub.manifests.tests.test_concurrency import at_once, loading
from wufei.hub.registry.models import Headroom

WORKS, CARRIER, REFINERY = "works", "dangerous goods", "refinery"


def person(district, firm):
    return district.firm(firm).person


def propose(district, manifest, firm=WORKS, *, reason="typed wrongly", id=None, **changes):
    by = person(district, firm)
    return revisions.propose(manifest, changes, id=id or uuid7(), reason=reason, by=by)


def agree(district, revision, *firms, approve=True):
    for firm in firms:
        signing = district.signing()
        revisions.decide(revision, approve, signing=signing, by=person(district, firm))
    return Manifest.objects.get(pk=revision.manifest_id)


def holds(manifest):
    signatures = Signature.objects.filter(manifest=manifest.pk).select_related("manifest")
    return all(queries.signature_holds(one) for one in signatures)


def decisions(revision):
    return [one.decision for one in revision.approvals.order_by("pk")]


@pytest.fixture
def loaded(district):
    district.stored(WORKS, OIL, 10)
    manifest = district.issue(OIL, 2)
    district.load(manifest, 2)
    return manifest


@pytest.fixture
def closed(district, loaded):
    """Two tonnes left, 1.99 arrived and were accepted."""
    district.arrive(loaded, 1.99)
    district.accept(loaded)
    assert loaded.status == "closed"
    return loaded


# Who agrees.
def test_a_wrong_plate_is_corrected_when_the_consignor_agrees(district, loaded):
    truck = district.truck(CARRIER, "鲁P77777")
    revision = propose(district, loaded, CARRIER, vehicle=truck, reason="another truck came")
    assert loaded.vehicle != truck
    assert [one.organisation.name for one in revision.approvals.all()] == [WORKS]

    now = agree(district, revision, WORKS)
    assert (now.vehicle, revision.state) == (truck, "approved")
    last = now.signatures.last()
    assert (last.step, last.party, last.fields) == (
        "revise",
        "consignor",
        {"vehicle": str(truck.uuid)},
    )
    assert last.values["revision"] == str(revision.uuid)
    assert holds(now)


def test_every_other_party_that_has_signed_has_to_agree(district, closed):
    revision = propose(district, closed, note="drums 1–4")
    agree(district, revision, CARRIER)
    assert (revision.state, decisions(revision)) == ("pending", ["approved", "open"])
    assert agree(district, revision, REFINERY).note == "drums 1–4"


def test_a_colleague_does_not_take_back_what_their_firm_has_agreed_to(district, loaded):
    district.arrive(loaded, 2)
    revision = propose(district, loaded, containers=3)
    agree(district, revision, CARRIER)
    colleague, signing = someone(district.firm(CARRIER).organisation), district.signing()
    refused(
        lambda: revisions.decide(revision, False, signing=signing, by=colleague),
        "manifest_revision_decided",
    )
    assert (revision.state, decisions(revision)) == ("pending", ["approved", "open"])
    agree(district, revision, REFINERY)
    assert revision.state == "approved"


def test_one_refusal_ends_it_and_closes_what_is_still_open(district, closed):
    revision = propose(district, closed, note="drums 1–4")
    now = agree(district, revision, REFINERY, approve=False)
    assert (revision.state, decisions(revision)) == ("refused", ["closed", "refused"])
    assert now.note == ""
    refused(partial(agree, district, revision, CARRIER), "manifest_revision_ended")


def test_who_signs_while_a_revision_waits_is_asked_as_well(district, loaded):
    revision = propose(district, loaded, CARRIER, note="two drums")
    district.arrive(loaded, 2)
    agree(district, revision, WORKS)
    assert (revision.state, decisions(revision)) == ("pending", ["approved", "open"])
    assert agree(district, revision, REFINERY).note == "two drums"


def test_a_proposal_is_taken_back_by_those_who_made_it(district, closed):
    revision = propose(district, closed, note="drums 1–4")
    refused(
        partial(revisions.withdraw, revision, by=person(district, CARRIER)), "manifest_not_a_signer"
    )
    revisions.withdraw(revision, by=person(district, WORKS))
    assert (revision.state, decisions(revision)) == ("withdrawn", ["closed", "closed"])
    assert revisions.withdraw(revision, by=person(district, WORKS)).state == "withdrawn"


def test_only_one_revision_waits_at_a_time(district, closed):
    propose(district, closed, note="drums 1–4")
    refused(partial(propose, district, closed, CARRIER, note="other"), "manifest_revision_pending")


def test_who_has_not_signed_neither_proposes_nor_decides(district, loaded):
    refused(partial(propose, district, loaded, REFINERY, note="x"), "manifest_not_a_signer")
    revision = propose(district, loaded, note="x")
    district.firm("neighbour")
    refused(partial(agree, district, revision, "neighbour"), "manifest_not_a_signer")
    # Nor does the proposer agree to their own words.
    refused(partial(agree, district, revision, WORKS), "manifest_not_a_signer")


def test_where_nobody_else_has_signed_there_is_nobody_to_ask(district):
    truck = district.truck("pit", "鲁P88888")
    new = district.new(SPOIL, 20)
    new = replace(new, carrier=truck.carrier)
    by = person(district, "pit")
    manifest = services.scan_out(
        truck, new, tonnes(20), id=uuid7(), signing=district.signing(), by=by
    )
    revision = propose(district, manifest, "pit", weighed_out=tonnes("20.5"))
    assert revision.state == "approved"
    assert district.g("custody", "pit", SPOIL) == t(20.5)
    assert holds(Manifest.objects.get())


# What can be revised.
@pytest.mark.parametrize("field", ["consignee", "carrier", "waste", "lots", "consignor_site"])
def test_parties_and_what_travels_are_not_revised(district, loaded, field):
    refused(partial(propose, district, loaded, **{field: "x"}), "manifest_not_revisable", field)


def test_what_is_not_signed_yet_needs_no_revision(district, loaded):
    change = partial(propose, district, loaded, weighed_in=tonnes(2))
    refused(change, "manifest_not_signed_yet", "weighed_in")
    issued = district.issue(OIL, 1)
    refused(partial(propose, district, issued, note="x"), "manifest_not_signed_yet")


def test_a_revision_changes_something(district, loaded):
    refused(partial(propose, district, loaded, note=" "), "manifest_nothing_changed")
    refused(partial(propose, district, loaded, weighed_out=tonnes(2)), "manifest_nothing_changed")
    refused(partial(propose, district, loaded, vehicle=None), "manifest_field_empty", "vehicle")
    change = partial(propose, district, loaded, reason=" ", note="x")
    refused(change, "manifest_reason_missing", "reason")


def test_a_vehicle_of_somebody_else_is_refused_at_once(district, loaded):
    truck = district.truck("muck trucks", "鲁P00009")
    change = partial(propose, district, loaded, vehicle=truck)
    refused(change, "manifest_not_a_vehicle_of_carrier", "vehicle")
    change = partial(propose, district, loaded, weighed_out=tonnes(2000))
    refused(change, "manifest_too_heavy", "weighed_out")
    change = partial(propose, district, loaded, weighed_out=kg(2))
    refused(change, "manifest_wrong_unit", "weighed_out")
    change = partial(propose, district, loaded, method="singing")
    refused(change, "manifest_unknown_method", "method")


def test_a_number_of_the_authority_that_stands_elsewhere_is_refused(district, closed):
    other = district.issue(OIL, 1)
    services.set_authority_no(other, "20263715000009", by=person(district, WORKS))
    change = partial(propose, district, closed, authority_no="20263715000009")
    refused(change, "manifest_authority_no_taken", "authority_no")
    refused(partial(propose, district, closed, authority_no="9"), "manifest_bad_authority_no")


# What it does to mass.
def test_more_was_loaded_than_was_written(district, loaded):
    revision = propose(district, loaded, weighed_out=mass("2500", "kg"))
    assert district.g("custody", CARRIER, OIL) == t(2)
    now = agree(district, revision, CARRIER)
    assert district.g("custody", CARRIER, OIL) == t(2.5)
    assert district.g("stock", WORKS, OIL) == t(7.5)
    assert now.lines.get().weighed_out_g == t(2.5)
    again = Movement.objects.filter(kind="loading", sign=1).latest("pk")
    assert again.happened_at == now.loaded_at
    assert (str(again.original_value), again.original_unit) == ("2500.000000", "kg")
    assert holds(now)

    # The load goes on with what was agreed.
    district.arrive(now, 2.5)
    district.accept(now)
    assert now.status == "closed"
    assert district.g("stock", "refinery", OIL) == t(2.5)


def test_a_weight_corrected_before_acceptance_is_what_is_accepted(district, loaded):
    district.arrive(loaded, 1.5)
    now = agree(district, propose(district, loaded, REFINERY, weighed_in=tonnes(2)), WORKS, CARRIER)
    district.accept(now)
    assert district.g("stock", REFINERY, OIL) == t(2)
    assert holds(Manifest.objects.get(pk=now.pk))


def test_a_received_mass_is_posted_anew_on_the_day_it_came(district, closed):
    district.at += timedelta(hours=1)
    change = propose(district, closed, REFINERY, weighed_in=kg(1995), reason="tare was wrong")
    now = agree(district, change, WORKS, CARRIER)
    line = now.lines.get()
    assert (line.weighed_in_g, line.accepted_g, line.refused_g) == (t(1.995), t(1.995), 0)
    assert district.g("stock", REFINERY, OIL) == t(1.995)
    assert district.g("variance", REFINERY, OIL) == t(0.005)
    assert district.g("custody", CARRIER, OIL) == 0
    back = Movement.objects.filter(kind="reception", sign=-1).get()
    again = Movement.objects.filter(kind="reception", sign=1).latest("pk")
    assert back.happened_at == again.happened_at == now.accepted_at
    assert holds(now)


def test_weights_of_containers_are_posted_anew_container_by_container(district):
    drums = district.stored(WORKS, OIL, 1.0, 0.8)
    manifest = district.issue(OIL, 1.8, lots=drums)
    district.load(manifest, 1.82)
    district.arrive(manifest, 1.82)
    district.accept(manifest)
    change = propose(district, manifest, weighed_out=kg(1810), weighed_in=kg(1810))
    agree(district, change, CARRIER, REFINERY)
    here = Lot.objects.filter(account__place=manifest.consignee_site, remaining_g__gt=0)
    assert sum(lot.remaining_g for lot in here) == t(1.81)
    assert district.g("variance", WORKS, OIL) == -t(0.01)
    assert district.g("stock", WORKS, OIL) == 0


def test_a_load_of_which_the_book_lacked_something_lacks_less_afterwards(district):
    district.stored(WORKS, BATTERIES, 1)
    manifest = district.issue(BATTERIES, 1)
    district.load(manifest, 5)
    lack = FindingRecord.objects.get(code="ledger.shortfall")
    assert district.g("shortfall", WORKS, BATTERIES) == -t(4)

    agree(district, propose(district, manifest, weighed_out=tonnes(2)), CARRIER)
    assert district.g("shortfall", WORKS, BATTERIES) == -t(1)
    lack.refresh_from_db()
    assert lack.cleared_at is not None
    open_now = FindingRecord.objects.get(code="ledger.shortfall", cleared_at=None)
    assert open_now.values["mass_g"] == t(1)


def test_another_method_of_a_plant_elsewhere_moves_the_mass_to_it(district):
    district.stored(WORKS, OIL, 5)
    manifest = district.issue(OIL, 2, receiver="far refinery")
    district.load(manifest, 2)
    district.arrive(manifest, 2)
    district.accept(manifest)
    assert district.g("recovered", "far refinery", OIL) == t(2)
    change = propose(district, manifest, method="incineration")
    agree(district, change, CARRIER, "far refinery")
    assert district.g("recovered", "far refinery", OIL) == 0
    assert district.g("disposed", "far refinery", OIL) == t(2)


def test_the_plan_counts_the_corrected_weight_and_nothing_of_what_was_annulled(district):
    district.stored(WORKS, OIL, 20)
    district.quota(WORKS, OIL, 10)
    manifest = district.issue(OIL, 2)
    district.load(manifest, 2)
    taken = Headroom.objects.filter(quota__isnull=False)
    agree(district, propose(district, manifest, weighed_out=tonnes(3)), CARRIER)
    assert [row.taken_g for row in taken.all()] == [t(3)]
    by = person(district, WORKS)
    annul = revisions.propose_annulment(manifest, id=uuid7(), reason="wrong", by=by)
    agree(district, annul, CARRIER)
    assert [row.taken_g for row in taken.all()] == [0]


# Findings.
def test_a_finding_goes_when_the_figure_that_raised_it_is_corrected(district, loaded):
    district.arrive(loaded, 1.5)
    district.sign(loaded, "accept", REFINERY, {"difference_reason": "the scale says so"})
    (found,) = FindingRecord.objects.filter(code="manifests.weight_difference")
    assert found.cleared_at is None
    agree(district, propose(district, loaded, weighed_in=tonnes(1.8)), CARRIER, REFINERY)
    found.refresh_from_db()
    assert (found.cleared_at, found.values["mass_g"]) == (None, t(0.2))
    agree(district, propose(district, loaded, weighed_in=tonnes(2)), CARRIER, REFINERY)
    found.refresh_from_db()
    assert found.cleared_at is not None


def test_figures_that_no_longer_agree_take_a_reason(district, closed):
    change = partial(propose, district, closed, weighed_in=tonnes(1.8))
    refused(change, "manifest_field_missing", "difference_reason")
    revision = propose(
        district, closed, weighed_in=tonnes(1.8), difference_reason="one drum had leaked"
    )
    now = agree(district, revision, CARRIER, REFINERY)
    assert now.status == "closed"
    assert now.difference_reason == "one drum had leaked"
    assert FindingRecord.objects.filter(code="manifests.weight_difference").count() == 1


# Where the mass has moved on.
def test_what_has_been_treated_meanwhile_is_not_revised_and_it_says_where_it_is(district, closed):
    plant = district.firm(REFINERY).site
    record_treatment(
        plant,
        [Input(district.waste(OIL).pk, tonnes(1), "oil_refining")],
        id=uuid7(),
        happened_at=district.signing().signed_at,
        by=person(district, REFINERY),
    )
    with pytest.raises((MovedOn, LotMovedOn)) as caught:
        propose(district, closed, weighed_in=kg(1995))
    assert "1.000 t → refinery" in str(caught.value)
    assert not Revision.objects.exists()


def test_what_was_grouped_with_something_else_is_not_revised_and_it_says_in_which_drum(
    district, closed
):
    lot = Lot.objects.get(account__place=closed.consignee_site, remaining_g__gt=0)
    ledger.regroup(
        [LotPart(lot.uuid, t(1))],
        [Container("tank 7", t(1))],
        id=uuid7(),
        happened_at=district.signing().signed_at,
        by=person(district, REFINERY),
    )
    with pytest.raises(LotMovedOn, match="tank 7"):
        propose(district, closed, weighed_in=kg(1995))
    # What moves no mass can still be revised.
    assert propose(district, closed, note="drums").state == "pending"


def test_a_load_that_two_carriers_brought_is_posted_anew_from_hand_to_hand(district, declared):
    declared("hazardous", carriers_max=2)
    district.stored(WORKS, OIL, 10)
    second = district.firm("second carrier", "carrier", "yard")
    new = replace(district.new(OIL, 2), further_carriers=(NextCarrier(second.organisation),))
    by = person(district, WORKS)
    manifest = services.issue(new, id=uuid7(), signing=district.signing(), by=by)
    district.load(manifest, 2)
    services.take_over(
        manifest,
        signing=district.signing(),
        by=second.person,
        vehicle=district.truck("second carrier", "鲁P22222"),
        driver=district.driver("second carrier"),
    )
    revision = propose(district, manifest, weighed_out=tonnes(3))
    now = agree(district, revision, CARRIER, "second carrier")
    assert district.g("custody", CARRIER, OIL) == 0
    assert district.g("custody", "second carrier", OIL) == t(3)
    assert district.g("stock", WORKS, OIL) == t(7)
    assert holds(now)
    annul = revisions.propose_annulment(now, id=uuid7(), reason="sent back", by=by)
    agree(district, annul, CARRIER, "second carrier")
    assert district.g("custody", "second carrier", OIL) == 0
    assert district.g("stock", WORKS, OIL) == t(10)


def test_what_was_treated_between_proposal_and_agreement_stays_as_it_is(district, closed):
    revision = propose(district, closed, weighed_in=kg(1995))
    record_treatment(
        district.firm(REFINERY).site,
        [Input(district.waste(OIL).pk, tonnes(1), "oil_refining")],
        id=uuid7(),
        happened_at=district.signing().signed_at,
        by=person(district, REFINERY),
    )
    agree(district, revision, CARRIER)
    with pytest.raises((MovedOn, LotMovedOn)):
        agree(district, revision, REFINERY)
    assert decisions(Revision.objects.get()) == ["approved", "open"]
    assert holds(closed)
    # It can still be refused.
    agree(district, revision, REFINERY, approve=False)
    assert revision.state == "refused"


# What was refused.
def accept_part(district, manifest, accepted_t):
    values = {"accepted": tonnes(accepted_t), "refusal_reason": "wet"}
    district.sign(manifest, "accept", REFINERY, values)


def test_how_much_was_refused_is_revised_while_it_stands_at_the_gate(district):
    district.stored(WORKS, OIL, 6.0, 4.0)
    manifest = district.issue(OIL, 10, lots=Lot.objects.filter(remaining_g__gt=0))
    district.load(manifest, 10)
    district.arrive(manifest, 10)
    accept_part(district, manifest, 6)
    assert (manifest.status, district.g("custody", CARRIER, OIL)) == ("partly_accepted", t(4))

    now = agree(district, propose(district, manifest, accepted=tonnes(7)), CARRIER, REFINERY)
    assert (now.lines.get().accepted_g, now.lines.get().refused_g) == (t(7), t(3))
    assert district.g("stock", REFINERY, OIL) == t(7)
    assert district.g("custody", CARRIER, OIL) == t(3)
    assert holds(now)

    # All of it after all: nothing is refused any more, and the weights agree.
    now = agree(district, propose(district, now, accepted=tonnes(10)), CARRIER, REFINERY)
    assert (now.status, district.g("custody", CARRIER, OIL)) == ("closed", 0)
    assert holds(now)

    # And a closed manifest opens again for what was refused.
    now = agree(district, propose(district, now, accepted=tonnes(8)), CARRIER, REFINERY)
    assert (now.status, now.closed_at) == ("partly_accepted", None)
    assert district.g("custody", CARRIER, OIL) == t(2)


def test_more_than_arrived_cannot_have_been_accepted(district, loaded):
    district.arrive(loaded, 2)
    accept_part(district, loaded, 1)
    change = partial(propose, district, loaded, accepted=tonnes("2.1"))
    refused(change, "manifest_more_than_arrived", "accepted")
    # What is said of the weight alone leaves what was refused as it was.
    now = agree(district, propose(district, loaded, weighed_in=kg(1990)), CARRIER, REFINERY)
    assert (now.lines.get().accepted_g, now.lines.get().refused_g) == (t(0.99), t(1))


def test_what_was_refused_and_sent_back_is_corrected_on_the_linked_manifest(district, loaded):
    district.arrive(loaded, 2)
    accept_part(district, loaded, 1)
    back = linked.send_back(
        loaded, id=uuid7(), signing=district.signing(), by=person(district, REFINERY)
    )
    change = partial(propose, district, loaded, accepted=tonnes("1.5"))
    refused(change, "manifest_refused_gone_on", "accepted")
    with pytest.raises(MovedOn, match=back.carrier.name):
        propose(district, loaded, weighed_out=tonnes("2.005"))
    # The weight at the gate does not touch what travels back.
    now = agree(district, propose(district, loaded, weighed_in=kg(1990)), CARRIER, REFINERY)
    assert now.lines.get().accepted_g == t(0.99)
    assert district.g("stock", REFINERY, OIL) == t(0.99)
    assert district.g("custody", CARRIER, OIL) == t(1)
    # The return is weighed anew on its own document.
    revision = propose(district, back, REFINERY, weighed_out=kg(995))
    assert revision.state == "approved"
    assert district.g("custody", CARRIER, OIL) == t(0.995)
    assert holds(Manifest.objects.get(pk=back.pk))


# Annulment.
def test_a_load_that_never_left_is_annulled_and_goes_back(district, loaded):
    revision = revisions.propose_annulment(
        loaded, id=uuid7(), reason="the truck broke down at the gate", by=person(district, CARRIER)
    )
    assert district.g("custody", CARRIER, OIL) == t(2)
    now = agree(district, revision, WORKS)
    assert (now.status, now.cancel_reason) == ("cancelled", "the truck broke down at the gate")
    assert district.g("custody", CARRIER, OIL) == 0
    assert district.g("stock", WORKS, OIL) == t(10)
    assert district.booked_g(WORKS, OIL) == 0
    assert [one.step for one in now.signatures.all()] == ["issue", "load", "annul"]
    assert holds(now)
    assert queries.open_of_vehicle(now.vehicle_id) is None


def test_after_reception_nothing_is_annulled(district, loaded):
    annul = partial(
        revisions.propose_annulment, loaded, reason="wrong", by=person(district, WORKS), id=uuid7()
    )
    district.arrive(loaded, 2)
    refused(annul, "manifest_not_annullable")


def test_an_annulment_that_waits_is_too_late_once_the_load_is_received(district, loaded):
    revision = revisions.propose_annulment(
        loaded, id=uuid7(), reason="wrong", by=person(district, WORKS)
    )
    district.arrive(loaded, 2)
    agree(district, revision, CARRIER)
    refused(partial(agree, district, revision, REFINERY), "manifest_not_annullable")


# Once is once.
def test_proposing_twice_with_one_key_is_one_proposal(district, closed):
    id = uuid7()
    one = propose(district, closed, id=id, note="x")
    assert propose(district, closed, id=id, note="x") == one
    refused(partial(propose, district, closed, id=id, note="y"), "id_reused")


def test_agreeing_twice_is_agreeing_once(district, loaded):
    revision = propose(district, loaded, weighed_out=tonnes(3))
    signing, by = district.signing(), person(district, CARRIER)
    for _time in range(2):
        revisions.decide(revision, approve=True, signing=signing, by=by)
    assert Signature.objects.filter(step="revise").count() == 1
    assert district.g("custody", CARRIER, OIL) == t(3)


def test_a_revision_of_what_has_changed_meanwhile_is_outdated(district, loaded):
    revision = propose(district, loaded, weighed_out=tonnes(3))
    Manifest.objects.get().lines.update(weighed_out_g=t(4))
    refused(partial(agree, district, revision, CARRIER), "manifest_revision_outdated")


# Two at once.
def test_two_proposals_at_once_are_one(real_district):
    real_district.stored(WORKS, OIL, 10)
    manifest = real_district.issue(OIL, 2)
    real_district.load(manifest, 2)
    deeds = [
        partial(propose, real_district, Manifest.objects.get(), firm, note=f"from {firm}")
        for firm in (WORKS, CARRIER) * 2
    ]
    assert at_once(deeds) == {"Revision": 1, "manifest_revision_pending": 3}


def test_agreeing_and_refusing_at_once_has_one_outcome(real_district):
    real_district.stored(WORKS, BATTERIES, 40)
    for _round in range(4):
        manifest = real_district.issue(BATTERIES, 2)
        real_district.load(manifest, 2)
        real_district.arrive(manifest, 2)
        before_g = real_district.g("custody", CARRIER, BATTERIES)
        revision = propose(real_district, manifest, weighed_out=tonnes(3))
        agree(real_district, revision, CARRIER)
        by, other = person(real_district, REFINERY), person(real_district, REFINERY)
        yes, no = real_district.signing(), real_district.signing()
        copies = [Revision.objects.get(pk=revision.pk) for _n in range(2)]
        outcomes = at_once(
            [
                partial(revisions.decide, copies[0], True, signing=yes, by=by),
                partial(revisions.decide, copies[1], False, signing=no, by=other),
            ]
        )
        assert outcomes == {"Revision": 1, "manifest_revision_ended": 1}
        state = Revision.objects.get(pk=revision.pk).state
        moved_g = real_district.g("custody", CARRIER, BATTERIES) - before_g
        assert moved_g == (t(1) if state == "approved" else 0)
        assert Signature.objects.filter(manifest=manifest, step="revise").count() == (
            state == "approved"
        )
    assert differences() == []


def test_a_revision_and_the_next_step_at_once_come_one_after_the_other(real_district):
    real_district.stored(WORKS, OIL, 40)
    for _round in range(4):
        manifest = real_district.issue(OIL, 2)
        real_district.load(manifest, 2)
        revision = propose(real_district, manifest, weighed_out=tonnes("2.01"))
        by, refinery = person(real_district, CARRIER), person(real_district, REFINERY)
        signing, arriving = real_district.signing(), real_district.signing()
        outcomes = at_once(
            [
                partial(revisions.decide, revision, True, signing=signing, by=by),
                partial(
                    services.sign,
                    Manifest.objects.get(pk=manifest.pk),
                    "arrive",
                    signing=arriving,
                    values={"weighed_in": tonnes(2)},
                    by=refinery,
                ),
            ]
        )
        assert outcomes == {"Revision": 1, "Signature": 1}
        now = Manifest.objects.get(pk=manifest.pk)
        # Where the receiver was quicker, they are asked as well.
        if Revision.objects.get(pk=revision.pk).state == "pending":
            now = agree(real_district, revision, REFINERY)
        assert now.status == "arrived"
        assert now.lines.get().weighed_out_g == t(2.01)
        assert holds(now)
        real_district.accept(now)
    assert real_district.g("custody", CARRIER, OIL) == 0
    assert differences() == []


def test_two_loads_are_not_confused_by_revisions_of_their_documents(real_district):
    real_district.stored(WORKS, OIL, 10)
    one, other = real_district.issue(OIL, 2), real_district.issue(OIL, 3)
    loading(real_district, one)()
    real_district.load(other, 3)
    agree(real_district, propose(real_district, one, weighed_out=tonnes(1)), CARRIER)
    assert real_district.g("custody", CARRIER, OIL) == t(4)
    assert real_district.g("stock", WORKS, OIL) == t(6)
    assert differences() == []


# A plant outside the district.
@pytest.fixture
def outside(district, tmp_path):
    """Two tonnes at a plant where nobody signs in: the works have entered its slip."""
    district.stored(WORKS, OIL, 10)
    manifest = district.issue(OIL, 2, receiver="far plant")
    district.load(manifest, 2)
    by, line = person(district, WORKS), manifest.lines.get()
    slip = StoredFile.objects.create(
        sha256="0" * 64, name="slip.png", size=1, kind="image", mime="image/png", by=by.id
    )
    weighed = {line.uuid: tonnes("1.98")}
    slips.enter(manifest, weighed, slip, signing=district.signing(), by=by)
    return manifest


def test_the_consignor_answers_for_a_plant_outside_and_says_on_what_that_rests(district, outside):
    revision = propose(district, outside, weighed_in=tonnes("1.99"))
    agree(district, revision, CARRIER)
    works, signing = person(district, WORKS), district.signing()
    assert corrections.is_asked(revision, works)
    assert corrections.answers_for(revision, works) == "far plant"
    unexplained = "manifest_answer_unexplained"
    refused(lambda: revisions.decide(revision, True, signing=signing, by=works), unexplained)
    told = "Ms Qian there, by telephone"
    revisions.decide(revision, True, signing=signing, by=works, comment=told)
    assert revision.state == "approved"
    answer = revision.approvals.get(organisation__name="far plant")
    assert (answer.decision, answer.actor, answer.comment) == ("approved", works.id, told)
    last = outside.signatures.last()
    assert (last.step, last.organisation.name, last.actor) == ("revise", WORKS, works.id)
    assert outside.lines.get().weighed_in_g == t(1.99)
    assert holds(outside)


def test_nobody_else_answers_for_a_plant_outside(district, outside):
    revision = propose(district, outside, CARRIER, weighed_in=tonnes("1.99"))
    carrier = person(district, CARRIER)
    assert not corrections.is_asked(revision, carrier)
    signing = district.signing()
    refused(
        lambda: revisions.decide(revision, True, signing=signing, by=carrier, comment="I did"),
        "manifest_not_a_signer",
    )


def test_a_plant_outside_with_people_of_its_own_answers_itself(district, outside, sign_in):
    revision = propose(district, outside, weighed_in=tonnes("1.99"))
    plant = district.firm("far plant").organisation
    clerk = actor_for(sign_in("clerk", organisations=[plant]).user)
    assert corrections.is_asked(revision, clerk)
    assert not corrections.is_asked(revision, person(district, WORKS))
