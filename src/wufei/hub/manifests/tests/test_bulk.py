"""Many signed at once: the same as one by one, each judged alone, nothing by half."""

from dataclasses import replace
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.models import Balance, Booking, Lot, LotEntry, Movement
from wufei.hub.ledger.refusals import NotEnough
from wufei.hub.ledger.units import tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Line, Manifest, Signature
from wufei.hub.manifests.queries import signature_holds
from wufei.hub.manifests.refusals import (
    AlreadySigned,
    FieldMissing,
    TooManyAtOnce,
    WrongParty,
    WrongUnit,
)
from wufei.hub.manifests.services import ToIssue, ToSign, bulk
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, t
from wufei.hub.manifests.tests.test_concurrency import at_once
from wufei.hub.registry.models import Allotment, Headroom
from wufei.hub.registry.services.refusals import QuotaExceeded


def drums(district, count, stream=OIL, mass_t=2):
    """Loads that are issued and wait for their carrier."""
    district.stored("works", stream, *[mass_t] * count)
    return [district.issue(stream, mass_t) for _n in range(count)]


def asked(district, manifests, **values):
    """To sign each now, with values that are the same for all."""
    return [ToSign(fresh(one), district.signing(), values) for one in manifests]


def fresh(manifest):
    return Manifest.objects.get(pk=manifest.pk)


def loading(district, manifests, mass_t=2.0):
    truck, driver = (
        district.truck("dangerous goods", "鲁P00001"),
        district.driver("dangerous goods"),
    )
    return asked(district, manifests, weighed_out=tonnes(mass_t), vehicle=truck, driver=driver)


def carrier(district):
    return district.firm("dangerous goods").person


def plant(district):
    return district.firm("refinery").person


def kinds(outcomes):
    return [type(one) for one in outcomes]


def keys(outcomes):
    return [getattr(one, "pk", one) for one in outcomes]


def statuses(manifests):
    return [fresh(one).status for one in manifests]


# The same as one by one.
def told():
    """Everything that steps leave behind, without the keys of rows and our own clock."""
    return {
        "manifests": list(
            Manifest.objects.order_by("uuid").values_list(
                "uuid",
                "status",
                "local_id",
                "signed",
                "vehicle",
                "driver",
                "due_at",
                "expires_at",
                "issued_at",
                "loaded_at",
                "arrived_at",
                "accepted_at",
                "closed_at",
                "difference_reason",
                "refusal_reason",
                "created_digest",
            )
        ),
        "lines": list(
            Line.objects.order_by("uuid").values_list(
                "uuid", "declared_g", "weighed_out_g", "weighed_in_g", "accepted_g", "refused_g"
            )
        ),
        "signatures": list(
            Signature.objects.order_by("uuid").values_list(
                "uuid", "number", "step", "party", "actor", "values", "fields", "content_digest"
            )
        ),
        "movements": list(
            Movement.objects.order_by("uuid").values_list(
                "uuid",
                "kind",
                "mass_g",
                "cause",
                "group_uuid",
                "happened_at",
                "source_from_g",
                "target_from_g",
                "original_value",
                "original_unit",
            )
        ),
        "lots": list(Lot.objects.order_by("uuid").values_list("uuid", "remaining_g", "booked_g")),
        "lot entries": sorted(
            map(
                str,
                LotEntry.objects.values_list(
                    "movement__uuid", "lot__uuid", "parent__uuid", "side", "mass_g", "attributed"
                ),
            )
        ),
        "balances": sorted(
            map(
                str,
                Balance.objects.values_list(
                    "account__kind", "account__holder", "account__line", "in_g", "out_g", "booked_g"
                ),
            )
        ),
        "bookings": list(Booking.objects.order_by("uuid").values_list("uuid", "state", "mass_g")),
        "findings": sorted(
            map(str, FindingRecord.objects.values_list("code", "subject", "episode", "values"))
        ),
        "taken": list(Allotment.objects.order_by("key", "mass_g").values_list("key", "mass_g")),
        "headroom": list(Headroom.objects.order_by("taken_g").values_list("taken_g")),
        "audit": sorted(map(str, AuditEvent.objects.values_list("event", "subject", "values"))),
    }


def undone(deeds):
    """What stands there after the deeds, which are then undone."""
    with transaction.atomic():
        deeds()
        left = told()
        transaction.set_rollback(True)
    return left


def one_by_one(step, works, by):
    for one in works:
        try:
            services.sign(fresh(one.manifest), step, signing=one.signing, values=one.values, by=by)
        except Refusal:
            continue


def at_last(step, works, by):
    services.sign_many(step, [replace(one, manifest=fresh(one.manifest)) for one in works], by=by)


