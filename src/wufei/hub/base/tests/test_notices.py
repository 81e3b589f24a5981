from uuid import uuid4

import pytest
from django.db import IntegrityError

from wufei.hub.base.notices.models import Notice
from wufei.hub.base.notices.services import mark_read, notify, unread_count, visible

pytestmark = pytest.mark.django_db


def titles(actor):
    return {notice.title for notice in visible(actor)}


def test_a_notice_to_a_person_is_theirs_alone(actor):
    wang, li = actor("clerk"), actor("clerk")
    notify(title="For Wang", person=wang.id)
    assert titles(wang) == {"For Wang"}
    assert titles(li) == set()


def test_a_notice_to_a_role_reaches_the_right_regions_and_organisations(actor):
    lake = actor("town_officer", regions=["37/3715/R371502/T1"])
    hill = actor("town_officer", regions=["37/3715/R371502/T2"])
    notify(title="All towns", role="town_officer")
    notify(title="Lake", role="town_officer", region="37/3715/R371502/T1/V3")
    notify(title="Neighbour", role="town_officer", region="37/3715/R371502/T11")
    notify(title="Firm", role="town_officer", organisation_id=5)
    assert titles(lake) == {"All towns", "Lake"}
    assert titles(hill) == {"All towns"}


def test_each_reads_a_notice_to_a_role_for_themselves(actor):
    wang, li = actor("officer"), actor("officer")
    notify(title="New rules", role="officer")
    mark_read(visible(wang), wang)
    mark_read(visible(wang), wang)
    assert (unread_count(wang), unread_count(li)) == (0, 1)


def test_a_notice_has_one_addressee():
    with pytest.raises(IntegrityError):
        notify(title="To nobody")


def test_a_notice_never_leads_off_the_site(actor):
    for link in ("https://example.org/", "//example.org/"):
        with pytest.raises(AssertionError):
            notify(title="Look", person=uuid4(), link=link)


def test_the_header_counts_and_opening_reads(sign_in):
    client = sign_in("officer")
    notice = notify(
        title="Import of “%(file)s”: %(good)s lines taken, %(bad)s came back",
        values={"file": "firms.xlsx", "good": 3, "bad": 1},
        person=client.user.uuid,
        link="/imports/",
    )
    page = client.get("/notices/").content.decode()
    assert "Import of “firms.xlsx”: 3 lines taken, 1 came back" in page
    assert "<b>1</b>" in page  # the header's count
    assert client.get(f"/notices/{notice.uuid}/").headers["Location"] == "/imports/"
    assert "<b>1</b>" not in client.get("/notices/").content.decode()


def test_a_notice_with_text_is_shown_and_others_cannot_open_it(sign_in):
    client = sign_in("officer")
    notice = notify(
        title="Rules",
        body="From %(day)s on.",
        values={"day": "2027-01-01"},
        person=client.user.uuid,
    )
    address = f"/notices/{notice.uuid}/"
    assert "From 2027-01-01 on." in client.get(address).content.decode()
    assert sign_in("officer").get(address).status_code == 404


def test_all_can_be_marked_as_read_at_once(sign_in):
    client = sign_in("officer")
    for number in range(3):
        notify(title=f"News {number}", person=client.user.uuid)
    client.post("/notices/read/")
    assert "<b>3</b>" not in client.get("/notices/").content.decode()


def test_a_stored_notice_outlives_its_wording():
    assert Notice(title="%(gone)s lines", values={}).heading == "%(gone)s lines"
