"""A disposal plan's whole course: written, sent back, approved, used up by loads, changed, over.

Ms Pit's site may let no load out before the department has approved her plan; then as far as it
reaches, for its days, to the kilogram.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import Actor
from wufei.hub.base.models import FindingRecord
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Statistic, Version
from wufei.hub.filings.periods import Span
from wufei.hub.filings.refusals import EffectRefused, StillProblems, TownFirst
from wufei.hub.filings.services.checking import form_of, problems_of
from wufei.hub.filings.services.effects import preview
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.tests.conftest import SPOIL, District, build, person, t
from wufei.hub.manifests.tests.refusing import refused
from wufei.hub.registry.models import Headroom, Organisation, Quota
from wufei.hub.registry.services.headroom import quota_claim
from wufei.hub.registry.validity import DAY, last_day, today

PLAN = "construction.plan"
D = Decimal


class Site:
    """The pit, who files for it, the town's officer and the department's."""

    def __init__(self, district: District) -> None:
        self.district = district
        district.planned = False
        self.pit = district.firm("pit", "construction", "construction")
        self.trucks = district.firm("muck trucks", "carrier", "yard").organisation
        self.tip = district.firm("spoil ground", "plant", "treatment").organisation
        self.waste = district.waste(SPOIL).code
        self.clerk = self.pit.person
        region = district.town
        self.town = replace(person(role="town_officer"), region_codes=frozenset({region.path}))
        self.officer = person(role="officer")
        self.begins = today() - timedelta(days=1)
        self.filing = self.plan()

    def permitted(self) -> None:
        for firm in ("muck trucks", "spoil ground"):
            self.district.licence(firm, "construction")

    def plan(self) -> Filing:
        day = today()
        return services.start(
            filing_type(PLAN),
            self.pit.organisation,
            site=self.pit.site,
            span=Span(day, day),
            id=uuid7(),
            by=self.clerk,
        )

    def form(self, sent_t: float = 10, **more: Any) -> Form:
        """Spoil of 1.6 t/m³: 2 t stay, ``sent_t`` go to the spoil ground."""
        mass = D(str(sent_t)) + 2
        line = {
            "waste": self.waste,
            "volume": (mass / D("1.6")).quantize(D("0.01")),
            "density": D("1.6"),
            "mass": mass,
            "own_use": D(2),
            "own_method": "earthwork",
        }
        gone = {
            "waste": self.waste,
            "consignee": self.tip.uuid,
            "method": "spoil_ground",
            "mass": D(str(sent_t)),
        }
        carried = {
            "carrier": self.trucks.uuid,
            "vehicles": 2,
            "route": "Ring road",
            "hours": "21:00-05:00",
        }
        values = {
            "project": "Pit",
            "kind": "earthwork",
            "builder": "Ms Pit",
            "address": "Test town",
            "begins": self.begins,
            "ends": today() + timedelta(days=30),
            "measures": "Levels planned so that less is dug.",
            "sorting": "Topsoil apart.",
            **dict.fromkeys(("fenced", "covered", "washed", "paved", "wetted", "closed"), True),
        }
        rows = {
            "classes": ({**line, **more.pop("line", {})},),
            "carriers": ({**carried, **more.pop("carried", {})},),
            "consignees": ({**gone, **more.pop("gone", {})},),
        }
        return Form({**values, **more}, rows)

    def write(self, form: Form, filing: Filing | None = None) -> Version:
        draft = services.draft_of(filing or self.filing, by=self.clerk)
        return services.save_draft(draft, form, edition=draft.edition, by=self.clerk)

    def submit(self, form: Form, filing: Filing | None = None) -> Version:
        draft = self.write(form, filing)
        reasons = {one.key: "as agreed" for one in problems_of(draft)}
        version = services.submit(filing or self.filing, id=uuid7(), reasons=reasons, by=self.clerk)
        (filing or self.filing).refresh_from_db()
        return version

    def approve(self, version: Version) -> Version:
        services.forward(version, by=self.town)
        return services.accept(version, by=self.officer)

    def problems(self, **more: Any) -> set[str]:
        """Codes of what speaks against a plan, without their beginning."""
        found = problems_of(self.write(self.form(**more)))
        return {one.code.removeprefix("construction_") for one in found}

    def quota(self) -> Quota:
        return Quota.objects.get(site=self.pit.site)

    def taken_g(self) -> int:
        return sum(row.taken_g for row in Headroom.objects.filter(quota__isnull=False))


@pytest.fixture
def site(db: None) -> Site:
    found = Site(build())
    found.permitted()
    return found


def no_load(site: Site, mass_t: float, code: str) -> None:
    refused(lambda: site.district.issue(SPOIL, mass_t), code)


def test_no_load_leaves_before_the_plan_is_approved_and_none_beyond_it(site: Site):
    no_load(site, 4, "registry_quota_missing")
    version = site.submit(site.form(10))
    # Submitted is not approved.
    no_load(site, 4, "registry_quota_missing")
    with pytest.raises(TownFirst):
        services.accept(version, by=site.officer)

    services.forward(version, by=site.town)
    services.send_back(
        version,
        note="Which topsoil?",
        remarks=[{"section": "reduction", "row": None, "field": "sorting", "text": "Say where."}],
        by=site.officer,
    )
    site.filing.refresh_from_db()
    assert site.filing.state == Filing.State.RETURNED
    no_load(site, 4, "registry_quota_missing")

    again = site.submit(site.form(10, sorting="Topsoil apart, at the north fence."))
    services.forward(again, by=site.town)
    told = [str(line) for _effect, lines in preview(again) for line in lines]
    assert any("10" in line and site.waste.upper() in line for line in told)
    services.accept(again, by=site.officer)
    quota = site.quota()
    assert (quota.limit_t, quota.source) == (D(10), "approval")
    assert quota.document == site.filing.number

    manifest = site.district.issue(SPOIL, 6)
    weighed = {
        "weighed_out": tonnes(6.2),
        "vehicle": site.district.truck("muck trucks", "鲁P00001"),
    }
    site.district.sign(manifest, "load", "pit", weighed)
    assert site.taken_g() == t(6.2)
    no_load(site, 4, "registry_quota_exceeded")
    site.district.issue(SPOIL, 3.8)
    assert site.taken_g() == t(10)
    no_load(site, 0.001, "registry_quota_exceeded")


def test_a_change_is_approved_like_the_plan_and_what_was_taken_stays_taken(site: Site):
    site.approve(site.submit(site.form(10)))
    site.district.issue(SPOIL, 10)
    no_load(site, 1, "registry_quota_exceeded")

    longer = today() + timedelta(days=60)
    changed = site.submit(site.form(15, ends=longer))
    # Until it is approved the old one holds.
    no_load(site, 1, "registry_quota_exceeded")
    site.approve(changed)
    quota = site.quota()
    assert (quota.limit_t, last_day(quota.validity)) == (D(15), longer)
    assert site.taken_g() == t(10)
    site.district.issue(SPOIL, 5)
    no_load(site, 0.001, "registry_quota_exceeded")
    planned = Statistic.objects.filter(code="construction.planned", replaced_at=None)
    assert [one.value for one in planned] == [17]


def test_another_consignee_needs_a_permit_and_then_takes_the_rest(site: Site):
    site.approve(site.submit(site.form(10)))
    other = site.district.firm("brickworks", "plant", "treatment").organisation
    with pytest.raises(StillProblems):
        site.submit(site.form(10, gone={"consignee": other.uuid}))
    site.district.licence("brickworks", "construction")
    site.approve(site.submit(site.form(10, gone={"consignee": other.uuid})))
    site.district.issue(SPOIL, 10, receiver="brickworks")
    assert site.taken_g() == t(10)


def test_a_change_takes_back_nothing_that_has_left(site: Site):
    site.approve(site.submit(site.form(10)))
    site.district.issue(SPOIL, 8)
    assert "below_taken" in site.problems(sent_t=7)
    assert "below_taken" not in site.problems(sent_t=8)
    assert "begins_later" in site.problems(begins=site.begins + DAY)


def test_the_quota_ends_with_the_works(site: Site):
    last = today() + timedelta(days=30)
    site.approve(site.submit(site.form(10, ends=last)))
    claimed = [
        quota_claim(site.pit.organisation, site.waste, day, site.pit.site)
        for day in (site.begins - DAY, site.begins, last, last + DAY)
    ]
    assert [one is not None for one in claimed] == [False, True, True, False]


def test_works_that_are_over_let_no_load_out(site: Site):
    yesterday = today() - DAY
    site.approve(site.submit(site.form(10, begins=yesterday - DAY, ends=yesterday)))
    no_load(site, 1, "registry_quota_missing")


def test_a_second_plan_of_the_same_days_is_refused_even_where_both_were_submitted(site: Site):
    second = site.plan()
    first, other = site.submit(site.form(10)), site.submit(site.form(20), second)
    site.approve(first)
    services.forward(other, by=site.town)
    with pytest.raises(EffectRefused, match="Change that plan"):
        services.accept(other, by=site.officer)
    assert site.quota().limit_t == 10
    draft = services.draft_of(site.plan(), by=site.clerk)
    draft = services.save_draft(draft, site.form(5), edition=draft.edition, by=site.clerk)
    assert "construction_plan_there" in {one.code for one in problems_of(draft)}


WRONG: Mapping[str, dict[str, Any]] = {
    "days": {"ends": date(2020, 1, 1)},
    "density": {"line": {"volume": D(100)}},
    "own_method": {"line": {"own_method": None}},
    "sum": {"gone": {"mass": D(9)}},
    "hours": {"carried": {"hours": "at night"}},
}
ODD: Mapping[str, dict[str, Any]] = {
    "density_odd": {"line": {"density": D("2.4"), "volume": D(5)}},
    "dust": {"washed": False},
}


@pytest.mark.parametrize("code", [*WRONG, *ODD])
def test_what_is_wrong_is_said(site: Site, code: str):
    assert site.problems() == set()
    assert site.problems(**{**WRONG, **ODD}[code]) == {code}


def test_a_carrier_without_a_permit_is_refused_and_one_that_ends_needs_a_reason(db: None):
    site = Site(build())
    site.district.licence("spoil ground", "construction")
    assert site.problems() == {"no_permit"}
    site.district.licence("muck trucks", "construction", last=today() + DAY)
    assert site.problems() == {"permit_ends"}


def test_a_consignee_takes_no_more_than_its_licence_and_its_room(site: Site):
    line = site.tip.licences.get().lines.get()
    line.limit_t = D(11)
    line.save()
    years = (today() + timedelta(days=30)).year - site.begins.year + 1
    assert site.problems(sent_t=11) == set()
    assert site.problems(sent_t=11 * years + 1) == {"beyond_licence"}
    site.approve(site.submit(site.form(10)))
    site.district.issue(SPOIL, 6)
    (finding,) = FindingRecord.objects.filter(code="filings.impossible")[:1] or (None,)
    assert finding is None


def test_a_draft_begins_with_a_line_for_each_class_and_the_catalogues_density(site: Site):
    lines = form_of(services.draft_of(site.filing, by=site.clerk)).rows["classes"]
    assert [(row["waste"], row["density"]) for row in lines] == [
        ("LC-spoil", D("1.6")),
        ("LC-slurry", D("1.2")),
        ("LC-site-waste", D("1.3")),
        ("LC-demolition", D("1.4")),
        ("LC-renovation", D("0.9")),
    ]


def test_those_of_other_sites_see_nothing_of_it(site: Site):
    stranger: Actor = site.district.firm("other pit", "construction", "construction").person
    site.submit(site.form(10))
    with pytest.raises(Exception, match=r"not|No"):
        services.draft_of(site.filing, by=stranger)
    assert Organisation.objects.filter(name="other pit").exists()
