"""Every register has its pages, for everyone as far as their scope goes."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from wufei.hub.base.actor import system
from wufei.hub.registry.models import Headroom, Membership, Organisation, Region, Unit
from wufei.hub.registry.rules.codes import credit_code
from wufei.hub.registry.services import (
    devices,
    drivers,
    licences,
    lists,
    memberships,
    organisations,
    quotas,
    sites,
    vehicles,
)
from wufei.hub.registry.services.licences import Line
from wufei.hub.registry.urls import PAGES

BY = system("test")
CODES = [page.CODE for page in PAGES]


def firm(name="聊城湖畔铝材有限公司", number=1, region="湖西街道", **values):
    return organisations.create(
        BY,
        **{
            "name": name,
            "kind": "enterprise",
            "region": Region.objects.get(name=region),
            "credit_code": credit_code(f"Y1371502{number:08d}"),
            "domains": ["industrial"],
            "contact_name": "王芳",
            "contact_phone": "13800000000",
            **values,
        },
    )


def one_of_each(organisation, user, number=1):
    """An entry in every register, by code of its pages."""
    site = sites.create(
        BY,
        organisation=organisation,
        name="一号库",
        kind="storage",
        longitude=Decimal("115.98"),
        latitude=Decimal("36.44"),
        capacity_t=Decimal(500),
    )
    vehicle = vehicles.create(
        BY, plate=f"鲁P1234{number}", carrier=organisation, kind="tipper", load_limit_t=Decimal(31)
    )
    device = devices.create(
        BY, number=f"1390000000{number}", kind="jt808", organisation=organisation
    )
    devices.bind(device, BY, vehicle=vehicle)
    line = Line("900-249-08", Decimal(1200), "R9")
    return {
        "registry.organisation": organisation,
        "registry.site": site,
        "registry.vehicle": vehicle,
        "registry.driver": drivers.create(BY, carrier=organisation, name="李强", phone="139"),
        "registry.device": device,
        "registry.licence": licences.create(
            BY,
            organisation=organisation,
            kind="hazardous",
            number=f"鲁危证{number}号",
            lines=[line],
            valid_until=date(2030, 1, 1),
        ),
        "registry.quota": quotas.create(
            BY, organisation=organisation, code="900-249-08", limit_t=Decimal(30), year=2026
        ),
        "registry.list": lists.create(
            BY, list="hazardous_key", name=organisation.name, source_on=date(2026, 1, 1)
        ),
        "registry.membership": memberships.create(
            BY, user=user, organisation=organisation, function="manager"
        ),
        "registry.unit": Unit.objects.get(code="ecology"),
        "registry.region": Region.objects.get(name="湖西街道"),
    }


@pytest.fixture
def officer(db, sign_in):
    return sign_in("administrator")


@pytest.fixture
def entries(officer):
    return one_of_each(firm(), officer.user)


@pytest.mark.parametrize("code", CODES)
def test_every_register_lists_shows_and_edits(code, officer, entries):
    entry = entries[code]
    key = [entry.uuid]
    listed = officer.get(reverse(f"{code}.list"))
    assert listed.status_code == 200
    for page in ("detail", "edit"):
        answer = officer.get(reverse(f"{code}.{page}", args=key))
        assert answer.status_code == 200, answer.content.decode()
    assert officer.get(reverse(f"{code}.new")).status_code == 200
    assert officer.get(reverse(f"{code}.import")).status_code == 200
    assert officer.get(reverse(f"{code}.template")).status_code == 200


@pytest.mark.parametrize("code", CODES)
def test_saving_the_form_as_it_came_changes_nothing(code, officer, entries):
    entry = entries[code]
    url = reverse(f"{code}.edit", args=[entry.uuid])
    form = officer.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields}
    posted = {name: value for name, value in given.items() if value not in (None, False)}
    answer = officer.post(url, posted)
    assert answer.status_code == 302, answer.context["form"].errors
    before = {f.attname: getattr(entry, f.attname) for f in entry._meta.concrete_fields}
    entry.refresh_from_db()
    after = {f.attname: getattr(entry, f.attname) for f in entry._meta.concrete_fields}
    assert after == before


@pytest.mark.parametrize("code", CODES)
def test_what_is_exported_can_be_imported_again(code, officer, entries):
    page = next(page for page in PAGES if code == page.CODE)
    answer = officer.get(reverse(f"{code}.export") + "?format=xlsx")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book[book.sheetnames[0]].iter_rows(values_only=True))
    assert len(rows) > 1
    exported = {column.name for column in page.TABLE.exported}
    needed = {column.name for column in page.TABLE.imported if column.required}
    assert needed <= exported


@pytest.mark.parametrize("code", CODES)
def test_a_long_list_costs_no_more_queries_than_a_short_one(
    code, officer, entries, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = reverse(f"{code}.list")
    officer.get(url)
    with CaptureQueriesContext(connection) as short:
        officer.get(url)
    for number in range(2, 6):
        one_of_each(firm(f"第{number}厂", number), officer.user, number)
    with django_assert_max_num_queries(len(short)):
        officer.get(url)
    assert len(short) <= 16


def test_an_organisations_page_shows_what_belongs_to_it_and_what_was_done(officer, entries):
    made = entries["registry.organisation"]
    organisations.edit(made, BY, address="湖西路 1 号")
    page = officer.get(reverse("registry.organisation.detail", args=[made.uuid])).content.decode()
    for shown in ("一号库", "鲁P12341", "李强", "鲁危证1号", "900-249-08 1,200 t", "013900000001"):
        assert shown in page, shown
    assert "— → 湖西路 1 号" in page
    licence = officer.get(
        reverse("registry.licence.detail", args=[entries["registry.licence"].uuid])
    ).content.decode()
    assert "1,200.000" in licence


@pytest.mark.parametrize(
    ("taken_g", "words"),
    [(15_000_000, "50.0 %"), (27_300_000, "91.0 %"), (30_500_000, "0.500 t too much")],
)
def test_a_quota_tells_how_much_of_it_is_used(officer, entries, taken_g, words):
    Headroom.objects.create(quota=entries["registry.quota"], taken_g=taken_g)
    text = officer.get(reverse("registry.quota.list")).content.decode()
    assert words in text


def test_a_clerk_sees_and_edits_their_own_firm_only(db, sign_in):
    own, foreign = firm(), firm("别家公司", 2)
    clerk = sign_in("clerk", organisations=[own])
    page = clerk.get(reverse("registry.organisation.list")).content.decode()
    assert own.name in page
    assert "别家公司" not in page
    assert reverse("registry.organisation.new") not in page
    assert clerk.get(reverse("registry.organisation.new")).status_code == 403
    assert clerk.get(reverse("registry.organisation.detail", args=[own.uuid])).status_code == 200
    for name in ("detail", "edit"):
        url = reverse(f"registry.organisation.{name}", args=[foreign.uuid])
        assert clerk.get(url).status_code == 404
    close = reverse("registry.organisation.close", args=[own.uuid])
    assert clerk.post(close, {"last": "2026-01-01", "reason": "x"}).status_code == 403


def test_a_clerk_adds_a_site_and_not_for_others(db, sign_in):
    own, foreign = firm(), firm("别家公司", 2)
    clerk = sign_in("clerk", organisations=[own])
    url = reverse("registry.site.new")
    given = {"name": "一号库", "kind": "storage"}
    refused = clerk.post(url, given | {"organisation": foreign.name})
    assert refused.status_code == 422
    assert "no such organisation in your reach" in refused.content.decode()
    assert clerk.post(url, given | {"organisation": own.name}).status_code == 302
    assert own.sites.get().name == "一号库"


def test_a_wrong_credit_code_is_said_beside_its_field(officer):
    given = {"name": "新公司", "kind": "farm", "region": "371502004"}
    answer = officer.post(
        reverse("registry.organisation.new"), given | {"credit_code": "91350100M000100Y44"}
    )
    assert answer.status_code == 422
    assert "it would be “3”" in str(answer.context["form"].errors["credit_code"])
    assert not Organisation.objects.exists()


def test_a_similar_name_is_asked_about(officer, entries):
    given = {"name": "聊城市湖畔铝材公司", "kind": "enterprise", "region": "371502004"}
    url = reverse("registry.organisation.new")
    asked = officer.post(url, given)
    assert "聊城湖畔铝材有限公司" in str(asked.context["form"].errors["name"])
    assert officer.post(url, given | {"another": "on"}).status_code == 302


def test_closing_takes_its_words_to_the_form(officer, entries):
    made = entries["registry.organisation"]
    url = reverse("registry.organisation.close", args=[made.uuid])
    answer = officer.post(url, {"last": "2000-01-01", "reason": "搬迁"})
    assert "cannot be before" in str(answer.context["button"].form.errors["last"])
    assert officer.post(url, {"last": "2099-01-01", "reason": "搬迁"}).status_code == 302
    page = officer.get(reverse("registry.organisation.detail", args=[made.uuid])).content.decode()
    assert "Open again" in page


def test_a_device_is_bound_by_typing_the_plate(officer, entries):
    device = entries["registry.device"]
    url = "registry.device.unbind"
    assert officer.post(reverse(url, args=[device.uuid]), {"last": "2026-01-01"}).status_code == 422
    assert officer.post(reverse(url, args=[device.uuid]), {}).status_code == 302
    bind = reverse("registry.device.bind", args=[device.uuid])
    assert "no plate in the register" in officer.post(bind, {"place": "鲁P00000"}).content.decode()


def test_the_search_box_finds_by_pinyin_code_plate_and_former_name(officer, entries):
    made = entries["registry.organisation"]
    organisations.rename(made, BY, name="聊城运河新材有限公司", first=date(2099, 1, 1))
    for words in ("lcyh", made.credit_code[:8], "湖畔铝材", "鲁P·12341", "一号库", "yhk"):
        page = officer.get(reverse("search"), {"q": words}).content.decode()
        assert "聊城运河新材有限公司" in page, words


def test_a_town_officer_sees_their_town(db, sign_in):
    firm()
    there = firm("于集养殖场", 2, "于集镇")
    town = sign_in("town_officer", regions=[there.region.path])
    page = town.get(reverse("registry.organisation.list")).content.decode()
    assert "于集养殖场" in page
    assert "湖畔铝材" not in page


def test_reading_personal_data_is_kept(officer, entries):
    from wufei.hub.audit.models import AuditEvent

    driver = entries["registry.driver"]
    officer.get(reverse("registry.driver.detail", args=[driver.uuid]))
    event = AuditEvent.objects.get(event="registry:driver:read")
    assert event.actor == f"person:{officer.user.uuid}"


def test_the_pages_speak_chinese(db, sign_in):
    client = sign_in("administrator", language="zh-hans")
    made = firm()
    for code in CODES:
        page = client.get(reverse(f"{code}.list")).content.decode()
        assert "Valid" not in page, code
        assert "Search" not in page, code
    detail = client.get(reverse("registry.organisation.detail", args=[made.uuid])).content.decode()
    assert "统一社会信用代码" in detail
    assert "Telephone" not in detail


def test_a_membership_gives_the_person_their_firm(officer, sign_in):
    made = firm()
    clerk = sign_in("clerk", username="wangfang")
    url = reverse("registry.membership.new")
    given = {"user": "wangfang", "organisation": made.name, "function": "clerk"}
    assert officer.post(url, given).status_code == 302
    assert Membership.objects.get().user == clerk.user
    page = clerk.get(reverse("registry.organisation.list")).content.decode()
    assert made.name in page


def test_the_desk_names_papers_that_run_out(db, sign_in):
    from datetime import timedelta

    from wufei.hub.registry.validity import today

    made, other = firm(), firm("别家公司", 2)
    soon, past = today() + timedelta(days=5), today() - timedelta(days=5)
    licences.create(BY, organisation=made, kind="hazardous", number="鲁危证1号", valid_until=soon)
    vehicles.create(BY, plate="鲁P12345", carrier=made, kind="van", permit_until=past)
    drivers.create(BY, carrier=made, name="李强", qualified_until=soon)
    vehicles.create(BY, plate="鲁P54321", carrier=other, kind="van", permit_until=past)
    page = sign_in("clerk", organisations=[made]).get("/").content.decode()
    for shown in (
        "Hazardous waste operating licence",
        "5 days left",
        "鲁P12345",
        "run out",
        "李强",
    ):
        assert shown in page, shown
    assert "鲁P54321" not in page


def test_taking_out_personal_data_as_a_file_is_kept(officer, entries):
    from wufei.hub.audit.models import AuditEvent

    officer.get(reverse("registry.driver.export") + "?format=csv")
    event = AuditEvent.objects.get(event="registry:driver:export")
    assert event.values == {"fields": ["name", "phone"]}


def test_a_closed_firms_contact_person_can_be_erased(officer, entries):
    made = entries["registry.organisation"]
    organisations.close(made, BY, last=date(2099, 1, 1), reason="搬迁")
    url = reverse("registry.organisation.erase_contact", args=[made.uuid])
    assert officer.post(url).status_code == 302
    assert not made.contacts.exists()


def test_english_pages_use_english_names_where_there_are_some(officer, entries):
    page = officer.get(reverse("registry.organisation.list")).content.decode()
    assert "Huxi Subdistrict" in page
    assert "Industrial enterprise" in page


def test_an_unusual_credit_code_is_a_finding_and_no_refusal(officer):
    from wufei.hub.base.models import FindingRecord
    from wufei.hub.registry.rules.codes import credit_check

    first17 = "Y1371502000000010"
    firm(credit_code=first17 + credit_check(first17))
    assert FindingRecord.objects.get(code="registry.organisation_code").values["expected"] == "9"
    page = officer.get(reverse("base.finding.list")).content.decode()
    assert "Unusual credit code" in page
