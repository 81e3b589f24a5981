"""What a signature has sealed, nobody changes alone: tried with every service, by every party."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.scenarios.test_every_template import prepared
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import Refusal
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests import declarations, queries, revisable, rules, services
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services import NextCarrier, Signing, revisions
from wufei.hub.manifests.services.document import lots_of
from wufei.hub.manifests.services.saying import said
from wufei.hub.manifests.tests.conftest import District, build

# Templates whose steps seal alike are tried once.
TABLES = {
    tuple((step.code, step.by, step.seals, step.needs, step.may) for step in form.steps): form.code
    for form in declarations.templates()
}
FIRMS = {"consignor": "sender", "carrier": "haulier", "consignee": "receiver"}
Try = tuple[str, Callable[[], Any]]


@pytest.fixture
def district(db: None) -> District:
    return build()


def test_every_field_can_be_revised_or_stands_for_what_the_manifest_is():
    assert revisable.REVISABLE.keys() | revisable.FIXED == set(rules.FIELDS)
    assert not revisable.REVISABLE.keys() & revisable.FIXED


@pytest.mark.parametrize("code", TABLES.values())
def test_no_service_changes_what_is_sealed(district: District, code):
    form = declarations.template(code)
    new = prepared(district, form, form.streams[0])
    sender = district.firm("sender").person
    manifest = services.issue(new, id=uuid7(), signing=district.signing(), by=sender)
    # It may be filled in once, even after the closing; from then on it stays.
    services.set_authority_no(manifest, "20263715000001", by=sender)
    # In every state that it goes through, until it is closed.
    for status, go_on in (
        ("issued", lambda: _load(district, form, manifest)),
        ("loaded", lambda: district.arrive(manifest, 2)),
        ("arrived", lambda: district.accept(manifest)),
        ("closed", lambda: None),
    ):
        assert manifest.status == status
        _nothing_sealed_changes(district, form, manifest)
        go_on()


def _load(district: District, form: Any, manifest: Manifest) -> None:
    party = form.step("load").by
    firm = "haulier" if party == declarations.Party.CARRIER else "sender"
    values = {
        "weighed_out": tonnes(2),
        "vehicle": district.truck("haulier", "鲁P00009"),
        "driver": district.driver("haulier"),
    }
    district.sign(manifest, "load", firm, values)


def _nothing_sealed_changes(district: District, form: Any, manifest: Manifest) -> None:
    sealed = rules.sealed_in(form, manifest.status)
    before, alone = _told(manifest, sealed), len(revisions.signers_of(manifest)) == 1
    for field in sorted(sealed):
        for words, attempt in _attempts(district, form, manifest, field):
            changed = _changed_by(attempt, manifest, sealed, before)
            # Whoever alone has signed so far asks nobody: that is signed, and sealed anew.
            if alone and words in ("edit", "propose"):
                changed -= {"lots"} if words == "edit" else revisable.REVISABLE.keys()
            assert changed == set(), (manifest.status, field, words)


def _changed_by(
    attempt: Callable[[], Any], manifest: Manifest, sealed: frozenset[str], before: dict[str, Any]
) -> set[str]:
    """Sealed fields that say something else after the attempt, which is then undone."""
    try:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    attempt()
            except Refusal:
                pass
            now = Manifest.objects.get(pk=manifest.pk)
            after = _told(now, sealed)
            if now.signed != manifest.signed:
                assert all(queries.signature_holds(one) for one in now.signatures.all())
            raise _Undo
    except _Undo:
        return {name for name in sealed if after[name] != before[name]}


class _Undo(Exception):
    pass


def _told(manifest: Manifest, names: frozenset[str]) -> dict[str, Any]:
    lines = list(manifest.lines.select_related("waste").order_by("position"))
    return said(sorted(names), manifest, lines, lots_of(lines))


# Every way in, each by whoever would be let in.
def _attempts(district: District, form: Any, manifest: Manifest, field: str) -> Iterator[Try]:
    value, copy = _other(district, manifest, field), Manifest.objects.get(pk=manifest.pk)
    sender, haulier = (district.firm(name).person for name in ("sender", "haulier"))
    # What is due, and what was signed last: every other step is out of its order.
    due = rules.next_step(form, manifest.status)
    for step in (due, form.step(rules.BEHIND[manifest.status])):
        if step is None:
            continue
        by = district.firm(FIRMS[step.by]).person
        values = _needed(district, step) | {field: value}
        yield step.code, _signing(district, copy, step.code, values, by)
    yield "edit", _editing(district, copy, {field: value}, sender)
    yield "complete", _completing(district, copy, {field: value}, sender)
    yield "propose", _proposing(copy, {field: value}, sender)
    if field in ("vehicle", "driver"):
        means = {"vehicle": None, "driver": None, field: value}
        yield "prepare", _preparing(copy, means, haulier)
    if field == "authority_no":
        yield "number", _numbering(copy, value, sender)


def _at_once(district: District) -> Signing:
    """A moment after the latest deed; what is undone takes no time."""
    return Signing(uuid7(), district.at + timedelta(seconds=1))


def _signing(district: District, copy: Manifest, step: str, values: Any, by: Any) -> Any:
    signing = _at_once(district)
    return lambda: services.sign(copy, step, signing=signing, values=values, by=by)


def _editing(district: District, copy: Manifest, values: Any, by: Any) -> Any:
    signing = _at_once(district)
    if "legs" in values:
        values = {"further_carriers": (NextCarrier(values["legs"]),)}
    return lambda: services.edit(copy, values, signing=signing, by=by)


def _completing(district: District, copy: Manifest, values: Any, by: Any) -> Any:
    signing = _at_once(district)
    return lambda: services.complete(copy, values, signing=signing, by=by)


def _proposing(copy: Manifest, values: Any, by: Any) -> Any:
    return lambda: revisions.propose(copy, values, id=uuid7(), reason="to try it", by=by)


def _preparing(copy: Manifest, values: Any, by: Any) -> Any:
    return lambda: services.prepare(copy, 1, by=by, **values)


def _numbering(copy: Manifest, value: str, by: Any) -> Any:
    return lambda: services.set_authority_no(copy, value, by=by)


def _needed(district: District, step: Any) -> dict[str, Any]:
    """What the step asks for anyway, so that it is not refused for that."""
    told = {
        "weighed_out": tonnes(2),
        "weighed_in": tonnes(2),
        "vehicle": district.truck("haulier", "鲁P00009"),
        "driver": district.driver("haulier"),
    }
    return {name: value for name, value in told.items() if name in step.needs}


def _other(district: District, manifest: Manifest, field: str) -> Any:
    """Another value of a field, of its own kind."""
    line = manifest.lines.get()
    other = district.firm("other haulier", "carrier", "yard")
    match field:
        case "consignor" | "carrier" | "consignee" | "legs":
            return other.organisation
        case "consignor_site" | "consignee_site" | "alternate_site":
            return district.firm("other plant", "plant", "treatment").site
        case "waste":
            return district.waste("lead_battery")
        case "declared" | "weighed_out" | "weighed_in" | "accepted":
            return tonnes("1.97")
        case "refused":
            return [lot.uuid for lot in Lot.objects.filter(account__line=line.uuid)]
        case "exemption":
            return [uuid7()]
        case "lots":
            return tuple(
                LotPart(part.lot.uuid, part.mass_g - 1000) for part in line.lots.all()
            ) or (LotPart(uuid7(), 1000),)
        case "method":
            return catalogue.stream(line.waste.stream).methods[-1].code
        case "containers":
            return 9
        case "vehicle":
            return district.truck("haulier", "鲁P00008")
        case "driver":
            return district.driver("other haulier")
        case "route":
            return None
        case "authority_no":
            return "20263715009999"
        case _:
            return "another reason"
