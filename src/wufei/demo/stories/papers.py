"""What was written otherwise than at a desk: on paper, in an emergency, by parties outside."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from wufei.demo.stories.stage import Load, Stage
from wufei.hub.base import printing
from wufei.hub.base.actor import Actor
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.files.services import store
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests import services
from wufei.hub.manifests.services import OnPaper, Paper, invitations, slips

_TRUCK = "鲁P0SL43"


def a_paper_is_entered(stage: Stage) -> None:
    """The network was down for two days; the paper and its scan came later."""
    drums = stage.arise("paper", "board", "900-252-12", 0.8, 0.81, hours=350)
    load = Load(stage, "paper", stage.ago(170))
    new = load.new("board", "danger", "incinerator", "900-252-12", drums, "incineration")
    by = stage.person("board")
    rows = [
        ("移出人", new.consignor_site.organisation.name),
        ("废物", "900-252-12 漆渣 2 桶 1.610 t"),
        ("承运人 / 车牌", f"{new.carrier.name} {_TRUCK}"),
        ("接受人", new.consignee_site.organisation.name),
        ("出厂 / 到厂磅重", "1.610 t / 1.608 t"),
        ("签字", "示例甲　示例乙　示例丙"),
    ]
    scan = picture("纸质联单.png", "危险废物转移联单（纸质）", rows, by)
    steps = (
        OnPaper("load", load.at + timedelta(hours=1), _loading(stage)),
        OnPaper("arrive", load.at + timedelta(hours=4), {"weighed_in": tonnes(1.608)}),
        OnPaper("accept", load.at + timedelta(hours=5)),
    )
    paper = Paper(load.at, steps, scan.uuid, reason="园区断网，先用纸质联单")
    services.enter_paper(new, paper, id=load.id, by=by)


def _loading(stage: Stage) -> dict[str, object]:
    return {
        "weighed_out": tonnes(1.61),
        "vehicle": stage.truck(_TRUCK),
        "driver": stage.driver(_TRUCK),
    }


def an_emergency_is_still_to_be_completed(stage: Stage) -> None:
    """A leaking tank had to leave at night; how it is treated is still open."""
    load = Load(stage, "emergency", stage.ago(22))
    stage.arise("emergency", "chemical", "900-300-34", 1.4, hours=23)
    new = load.new("chemical", "danger", "hazcentre", "900-300-34", 1.4)
    load.manifest = services.issue_emergency(
        new,
        left_open=frozenset({"method", "driver"}),
        reason="储罐法兰泄漏，夜间紧急转移",
        id=load.id,
        signing=load.signing("issue", new.consignor_site),
        by=stage.person("chemical"),
    )
    load.load("鲁P0SL45", 1.4, minutes=40)


def a_plant_outside_gets_a_link(stage: Stage) -> None:
    """The receiver has no account: a link that signs once."""
    drums = stage.arise("invited", "parts", "336-064-17", 1.5, hours=200)
    load = Load(stage, "invited", stage.ago(5))
    load.issue(load.new("parts", "danger", "kiln", "336-064-17", drums, "cement_kiln"))
    load.load("鲁P0SL44", 1.5, minutes=60)
    invitations.invite(load.manifest, "arrive", recipient="茌平接收员（示例）", by=load.consignor)


def a_slip_stands_for_a_plant_outside(stage: Stage) -> None:
    """The consignor enters the weighbridge slip that the plant gave, with its picture."""
    drums = stage.arise("slip", "parts", "336-064-17", 1.5, 1.5, hours=260)
    load = Load(stage, "slip", stage.ago(54))
    load.issue(load.new("parts", "danger", "kiln", "336-064-17", drums, "cement_kiln"))
    load.load(_TRUCK, 3.0).wait(200)
    rows = [
        ("过磅单号", "SL-20261123-07"),
        ("车牌", _TRUCK),
        ("毛重 / 皮重", "17.480 t / 14.490 t"),
        ("净重", "2.990 t"),
        ("收货单位", load.manifest.consignee.name),
    ]
    slip = picture("磅单.png", "过磅单", rows, load.consignor)
    slips.enter(
        load.manifest,
        {load.line(): tonnes(2.99)},
        slip,
        signing=load.signing("slip"),
        by=load.consignor,
    )


def picture(name: str, title: str, rows: list[tuple[str, str]], by: Actor) -> StoredFile:
    """A sheet as a scanner or a phone takes it."""
    data = {"title": title, "rows": rows, "note": "示例图片，内容均为虚构"}
    (page,) = printing.pictures("demo/paper.typ", data, ppi=110)
    return store(SimpleUploadedFile(name, page, "image/png"), by)


STORIES = (
    a_paper_is_entered,
    an_emergency_is_still_to_be_completed,
    a_plant_outside_gets_a_link,
    a_slip_stands_for_a_plant_outside,
)
