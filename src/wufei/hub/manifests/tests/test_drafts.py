"""Drafts and patterns: kept as written, private to their organisation, gone once issued."""

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.errors import Forbidden, NotFound
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.models import Draft, Manifest
from wufei.hub.manifests.services import NextCarrier, drafts
from wufei.hub.manifests.services.expiry import expire
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, person

NEW, LIST, SAVE = (
    reverse(f"manifests.{name}") for name in ("manifest.new", "draft.list", "draft.save")
)


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def works(district):
    """The works with ten tonnes of batteries in store, and whom they go to."""
    district.licence("refinery", "hazardous")
    district.stored("works", BATTERIES, 10)
    district.truck("dangerous goods", "鲁P00050")
    district.firm("refinery", "plant", "treatment")
    return district.firm("works")


@pytest.fixture
def clerk(works, sign_in):
    return sign_in("clerk", organisations=[works.organisation])


def form_of(district, client, **values):
    """What the issuing form sends, half filled in."""
    site = district.firm("works").site
    offers = client.get(NEW, {"site": site.uuid}).context["offers"]
    key, offer = next((k, o) for k, o in offers if o.waste.stream == BATTERIES)
    values = {f"lot-{lot.uuid}": values.pop("mass", "") for lot in Lot.objects.all()} | values
    return {
        "site": str(site.uuid),
        "what": key,
        "waste": offer.waste.slug,
        "draft": str(uuid7()),
        "unit_0": "t",
    } | values


def finished(district):
    return {
        "mass": "3",
        "method": "metal_recovery",
        "consignee_site": str(district.firm("refinery").site.uuid),
        "carrier": str(district.firm("dangerous goods").organisation.uuid),
    }


def test_half_a_form_is_kept_and_gone_on_with(district, clerk):
    values = form_of(district, clerk, mass="3,5 or so", note="ask the driver")
    answer = clerk.post(SAVE, values)
    assert answer.headers["Location"] == f"{NEW}?draft={values['draft']}"
    # Nothing is issued, nothing reserved, nothing checked.
    assert not Manifest.objects.exists()
    page = clerk.get(answer.headers["Location"])
    text = text_of(page)
    assert "3,5 or so" in text
    assert "ask the driver" in text
    assert page.context["draft"] == values["draft"]


def test_saving_again_changes_the_same_draft(district, clerk):
    values = form_of(district, clerk, note="first")
    clerk.post(SAVE, values)
    clerk.post(SAVE, values | {"note": "second"})
    assert Draft.objects.get().content["note"] == "second"


def test_issuing_a_draft_ends_it_and_a_pattern_stays(district, clerk):
    values = form_of(district, clerk, **finished(district))
    clerk.post(SAVE, values)
    clerk.post(SAVE, values | {"kind": "pattern"})
    assert sorted(Draft.objects.values_list("kind", flat=True)) == ["draft", "pattern"]
    answer = clerk.post(NEW, values | {"submission": str(uuid7())})
    assert answer.status_code == 302
    assert Manifest.objects.count() == 1
    assert Draft.objects.get().kind == "pattern"


def test_one_tap_on_a_pattern_fills_the_form(district, clerk):
    clerk.post(SAVE, form_of(district, clerk, **finished(district)) | {"kind": "pattern"})
    pattern = Draft.objects.get()
    assert pattern.name == "Waste lead-acid batteries → refinery"
    assert f"?draft={pattern.uuid}" in text_of(clerk.get(NEW))
    form = clerk.get(f"{NEW}?draft={pattern.uuid}").context["form"]
    assert form["method"].value() == "metal_recovery"
    assert form["carrier"].value() == finished(district)["carrier"]


def test_a_pattern_leaves_open_what_is_of_one_load(district, clerk):
    more = {"kind": "pattern", "authority_no": "20263715000001", "lot-1": "2"}
    clerk.post(SAVE, form_of(district, clerk) | more)
    assert not {"authority_no", "lot-1"} & set(Draft.objects.get().content)


def test_nobody_else_sees_a_draft_neither_officers(district, clerk, sign_in):
    clerk.post(SAVE, form_of(district, clerk, note="secret plan"))
    draft = Draft.objects.get()
    neighbour = sign_in("clerk", organisations=[district.firm("neighbour").organisation])
    assert draft.name not in text_of(neighbour.get(LIST))
    assert neighbour.get(f"{NEW}?draft={draft.uuid}").status_code == 404
    assert neighbour.post(reverse("manifests.draft.delete", args=[draft.uuid])).status_code == 404
    for role in ("officer", "administrator", "auditor", "leader", "town_officer"):
        assert sign_in(role).get(LIST).status_code == 403, role
    # Not even the audit log says what it is about.
    told = str(list(AuditEvent.objects.filter(event__startswith="manifests:draft").values()))
    assert "secret" not in told
    assert draft.name not in told


