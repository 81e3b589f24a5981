"""Tables 3 to 7 handed in: what the ledger has stands there, what it lacks is posted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from wufei.domains.industrial.tests.test_industrial_filings import BY, begin, hand_in, works
from wufei.hub.filings import services
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.refusals import StillProblems
from wufei.hub.filings.services.checking import form_of
from wufei.hub.ledger.models import Movement
from wufei.hub.manifests.tests.conftest import ASH, District
from wufei.hub.registry.models import Site

__all__ = ["works"]


def line(district: District, mass_t: str, **more: Any) -> dict[str, Any]:
    return {
        "waste": district.waste(ASH).code,
        "happened_at": district.at - timedelta(hours=20),
        "mass": Decimal(mass_t),
        "site": district.firm("works").site.uuid,
        **more,
    }


def with_lines(filing: Filing, *lines: Any) -> Form:
    draft = services.draft_of(filing, by=BY)
    return Form({}, {"lines": (*_entries(draft), *lines)})


def _entries(draft: Version) -> list[Any]:
    return [row for row in form_of(draft).rows["lines"] if row["entry"]]


def test_the_record_of_arising_begins_with_the_ledger_and_posts_what_is_new(works):
    filing, draft = begin(works, "industrial.ledger_4")
    (row,) = form_of(draft).rows["lines"]
    assert (row["mass"], bool(row["entry"])) == (12, True)
    first = hand_in(filing, with_lines(filing, line(works, "3.5", goes_to="store")))
    assert works.g("stock", "works", ASH) == 15_500_000
    # Handed in once more, nothing is posted twice.
    hand_in(filing, form_of(first))
    assert works.g("stock", "works", ASH) == 15_500_000


def test_a_batch_for_outside_leaves_and_one_for_the_district_waits_for_its_load_record(works):
    filing, _draft = begin(works, "industrial.ledger_3")
    out = line(works, "2", receiver="Brickworks", receiver_kind="outside", plate="鲁P00001")
    here = line(works, "1", receiver="Tip", receiver_kind="here")
    form = with_lines(filing, out, here)
    with pytest.raises(StillProblems) as refused:
        hand_in(filing, form)
    assert {one.code for one in refused.value.problems} == {"ledger_no_record"}
    hand_in(filing, form, {one.key: "follows" for one in refused.value.problems})
    assert Movement.objects.get(kind="export").mass_g == 2_000_000
    assert works.g("stock", "works", ASH) == 10_000_000


def test_what_is_recovered_or_disposed_of_leaves_the_store_by_the_table_of_its_kind(works):
    filing, _draft = begin(works, "industrial.ledger_6")
    wrong = with_lines(filing, line(works, "4", method="landfill"))
    with pytest.raises(StillProblems) as refused:
        hand_in(filing, wrong)
    assert {one.code for one in refused.value.problems} == {"ledger_outcome"}
    hand_in(filing, with_lines(filing, line(works, "4", method="road_base")))
    disposal, _draft = begin(works, "industrial.ledger_7")
    hand_in(disposal, with_lines(disposal, line(works, "1", method="landfill")))
    assert works.g("recovered", "works", ASH) == 4_000_000
    assert works.g("disposed", "works", ASH) == 1_000_000
    assert works.g("stock", "works", ASH) == 7_000_000


def test_storage_moves_between_own_sites_alone(works):
    firm = works.firm("works")
    second = Site.objects.create(
        organisation=firm.organisation,
        name="second store",
        pinyin="ss",
        kind="storage",
        region=firm.site.region,
        validity=firm.site.validity,
    )
    filing, draft = begin(works, "industrial.ledger_5")
    (row,) = form_of(draft).rows["lines"]
    assert row["direction"] == "in"
    there = line(works, "5", direction="in", site=second.uuid, from_site=firm.site.uuid)
    alone = line(works, "6", direction="out")
    form = with_lines(filing, there, alone)
    with pytest.raises(StillProblems) as refused:
        hand_in(filing, form)
    assert {one.code for one in refused.value.problems} == {"ledger_storage_only"}
    hand_in(filing, form, {one.key: "see table 6" for one in refused.value.problems})
    assert Movement.objects.get(kind="transfer").mass_g == 5_000_000
    assert works.g("stock", "works", ASH) == 12_000_000


def test_a_place_of_somebody_else_is_refused(works):
    filing, _draft = begin(works, "industrial.ledger_4")
    other = works.firm("second").site
    with pytest.raises(StillProblems) as refused:
        hand_in(filing, with_lines(filing, line(works, "1", site=other.uuid)))
    assert {one.code for one in refused.value.problems} == {"unknown"}
