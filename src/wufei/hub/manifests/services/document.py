"""A manifest being written: steps are signed in memory, then everything is written at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base import rows, workdays
from wufei.hub.base.actor import Actor
from wufei.hub.base.findings import Finding
from wufei.hub.base.prepared import Among, Rows, Statement, none_of, together
from wufei.hub.base.services import record_findings
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import findings, rules
from wufei.hub.manifests.declarations import Deadline, ManifestTemplate, Step, WorkingDays
from wufei.hub.manifests.measures import as_json
from wufei.hub.manifests.models import Line, LineLot, Manifest, Signature, StepCode
from wufei.hub.manifests.scope import PARTIES
from wufei.hub.manifests.services import masses
from wufei.hub.manifests.services.given import Act, Signing
from wufei.hub.manifests.services.saying import said
from wufei.hub.registry.models import Organisation, Site

Lots = Mapping[UUID, Sequence[LineLot]]


@dataclass
class Document:
    """``changed`` are the manifest's columns, ``weights`` the lines' columns that were filled in.

    ``seen`` is the state and count of signatures that the manifest was found with, ``digest`` that
    of the latest signature, ``latest`` its time; ``lots`` are read when somebody asks for them.
    ``accepted_lots`` are the parts of containers that are accepted, by line, where some are
    refused.
    """

    manifest: Manifest
    form: ManifestTemplate
    lines: list[Line]
    signing: Signing
    by: Actor
    digest: str = ""
    latest: datetime | None = None
    known_lots: Lots | None = None
    changed: set[str] = field(default_factory=set)
    weights: set[str] = field(default_factory=set)
    weighed: dict[str, Mapping[UUID, Mass]] = field(default_factory=dict)
    accepted_lots: dict[UUID, tuple[LotPart, ...]] = field(default_factory=dict)
    signatures: list[Signature] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    seen: tuple[str, int] = ("", 0)

    def __post_init__(self) -> None:
        self.seen = (self.manifest.status, self.manifest.signed)

    @property
    def at(self) -> datetime:
        return self.signing.signed_at

    @property
    def lots(self) -> Lots:
        if self.known_lots is None:
            self.known_lots = lots_of(self.lines)
        return self.known_lots

    def change(self, **columns: Any) -> None:
        """Change columns of the manifest, in memory and when it is written."""
        for name, value in columns.items():
            setattr(self.manifest, name, value)
        self.changed |= columns.keys()

    def weigh(self, column: str, weighed: Mapping[UUID, Mass]) -> None:
        """Fill in a column of each line."""
        for line in self.lines:
            setattr(line, column, weighed[line.uuid].grams)
        self.weights.add(column)

    def sign(self, step: Step, act: Act) -> None:
        """Add the signature of a step of the path over what the document says now."""
        organisation_id = getattr(self.manifest, f"{step.by}_id")
        # Only these two look at the lots: others need not fetch them.
        lots = self.lots if "lots" in step.seals or step.code == StepCode.LOAD else {}
        self.seal(act, step.seals, step.by, organisation_id, lots)
        self.findings += findings.of_step(self.manifest, self.form, step.code, self.lines, lots)

    def seal(
        self,
        act: Act,
        seals: frozenset[str],
        party: str,
        organisation_id: int,
        lots: Lots | None = None,
    ) -> Signature:
        """Add a signature of any act, sealing the fields ``seals`` as they are now."""
        names = rules.signed_fields(seals)
        if lots is None:
            lots = self.lots if "lots" in names else {}
        number = self.manifest.signed + 1
        signature = Signature(
            uuid=act.id,
            manifest=self.manifest,
            number=number,
            step=act.step,
            turn=self.manifest.turn,
            mode=self.signing.mode,
            party=party,
            organisation_id=organisation_id,
            actor=self.by.id,
            values=values_json(act.values, self.lines),
            fields=said(sorted(names), self.manifest, self.lines, lots),
            signed_at=self.at,
            longitude=self.signing.longitude,
            latitude=self.signing.latitude,
            device=self.signing.device,
            evidence=self.signing.evidence,
        )
        self.digest = signature.content_digest = digest_of(signature, self.form.code, self.digest)
        self.change(signed=number)
        self.signatures.append(signature)
        self.note(act.step, {"signature": str(act.id), "digest": self.digest})
        return signature

    def note(self, action: str, values: Mapping[str, Any]) -> None:
        """Say in the audit log what was done."""
        self.events.append((action, values))

    def write(self) -> None:
        """Signatures, findings and audit; manifest and lines must have been written before."""
        write_all([self])


def save_all(documents: Iterable[Document]) -> list[Document]:
    """Write what was changed of manifests and lines; returns the documents that came too late.

    The WHERE clause is the lock: only one signer finds the old state and count of signatures.
    """
    sorts = _alike(documents, lambda one: one.changed)
    written: list[Statement[set[Any]]] = []
    for columns, some in sorts:
        now = timezone.now()
        for one in some:
            one.manifest.changed_at = now
        status, signed = zip(*(one.seen for one in some), strict=True)
        expected = {"status": status, "signed": signed}
        manifests = [one.manifest for one in some]
        written.append(rows.change(manifests, columns | {"changed_at"}, expected))
    for columns, some in _alike(documents, lambda one: one.weights):
        if columns:
            written.append(rows.change([line for one in some for line in one.lines], columns))
    found = together(*written)
    return [
        one
        for (_columns, some), keys in zip(sorts, found[: len(sorts)], strict=True)
        for one in some
        if one.manifest.pk not in keys
    ]


def _alike(
    documents: Iterable[Document], columns: Callable[[Document], set[str]]
) -> list[tuple[frozenset[str], list[Document]]]:
    """Documents of which the same columns are written, since they fit into one statement."""
    found: dict[frozenset[str], list[Document]] = {}
    for one in documents:
        found.setdefault(frozenset(columns(one)), []).append(one)
    return list(found.items())


def write_all(documents: Sequence[Document]) -> None:
    """Signatures, findings and audit of documents that one actor has signed."""
    by = documents[0].by
    events = [
        (
            findings.subject(one.manifest),
            f"manifests:manifest:{action}",
            {"number": one.manifest.local_id, **values},
        )
        for one in documents
        for action, values in one.events
    ]
    signatures = [signature for one in documents for signature in one.signatures]
    together(rows.insertion(signatures), audit.recording(by, events))
    record_findings([found for one in documents for found in one.findings], by)


_LOTS = Rows(
    lambda: LineLot.objects.filter(Among("line", "lines")).select_related("lot").order_by("pk")
)
_PARTIES = Rows(lambda: Organisation.objects.filter(Among("pk", "keys")).order_by())
_PLACES = Rows(lambda: Site.objects.filter(Among("pk", "keys")).select_related("region").order_by())


def lots_of(lines: Sequence[Line]) -> dict[UUID, list[LineLot]]:
    """Named lots by line."""
    return asking_lots(lines).run()


def asking_lots(lines: Sequence[Line]) -> Statement[dict[UUID, list[LineLot]]]:
    """As ``lots_of``, to be run with other statements."""
    by_pk = {line.pk: line.uuid for line in lines if masses.by_lots(line)}

    def by_line(parts: list[LineLot]) -> dict[UUID, list[LineLot]]:
        found: dict[UUID, list[LineLot]] = {}
        for part in parts:
            found.setdefault(by_pk[part.line_id], []).append(part)
        return found

    asked = _LOTS.of(lines=[*by_pk]) if by_pk else none_of()
    return asked.then(by_line)


def asking_parties(manifests: Iterable[Manifest]) -> Statement[None]:
    """Fetches all three organisations of each."""
    return _fetching(_PARTIES, manifests, PARTIES)


def asking_places(manifests: Iterable[Manifest]) -> Statement[None]:
    """Fetches both sites of each and their regions."""
    return _fetching(_PLACES, manifests, ("consignor_site", "consignee_site"))


def _fetching(
    query: Rows[Any], manifests: Iterable[Manifest], names: Sequence[str]
) -> Statement[None]:
    """Fetches what manifests name under ``names``, each row once."""
    of = [(one, name) for one in manifests for name in names]

    def keep(rows: list[Any]) -> None:
        found = {row.pk: row for row in rows}
        for one, name in of:
            setattr(one, name, found[getattr(one, f"{name}_id")])

    return query.of(keys=[*{getattr(one, f"{name}_id") for one, name in of}]).then(keep)


def digest_of(signature: Signature, template: str, before: str) -> str:
    """Digest of what was signed, from what was sealed and the digest of the signature before."""
    about = {
        "id": str(signature.uuid),
        "number": signature.number,
        "party": str(signature.party),
        "mode": str(signature.mode),
        "actor": signature.actor,
        "signed_at": rules.moment(signature.signed_at),
        "values": signature.values,
        "evidence": str(signature.evidence) if signature.evidence else None,
    }
    step = str(signature.step)
    return rules.digest(rules.content(template, step, signature.fields, about, before))


def values_json(values: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """What was given with a signature, as it is kept."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        if value in (None, "", {}, [], ()):
            continue
        if isinstance(value, Mass):
            value = {lines[0].uuid: value}
        if isinstance(value, Mapping):
            told[name] = {
                str(line): as_json(one) if isinstance(one, Mass) else one
                for line, one in value.items()
            }
        elif isinstance(value, list | tuple):
            told[name] = sorted(str(getattr(one, "uuid", one)) for one in value)
        else:
            told[name] = str(getattr(value, "uuid", value))
    return told


def due_at(form: ManifestTemplate, status: str, since: datetime) -> datetime | None:
    """When the step that ``status`` waits for is late."""
    step = rules.next_step(form, status)
    return deadline(step.within, since) if step else None


def deadline(within: Deadline | None, since: datetime) -> datetime | None:
    """When ``within`` is over, counted from ``since``; working days by the calendar."""
    calendar = workdays.recent_calendar() if isinstance(within, WorkingDays) else None
    return rules.due_at(within, since, calendar)


def refresh(given: Manifest, now: Manifest) -> None:
    """The caller's own row shows what has become of it."""
    if given is not now:
        for column in Manifest._meta.concrete_fields:
            setattr(given, column.attname, getattr(now, column.attname))
