"""Two who sign at once, each on a connection of their own: one wins, mass moves once."""

from collections import Counter
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import Refusal
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.tests.test_concurrency import together
from wufei.hub.ledger.units import grams, tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.refusals import OutOfOrder
from wufei.hub.manifests.services import retries
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, SPOIL, t


def at_once(deeds):
    """Do all at the same moment; returns what came of each: a result's type or a refusal's code."""
    outcomes: Counter[str] = Counter()

    def do(deed):
        try:
            outcomes[type(deed()).__name__] += 1
        except Refusal as refusal:
            outcomes[refusal.code] += 1

    together([partial(do, deed) for deed in deeds])
    return outcomes


def loading(district, manifest, id=None):
    """A way to load ``manifest``, everything looked up beforehand."""
    signing, by = district.signing(id), district.firm("dangerous goods").person
    values = {
        "weighed_out": tonnes(2),
        "vehicle": district.truck("dangerous goods", "鲁P00001"),
        "driver": district.driver("dangerous goods"),
    }
    copy = Manifest.objects.get(pk=manifest.pk)
    return lambda: services.sign(copy, "load", signing=signing, values=values, by=by)


def test_of_eight_who_sign_the_same_step_one_wins(real_district):
    real_district.stored("works", OIL, 5)
    manifest = real_district.issue(OIL, 2)
    outcomes = at_once([loading(real_district, manifest) for _n in range(8)])
    assert outcomes == {"Signature": 1, "manifest_already_signed": 7}
    assert Signature.objects.filter(step="load").count() == 1
    assert real_district.g("custody", "dangerous goods", OIL) == t(2)
    assert differences() == []


def test_the_same_signature_sent_by_a_phone_four_times_at_once_is_one(real_district):
    real_district.stored("works", OIL, 5)
    manifest = real_district.issue(OIL, 2)
    load = loading(real_district, manifest)
    assert at_once([load] * 4) == {"Signature": 4}
    assert Signature.objects.filter(step="load").count() == 1
    assert Movement.objects.filter(kind="loading").count() == 1
    assert differences() == []


def refused_whole(district, plate="鲁P00001"):
    district.stored("works", BATTERIES, 10)
    load = district.issue(BATTERIES, 10)
    district.load(load, 10, vehicle=district.truck("dangerous goods", plate))
    district.arrive(load, 10)
    district.accept(load, accepted=grams(0), refusal_reason="wet")
    return load


def sending_back(district, load, **more):
    copy, signing = Manifest.objects.get(pk=load.pk), district.signing()
    by, id = district.firm("refinery").person, uuid7()
    return lambda: services.send_back(copy, id=id, signing=signing, by=by, **more)


def test_of_four_who_send_back_the_same_mass_one_does(real_district):
    load = refused_whole(real_district)
    deeds = [sending_back(real_district, load, truck_stays=n % 2 == 0) for n in range(4)]
    assert at_once(deeds) == {"Manifest": 1, "manifest_nothing_refused": 3}
    assert Manifest.objects.filter(follows=load).count() == 1
    assert differences() == []


@pytest.mark.parametrize("stays", [True, False])
def test_a_load_goes_back_or_on_but_not_both(real_district, stays):
    second = real_district.firm("second refinery", "plant", "treatment").site
    by = real_district.firm("works").person
    for n in range(3):
        load = refused_whole(real_district, f"鲁P0000{n}")
        copy, signing = Manifest.objects.get(pk=load.pk), real_district.signing()
        on = partial(services.redirect, copy, second, signing=signing, by=by)
        outcomes = at_once([on, sending_back(real_district, load, truck_stays=stays)])
        assert outcomes["Signature"] + outcomes["Manifest"] == 1, outcomes
        load.refresh_from_db()
        sent_on = load.status == "loaded"
        assert Manifest.objects.filter(follows=load).count() == (0 if sent_on else 1)
    assert differences() == []


