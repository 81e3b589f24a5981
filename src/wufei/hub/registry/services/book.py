"""One register: how entries of a kind are created, edited and closed.

Each kind declares what is particular to it (``Book``); the transaction, the idempotency, the
scope, the words for a conflict and the audit record are the same for all.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.db.backends.postgresql.psycopg_any import Range
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import IdReused, Invalid, Refusal
from wufei.hub.base.findings import Finding
from wufei.hub.base.services import record_findings
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.models.parts import Entry
from wufei.hub.registry.scope import organisations_for
from wufei.hub.registry.services.refusals import Closed, NotYours
from wufei.hub.registry.validity import first_day, in_words, last_day, period, today

E = TypeVar("E", bound=Entry)
Values = dict[str, Any]


@dataclass(frozen=True)
class Book(Generic[E]):
    """``name`` as in the acts ("site" of ``registry.site.edit``).

    ``check`` tidies values and raises ``Invalid``; it gets the entry that is edited, or None.
    ``owner`` names the field that holds the organisation. ``conflicts`` puts a constraint into
    words, ``findings`` says what looks wrong without being refused. ``after`` writes rows that
    hang on the entry, ``extras`` reads them back. ``private`` fields are personal data: the audit
    record says that they changed, not from what to what.
    """

    name: str
    model: type[E]
    check: Callable[[Values, E | None], Values]
    owner: str = "organisation"
    conflicts: Mapping[str, Callable[[E, Values], Refusal]] = field(default_factory=dict)
    findings: Callable[[E], Iterable[Finding]] = lambda entry: ()
    after: Callable[[E, Values], None] | None = None
    private: frozenset[str] = frozenset()
    extras: Callable[[E], Values] = lambda entry: {}

    def create(self, by: Actor, *, uuid: UUID | None = None, **values: Any) -> E:
        """Add an entry. The same ``uuid`` with the same values returns what it made before.

        ``valid_from`` (today if absent) and ``valid_until`` (last day, None: no end) bound it.
        """
        digest = _digest(values)
        with transaction.atomic():
            self.queue_up()
            if uuid and (earlier := self._earlier(uuid, digest)):
                return earlier
            clean = self.check(dict(values), None)
            entry = self.model(uuid=uuid or uuid7(), created_digest=digest)
            self._put_validity(entry, clean)
            self._fill(entry, clean)
            self.permit(entry, by, new=True)
            self._write(entry, clean, by)
            self.record(entry, by, "create", self._said(clean))
        return entry

    def edit(self, entry: E, by: Actor, **values: Any) -> E:
        """Change the given values of an entry; others stay as they are."""
        with transaction.atomic():
            self.queue_up()
            # ``of``: joined rows are not ours to lock.
            entry = self.model._default_manager.select_for_update(of=("self",)).get(pk=entry.pk)
            self.permit(entry, by)
            clean = self.check(dict(values), entry)
            before = self._seen(entry, clean)
            self._put_validity(entry, clean)
            self._fill(entry, clean)
            self.permit(entry, by)
            self._write(entry, clean, by)
            if changed := self._changes(before, self._seen(entry, clean)):
                self.record(entry, by, "edit", changed)
        return entry

    def close(self, entry: E, by: Actor, *, last: date, reason: str = "") -> E:
        """Let the entry end with the day ``last``. Nothing is deleted."""
        begun = first_day(entry.validity)
        if begun and last < begun:
            raise Invalid(
                _("The last day cannot be before %(day)s, when the entry begins.") % {"day": begun},
                field="last",
            )
        with transaction.atomic():
            self.permit(entry, by)
            entry.validity = period(begun, last)
            self.model._default_manager.filter(pk=entry.pk).update(validity=entry.validity)
            self.record(entry, by, "close", {"last": str(last), "reason": reason})
        return entry

    def queue_up(self) -> None:
        # Two overlapping rows written at once would wait for each other inside the exclusion
        # constraint until one is killed as a deadlock: writers of one register take turns.
        with connection.cursor() as cursor:
            key = f"registry.{self.name}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])

    def _earlier(self, uuid: UUID, digest: str) -> E | None:
        found = self.model._default_manager.filter(uuid=uuid).first()
        if found and found.created_digest != digest:
            raise IdReused(id=str(uuid))
        return found

    def _put_validity(self, entry: E, clean: Values) -> None:
        if "valid_from" not in clean and "valid_until" not in clean and entry.pk:
            return
        known = entry.validity if entry.pk else None
        first = clean.get("valid_from") or (first_day(known) if known else today())
        last = clean["valid_until"] if "valid_until" in clean else known and last_day(known)
        if first and last and last < first:
            raise Invalid(_("The last day lies before the first day."), field="valid_until")
        entry.validity = period(first, last)

    def _fill(self, entry: E, clean: Values) -> None:
        names = {f.name for f in self.model._meta.concrete_fields}
        for name, value in clean.items():
            if name in names:
                setattr(entry, name, value)

    def permit(self, entry: E, by: Actor, *, new: bool = False) -> None:
        act = f"registry.{self.name}.edit"
        scope = by.require(act)
        organisation = self.owner_of(entry)
        if organisation is None:
            if scope is not Scope.ALL:
                raise NotYours(organisation=str(entry))
            return
        if scope is not Scope.ALL:
            reached = Organisation.objects.filter(organisations_for(by, act), pk=organisation.pk)
            if not reached.exists():
                raise NotYours(organisation=organisation.name)
        if new:
            require_open(organisation, first_day(entry.validity))

    def owner_of(self, entry: E) -> Organisation | None:
        """Whose it is; None where only a whole-district act may write."""
        if self.owner == "self":
            return entry if isinstance(entry, Organisation) and entry.pk else None
        return getattr(entry, self.owner) if self.owner else None

    def _write(self, entry: E, clean: Values, by: Actor) -> None:
        try:
            with transaction.atomic():
                entry.save()
                if self.after:
                    self.after(entry, clean)
                record_findings(self.findings(entry), by)
        except IntegrityError as error:
            raise self._explained(error, entry, clean) from error

    def _explained(self, error: IntegrityError, entry: E, clean: Values) -> Exception:
        diagnosis = getattr(error.__cause__, "diag", None)
        explain = self.conflicts.get(getattr(diagnosis, "constraint_name", None) or "")
        return explain(entry, clean) if explain else error

    def record(self, entry: E, by: Actor, action: str, values: Mapping[str, Any]) -> None:
        audit.record(
            by, f"registry:{self.name}:{action}", subject=self.subject(entry), values=values
        )

    def subject(self, entry: E) -> str:
        """How append-only rows name an entry."""
        return f"registry.{self.name}:{entry.uuid}"

    def _said(self, clean: Values) -> Values:
        return {
            name: "" if name in self.private else plain(value)
            for name, value in clean.items()
            if value not in (None, "", [])
        }

    def _seen(self, entry: E, clean: Values) -> Values:
        columns = {f.name for f in self.model._meta.concrete_fields}
        names = ({*clean} & columns) | {"validity"}
        seen = {name: _present(entry, name) for name in sorted(names)}
        return seen | {name: plain(value) for name, value in self.extras(entry).items()}

    def _changes(self, before: Values, after: Values) -> Values:
        return {
            name: "" if name in self.private else [before[name], after[name]]
            for name in after
            if before[name] != after[name]
        }


def require_open(organisation: Organisation, day: date | None = None) -> None:
    """Refuse new business of an organisation that is closed on ``day`` (today if not given).

    An organisation that begins later is no obstacle: papers are often entered beforehand.
    """
    ended = organisation.validity.upper if organisation.validity else None
    if ended is None:
        return
    if ended <= (day or period().lower):
        raise Closed(organisation=organisation.name, since=ended, field="organisation")


def other(rows: "models.QuerySet[Any]", entry: Entry, **same: Any) -> Any:
    """The row that ``entry`` is in conflict with: the same things at the same time."""
    return rows.filter(validity__overlap=entry.validity, **same).exclude(pk=entry.pk).first()


def plain(value: Any) -> Any:
    """``value`` as JSON: rows by their uuid or code, everything else as text or as it is."""
    if isinstance(value, models.Model):
        return str(getattr(value, "code", "") or getattr(value, "uuid", value.pk))
    if isinstance(value, Range):
        return in_words(value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value if isinstance(value, str | int | float | bool | dict | None) else str(value)


def _present(entry: Entry, name: str) -> Any:
    if name == "validity":
        return [str(first_day(entry.validity) or ""), str(last_day(entry.validity) or "")]
    return plain(getattr(entry, name, None))


def _digest(values: Mapping[str, Any]) -> str:
    # Keyed, because the values may hold personal data that could be guessed from a plain hash.
    told = json.dumps({name: plain(value) for name, value in values.items()}, sort_keys=True)
    return salted_hmac("wufei.registry.created", told, algorithm="sha256").hexdigest()
