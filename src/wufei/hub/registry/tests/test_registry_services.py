"""What the register does and refuses, with the words it uses."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import time_machine
from django.db import IntegrityError, transaction

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import system
from wufei.hub.base.errors import IdReused, Invalid
from wufei.hub.registry import queries
from wufei.hub.registry.models import Licence, LicenceLine, Organisation, Region, Vehicle
from wufei.hub.registry.rules.codes import credit_code
from wufei.hub.registry.services import (
    devices,
    drivers,
    licences,
    organisations,
    quotas,
    sites,
    vehicles,
)
from wufei.hub.registry.services.book import require_open
from wufei.hub.registry.services.licences import Line
from wufei.hub.registry.services.refusals import (
    Closed,
    CodeTaken,
    DeviceElsewhere,
    LicenceOverlaps,
    PlateTaken,
    QuotaOverlaps,
    SiteNameTaken,
    TwoTerminals,
)

BY = system("test")
NEW_YEAR = date(2026, 1, 1)
YEAR_END = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def today(db):
    with time_machine.travel("2026-06-01T12:00:00+08:00", tick=False):
        yield


def town(name="湖西街道"):
    return Region.objects.get(name=name)


def firm(name="聊城湖畔铝材有限公司", *, number=1, **values):
    code = credit_code(f"Y1371502{number:08d}")
    defaults = {
        "name": name,
        "kind": "enterprise",
        "region": town(),
        "credit_code": code,
        "domains": ["industrial", "hazardous"],
        "valid_from": NEW_YEAR,
    }
    return organisations.create(BY, **(defaults | values))


def test_an_organisation_gets_its_pinyin_key_and_a_record(db):
    made = firm(contact_name="王芳", contact_phone="13800000000")
    assert made.pinyin == "lchplcyxgs"
    event = AuditEvent.objects.get(subject=f"registry.organisation:{made.uuid}")
    assert event.event == "registry:organisation:create"
    assert event.values["contact_name"] == ""
    assert "王芳" not in str(event.values)
    assert made.contacts.get().name == "王芳"


def test_a_wrong_credit_code_is_refused_with_the_digit_it_should_have(db):
    with pytest.raises(Invalid, match="it would be “3”") as refused:
        firm(credit_code="91350100M000100Y44")
    assert refused.value.field == "credit_code"
    assert not Organisation.objects.exists()


def test_the_same_credit_code_names_whose_it_is(db):
    firm()
    with pytest.raises(CodeTaken, match="belongs to 聊城湖畔铝材有限公司"):
        firm("另一家公司")


def test_a_retry_returns_the_first_and_a_reuse_is_refused(db):
    uuid = UUID(int=7)
    first = firm(uuid=uuid)
    assert firm(uuid=uuid) == first
    with pytest.raises(IdReused):
        firm("另一家公司", uuid=uuid)
    assert Organisation.objects.count() == 1


def test_an_edit_says_what_changed_from_what_to_what(db):
    made = firm()
    organisations.edit(made, BY, address="湖西路 1 号", contact_phone="13800000000")
    values = AuditEvent.objects.get(event="registry:organisation:edit").values
    assert values == {"address": ["", "湖西路 1 号"], "contact_phone": ""}


def test_an_edit_that_changes_nothing_leaves_no_record(db):
    made = firm()
    organisations.edit(made, BY, name=made.name)
    assert not AuditEvent.objects.filter(event="registry:organisation:edit").exists()


def test_a_closed_organisation_starts_nothing_new_and_can_be_corrected(db):
    made = firm()
    organisations.close(made, BY, last=date(2026, 5, 31), reason="搬迁")
    with pytest.raises(Closed, match="closed since 2026-06-01"):
        sites.create(BY, organisation=made, name="一号库", kind="storage")
    require_open(made, date(2026, 5, 31))
    organisations.edit(made, BY, address="旧址")
    made.refresh_from_db()
    assert made.closing_reason == "搬迁"
    organisations.reopen(made, BY)
    require_open(Organisation.objects.get())


def test_closing_before_the_beginning_is_refused(db):
    with pytest.raises(Invalid, match="2026-01-01"):
        organisations.close(firm(), BY, last=date(2025, 12, 31), reason="误")


def test_an_old_name_stays_known(db):
    made = organisations.rename(firm(), BY, name="聊城湖畔新材有限公司", first=date(2026, 6, 1))
    assert made.pinyin == "lchpxcyxgs"
    assert made.names.get().name == "聊城湖畔铝材有限公司"
    assert made.names.get().validity.upper == date(2026, 6, 1)
    with pytest.raises(Invalid, match="began on 2026-06-01"):
        organisations.rename(made, BY, name="又一名", first=date(2026, 6, 1))


def test_a_merged_organisation_points_at_the_one_it_became_part_of(db):
    one, two = firm(), firm("聊城运河铝业有限公司", number=2)
    organisations.merge(one, BY, into=two, last=date(2026, 5, 31), reason="合并")
    one.refresh_from_db()
    assert one.merged_into == two
    assert one.validity.upper == date(2026, 6, 1)


def test_an_erased_contact_leaves_an_opaque_trace(db):
    made = firm(contact_name="王芳")
    organisations.erase_contact(made.contacts.get(), BY)
    assert not made.contacts.exists()
    assert AuditEvent.objects.filter(event="registry:organisation:erase_contact").exists()


def test_a_site_takes_its_organisations_region_and_checks_its_position(db):
    made = firm()
    site = sites.create(BY, organisation=made, name="一号库", kind="storage")
    assert site.region == made.region
    with pytest.raises(Invalid, match="swapped"):
        sites.edit(site, BY, longitude=Decimal("36.4"), latitude=Decimal("115.9"))
    with pytest.raises(Invalid, match="both"):
        sites.edit(site, BY, longitude=Decimal("115.9"))
    with pytest.raises(SiteNameTaken, match="already has a site called 一号库"):
        sites.create(BY, organisation=made, name="一号库", kind="storage")


def test_a_plate_is_one_vehicle_at_a_time(db):
    old, new = firm(), firm("聊城运河运输有限公司", number=2, kind="carrier")
    truck = vehicles.create(BY, plate="鲁P·12345", carrier=old, kind="tipper", valid_from=NEW_YEAR)
    assert truck.plate == "鲁P12345"
    with pytest.raises(PlateTaken, match="聊城湖畔铝材有限公司 \\(2026-01-01"):
        vehicles.create(BY, plate="鲁P12345", carrier=new, kind="tipper")
    vehicles.close(truck, BY, last=date(2026, 5, 31))
    bought = vehicles.create(BY, plate="鲁P12345", carrier=new, kind="tipper")
    assert queries.find_vehicle("鲁P12345") == bought
    assert queries.find_vehicle("鲁P12345", date(2026, 5, 31)) == truck


def test_a_paper_may_have_run_out_and_an_entry_may_not_end_before_it_begins(db):
    truck = vehicles.create(
        BY, plate="鲁P12345", carrier=firm(), kind="van", permit_until=date(2020, 1, 1)
    )
    truck.refresh_from_db()
    assert truck.permit_validity.upper == date(2020, 1, 2)
    with pytest.raises(Invalid, match="before the first day"):
        vehicles.edit(truck, BY, permit_from=date(2020, 2, 1), permit_until=date(2020, 1, 1))
    with pytest.raises(Invalid, match="before the first day"):
        vehicles.create(
            BY, plate="鲁P54321", carrier=truck.carrier, kind="van", valid_until=date(2020, 1, 1)
        )


def test_a_load_in_kilograms_is_recognised(db):
    with pytest.raises(Invalid, match="kilograms"):
        vehicles.create(
            BY, plate="鲁P12345", carrier=firm(), kind="tipper", load_limit_t=Decimal(31000)
        )


def test_a_drivers_card_number_is_never_kept(db, as_owner):
    driver = drivers.create(
        BY, carrier=firm(), name="李强", phone="13900000000", id_number="11010519491231002x"
    )
    identity = driver.identity
    assert identity.id_last4 == "002X"
    assert "11010519491231002" not in str(vars(identity)) + str(vars(driver))
    assert drivers.find(driver.carrier, id_number="11010519491231002X") == driver
    assert "11010519491231002" not in str(list(AuditEvent.objects.values()))
    drivers.edit(driver, BY, phone="13911111111", id_number="")
    identity.refresh_from_db()
    assert identity.id_last4 == "002X"


def test_an_erased_driver_stays_as_a_number(db):
    driver = drivers.create(BY, carrier=firm(), name="李强")
    drivers.erase(driver, BY)
    driver = type(driver).objects.get()
    assert "李强" not in str(driver)


def test_a_device_sits_in_one_place_at_a_time(db):
    made = firm()
    one = vehicles.create(BY, plate="鲁P12345", carrier=made, kind="tipper")
    two = vehicles.create(BY, plate="鲁P54321", carrier=made, kind="tipper")
    terminal = devices.create(BY, number="13900001111", kind="jt808", organisation=made)
    assert terminal.number == "013900001111"
    first = devices.bind(terminal, BY, vehicle=one)
    assert devices.bind(terminal, BY, vehicle=one) == first
    with pytest.raises(DeviceElsewhere, match="鲁P12345"):
        devices.bind(terminal, BY, vehicle=two)
    second = devices.create(BY, number="13900002222", kind="jt808", organisation=made)
    with pytest.raises(TwoTerminals, match="013900001111"):
        devices.bind(second, BY, vehicle=one)
    camera = devices.create(BY, number="CAM-1", kind="camera", organisation=made)
    devices.bind(camera, BY, vehicle=one)
    devices.unbind(terminal, BY)
    devices.bind(terminal, BY, vehicle=two, first=date(2026, 6, 2))


def plant():
    return firm("聊城水城危废处置有限公司", number=9, kind="plant")


def licence(
    organisation, *, number="鲁危证1号", codes=("900-249-08",), first=NEW_YEAR, last=YEAR_END
):
    return licences.create(
        BY,
        organisation=organisation,
        kind="hazardous",
        number=number,
        lines=[Line(code, Decimal(1200)) for code in codes],
        valid_from=first,
        valid_until=last,
    )


def test_overlapping_licences_name_the_other_one_its_dates_and_the_way_on(db):
    holder = plant()
    licence(holder)
    with pytest.raises(LicenceOverlaps) as refused:
        licence(holder, number="鲁危证2号", codes=("772-003-18", "900-249-08"), first=YEAR_END)
    said = str(refused.value)
    assert "鲁危证1号" in said
    assert "900-249-08" in said
    assert "2026-01-01 – 2026-12-31" in said
    assert "begin on the day after" in said
    assert Licence.objects.count() == 1
    assert LicenceLine.objects.count() == 1
    licence(holder, number="鲁危证2号", first=date(2027, 1, 1), last=date(2027, 12, 31))


def test_stretching_a_licence_over_another_is_refused_too(db):
    holder = plant()
    first = licence(holder)
    licence(holder, number="鲁危证2号", first=date(2027, 1, 1), last=date(2027, 12, 31))
    with pytest.raises(LicenceOverlaps, match="鲁危证2号"):
        licences.edit(first, BY, valid_until=date(2027, 1, 1))
    assert first.lines.get().validity.upper == date(2027, 1, 1)


def test_lines_follow_their_licence(db):
    made = licence(plant(), codes=("900-249-08", "900-214-08"))
    licences.close(made, BY, last=date(2026, 6, 30), reason="吊销")
    assert {line.validity.upper for line in made.lines.all()} == {date(2026, 7, 1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        LicenceLine.objects.update(kind="medical")


def test_what_is_licensed_is_found_by_code_category_and_star(db):
    holder = plant()
    licence(holder, codes=("900-249-08",))
    licence(holder, number="2", codes=("HW49",))
    assert queries.licensed_t(holder, "900-249-08", date(2026, 6, 1)) == 1200
    assert queries.licensed_t(holder, "900-041-49", date(2026, 6, 1)) == 1200
    assert queries.licensed_t(holder, "772-003-18", date(2026, 6, 1)) is None
    assert queries.licensed_t(holder, "900-249-08", date(2027, 1, 1)) is None
    licence(holder, number="3", codes=("*",))
    assert queries.licensed_t(holder, "772-003-18", date(2026, 6, 1)) == 1200


def test_local_codes_in_small_letters_are_licensed_too(db):
    holder = plant()
    licence(holder, codes=("LC-spoil",))
    assert queries.licensed_t(holder, "LC-spoil", date(2026, 6, 1)) == 1200
    assert queries.licensed_t(holder, "LC-slurry", date(2026, 6, 1)) is None


def test_expiring_licences_come_by_date_and_without_the_renewed(db):
    soon, later = date(2026, 6, 15), date(2026, 6, 30)
    holder = plant()
    a = licence(holder, number="a", codes=("900-249-08",), last=later)
    b = licence(firm(), number="b", last=soon)
    renewed = firm("续证公司", number=3)
    licence(renewed, number="c", last=soon)
    licence(renewed, number="d", first=soon + timedelta(days=1))
    assert list(queries.licences_expiring(30, BY)) == [b, a]
    assert list(queries.licences_expiring(15, BY)) == [b]
    assert list(queries.licences_expiring(13, BY)) == []


def test_a_code_twice_or_tonnes_in_kilograms_are_refused(db):
    with pytest.raises(Invalid, match="stands twice"):
        licence(plant(), codes=("900-249-08", "900-249-08"))
    with pytest.raises(Invalid, match="kilograms"):
        quotas.create(
            BY, organisation=firm(), code="900-249-08", limit_t=Decimal(30_000_000), year=2026
        )


def test_quotas_of_one_code_do_not_overlap(db):
    made = firm()
    quotas.create(BY, organisation=made, code="900-249-08", limit_t=Decimal(30), year=2026)
    with pytest.raises(QuotaOverlaps, match="30"):
        quotas.create(BY, organisation=made, code="900-249-08", limit_t=Decimal(40), year=2026)
    quotas.create(BY, organisation=made, code="900-249-08", limit_t=Decimal(40), year=2027)
    assert queries.quota_t(made, "900-249-08", date(2027, 3, 1)) == 40
    assert queries.quota_t(made, "900-249-08", date(2028, 3, 1)) is None


def test_lines_are_read_as_people_write_them():
    read = licences.read_lines("900-249-08 1200 R9\n\n772-003-18， 30.5 D10 C1\nHW49")
    assert read == (
        Line("900-249-08", Decimal(1200), "R9"),
        Line("772-003-18", Decimal("30.5"), "D10 C1"),
        Line("HW49", None, ""),
    )
    assert licences.read_lines(licences.write_lines(read)) == read
    with pytest.raises(Invalid, match="Row 2"):
        licences.read_lines("HW08 1\nHW09 viel")


def test_an_organisation_is_found_by_code_or_name(db):
    made = firm(short_name="湖畔铝材")
    everyone = Organisation.objects.all()
    for text in (made.credit_code.lower(), made.name, "湖畔铝材"):
        assert queries.find_organisation(text, everyone) == made
    firm("湖畔铝材（二）", number=2, short_name="湖畔铝材")
    assert queries.find_organisation("湖畔铝材", everyone) is None


def test_nothing_is_half_written(db):
    with pytest.raises(Invalid):
        drivers.create(BY, carrier=firm(), name="李强", id_number="123")
    van = {"plate": "鲁P12345", "carrier": Organisation.objects.get(), "kind": "van"}
    vehicles.create(BY, **van)
    with pytest.raises(PlateTaken):
        vehicles.create(BY, **van)
    assert Vehicle.objects.count() == 1
