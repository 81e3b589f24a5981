"""Rows of a table into forms: those of one filer and period are one form, taken whole.

A form of one section is submitted if nothing speaks against it, and else kept as a draft; of a
form with several the section is put into the draft, which is submitted when all of it is there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables import Taken
from wufei.hub.base.tables.spec import Answer
from wufei.hub.filings import services
from wufei.hub.filings.declarations import Field, FieldKind, FilingType, Section, Severity
from wufei.hub.filings.forms import EMPTY, Form, complete, empty, of_column
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.periods import Period, Span
from wufei.hub.filings.refusals import DraftInTheWay, StillProblems
from wufei.hub.filings.scope import EDIT
from wufei.hub.filings.services import Item
from wufei.hub.filings.services.access import told
from wufei.hub.filings.services.checking import form_of, sections_of
from wufei.hub.filings.services.content import content_of, read_many
from wufei.hub.filings.services.drafting import shown, who
from wufei.hub.filings.services.starting import Wanted, begin_many, keep_new
from wufei.hub.filings.services.streaming import fill_table
from wufei.hub.filings.sheets.lookups import Organisations, Sites, span_from, uuid_from
from wufei.hub.filings.sheets.refusals import KeptAsDraft, NotAskedOf
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.scope import organisations_for

# Ids of imported filings and submissions are made from what the file says.
NAMESPACE = UUID("0f4e2c1a-7a0c-5a55-9d55-5c1f7e0b6d21")
Values = Mapping[str, Any]


@dataclass
class Entry:
    """The rows of one form, with who files it for when. ``rows`` may be read from a file."""

    rows: Iterable[Values]
    head: Values
    long: bool
    wanted: Wanted | None = None
    filing: Filing | None = None


def take(
    form_type: FilingType, section: Section, given: Sequence[Any], actor: Actor
) -> list[Answer]:
    """``Table.write_all`` of the section: an answer for each form, in order."""
    return _Batch(form_type, section, actor).take(given)


class _Batch:
    def __init__(self, form_type: FilingType, section: Section, actor: Actor) -> None:
        self.form_type, self.section, self.actor = form_type, section, actor
        self.answers: dict[int, Answer] = {}

    def take(self, given: Sequence[Any]) -> list[Answer]:
        entries = {
            number: Entry(rows, next(iter(rows)), not isinstance(rows, list))
            for number, rows in enumerate(given)
        }
        self._name(entries)
        self._open(self._left(entries))
        left = self._left(entries)
        names = _Names(self.section, left.values())
        if len(self.form_type.sections) > 1 or any(one.long for one in left.values()):
            keep_new([entry.filing for entry in left.values() if entry.filing], self.actor)
            for number, entry in left.items():
                self.answers[number] = self._alone(entry, names)
        else:
            self._together(left, names)
        return [self.answers[number] for number in range(len(given))]

    def _left(self, entries: Mapping[int, Entry]) -> dict[int, Entry]:
        return {n: entry for n, entry in entries.items() if n not in self.answers}

    # Who files for when.
    def _name(self, entries: Mapping[int, Entry]) -> None:
        rows = Organisation.objects.filter(organisations_for(self.actor, EDIT))
        found = Organisations(rows, [entry.head["filer_"] for entry in entries.values()])
        nobody = _("No organisation of that name or credit code that you may file for.")
        named: dict[int, tuple[Organisation, Span]] = {}
        for number, entry in entries.items():
            try:
                span = span_from(self.form_type.period, entry.head["span_"], "span_")
                named[number] = found.find(entry.head["filer_"], "filer_", nobody), span
            except Refusal as refusal:
                self.answers[number] = refusal
        per_site = self.form_type.per_site is not None
        sites = Sites([one.pk for one, _span in named.values()] if per_site else [])
        for number, (organisation, span) in named.items():
            entry = entries[number]
            try:
                site = sites.find(organisation, entry.head["site_"], "site_") if per_site else None
                id_ = self._id(entry, organisation, span)
                entry.wanted = Wanted(organisation, span, id_, site)
            except Refusal as refusal:
                self.answers[number] = refusal

    def _id(self, entry: Entry, organisation: Organisation, span: Span) -> UUID:
        """Of an event by its number, so that the same file again finds it; else by its place."""
        if self.form_type.period is Period.EVENT:
            said = entry.head["number_"].strip()
        else:
            said = f"{span.first}:{entry.head.get('site_', '')}"
        return uuid5(NAMESPACE, f"{self.form_type.code}:{organisation.uuid}:{said}")

    def _open(self, entries: Mapping[int, Entry]) -> None:
        wanted = [entry.wanted for entry in entries.values() if entry.wanted]
        answers = begin_many(self.form_type, wanted, by=self.actor)
        for (number, entry), answer in zip(entries.items(), answers, strict=True):
            if isinstance(answer, Refusal):
                self.answers[number] = answer
                continue
            entry.filing = answer
            if self.section.code not in {one.code for one in sections_of(answer)}:
                self.answers[number] = NotAskedOf(
                    section=self.section.title,
                    organisation=answer.organisation.name,
                    reason=answer.class_reason,
                )

    # Forms of one section.
    def _together(self, entries: Mapping[int, Entry], names: "_Names") -> None:
        filings = [one.filing for one in entries.values() if one.filing and one.filing.pk]
        drafts = {
            one.filing_id: one
            for one in Version.objects.filter(filing__in=filings, state=Version.State.DRAFT)
        }
        before = _latest(filings)
        items: dict[int, Item] = {}
        for number, entry in entries.items():
            filing = entry.filing
            assert filing is not None
            draft = drafts.get(filing.pk)
            if draft is not None and draft.edition:
                self.answers[number] = self._alone(entry, names)
                continue
            try:
                latest, form = before.get(filing.pk, (None, EMPTY))
                form = self._form(entry, form, names)
            except Refusal as refusal:
                self.answers[number] = refusal
                continue
            digest = self._digest(filing, form) if latest else ""
            if latest and latest.state != Version.State.WITHDRAWN and latest.digest == digest:
                self.answers[number] = Taken.KNOWN
                continue
            # Told by the version it follows: back to what stood there before is another one.
            id_ = uuid5(NAMESPACE, f"{filing.uuid}:{filing.head}:{digest}")
            items[number] = Item(filing, form, id_)
        self._submit(entries, items)

    def _digest(self, filing: Filing, form: Form) -> str:
        sections = sections_of(filing)
        return content_of(sections, complete(sections, form)).digest(filing.uuid)

    def _submit(self, entries: Mapping[int, Entry], items: Mapping[int, Item]) -> None:
        told = services.submit_many([*items.values()], self.actor)
        explained: dict[int, Item] = {}
        for (number, item), answer in zip(items.items(), told, strict=True):
            reason = (entries[number].head.get("reason_") or "").strip()
            if isinstance(answer, StillProblems) and reason and _only_odd(answer):
                reasons = {one.key: reason for one in answer.problems}
                explained[number] = replace(item, reasons=reasons)
            else:
                self.answers[number] = self._answer(item, answer)
        if explained:
            told = services.submit_many([*explained.values()], self.actor)
            for (number, item), answer in zip(explained.items(), told, strict=True):
                self.answers[number] = self._answer(item, answer)

    def _answer(self, item: Item, answer: Version | Refusal) -> Answer:
        if isinstance(answer, StillProblems):
            return self._keep(item.filing, item.form, answer)
        return answer if isinstance(answer, Refusal) else Taken.NEW

    def _keep(self, filing: Filing, form: Form, why: StillProblems) -> Refusal:
        keep_new([filing], self.actor)
        draft = services.draft_of(filing, by=self.actor)
        services.save_draft(draft, form, edition=draft.edition, by=self.actor)
        return KeptAsDraft(why.problems, self.section.code)

    # A form by way of its draft: of several sections, of very many rows, or begun before.
    def _alone(self, entry: Entry, names: "_Names") -> Answer:
        filing = entry.filing
        assert filing is not None
        try:
            draft = services.draft_of(filing, by=self.actor)
            if draft.edition and draft.author != self.actor.id:
                when = shown(draft.changed_at)
                raise DraftInTheWay(**told(filing), who=who(draft.author), when=when)
            if entry.long:
                fill_table(filing, self._asked(filing), names.rows(entry), by=self.actor)
            elif not self._saved(draft, entry, names):
                return Taken.KNOWN
            return Taken.NEW if len(self.form_type.sections) > 1 else self._hand_in(filing, entry)
        except Refusal as refusal:
            if entry.long:
                # Some of it may have been written already.
                raise
            return refusal

    def _asked(self, filing: Filing) -> Section:
        return {one.code: one for one in sections_of(filing)}[self.section.code]

    def _saved(self, draft: Version, entry: Entry, names: "_Names") -> bool:
        """False if just this stands there already."""
        sections, before = sections_of(draft.filing), form_of(draft)
        form = complete(sections, self._form(entry, before, names))
        if draft.edition and form == before and len(self.form_type.sections) > 1:
            return False
        services.save_draft(draft, form, edition=draft.edition, by=self.actor)
        return True

    def _hand_in(self, filing: Filing, entry: Entry) -> Answer:
        draft = services.draft_of(filing, by=self.actor)
        id_ = uuid5(NAMESPACE, f"{filing.uuid}:{draft.number}:{draft.edition}")
        reason = (entry.head.get("reason_") or "").strip()
        try:
            services.submit(filing, id=id_, by=self.actor)
        except StillProblems as problems:
            if not (reason and _only_odd(problems)):
                return KeptAsDraft(problems.problems, self.section.code)
            reasons = {one.key: reason for one in problems.problems}
            services.submit(filing, id=id_, reasons=reasons, by=self.actor)
        return Taken.NEW

    def _form(self, entry: Entry, before: Form, names: "_Names") -> Form:
        """``before`` with what the file says of this section."""
        if self.section.table:
            return replace(before, rows={**before.rows, self.section.code: [*names.rows(entry)]})
        (values,) = names.rows(entry)
        blank = {one.name: empty(one) for one in self.section.fields}
        return replace(before, values={**blank, **before.values, **values})


def _only_odd(refusal: StillProblems) -> bool:
    return all(one.severity is Severity.WARNING for one in refusal.problems)


def _latest(filings: Sequence[Filing]) -> dict[int, tuple[Version, Form]]:
    """What was handed in last of each that has been handed in."""
    pks = {filing.pk: filing for filing in filings if filing.head}
    if not pks:
        return {}
    rows = Version.objects.filter(filing__in=pks).exclude(state=Version.State.DRAFT)
    latest = {}
    for version in rows.order_by("number"):
        version.filing = pks[version.filing_id]
        latest[version.filing_id] = version
    forms = read_many([(one, sections_of(one.filing)) for one in latest.values()])
    return {pk: (one, form) for (pk, one), form in zip(latest.items(), forms, strict=True)}


class _Names:
    """What a file's cells are as values of the fields, with what they name looked up at once."""

    def __init__(self, section: Section, entries: Iterable[Entry]) -> None:
        self.section = section
        kinds = {one.kind for one in section.fields}
        entries = list(entries)
        self._organisations: Organisations | None = None
        self._sites: Sites | None = None
        if FieldKind.ORGANISATION in kinds:
            named = {
                row.get(one.name) or ""
                for one in section.fields
                if one.kind is FieldKind.ORGANISATION
                for entry in entries
                for row in entry.rows
            }
            self._organisations = Organisations(Organisation.objects.all(), named)
        if FieldKind.SITE in kinds:
            self._sites = Sites(entry.wanted.organisation.pk for entry in entries if entry.wanted)
        self._steps = [(one, self._step(one)) for one in section.fields if _is_given(one)]

    def rows(self, entry: Entry) -> Iterator[dict[str, Any]]:
        """Raises the refusal of a cell; ``row`` and ``field`` say which."""
        blank = {one.name: empty(one) for one in self.section.fields} if self.section.table else {}
        for number, row in enumerate(entry.rows):
            values = {**blank}
            for one, step in self._steps:
                if one.name in row:
                    try:
                        values[one.name] = step(one, row[one.name], entry)
                    except Refusal as refusal:
                        refusal.row, refusal.field = number, one.name
                        raise
            yield values

    def _step(self, one: Field) -> Callable[[Field, Any, Entry], Any]:
        if one.kind is FieldKind.ORGANISATION:
            return self._organisation
        if one.kind is FieldKind.SITE:
            return self._site
        return _plain if not one.kind.is_number else _number

    def _organisation(self, one: Field, text: str, entry: Entry) -> UUID | None:
        assert self._organisations is not None
        if not text:
            return None
        nobody = _("No organisation of that name or credit code is registered.")
        return self._organisations.find(text, one.name, nobody).uuid

    def _site(self, one: Field, text: str, entry: Entry) -> UUID | None:
        assert self._sites is not None
        assert entry.wanted is not None
        if not text:
            return None
        return uuid_from(text) or self._sites.find(entry.wanted.organisation, text, one.name).uuid


def _is_given(one: Field) -> bool:
    return one.computed is None and one.kind is not FieldKind.FILES


def _plain(one: Field, value: Any, entry: Entry) -> Any:
    return value


def _number(one: Field, value: Any, entry: Entry) -> Any:
    return of_column(one, value)
