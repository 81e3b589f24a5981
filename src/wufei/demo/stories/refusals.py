"""Loads that were refused, whole or in part, and where they went then; weights that differ."""

from wufei.demo.stories.stage import Load, Stage
from wufei.hub.manifests import services

_FIRST, _SECOND, _THIRD = "鲁P0SL43", "鲁P0SL44", "鲁P0SL45"


def some_drums_are_sent_back_and_arrive(stage: Stage) -> None:
    """10 t came, 4 t were refused: they went home on a return of their own."""
    drums = stage.arise("partly", "chemical", "900-300-34", 2, 2, 2, 2, 2, hours=400)
    load = Load(stage, "partly", stage.ago(150))
    load.issue(
        load.new("chemical", "danger", "hazcentre", "900-300-34", drums, "acid_alkali_recovery")
    )
    load.load(_FIRST, 10)
    refused = [drum.uuid for drum in drums[3:]]
    load.received(10, refused=refused, refusal_reason="两桶氟离子超出接收标准，现场复测不合格")
    returned = _home(load)
    returned.received(4)
    services.set_authority_no(load.read(), "20263715000188", by=load.consignor)


def a_drum_waits_for_its_way_home(stage: Stage) -> None:
    """The plant's keeper still has to issue the return."""
    drums = stage.arise("wet", "machine", "900-249-08", 0.9, 0.92, 0.88, hours=300)
    load = Load(stage, "wet", stage.ago(30))
    load.issue(load.new("machine", "danger", "oil", "900-249-08", drums, "oil_refining"))
    load.load(_SECOND, 2.7)
    load.received(2.7, refused=[drums[2].uuid], refusal_reason="含水率过高，无法进料")


def a_load_is_redirected_while_the_truck_is_there(stage: Stage) -> None:
    """Refused whole, it goes on to the plant that was named when it was issued."""
    drums = stage.arise("redirected", "board", "900-252-12", 0.8, 0.79, 0.81, 0.8, hours=500)
    load = Load(stage, "redirected", stage.ago(74))
    load.issue(
        load.new(
            "board",
            "danger",
            "incinerator",
            "900-252-12",
            drums,
            "incineration",
            alternate_site=stage.site("hazcentre"),
        )
    )
    load.load(_THIRD, 3.2)
    refused = [drum.uuid for drum in drums]
    load.received(3.2, refused=refused, refusal_reason="焚烧线检修，当日不能进料")
    load.wait(30)
    services.redirect(
        load.manifest,
        stage.site("hazcentre"),
        signing=load.signing("redirect", stage.site("incinerator")),
        by=load.consignor,
    )
    load.read()
    load.received(3.2)


def a_redirect_is_on_the_road(stage: Stage) -> None:
    """The truck had gone: what was refused is fetched by another manifest, to another plant."""
    drums = stage.arise("fetched", "parts", "900-252-12", 0.8, 0.78, hours=420)
    load = Load(stage, "fetched", stage.ago(52))
    load.issue(
        load.new(
            "parts",
            "danger",
            "incinerator",
            "900-252-12",
            drums,
            "incineration",
            alternate_site=stage.site("hazcentre"),
        )
    )
    load.load(_FIRST, 1.58)
    refused = [drum.uuid for drum in drums]
    load.received(1.58, refused=refused, refusal_reason="热值超出配伍范围")
    load.wait(400)
    services.send_on(
        load.manifest,
        stage.site("hazcentre"),
        id=stage.id("fetched:on"),
        signing=load.signing("on", stage.site("parts")),
        by=load.consignor,
        truck_stays=False,
    )


def a_difference_is_settled_by_both(stage: Stage) -> None:
    drums = stage.arise("settled", "chemical", "900-402-06", 1, 1, 1, 1, hours=380)
    load = Load(stage, "settled", stage.ago(122))
    load.issue(load.new("chemical", "danger", "incinerator", "900-402-06", drums, "incineration"))
    load.load(_SECOND, 4.0)
    load.received(3.92, difference_reason="吨桶内残液未计入装车重量，双方复磅一致")
    load.close()


def a_difference_waits_for_the_consignor(stage: Stage) -> None:
    drums = stage.arise("unsettled", "parts", "336-064-17", 1.5, 1.5, hours=340)
    load = Load(stage, "unsettled", stage.ago(26))
    load.issue(load.new("parts", "danger", "hazcentre", "336-064-17", drums, "metal_recovery"))
    load.load(_THIRD, 3.0)
    load.received(2.94, difference_reason="泥饼途中沥水，已取样留存")


def _home(load: Load) -> Load:
    """The return of what was refused, on the same truck."""
    load.wait(35)
    manifest = services.send_back(
        load.manifest,
        id=load.stage.id(f"{load.name}:home"),
        signing=load.signing("home", load.manifest.consignee_site),
        by=load.consignee,
    )
    return load.follow(manifest, "return")


STORIES = (
    some_drums_are_sent_back_and_arrive,
    a_drum_waits_for_its_way_home,
    a_load_is_redirected_while_the_truck_is_there,
    a_redirect_is_on_the_road,
    a_difference_is_settled_by_both,
    a_difference_waits_for_the_consignor,
)
