"""Approved quantities: one nearly used up, one exceeded by a truck that was loaded too full."""

from wufei.demo.stories.stage import Load, Stage
from wufei.hub.ledger.units import tonnes

# Beside those that the simulator drives, so that its trucks go on.
_SLURRY, _RUBBLE = "LC-slurry", "LC-site-waste"


def a_site_has_nearly_moved_what_it_may(stage: Stage) -> None:
    """Nine loads of 30.6 t out of 300 t."""
    for number in range(9):
        load = Load(stage, f"near:{number}", stage.ago(75 - number * 3))
        new = load.new("sitehx1", "truck1", "spoilground", _SLURRY, 30.6, "spoil_ground")
        load.gate("鲁P0SL47", new, 30.6).received(30.52)


def a_site_has_moved_more_than_it_may(stage: Stage) -> None:
    """29 t were left and declared, 31.6 t were on the truck."""
    for number in range(2):
        load = Load(stage, f"over:{number}", stage.ago(60 - number * 4))
        new = load.new("sitelh2", "truck2", "recycle", _RUBBLE, 30.4, "recycled_aggregate")
        load.gate("鲁P0SL48", new, 30.4).received(30.36)
    load = Load(stage, "over", stage.ago(50))
    load.issue(load.new("sitelh2", "truck2", "recycle", _RUBBLE, 29.0, "recycled_aggregate"))
    by, values = load.consignor, {"weighed_out": tonnes(31.6), "vehicle": stage.truck("鲁P0SL48")}
    load.sign("load", by, values, minutes=25)
    load.received(31.58)


STORIES = (a_site_has_nearly_moved_what_it_may, a_site_has_moved_more_than_it_may)
