"""One load of every family of wastes that the domains declare, from issue to closing.

Each is a firm's ordinary day: who sends, who drives, who receives, and the mass to the gram.
"""

from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.declarations import Tracking
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.units import tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import declarations, queries, services
from wufei.hub.manifests.declarations import QuotaRule
from wufei.hub.manifests.models import Manifest, Status
from wufei.hub.manifests.services import NewLine, NewManifest
from wufei.hub.manifests.tests.conftest import District, build, t

TEMPLATES = [template.code for template in declarations.templates()]
STREAMS = [(one.code, stream) for one in declarations.templates() for stream in one.streams]


@pytest.fixture
def district(db: None) -> District:
    return build()


@pytest.mark.parametrize(("code", "stream"), STREAMS)
def test_a_load_of_every_stream_goes_from_gate_to_plant(district: District, code, stream):
    form = declarations.template(code)
    new = prepared(district, form, stream)
    manifest = travelled(district, form, new)
    assert manifest.status == Status.CLOSED, manifest.status
    assert district.g("stock", "receiver", stream) == t(2)
    assert district.g("custody", "haulier", stream) == 0
    assert all(queries.signature_holds(one) for one in manifest.signatures.all())


def test_every_stream_of_every_domain_travels_under_a_template():
    missing = [code for code in catalogue.streams() if declarations.template_of(code) is None]
    assert missing == []


def test_bags_that_stood_at_the_hospital_for_three_days_are_a_finding(district: District):
    form, now = declarations.template("medical"), district.at
    district.at = now - timedelta(days=2)
    new = prepared(district, form, "medical")
    district.at = now
    travelled(district, form, new)
    (finding,) = FindingRecord.objects.filter(code="manifests.stored_too_long")
    assert (finding.values["count"], finding.values["hours"]) == (1, 48)


def test_the_ledger_agrees_after_a_load_of_every_template(committed):
    district = build()
    for form in declarations.templates():
        travelled(district, form, prepared(district, form, form.streams[0]))
    fold_all()
    assert differences() == []


# How it is done.
def prepared(district: District, form: Any, stream: str) -> NewManifest:
    sender, haulier = district.firm("sender"), district.firm("haulier", "carrier", "yard")
    receiver = district.firm("receiver", "plant", "treatment")
    declared, issue = catalogue.stream(stream), form.step("issue")
    lots = []
    if declared.storage_ledger:
        lots = district.stored("sender", stream, 2)
    else:
        district.waste(stream)
    if form.quota is not QuotaRule.NONE:
        district.plan("sender", stream)
    parts = tuple(LotPart(lot.uuid, lot.remaining_g) for lot in lots)
    line = NewLine(
        district.waste(stream),
        tonnes(2),
        method=declared.methods[0].code,
        lots=parts if declared.tracking is Tracking.LOTS else (),
        containers=4 if "containers" in issue.needs | issue.may else None,
    )
    return NewManifest(
        sender.site,
        haulier.organisation,
        receiver.site,
        (line,),
        vehicle=district.truck("haulier", "鲁P00009"),
        driver=district.driver("haulier"),
    )


def travelled(district: District, form: Any, new: NewManifest) -> Manifest:
    sender, receiver = (district.firm(name).person for name in ("sender", "receiver"))
    assert new.vehicle
    if form.scan("gate"):
        manifest = services.scan_out(
            new.vehicle, new, tonnes(2), id=uuid7(), signing=district.signing(), by=sender
        )
        services.scan_in(manifest, tonnes(2), signing=district.signing(), by=receiver)
    else:
        manifest = services.issue(new, id=uuid7(), signing=district.signing(), by=sender)
        district.load(manifest, 2)
        district.arrive(manifest, 2)
        district.accept(manifest)
    manifest.refresh_from_db()
    return manifest