def test_who_reads_before_another_signs_has_to_read_again(district, monkeypatch):
    district.stored("works", OIL, 5)
    manifest = district.issue(OIL, 2)
    district.load(manifest, 2)
    look = retries.earlier_of

    def overtaken(*arguments):
        monkeypatch.setattr("wufei.hub.manifests.services.signing.earlier_of", look)
        district.arrive(Manifest.objects.get(pk=manifest.pk), 2)
        return look(*arguments)

    monkeypatch.setattr("wufei.hub.manifests.services.signing.earlier_of", overtaken)
    # Else the acceptance would be signed without the arrival before it.
    with pytest.raises(OutOfOrder):
        district.accept(manifest)


def test_cancelling_and_loading_at_once_is_one_of_both(real_district):
    real_district.stored("works", OIL, 20)
    by = real_district.firm("works").person
    for _round in range(4):
        manifest = real_district.issue(OIL, 2)
        copy = Manifest.objects.get(pk=manifest.pk)
        cancel = partial(services.cancel, copy, reason="changed plans", by=by)
        outcomes = at_once([loading(real_district, manifest), cancel])
        manifest.refresh_from_db()
        if manifest.status == "loaded":
            assert outcomes == {"Signature": 1, "manifest_not_cancellable": 1}
        else:
            assert manifest.status == "cancelled"
            assert outcomes == {"Manifest": 1, "manifest_overtaken": 1}
        assert real_district.booked_g("works", OIL) == 0
    assert differences() == []


def test_the_last_tonne_is_promised_once(real_district):
    real_district.stored("works", BATTERIES, 3)
    new, by = real_district.new(BATTERIES, 2), real_district.firm("works").person
    deeds = [
        partial(services.issue, new, id=uuid7(), signing=real_district.signing(), by=by)
        for _n in range(5)
    ]
    assert at_once(deeds) == {"Manifest": 1, "not_enough": 4}
    assert real_district.booked_g("works", BATTERIES) == t(2)
    assert differences() == []


def test_one_manifest_issued_twice_at_once_is_one(real_district):
    real_district.stored("works", OIL, 9)
    new, by = real_district.new(OIL, 2), real_district.firm("works").person
    same = partial(services.issue, new, id=uuid7(), signing=real_district.signing(), by=by)
    assert at_once([same] * 4) == {"Manifest": 4}
    assert Manifest.objects.count() == 1
    assert real_district.booked_g("works", OIL) == t(2)


def test_two_gates_that_scan_one_truck_let_it_out_once(real_district):
    truck = real_district.truck("muck trucks", "鲁P12345")
    new, by = real_district.new(SPOIL, 20), real_district.firm("pit").person
    deeds = [
        partial(
            services.scan_out,
            truck,
            new,
            tonnes(20),
            id=uuid7(),
            signing=real_district.signing(),
            by=by,
        )
        for _n in range(4)
    ]
    assert at_once(deeds) == {"Manifest": 1, "manifest_vehicle_on_the_road": 3}
    assert real_district.g("origin", "pit", SPOIL) == -t(20)


def test_numbers_are_gapless_and_unique_whoever_issues(real_district):
    real_district.stored("works", BATTERIES, 90)
    new, by = real_district.new(BATTERIES, 1), real_district.firm("works").person
    signings = [real_district.signing() for _n in range(20)]
    deeds = [
        partial(services.issue, new, id=uuid4(), signing=signing, by=by) for signing in signings
    ]
    assert at_once(deeds) == {"Manifest": 20}
    serials = sorted(int(one.local_id[-4:]) for one in Manifest.objects.all())
    assert serials == list(range(1, 21))


def test_many_trucks_at_once_never_deadlock(real_district):
    """Two wastes in two orders of lines, from one store, at the same time."""
    real_district.stored("works", OIL, 50)
    real_district.stored("works", BATTERIES, 50)
    oil, batteries = real_district.new(OIL, 1).lines[0], real_district.new(BATTERIES, 1).lines[0]
    by = real_district.firm("works").person
    deeds = []
    for number in range(10):
        lines = (oil, batteries) if number % 2 else (batteries, oil)
        new = replace(real_district.new(OIL, 1), lines=lines)
        signing = real_district.signing()
        deeds.append(partial(services.issue, new, id=uuid7(), signing=signing, by=by))
    assert at_once(deeds) == {"Manifest": 10}
    assert differences() == []