@pytest.mark.parametrize("stream", [OIL, BATTERIES])
def test_many_leave_behind_what_one_by_one_leaves(district, stream):
    district.quota("works", stream, 9)
    district.planned = False
    loads = drums(district, 4, stream)
    news = [
        ToIssue(replace(district.new(stream, 0.2), note=str(n)), uuid7(), district.signing())
        for n in range(3)
    ]
    out = [
        replace(one, values=one.values | {"weighed_out": tonnes(mass_t)})
        for one, mass_t in zip(loading(district, loads), (2, 2.1, 0.002, 1.9), strict=True)
    ]
    into = [
        replace(one, values={"weighed_in": tonnes(mass_t)})
        for one, mass_t in zip(asked(district, loads), (2, 2.2, 2, 1.85), strict=True)
    ]
    # The last lost too much to be accepted without a reason.
    over = [
        replace(one, values={"difference_reason": "spilt"} if n == 1 else {})
        for n, one in enumerate(asked(district, loads))
    ]

    def singly():
        for one in news:
            services.issue(one.new, id=one.id, signing=one.signing, by=by)
        one_by_one("load", out, carrier(district))
        one_by_one("arrive", into, plant(district))
        one_by_one("accept", over, plant(district))

    def together():
        services.issue_many(news, by=by)
        at_last("load", out, carrier(district))
        at_last("arrive", into, plant(district))
        at_last("accept", over, plant(district))

    district.stored("works", stream, 5)
    by = district.firm("works").person
    first, second = undone(singly), undone(together)
    assert first["signatures"] != told()["signatures"], "something was signed"
    for part, rows in first.items():
        assert second[part] == rows, part


def test_whole_lives_at_once_are_consistent(real_district):
    district = real_district
    loads = drums(district, 5)
    services.sign_many("load", loading(district, loads), by=carrier(district))
    services.sign_many("arrive", asked(district, loads, weighed_in=tonnes(2)), by=plant(district))
    found = services.sign_many("accept", asked(district, loads), by=plant(district))
    assert kinds(found) == [Signature] * 5
    assert statuses(loads) == ["closed"] * 5
    assert district.g("stock", "refinery", OIL) == t(10)
    assert all(signature_holds(one) for one in Signature.objects.all())
    assert differences() == []


def test_more_ask_the_database_no_more_often(district):
    # The first makes the receiver's account.
    first, few, many = drums(district, 1), drums(district, 2), drums(district, 8)
    for step, values, by in (
        ("load", None, carrier),
        ("arrive", {"weighed_in": tonnes(2)}, plant),
        ("accept", {}, plant),
    ):
        counts = []
        for loads in (first, few, many):
            works = loading(district, loads) if values is None else asked(district, loads, **values)
            with CaptureQueriesContext(connection) as count:
                services.sign_many(step, works, by=by(district))
            counts.append(len(count))
        assert counts[1] == counts[2], step


# Each is judged alone.
def test_a_bad_one_is_refused_and_the_others_are_signed(real_district):
    district = real_district
    loads = drums(district, 5)
    district.load(loads[1], 2)
    works = loading(district, loads)
    works[2] = replace(works[2], values=works[2].values | {"weighed_out": None})
    works[3] = replace(works[3], values=works[3].values | {"weighed_out": tonnes("0.002")})
    found = services.sign_many("load", works, by=carrier(district))
    assert kinds(found) == [Signature, AlreadySigned, FieldMissing, WrongUnit, Signature]
    assert statuses(loads) == ["loaded", "loaded", "issued", "issued", "loaded"]
    assert Signature.objects.filter(step="load").count() == 3
    assert differences() == []


def test_whose_it_is_not_is_refused_by_itself(district):
    district.stored("works", OIL, 10)
    other = district.firm("second carrier", "carrier", "yard").organisation
    new = replace(district.new(OIL, 2), carrier=other)
    by = district.firm("works").person
    theirs = services.issue(new, id=uuid7(), signing=district.signing(), by=by)
    mine = drums(district, 2)
    found = services.sign_many(
        "load", loading(district, [mine[0], theirs, mine[1]]), by=carrier(district)
    )
    assert kinds(found) == [Signature, WrongParty, Signature]
    assert statuses([theirs]) == ["issued"]


def test_what_only_the_store_can_tell_is_found_among_many(district):
    district.stored("works", BATTERIES, 5)
    new, by = district.new(BATTERIES, 2), district.firm("works").person
    news = [ToIssue(new, uuid7(), district.signing()) for _n in range(4)]
    small = replace(district.new(BATTERIES, 1))
    found = services.issue_many([*news, ToIssue(small, uuid7(), district.signing())], by=by)
    assert kinds(found) == [Manifest, Manifest, NotEnough, NotEnough, Manifest]
    assert district.booked_g("works", BATTERIES) == t(5)
    serials = sorted(int(one.local_id[-4:]) for one in Manifest.objects.all())
    assert serials == [1, 2, 3]


