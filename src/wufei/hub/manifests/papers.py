"""What stands on a printed manifest, gathered for typst: parties, loads, containers, signatures."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wufei.hub.base.tables import show
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.manifests import codes, crossing, reading
from wufei.hub.manifests.declarations import Grade
from wufei.hub.manifests.models import LineLot, Manifest, Mode, Status
from wufei.hub.manifests.reading import Signed
from wufei.hub.manifests.services import exempting
from wufei.hub.registry.models import Licence, Organisation, Site
from wufei.hub.registry.queries import codes_that_cover
from wufei.hub.registry.validity import last_day, valid_on

NOTHING = "—"
# A difference between both clocks that is no more than sending takes is not worth a line.
SENT_S_MAX = 60
Rows = list[tuple[str, str]]


def document(manifest: Manifest) -> dict[str, Any]:
    """Everything but the codes, in the reader's language; values are plain text."""
    template = reading.template_of(manifest)
    void = manifest.status in (Status.CANCELLED, Status.EXPIRED)
    return {
        "title": f"{_first_capital(str(template.name))} {manifest}",
        "name": _first_capital(str(template.name)),
        "state": manifest.get_status_display(),
        "void": manifest.get_status_display() if void else "",
        "authority": _authority(manifest),
        "numbers": _filled(_numbers(manifest)),
        "sections": [
            {"title": title, "rows": _filled(rows)} for title, rows in _sections(manifest)
        ],
        "lines": lines(manifest),
        "containers": containers(manifest),
        "legs": _legs(manifest),
        "signatures": [_signature(one) for one in reading.signed(manifest)],
        "waiting": _waiting(manifest),
        "words": _words(),
    }


def contacts_shown(manifest: Manifest) -> list[Organisation]:
    """Whose contacts the paper names: the law's form asks for them, other papers do not."""
    if reading.template_of(manifest).grade is not Grade.STATUTORY:
        return []
    return [manifest.consignor, manifest.carrier, manifest.consignee]


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _filled(rows: Rows) -> list[list[str]]:
    return [[label, value] for label, value in rows if value]


def _authority(manifest: Manifest) -> str:
    """Nothing here is issued in the name of another."""
    authority = str(reading.template_of(manifest).authority)
    if manifest.authority_no:
        return _("Record of this platform; the number is of: %(name)s.") % {"name": authority}
    return _(
        "Record of this platform, prepared for: %(name)s. Its own number is not known here."
    ) % {"name": authority}


def _numbers(manifest: Manifest) -> Rows:
    follows, crosses = manifest.follows, crossing.of(manifest)
    return [
        (_("Number"), manifest.local_id),
        (_("Number of the authority"), manifest.authority_no or ""),
        (_("Provisional number"), manifest.provisional_no),
        (_("How it was written"), manifest.get_origin_display()),
        (manifest.get_relation_display() or _("Follows"), str(follows) if follows else ""),
        (_("Issued at"), show.text(manifest.issued_at)),
        (_("Crosses"), str(crosses.label) if crosses else ""),
    ]


def _sections(manifest: Manifest) -> list[tuple[str, Rows]]:
    return [
        (_("Consignor"), _consignor(manifest)),
        (pgettext("manifest", "Carrier"), _carrier(manifest)),
        (_("Consignee"), _consignee(manifest)),
    ]


def _organisation(owner: Organisation, site: Site | None, manifest: Manifest) -> Rows:
    rows = [
        (_("Name"), owner.name),
        (_("Unified social credit code"), owner.credit_code or ""),
        (_("Site"), str(site) if site else ""),
        (_("Address"), (site.address if site else "") or owner.address),
    ]
    if owner in contacts_shown(manifest):
        main = owner.contacts.filter(main=True).first()
        rows.append((_("Contact"), f"{main.name} {main.phone}".strip() if main else ""))
    return rows


def _consignor(manifest: Manifest) -> Rows:
    return [
        *_organisation(manifest.consignor, manifest.consignor_site, manifest),
        (_("Loaded at"), _moment(manifest.loaded_at)),
        (_("Remark"), manifest.note),
    ]


def _carrier(manifest: Manifest) -> Rows:
    vehicle, driver, route = manifest.vehicle, manifest.driver, manifest.route
    hours = f"{route.opens:%H:%M}–{route.closes:%H:%M}" if route and route.opens else ""
    return [
        *_organisation(manifest.carrier, None, manifest),
        (_("Vehicle"), vehicle.plate if vehicle else _("open until loading")),
        (_("Road transport permit"), vehicle.permit_number if vehicle else ""),
        (_("Driver"), str(driver) if driver else ""),
        (_("Route"), " · ".join(filter(None, (str(route or ""), hours)))),
        (_("Arrived at"), _moment(manifest.arrived_at)),
        *[
            (
                _("Set down"),
                f"{halt.site} {_moment(halt.since)} – {_moment(halt.until) or NOTHING}",
            )
            for halt in manifest.halts.all()
        ],
    ]


def _consignee(manifest: Manifest) -> Rows:
    return [
        *_organisation(manifest.consignee, manifest.consignee_site, manifest),
        *_licences(manifest),
        (_("Accepted at"), _moment(manifest.accepted_at)),
        (_("Reason for the difference"), manifest.difference_reason),
        (_("Reason for refusing"), manifest.refusal_reason),
        (_("Alternate plant"), str(manifest.alternate_site or "")),
        (_("Reason for cancelling"), manifest.cancel_reason),
        *_claims(manifest),
    ]


def _claims(manifest: Manifest) -> Rows:
    """On which test reports it travels otherwise than as hazardous waste."""
    return [
        (_("Exempt on report"), f"{one.report_no} · {one.laboratory} · {one.reported_on}")
        for one in reading.claims(manifest)
    ]


