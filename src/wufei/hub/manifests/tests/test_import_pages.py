"""Manifests come in as files: through the page, by the worker, again, at once, and cut off."""

import tracemalloc
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from wufei.hub.base.actor import Actor
from wufei.hub.base.models import ImportRun, Notice
from wufei.hub.base.tables import Taken, importing, taking
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.tests.test_concurrency import together
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests.imports import RECORDS
from wufei.hub.manifests.imports.records import take
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.tests.conftest import OIL, t
from wufei.hub.manifests.tests.importing import REFINERY, WORKS, line, on_the_road

# As a national platform might call them; nothing of ours.
HEAD = [
    *("联单编号", "移出时间", "移出单位名称", "运输单位", "车牌号码", "司机姓名", "接收单位"),
    *("废物代码", "利用处置方式", "移出量（千克）", "接收时间", "接收量(kg)", "发票号"),
]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def firms(real_district):
    """Everybody a file names, and ten tonnes of oil in the works' store."""
    line(real_district)
    real_district.stored(WORKS, OIL, 10)
    return real_district


@pytest.fixture
def client(firms, sign_in):
    return sign_in("clerk", organisations=[firms.firm(WORKS).organisation])


def rows(firms, count, first=1, **changes):
    """``count`` loads of 100 kg, as a file of another system has them."""
    out = timezone.localtime(firms.at)
    return [
        [
            f"20263715{number:06}",
            f"{out:%Y/%m/%d %H:%M:%S}",
            WORKS,
            "dangerous goods",
            "鲁P00001",
            "Zhao Wu",
            REFINERY,
            "900-249-08",
            "oil_refining",
            100,
            f"{out:%Y年%m月%d日}",
            100,
            changes.get("invoice", ""),
        ]
        for number in range(first, first + count)
    ]


def sheet(*lines, head=HEAD, name="联单.xlsx"):
    book, file = Workbook(), BytesIO()
    page = book.active
    assert page is not None
    for cells in (head, *lines):
        page.append(cells)
    book.save(file)
    return SimpleUploadedFile(name, file.getvalue())


def csv(*lines, head=HEAD, encoding="gb18030"):
    text = "\r\n".join(",".join(map(str, cells)) for cells in (head, *lines))
    return SimpleUploadedFile("联单.csv", text.encode(encoding))


def hand_in(client, file, name="manifests.manifest.import"):
    answer = client.post(reverse(name), {"file": file})
    assert answer.status_code == 302, str(answer.context["refusal"])
    return ImportRun.objects.latest("pk")


def work_off(run):
    importing.work_off(run.uuid)
    run.refresh_from_db()
    return run.state, run.rows_good, run.rows_known, run.rows_bad


def is_marked(cell):
    return cell.fill.fgColor.rgb[-6:] == "FBE3E3"


def test_a_file_of_another_system_comes_in_by_its_own_headings(firms, client):
    run = hand_in(client, sheet(*rows(firms, 3, invoice="F-1")))
    assert run.unknown_columns == ["发票号"]
    assert work_off(run) == ("done", 3, 0, 0)
    assert set(Manifest.objects.values_list("status", "origin")) == {("closed", "imported")}
    assert firms.g("stock", REFINERY, OIL) == t(0.3)
    assert differences() == []
    assert Notice.objects.get().heading.endswith("3 lines taken, 0 came back")
    shown = client.get(reverse("manifests.manifest.list")).content.decode()
    assert Manifest.objects.earliest("pk").local_id in shown


def test_a_csv_in_the_encoding_of_the_country_comes_in(firms, client):
    assert work_off(hand_in(client, csv(*rows(firms, 2)))) == ("done", 2, 0, 0)


def test_the_same_file_again_says_how_many_were_there_already(firms, client):
    work_off(hand_in(client, sheet(*rows(firms, 3))))
    before = Movement.objects.count(), Signature.objects.count()
    run = hand_in(client, sheet(*rows(firms, 4)))
    assert work_off(run) == ("done", 1, 3, 0)
    assert (Movement.objects.count(), Signature.objects.count()) == (before[0] + 2, before[1] + 4)
    page = client.get(reverse("base.import.detail", args=[run.uuid])).content.decode()
    assert "There already" in page


def test_bad_lines_come_back_marked_and_the_others_are_taken(firms, client):
    lines = rows(firms, 4)
    lines[1][4] = "鲁P99999"
    lines[2][9] = "plenty"
    run = hand_in(client, sheet(*lines))
    assert work_off(run) == ("done", 2, 0, 2)
    answer = client.get(reverse("base.import.faults", args=[run.uuid]))
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    page: Any = book.active
    head, plate, mass = page.iter_rows()
    assert [cell.value for cell in head] == [*HEAD, "Reason", "Line"]
    assert "No vehicle had the plate 鲁P99999" in plate[len(HEAD)].value
    bad = [
        [HEAD[n] for n, cell in enumerate(row[: len(HEAD)]) if is_marked(cell)]
        for row in (plate, mass)
    ]
    assert bad == [["车牌号码"], ["移出量（千克）"]]
    # Mended in that very file, whose headings still say kilograms, it is handed in again.
    plate[4].value, mass[9].value = "鲁P00001", 100
    mended = BytesIO()
    book.save(mended)
    again = hand_in(client, SimpleUploadedFile("mended.xlsx", mended.getvalue()))
    assert work_off(again) == ("done", 2, 0, 0)
    assert set(Manifest.objects.values_list("lines__weighed_out_g", flat=True)) == {t(0.1)}


