"""A plant claims on a page, everybody concerned reads it, an officer contests it."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfWriter

from wufei.hub.exemptions.models import Claim, Criterion
from wufei.hub.exemptions.tests.conftest import Ashes, exempt, in_days, passing
from wufei.hub.registry.validity import today

LIST, NEW = "exemptions.claim.list", "exemptions.claim.new"


@pytest.fixture
def clerk(ashes: Ashes, sign_in: Any, settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = str(tmp_path)
    return sign_in("clerk", organisations=[ashes.plant.organisation])


def report() -> SimpleUploadedFile:
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(target)
    return SimpleUploadedFile("JC-7.pdf", target.getvalue(), "application/pdf")


def filled(lots: Any, **more: Any) -> dict[str, Any]:
    values = {f"value-{code}": text for code, text in passing().items()}
    return (
        {
            "lots": [str(lot.uuid) for lot in lots],
            "exemptions": [str(one.pk) for one in exempt("transport", "landfill")],
            "report_no": "JC-2026-7",
            "laboratory": "Shuanglin testing laboratory",
            "sampled_on": today().isoformat(),
            "reported_on": today().isoformat(),
            "valid_until": in_days(60).isoformat(),
            "evidence": report(),
        }
        | values
        | more
    )


def test_a_plant_claims_its_batch_and_reads_it_with_its_limits(ashes: Ashes, clerk: Any):
    lots = ashes.batches(20, 15)
    form = clerk.get(reverse(NEW), {"lot": str(lots[1].uuid)}).content.decode()
    assert f'value="{lots[1].uuid}" class="choices" id="id_lots_' in form
    assert "below 0.25 mg/L" in form
    answer = clerk.post(reverse(NEW), filled(lots), follow=True)
    claim = Claim.objects.get()
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "JC-2026-7" in page
    assert "0.125" in page
    assert reverse("base.file.download", args=[claim.evidence.uuid]) in page
    assert "Contest" not in page
    listed = clerk.get(reverse(LIST), {"state": "claimed", "effect": "landfill"})
    assert "JC-2026-7" in listed.content.decode()
    assert clerk.get(reverse("exemptions.claim.export"), {"format": "csv"}).status_code == 200


def test_what_is_wrong_stands_beside_its_field(ashes: Ashes, clerk: Any):
    lots = ashes.batches(20)
    answer = clerk.post(reverse(NEW), filled(lots, **{"value-lead": "0.31"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Lead 0.31 mg/L (&lt; 0.25)" in page
    answer = clerk.post(reverse(NEW), filled(lots, valid_until=in_days(-1).isoformat()))
    assert "has run out" in answer.content.decode()
    word = SimpleUploadedFile("report.txt", b"all is well")
    answer = clerk.post(reverse(NEW), filled(lots, evidence=word))
    assert "none of the files that can be used here" in answer.content.decode()
    assert not Claim.objects.exists()


def test_the_form_asks_where_there_is_nothing_to_claim(ashes: Ashes, clerk: Any):
    assert clerk.post(reverse(NEW), filled([])).status_code == 422


def test_an_officer_contests_and_the_plant_reads_why(ashes: Ashes, clerk: Any, sign_in: Any):
    claim = ashes.claim(ashes.batches(20))
    officer = sign_in("officer")
    page = officer.get(reverse("exemptions.claim.detail", args=[claim.uuid])).content.decode()
    assert "Contest" in page
    assert "Withdraw" not in page
    url = reverse("exemptions.claim.contest", args=[claim.uuid])
    assert officer.post(url, {"reason": ""}).status_code == 422
    officer.post(url, {"reason": "laboratory not accredited"})
    page = clerk.get(reverse("exemptions.claim.detail", args=[claim.uuid])).content.decode()
    assert "laboratory not accredited" in page
    assert clerk.post(url, {"reason": "no"}).status_code == 403


def test_who_has_nothing_to_do_with_it_sees_nothing(ashes: Ashes, sign_in: Any):
    claim = ashes.claim(ashes.batches(20))
    stranger = sign_in("clerk", organisations=[ashes.district.firm("pit").organisation])
    assert stranger.get(reverse("exemptions.claim.detail", args=[claim.uuid])).status_code == 404
    file = reverse("base.file.download", args=[claim.evidence.uuid])
    assert stranger.get(file).status_code == 404


def test_an_officer_sets_a_limit_with_its_source(ashes: Ashes, sign_in: Any):
    lead = Criterion.objects.get(code="lead")
    officer = sign_in("officer")
    listed = officer.get(reverse("exemptions.criterion.list")).content.decode()
    assert "GB 16889" in listed
    url = reverse("exemptions.criterion.edit", args=[lead.pk])
    given = {"limit": "0.2", "unit": "mg/L", "method": "", "source": "the edition", "grade": "A"}
    assert officer.post(url, given).status_code == 302
    lead.refresh_from_db()
    assert (str(lead.limit), lead.grade) == ("0.200000", "A")
