"""How far people reach: what they see and what they may write."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from wufei.hub.base.actor import system
from wufei.hub.base.errors import Forbidden
from wufei.hub.registry import queries
from wufei.hub.registry.models import Region
from wufei.hub.registry.services import memberships, organisations, quotas, sites
from wufei.hub.registry.services.refusals import NotYours

BY = system("test")


@pytest.fixture(autouse=True)
def today(db):
    with time_machine.travel("2026-06-01T12:00:00+08:00", tick=False):
        yield


def town(name="湖西街道"):
    return Region.objects.get(name=name)


def firm(name="聊城湖畔铝材有限公司", *, number=1, **values):
    defaults = {"kind": "enterprise", "region": town(), "domains": ["industrial"]}
    return organisations.create(BY, **(defaults | {"name": name} | values))


def test_a_clerk_edits_their_own_organisation_only(db, actor):
    own, foreign = firm(), firm("别家公司", number=2)
    clerk = actor("clerk", organisations=[own])
    sites.create(clerk, organisation=own, name="一号库", kind="storage")
    with pytest.raises(NotYours, match="别家公司"):
        sites.create(clerk, organisation=foreign, name="一号库", kind="storage")
    site = sites.create(BY, organisation=foreign, name="一号库", kind="storage")
    with pytest.raises(NotYours):
        sites.edit(site, clerk, name="改名")
    mine = sites.create(BY, organisation=own, name="二号库", kind="storage")
    with pytest.raises(NotYours):
        sites.edit(mine, clerk, organisation=foreign)
    with pytest.raises(NotYours):
        organisations.create(clerk, name="新公司", kind="farm", region=town())
    with pytest.raises(Forbidden):
        quotas.create(clerk, organisation=own, code="x", limit_t=Decimal(1), year=2026)


def test_everyone_sees_what_their_scope_reaches(db, actor):
    here = firm()
    there = firm(
        "于集养殖场", number=2, region=town("于集镇"), kind="farm", domains=["agricultural"]
    )
    seen = queries.visible_organisations
    assert set(seen(actor("officer"))) == {here, there}
    assert set(seen(actor("clerk", organisations=[here]))) == {here}
    assert set(seen(actor("clerk"))) == set()
    assert set(seen(actor("town_officer", regions=["371502107"]))) == {there}
    assert set(seen(actor("town_officer", regions=["37/3715/371502/371502107"]))) == {there}
    assert set(seen(actor("town_officer", regions=["LCJB"]))) == {here, there}
    assert set(seen(actor("town_officer"))) == set()
    assert set(seen(actor("dispatcher", domains=["agricultural"]))) == {there}
    watcher = actor("dispatcher", regions=["LCJB"], domains=["industrial", "construction"])
    assert set(seen(watcher)) == {here}


def test_a_site_in_ones_town_is_seen_though_its_organisation_is_elsewhere(db, actor):
    made = firm()
    site = sites.create(BY, organisation=made, name="于集堆场", kind="yard", region=town("于集镇"))
    officer = actor("town_officer", regions=["371502107"])
    assert list(queries.visible_sites(officer)) == [site]
    assert list(queries.visible_organisations(officer)) == []


def test_an_agent_acts_for_every_firm_of_theirs_while_it_lasts(db, sign_in):
    one, two = firm(), firm("另一家公司", number=2)
    user = sign_in("agent", organisations=[one, two]).user
    provider = memberships.Provider()
    assert provider.organisations(user) == {one.pk: one.name, two.pk: two.name}
    ended = user.memberships.get(organisation=one)
    assert ended.function == "agent"
    memberships.close(ended, BY, last=date(2026, 6, 1))
    with time_machine.travel("2026-06-02T12:00:00+08:00"):
        assert provider.organisations(user) == {two.pk: two.name}