def test_a_colleague_goes_on_with_it(district, clerk, sign_in):
    clerk.post(SAVE, form_of(district, clerk, note="started in the morning"))
    colleague = sign_in("clerk", organisations=[district.firm("works").organisation])
    draft = Draft.objects.get()
    assert "started in the morning" in text_of(colleague.get(f"{NEW}?draft={draft.uuid}"))
    colleague.post(reverse("manifests.draft.delete", args=[draft.uuid]))
    assert not Draft.objects.exists()


def test_nobody_writes_into_anothers_draft(district, works):
    mine, theirs = works.person, district.firm("neighbour").person
    draft = drafts.save(uuid7(), works.organisation, {"note": "mine"}, by=mine)
    with pytest.raises(NotFound):
        drafts.save(draft.uuid, district.firm("neighbour").organisation, {}, by=theirs)
    with pytest.raises(NotFound):
        drafts.save(uuid7(), works.organisation, {}, by=theirs)
    with pytest.raises(NotFound):
        drafts.delete(draft, by=theirs)
    with pytest.raises(Forbidden):
        drafts.save(uuid7(), works.organisation, {}, by=person(works.organisation, role="officer"))
    draft.refresh_from_db()
    assert draft.content == {"note": "mine"}


def test_what_an_organisation_keeps_has_a_limit(works, monkeypatch):
    monkeypatch.setattr(drafts, "KEPT_MAX", 1)
    drafts.save(uuid7(), works.organisation, {}, by=works.person)
    with pytest.raises(drafts.TooManyDrafts):
        drafts.save(uuid7(), works.organisation, {}, by=works.person)
    with pytest.raises(drafts.DraftTooLong):
        drafts.save(uuid7(), works.organisation, {"note": "x" * 30_000}, by=works.person)


def test_when_the_stock_is_gone_the_form_says_so(district, clerk):
    clerk.post(SAVE, form_of(district, clerk, **finished(district)) | {"kind": "pattern"})
    district.issue(BATTERIES, 10)
    text = text_of(clerk.get(f"{NEW}?draft={Draft.objects.get().uuid}"))
    assert "Nothing of this waste stands free there now" in text


# Duplicates.
def test_an_old_manifest_is_duplicated_into_the_form(district, clerk, declared):
    declared("hazardous", carriers_max=2)
    barge = district.firm("river barge", "carrier", "yard").organisation
    district.truck("river barge", "鲁P00051")
    old = district.issue(BATTERIES, 2.5, further_carriers=(NextCarrier(barge),), note="usual gate")
    page = clerk.get(reverse("manifests.manifest.detail", args=[old.uuid]))
    assert f"{NEW}?from={old.uuid}" in text_of(page)
    form = clerk.get(f"{NEW}?from={old.uuid}").context["form"]
    assert form["value_0"].value() == "2.5"
    assert form["note"].value() == "usual gate"
    assert form["carrier_2"].value() == str(barge.uuid)


def test_an_expired_one_is_duplicated_and_others_cannot(district, clerk, sign_in, declared):
    from wufei.hub.manifests.declarations import Hours

    declared("hazardous", expires_after=Hours(1))
    old = district.issue(BATTERIES, 2)
    assert old.expires_at
    expire(old.expires_at)
    assert clerk.get(f"{NEW}?from={old.uuid}").context["form"]["value_0"].value() == "2"
    receiver = sign_in("clerk", organisations=[district.firm("refinery").organisation])
    assert receiver.get(f"{NEW}?from={old.uuid}").status_code == 404
    keep = reverse("manifests.manifest.pattern", args=[old.uuid])
    assert receiver.post(keep).status_code == 404
    clerk.post(keep)
    clerk.post(keep)
    assert Draft.objects.get().kind == "pattern"


def test_whole_tonnes_keep_their_noughts(district, works):
    assert drafts.content_of(district.issue(BATTERIES, 10))["value_0"] == "10"
    district.stored("works", OIL, 1)
    assert drafts.content_of(district.issue(OIL, 0.05))["value_0"] == "0.05"
