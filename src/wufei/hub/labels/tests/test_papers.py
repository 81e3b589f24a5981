"""Labels on paper, looked at: size, fields, letters, colour, and a code that a scanner reads."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.base.tests.seeing import pictures, scanned, sizes_mm, texts
from wufei.hub.labels import papers, services, tasks
from wufei.hub.labels.models import ContainerLabel, PrintRun
from wufei.hub.labels.rules import Facts
from wufei.hub.labels.tests.conftest import DRUM
from wufei.hub.manifests.tests.conftest import ASH, OIL

SITE = "https://wufei.example"
HOSTILE = '#import "/config/secrets.py": * $1+1$ *x* _y_ `z` <a> @b \\ ]'
GROUND = (255, 150, 0)


def printed(district, lots, facts=DRUM, paper="page", language="zh-hans"):
    by = district.firm("works").person
    labels = services.make([lot.uuid for lot in lots], facts, by=by)
    return services.order(labels, id=uuid7(), paper=paper, language=language, site=SITE, by=by)


def address(lot):
    return SITE + reverse("labels.container", args=[lot.uuid])


@pytest.mark.parametrize(("volume", "side"), [(50, 100), (200, 150), (1000, 200)])
def test_a_label_has_the_size_that_its_container_asks_for(
    district, drums, monkeypatch, volume, side
):
    run = printed(district, drums[:1], replace(DRUM, volume_l=Decimal(volume)))
    sides = 2 if side == 200 else 1
    assert sizes_mm(papers.pdf_of(run)) == [(side, side)] * sides
    seen = pictures(monkeypatch, lambda: papers.pdf_of(run))
    assert [scanned(picture) for picture in seen] == [[address(drums[0])]] * sides


def test_a_label_says_everything_that_the_standard_asks_for(district, drums):
    run = printed(district, drums[:1])
    label = ContainerLabel.objects.get()
    (text,) = texts(papers.pdf_of(run))
    for said in (
        "危险废物",
        "废物名称：" + label.waste.name[:4],
        "废物代码：900-249-08",
        "废物形态：液态",
        "危险特性",
        "主要成分：mineraloil,water",
        "有害成分：petroleumhydrocarbons",
        "注意事项：keepawayfromfire",
        "数字识别码：" + label.code,
        "产生/收集单位：works",
        "联系人：WangXiaoming13800000000",
        "产生日期：" + label.produced_on.isoformat(),
        "废物重量：150.0kg",
        "备注",
    ):
        assert said in text, said


def test_the_same_label_can_be_read_in_english(district, drums):
    run = printed(district, drums[:1], language="en")
    (text,) = texts(papers.pdf_of(run))
    assert "HAZARDOUSWASTE" in text
    assert "Digitalidentificationcode:" in text
    assert "toxic" in text


def test_hostile_texts_are_printed_as_they_are_written(district, drums, monkeypatch):
    facts = replace(DRUM, components=HOSTILE, contact="#panic()", note="$x$", harmful="*b*")
    run = printed(district, drums[:1], facts)
    (text,) = texts(papers.pdf_of(run))
    assert "".join(HOSTILE.split()) in text
    for said in ("#panic()", "$x$", "*b*"):
        assert said in text
    (seen,) = pictures(monkeypatch, lambda: papers.pdf_of(run))
    assert scanned(seen) == [address(drums[0])]


@pytest.mark.parametrize("volume", [20, 200, 1000])
def test_the_longest_texts_are_cut_short_and_push_nothing_off_the_label(
    district, drums, monkeypatch, volume
):
    long = "废" * 120
    facts = Facts(
        volume_l=Decimal(volume),
        form="semi_solid",
        hazard="T,C,I,R,In",
        components=long,
        harmful=long,
        precautions=long,
        contact="人" * 40,
        phone="1" * 30,
        note=long,
    )
    owner = district.firm("works").organisation
    owner.name = "名" * 120
    owner.save(update_fields=["name"])
    run = printed(district, drums[:1], facts)
    pdf = papers.pdf_of(run)
    for text in texts(pdf):
        assert text.count("…") >= 4
        assert "备注" in text
        assert "废物重量：150.0kg" in text
        assert ContainerLabel.objects.get().code in text
    for seen in pictures(monkeypatch, lambda: papers.pdf_of(run)):
        assert scanned(seen) == [address(drums[0])]
        # The blank margin all round, and the ground right up to the lower border.
        width, height = seen.size
        edge = [seen.getpixel((x, height - 8)) for x in range(0, width, 7)]
        assert set(edge) == {(255, 255, 255)}


def test_margin_border_and_ground_are_as_wide_as_they_must_be(
    district, drums, monkeypatch, settings
):
    run = printed(district, drums[:1], replace(DRUM, volume_l=Decimal(20)))
    (seen,) = pictures(monkeypatch, lambda: papers.pdf_of(run), ppi=254)
    row = [seen.getpixel((x, 900)) for x in range(120)]
    assert set(row[:30]) == {(255, 255, 255)}  # 3 mm at ten dots a millimetre
    assert row.count((0, 0, 0)) >= 10  # 1 mm
    assert row[60] == GROUND
    settings.LABEL_GROUND = "none"
    (seen,) = pictures(monkeypatch, lambda: papers.pdf_of(run), ppi=254)
    assert seen.getpixel((60, 900)) == (255, 255, 255)


def test_a_reprint_says_which_one_it_is(district, drums):
    first, second = (printed(district, drums[:1]) for _ in range(2))
    assert "补打" not in texts(papers.pdf_of(first))[0]
    assert "补打1" in texts(papers.pdf_of(second))[0]


def test_labels_of_bags_come_from_a_roll(district, monkeypatch):
    (bag,) = district.stored("works", OIL, 0.005)
    waste = district.waste(OIL)
    waste.__class__.objects.filter(pk=waste.pk).update(stream="medical")
    run = printed(district, [bag], Facts(container="bag", note="surgery"))
    pdf = papers.pdf_of(run)
    assert sizes_mm(pdf) == [(60, 40)]
    (text,) = texts(pdf)
    for said in ("900-249-08", "works", "5.0kg", "surgery", "WF"):
        assert said in text
    (seen,) = pictures(monkeypatch, lambda: papers.pdf_of(run))
    assert scanned(seen) == [address(bag)]


def test_several_labels_share_a_sheet_of_a4(district, drums, monkeypatch):
    lots = [*drums, *district.stored("works", OIL, 0.1, 0.1)]
    run = printed(district, lots, replace(DRUM, volume_l=Decimal(30)), paper="sheet")
    assert sizes_mm(papers.pdf_of(run)) == [(210, 297)] * 2
    seen = pictures(monkeypatch, lambda: papers.pdf_of(run))
    found = [code for picture in seen for code in scanned(picture)]
    assert sorted(found) == sorted(address(lot) for lot in lots)
    assert len(scanned(seen[0])) == 4


def test_a_lot_of_another_stream_has_a_plain_label(district, monkeypatch):
    (lot,) = district.stored("works", OIL, 3)
    waste = district.waste(OIL)
    waste.__class__.objects.filter(pk=waste.pk).update(stream=ASH)
    run = printed(district, [lot], Facts())
    assert sizes_mm(papers.pdf_of(run)) == [(100, 60)]
    (seen,) = pictures(monkeypatch, lambda: papers.pdf_of(run))
    assert scanned(seen) == [address(lot)]


def test_many_labels_are_made_by_a_job_and_kept(district, drums, monkeypatch):
    monkeypatch.setattr("wufei.hub.labels.services.runs.AT_ONCE_MAX", 2)
    asked = []
    monkeypatch.setattr(tasks.print_run, "defer", lambda **values: asked.append(values))
    run = printed(district, drums)
    assert asked == [{"run": str(run.uuid)}]
    tasks.print_run(run=str(run.uuid))
    tasks.print_run(run=str(run.uuid))
    run = PrintRun.objects.get()
    assert run.file is not None
    assert run.file.mime == "application/pdf"
