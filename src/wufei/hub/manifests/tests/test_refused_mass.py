"""Who is told of refused mass, where it went, and what became of what was accepted."""

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import Container, LotPart
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.services.treatments import Input
from wufei.hub.ledger.units import grams, tonnes
from wufei.hub.manifests import followed, queries, services
from wufei.hub.manifests.fate import fates
from wufei.hub.manifests.services import revisions
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, SPOIL, t
from wufei.hub.manifests.tests.test_api import Program


@pytest.fixture
def refused(district):
    """Of ten tonnes at the refinery six were accepted."""
    return received(district, 10, 6)


def received(district, mass_t, accepted_t, **more):
    district.stored("works", BATTERIES, mass_t)
    manifest = district.issue(BATTERIES, mass_t, **more)
    district.load(manifest, mass_t)
    district.arrive(manifest, mass_t)
    kept = tonnes(accepted_t) if accepted_t else grams(0)
    district.accept(manifest, accepted=kept, refusal_reason="wet")
    return manifest


def waiting(district, firm):
    return list(queries.waiting_for(district.firm(firm).person))


def test_both_sides_are_told_that_refused_mass_waits(district, refused):
    for firm in ("refinery", "works"):
        (one,) = waiting(district, firm)
        assert (one, one.unsent) == (refused, True)
    assert waiting(district, "dangerous goods") == []
    # Nobody may close it yet.
    assert queries.next_steps(refused, district.firm("works").person) == ()


def test_what_is_on_its_way_back_waits_for_nobody_but_the_consignor_at_the_end(district, refused):
    by = district.firm("refinery").person
    back = services.send_back(refused, id=uuid7(), signing=district.signing(), by=by)
    assert waiting(district, "refinery") == []
    assert waiting(district, "works") == [back]


def test_a_return_to_be_fetched_waits_for_its_carrier(district, refused):
    by = district.firm("refinery").person
    back = services.send_back(
        refused, id=uuid7(), signing=district.signing(), by=by, truck_stays=False
    )
    assert waiting(district, "works") == []
    assert waiting(district, "dangerous goods") == [back]


def test_each_side_may_send_it_where_it_is_its_to_decide(district, refused):
    def ways(firm, manifest=refused):
        found = followed.ways(manifest, district.firm(firm).person)
        return (found.back, found.on, found.same)

    assert ways("refinery") == (True, False, False)
    assert ways("works") == (False, True, False)
    assert ways("dangerous goods") == (False, False, False)
    assert followed.ways(refused, district.firm("works").person).left_g == t(4)
    whole = received(district, 5, 0, alternate_site=district.firm("second", "plant").site)
    assert ways("refinery", whole) == (True, True, True)
    assert ways("works", whole) == (False, True, True)


def test_a_plant_still_sees_what_it_refused_and_others_took(district):
    second = district.firm("second refinery", "plant", "treatment").site
    whole, part = received(district, 5, 0), received(district, 10, 6)
    works, plant = district.firm("works").person, district.firm("refinery").person
    on = services.send_on(part, second, id=uuid7(), signing=district.signing(), by=works)
    district.arrive(on, 4)
    district.accept(on)
    services.redirect(whole, second, signing=district.signing(), by=works)
    assert set(queries.visible(plant)) == {whole, part, on}
    assert not queries.visible(district.firm("neighbour").person).exists()


def test_documents_name_each_other(district, refused):
    by = district.firm("refinery").person
    back = services.send_back(refused, id=uuid7(), signing=district.signing(), by=by)
    mine = queries.visible(by)
    (after,) = followed.linked_of(refused, mine)
    assert (after.manifest, after.mass_g, after.before, after.seen) == (back, t(4), False, True)
    (before,) = followed.linked_of(back, mine)
    assert (before.manifest, before.mass_g, before.before) == (refused, t(4), True)
    stranger = queries.visible(district.firm("neighbour").person)
    assert [one.seen for one in followed.linked_of(back, stranger)] == [False]


