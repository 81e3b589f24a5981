"""Every page of a thing × every role × (own, other's): nobody reaches what is not theirs."""

import pytest
from django.urls import reverse
from tests.architecture.district import Firm, firm
from tests.architecture.pages import pages

from wufei.hub.accounts.permissions import ACTS, Role
from wufei.hub.base.actor import Scope

OWN, OTHER = "湖西街道", "于集镇"
SHUT = {403, 404}
REFUSED = {403, 405, 409, 422}
# Roles that differ in what they reach; the others reach the whole district or nothing.
ROLES = ("officer", "auditor", "town_officer", "clerk", "agent", "keeper", "driver", "resident")


@pytest.fixture
def firms(db, sign_in):
    user = sign_in("clerk", username="member").user
    return firm("Own firm", 1, OWN, user), firm("Other firm", 2, OTHER, user)


def pages_of(thing: str):
    """Pages that show or change this kind of thing, by their one parameter."""
    return [
        page
        for page in pages()
        if len(page.parameters) == 1 and (page.name == thing or page.name.startswith(f"{thing}."))
    ]


def address(page, thing):
    (parameter,) = page.parameters
    return reverse(page.name, args=[thing.pk if parameter == "pk" else thing.uuid])


def enter(sign_in, role: str, own: Firm):
    """A person of that role who belongs to the own firm and watches its town."""
    organisations = [own.organisation] if ACTS["desk.view"][Role(role)] is Scope.OWN else []
    regions = [own.region_path] if role == "town_officer" else []
    return sign_in(role, organisations=organisations, regions=regions)


def may_reach(role: str, act: str, *, own: bool) -> bool:
    if role == "driver" and act.startswith("registry.driver."):
        # A driver sees their own entry, not their colleagues'.
        return False
    scope = ACTS[act][Role(role)]
    return scope is Scope.ALL or (own and scope is not Scope.NONE)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_what_is_its_own_and_nothing_else(firms, sign_in, role):
    client = enter(sign_in, role, firms[0])
    wrong = []
    for one, own in zip(firms, (True, False), strict=True):
        for kind, thing in one.things.items():
            for page in pages_of(kind):
                assert page.act
                answer = client.get(address(page, thing))
                if not may_reach(role, page.act, own=own):
                    # 405: the page only takes what a form posts; that is tried below.
                    good = answer.status_code in SHUT | {405}
                else:
                    # A button's page says that it is no longer possible, or not for this one.
                    good = answer.status_code in {200, 302, 403, 405, 409, 422}
                    good = good and not (
                        page.name.endswith(".detail") and answer.status_code != 200
                    )
                if not good:
                    wrong.append((page.name, "own" if own else "other's", answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", ["town_officer", "clerk", "agent", "keeper", "driver", "resident"])
def test_a_role_changes_nothing_of_others(firms, sign_in, role):
    client = enter(sign_in, role, firms[0])
    wrong = [
        (page.name, answer.status_code)
        for kind, thing in firms[1].things.items()
        for page in pages_of(kind)
        if page.act
        and not may_reach(role, page.act, own=False)
        and (answer := client.post(address(page, thing), {})).status_code not in SHUT | {405}
    ]
    assert wrong == []


def test_lists_show_what_is_ones_own_and_nothing_else(firms, sign_in):
    clerk = enter(sign_in, "clerk", firms[0])
    for name in (
        "registry.organisation.list",
        "registry.site.list",
        "ledger.stock",
        "registers.register",
        "alarms.alarm.list",
        "filings.filing.list",
        "filings.obligation.list",
    ):
        text = clerk.get(reverse(name)).content.decode()
        assert "Own firm" in text, name
        assert "Other firm" not in text, name


def test_the_search_box_finds_what_is_ones_own_and_nothing_else(firms, sign_in):
    clerk = enter(sign_in, "clerk", firms[0])
    text = clerk.get(reverse("search"), {"q": "firm"}).content.decode()
    assert "Own firm" in text
    assert "Other firm" not in text


def test_every_kind_of_thing_is_walked(firms):
    """A new kind of page with a key joins the walk, or is named here with its reason."""
    walked = {page.name for kind in firms[0].things for page in pages_of(kind)}
    elsewhere = (
        "base.",  # own imports, exports, files and notices: tested in the base room
        "accounts.user.",  # administrators only
        "audit.event.",  # auditors and administrators only
        "catalogue.",  # the same for everybody
        "registry.unit.",  # the plan's units are no firm's
        "registry.region.",
        "exemptions.criterion.",  # limits are no firm's
        "alarms.rule.",  # the platform's rules are no firm's
        "ledger.treatment",  # tested with treatments
        "ledger.surplus",  # of an account
        "ledger.trace.treatment",  # tested with traces
        "ledger.account.regroup_row",  # a row of the form before it
        "plans.",  # the district's plan is no firm's
        "cockpit.",  # lists of what the reader sees anyway
        "indicators.",  # of no firm: rates of the facts that the reader reaches; tested there
        "manifests.sitecode.",  # of a site, "manifests.link" by its token: tested there
        "manifests.link",
        "manifests.invitation.revoke",  # of a link: tested with outside parties
        "manifests.phones.revoke",  # one's own phones: tested with the queue
        "evidence.verify.",  # for anybody who has the receipt
        "filings.type.",  # forms are no firm's
        "filings.due.",  # nor are the district's last days
        "labels.container",  # anybody may scan it; what each sees is tested there
        "labels.check",  # of one manifest, or of one's own pass: tested there
        "labels.pass",
        "labels.run",  # an order is its maker's: tested there
        "manifests.truck",  # whoever stands before a truck may read its code
    )
    missing = {
        page.name
        for page in pages()
        if page.parameters
        and not page.is_of_a_library
        and page.name not in walked
        and not page.name.startswith(elsewhere)
    }
    assert missing == set()
