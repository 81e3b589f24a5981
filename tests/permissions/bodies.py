"""What is sent to each operation that changes something: right in everything but who sends it.

So nothing but the sender can be the reason where it is refused.
"""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from tests.permissions.district import Person, Town, new
from tests.permissions.form_bodies import FORMS_BROWSER, FORMS_PROGRAM
from uuid_utils.compat import uuid7

from wufei.hub.manifests.round_queries import places_for
from wufei.hub.manifests.tests.conftest import OIL, SPOIL
from wufei.hub.manifests.tests.phones import Phone
from wufei.hub.manifests.tests.test_rounds import kitchen_waste
from wufei.hub.registry.models import Organisation

Body = dict[str, Any]
T2 = {"value": "2", "unit": "t"}


def signing() -> Body:
    return {"id": str(uuid7()), "signed_at": timezone.now().isoformat()}


def now() -> str:
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")


def _manifest(town: Town) -> Body:
    told = new(town)
    return {
        "signed_at": timezone.now().isoformat(),
        "consignor_site": str(told.consignor_site.uuid),
        "carrier": str(told.carrier.uuid),
        "consignee_site": str(told.consignee_site.uuid),
        "lines": [
            {"waste": told.lines[0].waste.code, "declared": T2, "method": "oil_refining"},
        ],
    }


def _means(town: Town) -> Body:
    driver = town.district.driver(town.name + "carrier")
    return {"vehicle": str(town.things["free truck"].uuid), "driver": str(driver.uuid)}


def _onward(town: Town) -> Body:
    return {"consignee_site": str(town.firm("second plant").site.uuid)}


def _emergency(town: Town) -> Body:
    told = _manifest(town)
    told["lines"][0]["method"] = ""
    return told | {"reason": "a tank burst", "left_open": ["method"]}


def _paper(town: Town, who: Person) -> Body:
    told, at = _manifest(town), timezone.now().isoformat()
    load = {"signed_at": at, "weighed_out": [T2], **_means(town)}
    return told | {"scan": str(who.scan.uuid), "load": load}


def _round(town: Town) -> Body:
    return {
        "template": "kitchen_waste",
        "carrier": str(town.firm("carrier").organisation.uuid),
        "destination": str(town.firm("plant").site.uuid),
        "stops": [str(town.firm("sender").site.uuid)],
        "started_at": timezone.now().isoformat(),
        **_means(town),
    }


def _line_at_stop(town: Town) -> str:
    record = town.things["round"].manifests.get()
    return str(record.lines.get(site=town.firm("sender").site).uuid)


def _scan_out(town: Town) -> Body:
    return signing() | {
        "truck": str(town.things["free truck"].uuid),
        "consignor_site": str(town.firm("sender").site.uuid),
        "consignee_site": str(town.firm("plant").site.uuid),
        "waste": town.district.waste(SPOIL).code,
        "weighed_out": T2,
    }


def _ended(_town: Town, _who: Person) -> Body:
    return {"reason": "sampled wrongly"}


