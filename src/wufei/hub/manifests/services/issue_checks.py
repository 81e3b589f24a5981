"""What has to be true of what is said of a new manifest, and of one that is edited."""

from collections.abc import Sequence
from datetime import date

from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.ledger.refusals import LotsDoNotAdd
from wufei.hub.manifests import rules
from wufei.hub.manifests.declarations import ManifestTemplate, Step
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.refusals import (
    FieldMissing,
    FieldNotAsked,
    RouteElsewhere,
    SamePlace,
    UnknownMethod,
)
from wufei.hub.manifests.services import checks
from wufei.hub.manifests.services.given import NewLine, NewManifest
from wufei.hub.registry.services.book import require_open

# What the issuer can say of a manifest beside its parties.
_ISSUED = (
    "vehicle",
    "driver",
    "route",
    "note",
    "authority_no",
    "method",
    "lots",
    "containers",
    "alternate_site",
)


def check_fields(
    new: NewManifest, steps: Sequence[Step], left_open: frozenset[str] = frozenset()
) -> None:
    """Whether all is said that ``steps`` need, and nothing that they do not take."""
    first = steps[0]
    needed = {name for step in steps for name in step.needs} - {"weighed_out"}
    for name in sorted(needed - left_open):
        if not new.field(name):
            label = rules.FIELDS[name].label
            raise FieldMissing(step=checks.step_name(first.code), label=label, field=name)
    allowed = needed | {name for step in steps for name in step.may}
    for name in _ISSUED:
        said = getattr(new, name, None) or any(getattr(line, name, None) for line in new.lines)
        if said and name not in allowed:
            label = rules.FIELDS[name].label
            raise FieldNotAsked(step=checks.step_name(first.code), label=label, field=name)


def check_places(new: NewManifest, manifest: Manifest, form: ManifestTemplate, day: date) -> None:
    """Whether all are open, and vehicle, driver, route and carriers fit."""
    for organisation in (manifest.consignor, manifest.carrier, manifest.consignee):
        require_open(organisation, day)
    checks.open_site(new.consignor_site, day, "consignor_site")
    checks.open_site(new.consignee_site, day, "consignee_site")
    checks.stops((line.site for line in new.lines), day)
    # A round may end in the yard that it set out from: each of its lines has a place of its own.
    if new.consignor_site.pk == new.consignee_site.pk and new.round is None:
        raise SamePlace(site=new.consignor_site.name, field="consignee_site")
    if new.vehicle:
        checks.vehicle_of(new.carrier, new.vehicle, day)
    if new.driver:
        checks.driver_of(new.carrier, new.driver, day)
    ends = (new.consignor_site.pk, new.consignee_site.pk)
    if new.route and (new.route.origin_id, new.route.destination_id) != ends:
        raise RouteElsewhere(
            route=str(new.route),
            origin=new.consignor_site.name,
            destination=new.consignee_site.name,
            field="route",
        )
    checks.carriers_in_order(new.further_carriers, form, day)
    if new.alternate_site:
        checks.another_plant(manifest, new.alternate_site, day)


def check_line(line: NewLine) -> None:
    known = {method.code: method for method in catalogue.stream(line.waste.stream).methods}
    if line.method and line.method not in known:
        names = ", ".join(known)
        raise UnknownMethod(
            waste=line.waste.code, method=line.method[:40], methods=names, field="method"
        )
    lots_g = sum(part.mass_g for part in line.lots)
    if line.lots and lots_g != line.declared.grams:
        raise LotsDoNotAdd(lots_g=lots_g, mass_g=line.declared.grams, field="lots")
