"""What a waste domain declares to every engine of the hub, in one place."""

from dataclasses import dataclass

from wufei.hub.alarms.declarations import Rule
from wufei.hub.catalogue.declarations import Domain
from wufei.hub.indicators.declarations import Indicator
from wufei.hub.labels.formats import LabelUse
from wufei.hub.manifests.declarations import ManifestTemplate
from wufei.hub.registers.declarations import RegisterTable


@dataclass(frozen=True)
class WasteDomain(Domain):
    """One of the six: its wastes (catalogue) and what each engine does with them."""

    manifests: tuple[ManifestTemplate, ...] = ()
    registers: tuple[RegisterTable, ...] = ()
    rules: tuple[Rule, ...] = ()
    labels: tuple[LabelUse, ...] = ()
    indicators: tuple[Indicator, ...] = ()
