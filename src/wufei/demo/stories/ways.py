"""Long ways: carriers one after the other, loads that stand on the way; ways that nobody went."""

from wufei.demo.stories.stage import Load, Stage
from wufei.hub.manifests import services
from wufei.hub.manifests.services import NextCarrier
from wufei.hub.manifests.services.expiry import expire

_OURS, _THEIRS = "鲁P0SL46", "鲁P0SL41"


def two_carriers_and_a_night_in_between(stage: Stage) -> None:
    """Set down in the evening, picked up in the morning, taken over by the second carrier."""
    load = _dross(stage, "relay", 96)
    load.wait(80)
    services.set_down(
        load.manifest,
        stage.site("collect"),
        signing=load.signing("set_down", stage.site("collect")),
        by=stage.at_wheel(_OURS),
    )
    load.wait(720)
    services.pick_up(
        load.read(),
        signing=load.signing("pick_up", stage.site("collect")),
        by=stage.at_wheel(_OURS),
    )
    load.wait(70)
    services.take_over(
        load.read(),
        signing=load.signing("take_over"),
        by=stage.at_wheel(_THEIRS),
        vehicle=stage.truck(_THEIRS),
        driver=stage.driver(_THEIRS),
    )
    load.read()
    load.received(8.98)


def a_load_stands_on_the_way(stage: Stage) -> None:
    """It was set down at the collection station, and the second carrier has yet to come."""
    load = _dross(stage, "halted", 20)
    load.wait(70)
    services.set_down(
        load.manifest,
        stage.site("collect"),
        signing=load.signing("set_down", stage.site("collect")),
        by=stage.at_wheel(_OURS),
    )


def _dross(stage: Stage, name: str, hours: float) -> Load:
    bags = stage.arise(name, "alu", "321-026-48", 4.5, 4.5, hours=hours + 200)
    load = Load(stage, name, stage.ago(hours))
    new = load.new(
        "alu",
        "danger",
        "dross",
        "321-026-48",
        bags,
        "metal_recovery",
        further_carriers=(NextCarrier(stage.firm("danger2")),),
    )
    return load.issue(new).load(_OURS, 9.0)


def nobody_came_for_it(stage: Stage) -> None:
    """Issued, never loaded: it ends by itself."""
    drums = stage.arise("expired", "parts", "900-252-12", 0.8, hours=800)
    load = Load(stage, "expired", stage.ago(24 * 20))
    load.issue(load.new("parts", "danger", "incinerator", "900-252-12", drums, "incineration"))
    expire(stage.record.until)


def it_was_cancelled_before_anybody_came(stage: Stage) -> None:
    drums = stage.arise("cancelled", "chemical", "900-300-34", 1.2, hours=240)
    load = Load(stage, "cancelled", stage.ago(70))
    load.issue(load.new("chemical", "danger", "hazcentre", "900-300-34", drums, "physicochemical"))
    services.cancel(load.manifest, reason="承运车辆年检，改日另开", by=load.consignor)


STORIES = (
    two_carriers_and_a_night_in_between,
    a_load_stands_on_the_way,
    nobody_came_for_it,
    it_was_cancelled_before_anybody_came,
)