def _licences(manifest: Manifest) -> Rows:
    """Under which the receiver could take it on the day when it was issued."""
    kinds = exempting.kinds(reading.template_of(manifest), manifest.lines.all())
    if not kinds:
        return []
    cover = {one for line in manifest.lines.all() for one in codes_that_cover(line.waste.code)}
    day = timezone.localtime(manifest.issued_at).date()
    rows = Licence.objects.filter(
        valid_on(day), organisation=manifest.consignee, kind__in=kinds, lines__code__in=cover
    )
    return [
        (str(one.get_kind_display()), f"{one.number} ({_until(one)})")
        for one in rows.distinct().order_by("number")
    ]


def _until(licence: Licence) -> str:
    last = last_day(licence.validity)
    return _("until %(day)s") % {"day": last} if last else _("without end")


def _moment(at: Any) -> str:
    return show.text(at) if at else ""


def lines(manifest: Manifest) -> list[list[str]]:
    """One row a waste, in tonnes; a last row of sums where there are several."""
    loads = reading.loads(manifest)
    columns = ("declared_g", "weighed_out_g", "weighed_in_g", "accepted_g", "refused_g")
    rows = []
    for number, load in enumerate(loads, start=1):
        line, off = load.line, load.difference
        rows.append(
            [
                str(number),
                line.waste.label + (f" ({line.site})" if line.site_id else ""),
                line.waste.code,
                line.waste.hazard or NOTHING,
                *[_tonnes(getattr(line, column)) for column in columns],
                _permille(off.permille) if off else NOTHING,
                str(load.method or NOTHING),
            ]
        )
    if len(loads) > 1:
        sums = [_sum(loads, column) for column in columns]
        rows.append(["", _("Together"), "", "", *map(_tonnes, sums), "", ""])
    return rows


def _sum(loads: Sequence[reading.Load], column: str) -> int | None:
    masses = [getattr(load.line, column) for load in loads]
    known = [mass_g for mass_g in masses if mass_g is not None]
    return sum(known) if len(known) == len(masses) else None


def _tonnes(mass_g: int | None) -> str:
    return NOTHING if mass_g is None else tonnes_text(mass_g)


def _permille(value: Decimal) -> str:
    return f"{value:+} ‰".replace("-", "−")


def containers(manifest: Manifest) -> list[list[str]]:
    """Each container with the code on its label, its waste and kilograms."""
    parts: list[LineLot] = [part for line in manifest.lines.all() for part in line.lots.all()]
    written: Mapping[int, str] = codes.written_on([part.lot for part in parts])
    wastes = {line.pk: line.waste.label for line in manifest.lines.all()}
    return [
        [
            str(number),
            str(part.lot),
            written.get(part.lot_id, NOTHING),
            wastes[part.line_id],
            show.text(Decimal(part.mass_g) / 1000, 1),
        ]
        for number, part in enumerate(parts, start=1)
    ]


def _legs(manifest: Manifest) -> list[list[str]]:
    """Carriers in order, where several follow one another."""
    return [
        [
            str(one.leg.number),
            one.leg.carrier.name,
            one.leg.vehicle.plate if one.leg.vehicle else NOTHING,
            _moment(one.leg.taken_at) or (_("dropped") if one.leg.dropped_at else NOTHING),
        ]
        for one in reading.legs(manifest)
    ]


def _signature(one: Signed) -> dict[str, str]:
    signature = one.signature
    apart_s = abs((signature.received_at - signature.signed_at).total_seconds())
    place = signature.longitude is not None
    return {
        "number": str(signature.number),
        "step": str(one.label),
        "organisation": signature.organisation.name,
        "who": one.who or NOTHING,
        "mode": "" if signature.mode == Mode.OWN else signature.get_mode_display(),
        "signed": show.text(signature.signed_at),
        "received": show.text(signature.received_at) if apart_s > SENT_S_MAX else "",
        "place": f"{signature.latitude:.5f}, {signature.longitude:.5f}" if place else "",
        "digest": signature.content_digest,
    }


def _waiting(manifest: Manifest) -> list[list[str]]:
    """Steps that nobody has signed: who is to, until when, or why nobody will."""
    found = []
    for stop in reading.stops(manifest):
        if stop.signature is not None:
            continue
        if stop.by_itself:
            state = f"{show.text(stop.at)} · {_('by itself: the weights agree')}"
        elif stop.state == reading.DROPPED:
            state = _("no longer")
        else:
            until = _("until %(day)s") % {"day": show.text(stop.due)} if stop.due else ""
            state = " · ".join(filter(None, (_("not signed yet"), until)))
        found.append([str(stop.label), stop.organisation.name, state])
    return found


def _words() -> dict[str, str]:
    return {
        "state": _("State"),
        "scan": _("Scan to see or sign"),
        "travels": _("What travels"),
        "waste": _("Waste"),
        "code": _("Code"),
        "hazard": _("Hazard properties"),
        "declared": _("Declared (t)"),
        "out": _("Weighed out (t)"),
        "in": _("Weighed in (t)"),
        "accepted": _("Accepted (t)"),
        "refused": _("Refused (t)"),
        "difference": _("Difference"),
        "method": pgettext("manifest", "Method"),
        "containers": _("List of containers"),
        "container": _("Container or lot"),
        "digital": _("Digital code"),
        "mass_kg": _("Mass (kg)"),
        "carriers": _("Carriers in order"),
        "carrier": pgettext("manifest", "Carrier"),
        "vehicle": _("Vehicle"),
        "taken": _("Taken over at"),
        "signatures": _("Signatures"),
        "step": _("Step"),
        "who": _("Signed by"),
        "when": _("Signed at"),
        "received": _("received here"),
        "digest": _("Digest of what was signed"),
        "waiting": _("Not signed"),
    }