def test_the_same_number_twice_in_a_file_is_one_manifest_or_a_reason(firms, client):
    one, other, third = rows(firms, 3)
    apart = list(one)
    contradicting = [*third[:9], 90, *third[10:]]
    contradicting[0] = other[0]
    run = hand_in(client, sheet(one, other, apart, third, contradicting))
    assert work_off(run) == ("done", 3, 1, 1)
    assert Manifest.objects.count() == 3
    fault = run.faults.get()
    assert (fault.row_number, fault.column) == (6, "number")
    assert "said something else then" in fault.reason


def test_formulas_and_other_hostile_cells_stay_text(firms, client):
    lines = rows(firms, 3)
    lines[0][2] = '=HYPERLINK("http://evil","x")'
    lines[1][5] = "<script>alert(1)</script>"
    lines[2][0] = "@SUM(1+9)*cmd|' /C calc'!A0"
    cleaned = [[str(cell).replace(",", ";") for cell in cells] for cells in lines]
    run = hand_in(client, csv(*cleaned))
    assert work_off(run) == ("done", 1, 0, 2)
    page = client.get(reverse("base.import.detail", args=[run.uuid])).content.decode()
    assert "<script>alert" not in page
    answer = client.get(reverse("base.import.faults", args=[run.uuid]))
    sent_back: Any = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    cells = [cell for row in sent_back.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert Manifest.objects.get().authority_no is None


def test_a_worker_killed_in_the_middle_leaves_nothing_out_and_doubles_nothing(firms, client):
    run = hand_in(client, sheet(*rows(firms, 6)))
    taken, real = [], taking.Taker.take

    def die_at_the_fourth(self, batch):
        taken.append(batch)
        if len(taken) == 4:
            raise KeyboardInterrupt
        return real(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taking.Taker, "take", die_at_the_fourth)
        with pytest.raises(KeyboardInterrupt):
            importing.work_off(run.uuid)
    assert Manifest.objects.count() == 3
    assert work_off(run) == ("done", 6, 0, 0)
    assert (Manifest.objects.count(), firms.g("stock", WORKS, OIL)) == (6, t(9.4))
    assert differences() == []


def test_a_cancelled_file_keeps_what_it_took_and_goes_on_when_sent_again(firms, client):
    run = hand_in(client, sheet(*rows(firms, 4)))
    real = taking.Taker.take

    def cancelled_at_the_third(self, batch):
        if self.run.rows_done == 2:
            client.post(reverse("base.import.cancel", args=[run.uuid]))
        return real(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taking.Taker, "take", cancelled_at_the_third)
        assert work_off(run) == ("cancelled", 2, 0, 0)
    assert work_off(hand_in(client, sheet(*rows(firms, 4)))) == ("done", 2, 2, 0)


def test_the_same_file_handed_in_by_two_at_once_is_there_once(firms, client, sign_in):
    colleague = sign_in("clerk", organisations=[firms.firm(WORKS).organisation])
    runs = [hand_in(one, sheet(*rows(firms, 8))) for one in (client, colleague)]
    together([partial(importing.work_off, run.uuid) for run in runs])
    for run in runs:
        run.refresh_from_db()
    assert {(run.state, run.rows_bad) for run in runs} == {("done", 0)}
    assert sum(run.rows_good for run in runs) == sum(run.rows_known for run in runs) == 8
    assert (Manifest.objects.count(), Signature.objects.count()) == (8, 32)
    assert firms.g("stock", WORKS, OIL) == t(9.2)
    assert differences() == []


def test_a_record_takes_as_many_statements_whatever_was_imported_before(firms):
    by = firms.firm(WORKS).person

    def statements(number):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert take([line(firms, number=f"WB-{number}")], by) is Taken.NEW
        return len(queries)

    statements(0)
    counts = [statements(number) for number in range(1, 12)]
    assert max(counts) - min(counts) <= 2
    assert max(counts) < 140
    with CaptureQueriesContext(connection) as queries:
        assert take([line(firms, number="WB-3")], by) is Taken.KNOWN
    assert len(queries) < 40


def test_five_thousand_lines_are_held_one_manifest_at_a_time(firms, client, monkeypatch):
    """Reading, joining and counting; what one record takes is counted above."""
    run = hand_in(client, csv(*rows(firms, 5_000)))
    seen = []

    def see(lines: list[object], actor: Actor) -> Taken:
        seen.append(len(lines))
        return Taken.KNOWN

    object.__setattr__(RECORDS, "write", see)
    try:
        tracemalloc.start()
        assert work_off(run) == ("done", 0, 5_000, 0)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        object.__setattr__(RECORDS, "write", take)
    assert seen == [1] * 5_000
    assert peak < 8_000_000


# The pages.
@pytest.mark.parametrize("name", ["manifests.manifest", "manifests.receipt", "manifests.number"])
def test_each_table_has_its_page_and_a_template_that_can_be_filled_in(firms, client, name):
    page = client.get(reverse(f"{name}.import")).content.decode()
    for other in ("manifests.manifest", "manifests.receipt", "manifests.number"):
        assert reverse(f"{other}.import") in page
    answer = client.get(reverse(f"{name}.template"))
    assert b"".join(answer.streaming_content).startswith(b"PK")


def as_typed(cell):
    """A value as a person writes it into a workbook."""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).replace(tzinfo=None)
    return getattr(cell, "value", cell)