# What became of it.
def treat(district, stream, mass_t, lots=(), firm="refinery"):
    plant = district.firm(firm).site
    method = {OIL: "oil_refining", SPOIL: "backfill"}[stream]
    parts = tuple(LotPart(lot.uuid, lot.remaining_g) for lot in lots)
    ledger.record_treatment(
        plant,
        [Input(district.waste(stream).pk, tonnes(mass_t), method, parts)],
        id=uuid7(),
        happened_at=timezone.now(),
        by=district.firm(firm).person,
    )


def fate(manifest):
    (found,) = fates(manifest)
    return found.treated_g, found.in_stock_g, found.exact


def test_reception_acceptance_and_treatment_are_three_things(district):
    drums = district.stored("works", OIL, 1, 2)
    load = district.issue(OIL, 3, lots=drums)
    district.load(load, 3)
    district.arrive(load, 3)
    assert fates(load) == []
    district.accept(load)
    assert fate(load) == (0, t(3), True)
    (small,) = Lot.objects.filter(account__kind="stock", remaining_g=t(1))
    treat(district, OIL, 1, [small])
    assert fate(load) == (t(1), t(2), True)
    (part,) = fates(load)[0].parts
    assert (part.kind, part.method) == ("recovered", "oil_refining")


def test_drums_that_were_poured_together_are_attributed(district):
    loads = []
    for _n in range(2):
        load = district.issue(OIL, 1, lots=district.stored("works", OIL, 1))
        district.load(load, 1)
        district.arrive(load, 1)
        district.accept(load)
        loads.append(load)
    place = district.firm("refinery").organisation
    lots = Lot.objects.filter(account__kind="stock", account__holder=place, remaining_g__gt=0)
    ledger.regroup(
        [LotPart(lot.uuid, lot.remaining_g) for lot in lots],
        [Container("tank", t(2))],
        id=uuid7(),
        by=district.firm("refinery").person,
        happened_at=timezone.now(),
    )
    assert fate(loads[0]) == (0, t(1), True)
    treat(district, OIL, 1)
    assert fate(loads[0]) == fate(loads[1]) == (t(0.5), t(0.5), False)


def test_bulk_stock_is_attributed_first_in_first_out(district):
    loads = []
    for plate, mass_t in (("鲁P11111", 3), ("鲁P22222", 5)):
        load = services.scan_out(
            district.truck("muck trucks", plate),
            district.new(SPOIL, mass_t),
            tonnes(mass_t),
            id=uuid7(),
            signing=district.signing(),
            by=district.firm("pit").person,
        )
        there = district.firm("spoil ground").person
        services.scan_in(load, tonnes(mass_t), signing=district.signing(), by=there)
        loads.append(load)
    treat(district, SPOIL, 4, firm="spoil ground")
    assert [fate(load) for load in loads] == [(t(3), 0, False), (t(1), t(4), False)]


def test_outside_the_district_the_receipt_says_what_becomes_of_it(district):
    district.stored("works", OIL, 2)
    load = district.issue(OIL, 2, receiver="far plant")
    district.load(load, 2)
    district.arrive(load, 2)
    district.accept(load)
    assert fate(load) == (t(2), 0, True)


# Programs.
@pytest.fixture
def programs(district):
    """Programs of the plant and of the works, and a load that has arrived."""
    district.stored("works", BATTERIES, 10)
    load = district.issue(BATTERIES, 10)
    district.load(load, 10)
    district.arrive(load, 10)
    plant, works = (Program(district.firm(firm)) for firm in ("refinery", "works"))
    return load, plant, works


def at(district, **more):
    return {"id": str(uuid7()), "signed_at": district.signing().signed_at.isoformat(), **more}


def mass(value):
    return {"value": value, "unit": "t"}


def test_programs_refuse_and_send_back(district, programs):
    load, plant, works = programs
    address = f"/manifests/{load.uuid}"
    said = at(district, accepted=[mass("6")], refusal_reason="wet")
    told = plant.post(f"{address}/steps/accept", said).json()
    assert (told["status"], told["refusal_reason"]) == ("partly_accepted", "wet")
    assert told["lines"][0]["refused"] == mass("4.000000")
    assert works.post(f"{address}/send-back", at(district)).json()["code"] == "manifest_wrong_party"

    asked = at(district)
    answer = plant.post(f"{address}/send-back", asked)
    assert answer.status_code == 200, answer.content
    back = answer.json()
    assert (back["id"], back["status"]) == (asked["id"], "loaded")
    assert back["follows"] == {
        "id": str(load.uuid),
        "number": load.local_id,
        "relation": "return",
        "status": "closed",
    }
    assert plant.post(f"{address}/send-back", asked).json()["id"] == asked["id"]
    (follower,) = plant.get(address).json()["followers"]
    assert (follower["id"], follower["relation"]) == (asked["id"], "return")


