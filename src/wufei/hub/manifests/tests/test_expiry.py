"""A manifest that nobody loads ends by itself, and its reserved mass becomes free."""

from datetime import timedelta
from decimal import Decimal

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.notices.models import Notice
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.declarations import Hours
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.refusals import Expired, NotCancellable
from wufei.hub.manifests.services import authority
from wufei.hub.manifests.services.expiry import expire
from wufei.hub.manifests.tasks import look_at_the_clock
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, t
from wufei.hub.manifests.tests.test_concurrency import at_once
from wufei.hub.registry.models import Headroom


@pytest.fixture(autouse=True)
def two_hours(declared):
    declared("hazardous", expires_after=Hours(2))


def issue(district):
    district.stored("works", OIL, 10)
    return district.issue(OIL, 2)


def test_nobody_came_so_the_mass_is_free_again(real_district):
    manifest = issue(real_district)
    assert manifest.expires_at == manifest.issued_at + timedelta(hours=2)
    assert expire(manifest.expires_at - timedelta(seconds=1)) == 0
    assert real_district.booked_g("works", OIL) == t(2)
    assert expire(manifest.expires_at) == 1
    manifest.refresh_from_db()
    assert manifest.status == "expired"
    assert real_district.booked_g("works", OIL) == 0
    assert not queries.waiting_for(real_district.firm("dangerous goods").person)
    assert differences() == []


def test_what_it_took_of_a_plan_and_a_licence_is_free_again(district):
    district.planned = False
    district.quota("works", OIL, 2)
    licence = district.licence("refinery", "hazardous", "900-249-08")
    licence.lines.update(limit_t=Decimal(2))
    manifest = issue(district)
    assert [room.taken_g for room in Headroom.objects.all()] == [t(2), t(2)]
    expire(manifest.expires_at)
    assert [room.taken_g for room in Headroom.objects.all()] == [0, 0]
    district.issue(OIL, 2)


def test_looking_again_changes_nothing(district):
    manifest = issue(district)
    expire(manifest.expires_at)
    told = Notice.objects.count()
    assert expire(manifest.expires_at + timedelta(days=1)) == 0
    assert Notice.objects.count() == told
    assert district.booked_g("works", OIL) == 0


def test_one_that_cannot_end_does_not_keep_the_others_waiting(district, monkeypatch):
    first, second = issue(district), issue(district)
    void = authority.void

    def break_down(manifest, reason):
        if manifest.pk == first.pk:
            raise RuntimeError("broken")
        void(manifest, reason)

    monkeypatch.setattr(authority, "void", break_down)
    with pytest.raises(RuntimeError, match="broken"):
        expire(second.expires_at)
    states = Manifest.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["issued", "expired"]
    assert district.booked_g("works", OIL) == t(2)


def test_who_comes_too_late_is_told_to_have_it_issued_anew(district):
    manifest = issue(district)
    district.at = manifest.expires_at
    for _looked in (False, True):
        with pytest.raises(Expired) as refused:
            district.load(manifest, 2)
        assert "Duplicate" in str(refused.value)
        expire(manifest.expires_at)
        manifest.refresh_from_db()


def test_the_consignor_and_the_carrier_are_told(district, sign_in):
    manifest = issue(district)
    expire(manifest.expires_at)
    for name, told in (("works", True), ("dangerous goods", True), ("neighbour", False)):
        clerk = sign_in("clerk", organisations=[district.firm(name).organisation])
        assert (manifest.local_id in clerk.get("/notices/").content.decode()) is told, name


def test_what_was_loaded_does_not_expire(district):
    manifest = issue(district)
    district.load(manifest, 2)
    assert expire(manifest.expires_at + timedelta(days=9)) == 0
    district.arrive(manifest, 2)


def test_templates_without_a_limit_never_expire(district):
    assert district.issue(SPOIL, 10).expires_at is None


def test_an_expired_one_is_not_cancelled_as_well(district):
    manifest = issue(district)
    expire(manifest.expires_at)
    with pytest.raises(NotCancellable):
        services.cancel(manifest, reason="not needed", by=district.firm("works").person)


def test_issuing_it_again_under_its_id_is_no_way_around(district):
    district.stored("works", OIL, 10)
    new, id, signing = district.new(OIL, 2), uuid7(), district.signing()
    by = district.firm("works").person
    manifest = services.issue(new, id=id, signing=signing, by=by)
    expire(manifest.issued_at + timedelta(hours=2))
    assert services.issue(new, id=id, signing=signing, by=by).status == "expired"


def test_the_job_runs(district):
    manifest = issue(district)
    Manifest.objects.update(expires_at=manifest.issued_at)
    look_at_the_clock(0)
    manifest.refresh_from_db()
    assert manifest.status == "expired"


def test_loading_and_expiring_at_once_has_one_winner(real_district):
    manifest = issue(real_district)
    truck = real_district.truck("dangerous goods", "鲁P00040")
    driver = real_district.driver("dangerous goods")
    copy, at = Manifest.objects.get(pk=manifest.pk), manifest.issued_at + timedelta(hours=2)

    def load():
        return real_district.load(copy, 2, vehicle=truck, driver=driver)

    at_once([load, *[lambda: expire(at)] * 3])
    manifest.refresh_from_db()
    custody = real_district.g("custody", "dangerous goods", OIL)
    assert (manifest.status, custody) in {("loaded", t(2)), ("expired", 0)}
    assert real_district.booked_g("works", OIL) == 0
    assert differences() == []