def test_the_filled_template_comes_in(firms, client):
    answer = client.get(reverse("manifests.manifest.template"))
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    page: Any = book.active
    head = [str(cell.value).removesuffix(" *") for cell in list(page.iter_rows())[-1]]
    names = {column.heading: column.name for column in RECORDS.imported}
    cells = on_the_road(firms)
    page.append([as_typed(cells.get(names[text])) for text in head])
    file = BytesIO()
    book.save(file)
    run = hand_in(client, SimpleUploadedFile("filled.xlsx", file.getvalue()))
    assert work_off(run) == ("done", 1, 0, 0)
    assert Manifest.objects.get().status == "loaded"


def test_receipts_come_in_by_their_own_page(firms, client):
    work_off(hand_in(client, sheet(*[[*cells[:10], None, None, ""] for cells in rows(firms, 2)])))
    out = timezone.localtime(firms.at)
    head = ["联单编号", "接收日期", "接收量（吨）"]
    lines = [[f"2026371500000{n}", f"{out:%Y-%m-%d}", 0.1] for n in (1, 2, 3)]
    run = hand_in(client, sheet(*lines, head=head), "manifests.receipt.import")
    assert work_off(run) == ("done", 2, 0, 1)
    assert run.faults.get().column == "number"
    assert Manifest.objects.filter(status="closed").count() == 2


def test_numbers_that_contradict_are_named_by_their_cell(firms, client):
    work_off(hand_in(client, sheet(*rows(firms, 2))))
    one, two = Manifest.objects.order_by("authority_no")
    lines = [
        [one.local_id, one.authority_no],
        [one.local_id, "20263715000099"],
        [two.local_id, "12"],
        ["WF-1", "20263715000098"],
    ]
    run = hand_in(client, sheet(*lines, head=["本平台编号", "联单编号"]), "manifests.number.import")
    assert work_off(run) == ("done", 0, 1, 3)
    assert [fault.column for fault in run.faults.all()] == [
        "authority_no",
        "authority_no",
        "local_id",
    ]


@pytest.mark.parametrize(
    ("role", "may"),
    [("clerk", True), ("officer", True), ("agent", True), ("driver", False), ("auditor", False)],
)
def test_who_may_import_finds_the_way_there_on_the_list(firms, sign_in, role, may):
    client = sign_in(role, organisations=[firms.firm(WORKS).organisation])
    page = client.get(reverse("manifests.manifest.list")).content.decode()
    assert (reverse("manifests.manifest.import") in page) is may
    assert client.get(reverse("manifests.manifest.import")).status_code == (200 if may else 403)


# Whose imports one sees.
def test_colleagues_see_each_others_imports_and_nobody_else_does(firms, client, sign_in):
    run = hand_in(client, sheet(*rows(firms, 2)))
    works, other = (firms.firm(name).organisation for name in (WORKS, "neighbour"))
    mine = {"organisations": [works]}
    colleague = sign_in("clerk", **mine)
    seen = colleague.get(f"/imports/{run.uuid}/").content.decode()
    assert run.who in seen
    assert "Stop the import" not in seen
    assert str(run.uuid) in colleague.get("/imports/").content.decode()
    assert str(run.uuid) in colleague.get(reverse("manifests.manifest.import")).content.decode()
    # Only who handed it in stops it.
    assert colleague.post(f"/imports/{run.uuid}/cancel/").status_code == 404
    # An agent of this firm and another is a colleague of nobody with fewer firms, not the reverse.
    for stranger in (
        sign_in("clerk", organisations=[other]),
        sign_in("keeper", **mine),
        sign_in("clerk"),
    ):
        assert stranger.get(f"/imports/{run.uuid}/").status_code == 404
        assert stranger.get(f"/imports/{run.uuid}/faults/").status_code == 404
    agent = sign_in("clerk", organisations=[works, other])
    assert agent.get(f"/imports/{run.uuid}/").status_code == 200
    theirs = hand_in(agent, sheet(*rows(firms, 3)))
    assert colleague.get(f"/imports/{theirs.uuid}/").status_code == 404