# Operations of the API: JSON by name, with what follows the colon in the table.
PROGRAM: dict[str, Callable[[Town, Person], Any]] = {
    "api.manifest.issue": lambda town, _who: _manifest(town),
    "api.manifest.sign:load": lambda town, _: signing() | {"weighed_out": [T2]} | _means(town),
    "api.manifest.sign:arrive": lambda town, _: signing() | {"weighed_in": [T2]},
    "api.manifest.sign:accept": lambda town, _: signing(),
    "api.manifest.sign:close": lambda town, _: signing(),
    "api.manifest.cancel": lambda town, _: {"reason": "changed plans"},
    "api.manifest.edit": lambda town, _: signing() | {"note": "two drums"},
    "api.scan.out": lambda town, _: _scan_out(town),
    "api.scan.in": lambda town, _: (
        signing() | {"code": str(town.things["scanned"].uuid), "weighed_in": T2}
    ),
    "api.manifest.take_over": lambda town, _: signing() | _means(town),
    "api.manifest.leg": lambda town, _: _means(town),
    "api.manifest.set_down": lambda town, _: (
        signing() | {"site": str(town.firm("river barge").site.uuid)}
    ),
    "api.manifest.pick_up": lambda town, _: signing(),
    "api.manifest.send_back": lambda town, _: signing(),
    "api.manifest.send_on": lambda town, _: signing() | _onward(town),
    "api.manifest.redirect": lambda town, _: signing() | _onward(town),
    "api.draft.save": lambda town, _: {
        "site": str(town.firm("sender").site.uuid),
        "name": "mine",
        "content": {"note": "two drums"},
    },
    "api.draft.delete": lambda town, _: {},
    "api.manifest.revise": lambda town, _: {
        "id": str(uuid7()),
        "reason": "forgotten",
        "changes": {"note": "two drums"},
    },
    "api.manifest.annul": lambda town, _: {"id": str(uuid7()), "reason": "wrong truck"},
    "api.revision.decide": lambda town, _: signing() | {"decision": "approve"},
    "api.revision.withdraw": lambda town, _: {},
    "api.manifest.emergency": lambda town, _: _emergency(town),
    "api.manifest.complete": lambda town, _: (
        signing() | {"values": {"method": [{"method": "oil_refining"}]}}
    ),
    "api.manifest.paper": _paper,
    "api.claim.withdraw": _ended,
    "api.claim.contest": _ended,
    "api.round.start": lambda town, _: _round(town),
    "api.round.add_stop": lambda town, _: {"site": str(town.firm("abroad plant").site.uuid)},
    "api.round.collect": lambda town, _: (
        signing() | {"loads": [{"waste": kitchen_waste().code, "weighed": T2}]}
    ),
    "api.round.skip": lambda town, _: {"reason": "closed"},
    "api.round.correct": lambda town, _: (
        signing()
        | {"weighed": [{"line": _line_at_stop(town), "value": "1.1", "unit": "t"}]}
        | {"reason": "typed wrongly"}
    ),
    "api.round.finish": lambda town, _: {
        "ended_at": timezone.now().isoformat(),
        "reason": "late",
    },
    "api.round.receive": lambda town, _: signing() | {"weighed_in": {"value": "1", "unit": "t"}},
    **FORMS_PROGRAM,
}


def _form(**values: Any) -> Callable[[Town, Person], Body]:
    return lambda _town, _who: {"submission": str(uuid7())} | values


def _by_code(town: Town, _who: Person) -> Body:
    return {
        "step": "load",
        "submission": str(uuid7()),
        "value_0": "2",
        "unit_0": "t",
        "site": str(town.firm("carrier").site.uuid),
        "code": town.things["code"],
        **_means(town),
    }


def _added(town: Town, _who: Person) -> Body:
    """A place that the form offers."""
    begun = town.things["round"]
    offered = places_for(begun.template, Organisation.objects.filter(pk=begun.carrier_id))
    return {"site": str(offered[-1].uuid)}


def _ordered(town: Town, _who: Person) -> Body:
    return {
        "lot": [str(town.things["lot"].uuid)],
        "submission": str(uuid7()),
        "paper": "page",
        "language": "en",
    }


def _facts(_town: Town, _who: Person) -> Body:
    return {
        "volume_l": "200",
        "container": "drum",
        "form": "liquid",
        "hazard": "T,I",
        "components": "mineral oil",
        "harmful": "hydrocarbons",
        "precautions": "no sparks",
    }


def _regrouped(town: Town, _who: Person) -> Body:
    lot = town.things["free lot"].uuid
    return {
        "happened_at": now(),
        "submission": str(uuid7()),
        f"lot-{lot}-take": "on",
        f"lot-{lot}-value": "0.1",
        "out-0-label": "T1",
        "out-0-value": "",
    }


def _entry(town: Town, _who: Person) -> Body:
    return {
        "kind": "arising",
        "site": str(town.firm("sender").site.uuid),
        "waste": town.district.waste(OIL).code,
        "value": "2.5",
        "unit": "t",
        "happened_at": now(),
        "submission": str(uuid7()),
    }