def test_one_over_the_quota_is_refused_and_the_next_that_fits_is_not(district):
    district.planned = False
    district.quota("works", OIL, 5)
    district.stored("works", OIL, 50)
    by = district.firm("works").person
    news = [
        ToIssue(district.new(OIL, mass_t), uuid7(), district.signing())
        for mass_t in (2, 2, 2, 1, 1)
    ]
    found = services.issue_many(news, by=by)
    assert kinds(found) == [Manifest, Manifest, QuotaExceeded, Manifest, QuotaExceeded]
    assert Headroom.objects.get(quota__isnull=False).taken_g == t(5)


# Asked again.
def test_the_same_sent_again_is_signed_once(district):
    loads = drums(district, 3)
    works = loading(district, loads)
    first = services.sign_many("load", works[:2], by=carrier(district))
    again = services.sign_many("load", works, by=carrier(district))
    assert keys(again[:2]) == keys(first)
    assert kinds(again) == [Signature] * 3
    other = replace(works[0], values=works[0].values | {"weighed_out": tonnes("1.9")})
    changed = services.sign_many("load", [other, *works[1:]], by=carrier(district))
    assert kinds(changed) == [IdReused, Signature, Signature]
    assert Signature.objects.filter(step="load").count() == 3


def test_the_same_issued_again_is_there_once(district):
    district.stored("works", OIL, 9)
    by = district.firm("works").person
    news = [ToIssue(district.new(OIL, 2), uuid7(), district.signing()) for _n in range(3)]
    first, again = (services.issue_many(news, by=by) for _twice in range(2))
    assert keys(again) == keys(first)
    other = replace(news[1], new=district.new(OIL, 1))
    assert kinds(services.issue_many([other, news[2]], by=by)) == [IdReused, Manifest]
    assert Manifest.objects.count() == 3


def test_a_manifest_that_is_named_twice_is_signed_once(district):
    (load,) = drums(district, 1)
    works = [*loading(district, [load]), *loading(district, [load])]
    found = services.sign_many("load", works, by=carrier(district))
    assert kinds(found) == [Signature, AlreadySigned]


def test_too_many_at_once_are_refused_before_anything_is_signed(district):
    loads = drums(district, 2)
    works = loading(district, loads)
    with pytest.raises(TooManyAtOnce):
        services.sign_many("load", works * 151, by=carrier(district))
    assert statuses(loads) == ["issued", "issued"]


def test_refused_mass_that_goes_back_is_loaded_among_others(real_district):
    district = real_district
    district.stored("works", OIL, 10)
    first = district.issue(OIL, 2)
    district.load(first, 2)
    district.arrive(first, 2)
    district.accept(first, accepted=tonnes(1), refusal_reason="wet")
    back = services.send_back(
        fresh(first), id=uuid7(), signing=district.signing(), by=plant(district), truck_stays=False
    )
    works = loading(district, drums(district, 1)) + loading(district, [back], 1)
    assert kinds(services.sign_many("load", works, by=carrier(district))) == [Signature] * 2
    assert statuses([first]) == ["closed"]
    assert differences() == []


# At the same moment.
def test_a_phone_and_a_desk_sign_the_same_loads_once(real_district):
    loads = drums(real_district, 6)
    by = carrier(real_district)
    many = loading(real_district, loads)
    single = [
        partial(services.sign, one.manifest, "load", signing=one.signing, by=by, values=one.values)
        for one in loading(real_district, loads[2:4])
    ]
    at_once([partial(services.sign_many, "load", many, by=by), *single])
    assert Signature.objects.filter(step="load").count() == 6
    assert Movement.objects.filter(kind="loading").count() == 6
    assert all(signature_holds(one) for one in Signature.objects.all())
    assert differences() == []


def test_two_desks_with_the_same_loads_in_two_orders_never_deadlock(real_district):
    loads = drums(real_district, 12)
    by = carrier(real_district)
    works = loading(real_district, loads)
    others = [replace(one, manifest=fresh(one.manifest)) for one in reversed(works)]
    rest = [replace(one, manifest=fresh(one.manifest)) for one in works[3:9]]
    done = at_once(
        [partial(services.sign_many, "load", some, by=by) for some in (works, others, rest)]
    )
    assert done == {"list": 3}
    assert Signature.objects.filter(step="load").count() == 12
    assert differences() == []


def test_two_desks_that_issue_the_same_are_one(real_district):
    real_district.stored("works", BATTERIES, 11)
    by = real_district.firm("works").person
    news = [
        ToIssue(real_district.new(BATTERIES, 2), uuid7(), real_district.signing())
        for _n in range(6)
    ]
    deeds = [partial(services.issue_many, some, by=by) for some in (news, [*reversed(news)])]
    assert at_once(deeds) == {"list": 2}
    assert Manifest.objects.count() == 5
    assert real_district.booked_g("works", BATTERIES) == t(10)
    assert differences() == []


def test_groups_name_nothing_twice_and_keep_their_order():
    found = bulk._in_groups([1, 2, 1, 3, -4, 5], key=abs, alone=lambda one: one < 0)
    assert list(found) == [[1, 2], [1, 3], [-4], [5]]