def test_programs_refuse_all_and_send_it_on(district, programs):
    load, plant, works = programs
    address = f"/manifests/{load.uuid}"
    said = at(district, accepted=[mass("0")], refusal_reason="wet")
    assert plant.post(f"{address}/steps/accept", said).json()["status"] == "refused"
    second = district.firm("second refinery", "plant", "treatment")
    told = works.post(
        f"{address}/redirect", at(district, consignee_site=str(second.site.uuid))
    ).json()
    assert (told["status"], told["turn"]) == ("loaded", 2)
    assert told["consignee"]["name"] == "second refinery"
    # The plant that refused it still sees it.
    assert plant.get(address).status_code == 200


# What comes after.
def test_a_return_that_is_annulled_opens_the_load_again_and_goes_back_once_more(district, refused):
    by = district.firm("refinery").person
    back = services.send_back(refused, id=uuid7(), signing=district.signing(), by=by)
    refused.refresh_from_db()
    assert refused.status == "closed"
    revisions.propose_annulment(back, id=uuid7(), reason="another truck", by=by)
    refused.refresh_from_db()
    assert (refused.status, refused.closed_at) == ("partly_accepted", None)
    assert district.g("custody", "dangerous goods", BATTERIES) == t(4)
    assert [one.unsent for one in waiting(district, "refinery")] == [True]

    again = services.send_back(refused, id=uuid7(), signing=district.signing(), by=by)
    district.arrive(again, 4)
    district.accept(again)
    refused.refresh_from_db()
    assert refused.status == "closed"
    assert district.g("stock", "works", BATTERIES) == t(4)
    assert district.g("custody", "dangerous goods", BATTERIES) == 0


def test_who_has_signed_the_closing_need_not_sign_it_again_after_a_correction(district):
    district.stored("works", BATTERIES, 10)
    load = district.issue(BATTERIES, 10)
    district.load(load, 10)
    district.arrive(load, 9)
    district.accept(load, difference_reason="spilled")
    district.sign(load, "close", "works", {})
    changes = {"accepted": tonnes(6), "refusal_reason": "wet"}
    by = district.firm("refinery").person
    revision = revisions.propose(load, changes, id=uuid7(), reason="looked again", by=by)
    for firm in ("works", "dangerous goods"):
        person = district.firm(firm).person
        revisions.decide(revision, True, signing=district.signing(), by=person)
    load.refresh_from_db()
    assert load.status == "partly_accepted"
    services.send_back(load, id=uuid7(), signing=district.signing(), by=by)
    load.refresh_from_db()
    assert load.status == "closed"


def test_a_correction_at_the_next_plant_leaves_what_the_first_one_found(district):
    load = received(district, 10, 0)
    site = district.firm("second refinery", "plant", "treatment").site
    works, second = district.firm("works").person, district.firm("second refinery").person
    services.redirect(load, site, signing=district.signing(), by=works)
    district.arrive(load, 9)
    district.accept(load, difference_reason="spilled")
    assert open_findings() == {"manifests.refused", "manifests.weight_difference"}
    changes = {"weighed_in": tonnes(10)}
    revision = revisions.propose(load, changes, id=uuid7(), reason="wrong scale", by=second)
    for firm in ("works", "dangerous goods", "refinery"):
        by = district.firm(firm).person
        revisions.decide(revision, True, signing=district.signing(), by=by)
    assert revision.state == "approved"
    assert open_findings() == {"manifests.refused"}


def open_findings():
    found = FindingRecord.objects.filter(code__startswith="manifests.", cleared_at=None)
    return set(found.values_list("code", flat=True))
