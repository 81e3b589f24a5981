"""A manifest's load is traced: to the stock it became, and the refused part back home."""

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.ledger.models import Account
from wufei.hub.ledger.queries.trace import NodeKind, back, forward
from wufei.hub.ledger.queries.trace_starts import of_document
from wufei.hub.manifests import services
from wufei.hub.manifests.tests.conftest import BATTERIES, t
from wufei.hub.manifests.tests.test_refused_mass import received


@pytest.fixture
def load(district):
    """Of ten tonnes at the refinery six were accepted; four go back on the same truck."""
    load = received(district, 10, 6)
    by = district.firm("refinery").person
    services.send_back(load, id=uuid7(), signing=district.signing(), by=by)
    return load


def starts(district, load, firm="works"):
    return of_document("manifest", load.uuid, district.firm(firm).person)


def places(edges, end):
    """Kinds and holders of the lots at one end of the edges."""
    nodes = (getattr(edge, end) for edge in edges)
    lots = {node.id for node in nodes if node.kind is NodeKind.LOT}
    accounts = Account.objects.filter(lots__in=lots).select_related("holder")
    return {(account.kind, account.holder.name) for account in accounts}


def test_a_load_leads_to_the_refinery_and_its_refused_part_to_the_linked_return(district, load):
    found = forward(starts(district, load)).edges
    assert ("stock", "refinery") in places(found, "head")
    returned = [edge for edge in found if edge.mass_g == t(4)]
    # From the custody of the load into the custody of its return, told apart.
    assert places(returned, "tail") == places(returned, "head") == {("custody", "dangerous goods")}
    assert all(edge.certain for edge in found)


def test_it_leads_back_to_where_it_arose(district, load):
    found = back(starts(district, load)).edges
    assert places(found, "tail") == {("stock", "works")}
    assert NodeKind.END in {edge.tail.kind for edge in found}


def test_only_who_may_see_a_manifest_may_trace_it(district, load, sign_in):
    page = reverse("ledger.trace.manifest", args=[load.uuid])
    party = sign_in("clerk", organisations=[district.firm("works").organisation])
    html = party.get(page).content.decode()
    assert "refinery" in html
    assert (
        page in party.get(reverse("manifests.manifest.detail", args=[load.uuid])).content.decode()
    )
    stranger = sign_in("clerk", organisations=[district.firm("pit").organisation])
    assert stranger.get(page).status_code == 404
    assert starts(district, load, "pit") is None


def test_before_anything_is_loaded_the_page_says_so(district, sign_in):
    district.stored("works", BATTERIES, 1)
    issued = district.issue(BATTERIES, 1)
    answer = sign_in("officer").get(reverse("ledger.trace.manifest", args=[issued.uuid]))
    assert "Nothing has moved yet" in answer.content.decode()