def _surplus(_town: Town, _who: Person) -> Body:
    return {
        "value": "1.5",
        "unit": "t",
        "happened_at": now(),
        "reason": "heap measured",
        "submission": str(uuid7()),
    }


def _treated(town: Town, _who: Person) -> Body:
    return {
        "site": str(town.firm("plant").site.uuid),
        "happened_at": now(),
        "submission": str(uuid7()),
        "input-0-stock": str(town.things["plant account"].pk),
        "input-0-method": "oil_refining",
        "input-0-value": "0.1",
        "input-0-unit": "t",
    }


def _counted(town: Town, _who: Person) -> Body:
    account, told = town.things["account"], {}
    for lot in account.lots.filter(remaining_g__gt=0):
        told[f"lot-{lot.uuid}"] = f"{lot.remaining_g / 1_000_000:.6f}"
    return told | {
        "site": str(town.firm("sender").site.uuid),
        "happened_at": now(),
        "submission": str(uuid7()),
    }


def _new_key(_town: Town, who: Person) -> Body:
    phone = Phone(who.browser)
    return {"id": phone.id, "name": "phone", "public_key": phone.public_key}


def _draft(town: Town, _who: Person) -> Body:
    return {"site": str(town.firm("sender").site.uuid), "name": "mine"}


# Forms of pages.
BROWSER: dict[str, Callable[[Town, Person], Any]] = {
    "manifests.manifest.sign": _form(step="arrive", value_0="2", unit_0="t"),
    "manifests.manifest.cancel": _form(reason="changed plans"),
    "manifests.manifest.authority": _form(authority_no="20263715000001"),
    "manifests.manifest.annul": _form(reason="wrong truck"),
    "manifests.manifest.pattern": _form(),
    "manifests.manifest.means": lambda town, _: {"submission": str(uuid7())} | _means(town),
    "manifests.manifest.invite": _form(step="arrive", days="7", recipient="Li"),
    "manifests.invitation.revoke": _form(),
    "manifests.revision.decide": _form(decision="approve", comment=""),
    "manifests.revision.withdraw": _form(),
    "manifests.draft.save": _draft,
    "manifests.draft.delete": _form(),
    "manifests.conflict.sign": lambda town, _: {"at": now()},
    "manifests.conflict.discard": _form(reason="signed otherwise"),
    "manifests.sitecode.renew": _form(),
    "manifests.sitecode.withdraw": _form(),
    "manifests.qr.by_code": _by_code,
    "manifests.keys": _new_key,
    "manifests.phones.revoke": _form(),
    "manifests.round.add": _added,
    "manifests.round.finish": _form(reason="late"),
    "manifests.round.receive": _form(value_0="1", unit_0="t"),
    "manifests.stop.skip": _form(reason="closed"),
    "manifests.truck.remark": _form(what="other", text="a lamp is broken"),
    "registers.register.export": _form(format="csv"),
    "labels.print": _ordered,
    "labels.label.edit": _facts,
    "labels.check.show": _form(),
    "exemptions.claim.withdraw": _form(reason="sampled wrongly"),
    "exemptions.claim.contest": _form(reason="laboratory not accredited"),
    "exemptions.criterion.edit": _form(limit="0.2", unit="mg/L", source="the edition", grade="A"),
    "ledger.movement.reverse": _form(reason="typed twice"),
    "ledger.regrouping.undo": _form(reason="wrong tank"),
    "ledger.treatment.reverse": _form(reason="other plant"),
    "ledger.account.regroup": _regrouped,
    "ledger.entry.new": _entry,
    "ledger.surplus.new": _surplus,
    "ledger.treatment.new": _treated,
    "ledger.stocktake.new": _counted,
    **FORMS_BROWSER,
}

# What is posted and changes nothing: it asks, or is kept in the browser's session.
ASKS: dict[str, Callable[[Town, Person], Any]] = {
    "manifests.choose_truck": lambda town, _: {"vehicle": str(town.things["free truck"].uuid)},
    "ledger.treatment.balance": _treated,
}
