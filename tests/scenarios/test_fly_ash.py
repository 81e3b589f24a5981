"""Fly ash of an incineration plant 焚烧飞灰: on its report it goes where household waste goes.

The plant stabilises its fly ash and has each batch sampled. With a report within the limits, a
batch needs no carrier of dangerous goods and goes to the landfill of household waste. Without, it
stays what it is: hazardous waste, for those who are licensed for it. In the store, in the ledger
and on its label it is hazardous in any case.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.alarms import services as alarms
from wufei.hub.alarms.models import Alarm
from wufei.hub.base.actor import system
from wufei.hub.base.models import FindingRecord
from wufei.hub.exemptions import services as claims
from wufei.hub.exemptions.models import Claim
from wufei.hub.exemptions.refusals import OverLimit
from wufei.hub.exemptions.tests.conftest import FLY_ASH, PLANT, Ashes, exempt, officer, passing
from wufei.hub.exemptions.tests.test_claims import regroup
from wufei.hub.labels.formats import HJ_1276, format_of
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.models import Account, Lot
from wufei.hub.ledger.units import grams, tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import declarations, queries, services
from wufei.hub.manifests.models import LineClaim, Manifest, Mode, Status
from wufei.hub.manifests.refusals import (
    CarriageNotExempt,
    ClaimLapsed,
    FieldMissing,
    LicenceMissing,
    NotExempt,
)
from wufei.hub.manifests.services import NewLine, NewManifest, revisions
from wufei.hub.manifests.tests.conftest import build, t
from wufei.hub.registry.validity import today

LANDFILL, HAZARDOUS, KILN = "household landfill", "hazardous landfill", "cement works"
TRUCKS, DANGEROUS = "ash trucks", "dangerous goods"


@dataclass
class Story(Ashes):
    """The plant, two carriers (one for dangerous goods) and three places that take ash."""

    def send(self, lots: Any, to: str = LANDFILL, by: str = TRUCKS, **more: Any) -> Manifest:
        new = self.manifest(lots, to, by, **more)
        return services.issue(
            new, id=uuid7(), signing=self.district.signing(), by=self.plant.person
        )

    def manifest(self, lots: Any, to: str, by: str, **more: Any) -> NewManifest:
        district = self.district
        district.plan(PLANT, FLY_ASH)
        methods = {LANDFILL: "landfill", HAZARDOUS: "secure_landfill", KILN: "cement_kiln"}
        line = NewLine(
            district.waste(FLY_ASH),
            grams(sum(lot.remaining_g for lot in lots)),
            method=more.pop("method", methods[to]),
            lots=tuple(LotPart(lot.uuid, lot.remaining_g) for lot in lots),
        )
        return NewManifest(
            self.plant.site,
            district.firm(by, "carrier", "yard").organisation,
            district.firm(to, "plant", "landfill").site,
            (line,),
            **more,
        )

    def load(self, manifest: Manifest, mass_t: float) -> Any:
        return self.district.load(manifest, mass_t)


@pytest.fixture
def story(db: None) -> Story:
    return founded(Story(build()))


def founded(story: Story) -> Story:
    district = story.district
    for name, kind in ((LANDFILL, "household"), (HAZARDOUS, "hazardous")):
        district.firm(name, "plant", "landfill")
        district.licence(name, kind)
    district.firm(KILN, "plant", "treatment")
    for name in (TRUCKS, DANGEROUS):
        district.firm(name, "carrier", "yard")
    district.licence(DANGEROUS, "dangerous_road")
    return story


def relied(manifest: Manifest) -> list[Claim]:
    return [one.claim for one in LineClaim.objects.filter(line__manifest=manifest)]


# On its report.
def test_a_batch_within_the_limits_goes_to_the_household_landfill(story: Story):
    batch = story.batches(20)
    claim = story.claim(batch)
    manifest = story.send(batch)
    assert manifest.template == "fly_ash"
    assert relied(manifest) == [claim]
    story.load(manifest, 20)
    story.district.arrive(manifest, 20)
    story.district.accept(manifest)
    manifest.refresh_from_db()
    assert manifest.status == Status.CLOSED
    assert story.district.g("stock", LANDFILL, FLY_ASH) == t(20)
    assert not FindingRecord.objects.filter(subject__contains=str(manifest.uuid)).exists()


def test_what_it_travels_on_is_sealed_with_the_issue(story: Story):
    batch = story.batches(20)
    claim = story.claim(batch)
    manifest = story.send(batch)
    issue = manifest.signatures.get()
    line = manifest.lines.get()
    assert issue.fields["exemption"] == {str(line.uuid): [str(claim.uuid)]}
    assert queries.signature_holds(issue)
    LineClaim.objects.filter(line=line).delete()
    assert not queries.signature_holds(manifest.signatures.get())


# Without.
def test_without_a_report_it_goes_only_to_who_is_licensed_for_hazardous_waste(story: Story):
    batch = story.batches(20)
    with pytest.raises(NotExempt) as refused:
        story.send(batch)
    told = str(refused.value)
    assert "landfilling not managed as hazardous" in told
    assert "Claim the exemption with the laboratory's report, or choose a plant" in told
    manifest = story.send(batch, HAZARDOUS, DANGEROUS)
    assert relied(manifest) == []


def test_a_report_over_the_limits_changes_nothing(story: Story):
    batch = story.batches(20)
    with pytest.raises(OverLimit):
        story.claim(batch, passing(lead="0.4"))
    with pytest.raises(NotExempt):
        story.send(batch)


def test_the_landfill_of_household_waste_is_no_plant_for_its_hazardous_methods(story: Story):
    batch = story.batches(20)
    story.claim(batch)
    with pytest.raises(LicenceMissing):
        story.send(batch, LANDFILL, DANGEROUS, method="secure_landfill")


def test_a_landfill_without_its_own_permit_takes_none_either(story: Story):
    batch = story.batches(20)
    story.claim(batch)
    with pytest.raises(LicenceMissing):
        story.send(batch, KILN, method="landfill")


def test_fly_ash_travels_by_batch(story: Story):
    story.claim(story.batches(20))
    new = story.manifest(story.batches(), LANDFILL, TRUCKS)
    (line,) = new.lines
    with pytest.raises(FieldMissing, match="lots"):
        services.issue(
            replace(new, lines=(replace(line, declared=tonnes(2)),)),
            id=uuid7(),
            signing=story.district.signing(),
            by=story.plant.person,
        )


# The carrier.
def test_only_an_exempt_batch_travels_without_a_carrier_of_dangerous_goods(story: Story):
    one, other = story.batches(20, 20)
    with pytest.raises(CarriageNotExempt, match="Dangerous goods road transport permit"):
        story.send([one], HAZARDOUS, TRUCKS)
    claim = story.claim([one])
    assert relied(story.send([one], HAZARDOUS, TRUCKS)) == [claim]
    # Exempt from landfill alone: it is carried as what it is.
    story.claim([other], exemptions=exempt("landfill"))
    with pytest.raises(CarriageNotExempt):
        story.send([other])
    story.send([other], LANDFILL, DANGEROUS)


def test_a_kiln_takes_it_under_its_licence_or_on_a_claim_of_its_own(story: Story):
    one, other = story.batches(20, 20)
    with pytest.raises(NotExempt, match="cement-kiln"):
        story.send([one], KILN, DANGEROUS)
    claim = story.claim([one], {}, exemptions=exempt("kiln"))
    assert relied(story.send([one], KILN, DANGEROUS)) == [claim]
    story.district.licence(KILN, "hazardous")
    assert relied(story.send([other], KILN, DANGEROUS)) == []


# Grouping and splitting.
def test_a_mixture_travels_exempt_only_if_all_of_it_is(story: Story):
    tested, untested = story.batches(12, 8)
    first = story.claim([tested])
    (mixed,) = regroup(story, [tested, untested], t(20))
    with pytest.raises(NotExempt) as refused:
        story.send([mixed])
    assert str(untested.uuid) in str(refused.value)
    second = story.claim([untested], report_no="JC-2026-119")
    assert relied(story.send([mixed])) == [first, second]


def test_bags_of_an_exempt_batch_travel_on_its_report(story: Story):
    (batch,) = story.batches(20)
    claim = story.claim([batch])
    bags = regroup(story, [batch], t(12), t(8))
    assert [relied(story.send([bag])) for bag in bags] == [[claim], [claim]]


# Claims that end.
def test_what_is_issued_on_a_claim_that_runs_out_is_not_loaded(story: Story):
    batch = story.batches(20)
    claim = story.claim(batch)
    manifest = story.send(batch)
    yesterday = today() - timedelta(days=1)
    days = dict.fromkeys(("sampled_on", "reported_on", "valid_until"), yesterday)
    Claim.objects.filter(pk=claim.pk).update(**days)
    with pytest.raises(ClaimLapsed, match="JC-2026-118"):
        story.load(manifest, 20)


def test_a_claim_contested_before_loading_stops_the_load(story: Story):
    batch = story.batches(20)
    claim = story.claim(batch)
    manifest = story.send(batch)
    claims.contest(claim, reason="not accredited", by=officer())
    assert not FindingRecord.objects.filter(code="manifests.exemption_lost").exists()
    with pytest.raises(ClaimLapsed, match="Contested"):
        story.load(manifest, 20)
    # The way on: another report, another destination, or both.
    services.edit(
        manifest,
        {
            "carrier": story.district.firm(DANGEROUS).organisation,
            "consignee_site": story.district.firm(HAZARDOUS).site,
            "method": "secure_landfill",
        },
        signing=story.district.signing(),
        by=story.plant.person,
    )
    assert relied(manifest) == []
    story.load(manifest, 20)
    assert all(queries.signature_holds(one) for one in manifest.signatures.all())


def test_a_claim_contested_on_the_road_is_a_finding_and_an_alarm(story: Story):
    batch = story.batches(20)
    claim = story.claim(batch)
    manifest = story.send(batch)
    story.load(manifest, 20)
    claims.contest(claim, reason="not accredited", by=officer())
    (finding,) = FindingRecord.objects.filter(code="manifests.exemption_lost")
    assert finding.subject == f"manifests.manifest:{manifest.uuid}"
    assert finding.values["reason"] == "not accredited"
    alarms.open_from_findings(by=system("test"))
    assert Alarm.objects.get(finding=finding).rule == "manifests.exemption_lost"
    # It is on the road and has to get somewhere: the landfill refuses, and it travels back.
    story.district.arrive(manifest, 20)
    story.district.accept(manifest, accepted=grams(0), refusal_reason="no valid report")
    back = services.send_back(
        manifest,
        id=uuid7(),
        signing=story.district.signing(),
        by=story.district.firm(LANDFILL).person,
    )
    assert back.status == Status.LOADED


def test_what_was_refused_goes_on_to_another_landfill_only_while_its_claim_stands(story: Story):
    batch = story.batches(20)
    claim = story.claim(batch, report_no="JC-2026-200")
    manifest = story.send(batch)
    story.load(manifest, 20)
    story.district.arrive(manifest, 20)
    story.district.accept(manifest, accepted=grams(0), refusal_reason="full")
    claims.contest(claim, reason="not accredited", by=officer())
    other = story.district.firm("other landfill", "plant", "landfill").site
    story.district.licence("other landfill", "household")
    signing, by = story.district.signing(), story.plant.person
    with pytest.raises(NotExempt):
        services.redirect(manifest, other, signing=signing, by=by)
    # Whoever is licensed for hazardous waste takes it in any case.
    signing = story.district.signing()
    services.redirect(manifest, story.district.firm(HAZARDOUS).site, signing=signing, by=by)
    assert manifest.consignee.name == HAZARDOUS


def test_what_was_loaded_without_network_before_the_claim_ended_has_happened(story: Story):
    batch = story.batches(20)
    claim = story.claim(batch)
    manifest = story.send(batch)
    signing = replace(story.district.signing(), mode=Mode.QUEUE)
    claims.contest(claim, reason="not accredited", by=officer())
    values = {
        "weighed_out": tonnes(20),
        "vehicle": story.district.truck(TRUCKS, "鲁P00777"),
        "driver": story.district.driver(TRUCKS),
    }
    by = story.district.firm(TRUCKS).person
    services.sign(manifest, "load", signing=signing, values=values, by=by)
    assert FindingRecord.objects.filter(code="manifests.exemption_lost").count() == 1


# Corrections.
def test_a_revision_does_not_make_it_exempt(story: Story):
    batch = story.batches(20)
    manifest = story.send(batch, HAZARDOUS, DANGEROUS)
    story.load(manifest, 20)
    with pytest.raises(NotExempt):
        revisions.propose(
            manifest,
            {"method": "landfill"},
            id=uuid7(),
            reason="it was the other landfill",
            by=story.plant.person,
        )


# What stays as it is.
def test_storage_ledger_and_label_stay_those_of_hazardous_waste(story: Story):
    batch = story.batches(20)
    before = {one.pk: (one.kind, one.tracking) for one in Account.objects.all()}
    story.claim(batch)
    assert {one.pk: (one.kind, one.tracking) for one in Account.objects.all()} == before
    waste = story.district.waste(FLY_ASH)
    assert (waste.domain, waste.hazard, waste.category) == ("hazardous", "T", "HW18")
    assert format_of(FLY_ASH) is HJ_1276
    form = declarations.template("fly_ash")
    assert form.grade is declarations.Grade.STATUTORY
    assert form.licence_kinds == declarations.template("hazardous").licence_kinds
    story.send(batch)
    (lot,) = Lot.objects.filter(pk__in=[one.pk for one in batch])
    assert (lot.remaining_g, lot.booked_g) == (t(20), t(20))


def test_the_ledger_agrees_after_an_exempt_load(committed: str):
    story = founded(Story(build()))
    batch = story.batches(2)
    story.claim(batch)
    manifest = story.send(batch)
    story.load(manifest, 2)
    story.district.arrive(manifest, 2)
    story.district.accept(manifest)
    assert differences() == []
