"""Drafts: written in by those who file, by several if need be, and seen by nobody else."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import NotFound
from wufei.hub.base.files.models import StoredFile
from wufei.hub.filings.declarations import Checked, Section
from wufei.hub.filings.forms import EMPTY, Form, complete
from wufei.hub.filings.models import Attachment, Filing, Version
from wufei.hub.filings.refusals import DraftMoved, FileOfOthers
from wufei.hub.filings.services import opening
from wufei.hub.filings.services.access import agent_of, require_fill, require_owed, subject, type_of
from wufei.hub.filings.services.checking import checked_many, form_of, sections_of
from wufei.hub.filings.services.content import (
    add_rows,
    content_of,
    file_values,
    replace_rows,
)
from wufei.hub.ledger.queries.people import names_of

REASON_MAX = 500


def locked(filing: Filing) -> Filing:
    """The filing as it is now; nobody else writes it until the transaction ends."""
    rows = Filing.objects.select_for_update(of=("self",))
    return rows.select_related("organisation__region", "site", "in_force").get(pk=filing.pk)


def draft_of(filing: Filing, *, by: Actor) -> Version:
    """The draft that there is; else a new one: filled in as far as known, or the latest version.

    Raises ``NoLongerOwed`` for a filing that has lapsed.
    """
    require_fill([filing], by)
    with transaction.atomic():
        filing = locked(filing)
        require_owed(filing)
        draft = filing.versions.filter(state=Version.State.DRAFT).first() or _new(filing, by)
        draft.filing = filing
        return draft


def begun(filing: Filing, *, by: Actor) -> tuple[Version, Form]:
    """The draft as ``draft_of`` would begin it, kept nowhere: for whoever only looks.

    The version has no key. Raises ``NoLongerOwed`` for a filing that has lapsed.
    """
    require_fill([filing], by)
    require_owed(filing)
    return _beginning(filing, by)


def _new(filing: Filing, by: Actor) -> Version:
    draft, form = _beginning(filing, by)
    content = content_of(sections_of(filing), form)
    filing.save(update_fields=["class_code", "class_reason"])
    draft.values = dict(content.values)
    draft.save()
    add_rows([(draft, content)])
    record(by, "filings:draft:make", subject=subject(filing), values={"version": draft.number})
    return draft


def _beginning(filing: Filing, by: Actor) -> tuple[Version, Form]:
    latest = filing.versions.order_by("-number").first()
    if latest is None:
        # Opened long ago, perhaps: what class the filer is in is seen anew.
        opening.classify(type_of(filing), filing)
    else:
        latest.filing = filing
    sections = sections_of(filing)
    form = _known(filing) if latest is None else form_of(latest)
    draft = Version(
        filing=filing,
        number=filing.head + 1,
        reasons=latest.reasons if latest else {},
        author=by.id,
        agent=agent_of(by),
    )
    return draft, complete(sections, form)


def _known(filing: Filing) -> Form:
    (checked,) = checked_many([(filing, EMPTY)])
    return prefilled(filing, checked)


def prefilled(filing: Filing, checked: Checked) -> Form:
    """What can be known beforehand; names that the form does not ask for are left out."""
    given = type_of(filing).prefill(checked)
    tables = {section.code for section in sections_of(filing) if section.table}
    values = {name: value for name, value in given.items() if name not in tables}
    return Form(values, {code: tuple(given[code]) for code in tables if code in given})


def save_draft(
    version: Version,
    form: Form,
    *,
    edition: int,
    reasons: Mapping[str, str] | None = None,
    by: Actor,
) -> Version:
    """Keep what was written, finished or not; ``edition`` is the one that was written on.

    Raises ``DraftMoved`` if somebody has saved since, ``FileOfOthers`` for a file that neither
    ``by`` has handed in nor the filing has already.
    """
    require_fill([version.filing], by)
    with transaction.atomic():
        filing = locked(version.filing)
        draft = filing.versions.filter(pk=version.pk, state=Version.State.DRAFT).first()
        if draft is None:
            raise NotFound
        require_edition(draft, edition)
        draft.filing = filing
        sections = sections_of(filing)
        form = complete(sections, form)
        require_own_files(filing, sections, form, by)
        content = content_of(sections, form)
        draft.values = dict(content.values)
        if reasons is not None:
            draft.reasons = tidy_reasons(reasons)
        draft.edition, draft.author, draft.agent = edition + 1, by.id, agent_of(by)
        draft.save()
        replace_rows(draft, content)
        values = {"version": draft.number, "edition": draft.edition}
        record(by, "filings:draft:save", subject=subject(filing), values=values)
    return draft


def tidy_reasons(reasons: Mapping[str, str]) -> dict[str, str]:
    said = {tidy(key, REASON_MAX): tidy(text, REASON_MAX) for key, text in reasons.items()}
    return {key: text for key, text in said.items() if text}


def tidy(text: object, length_max: int) -> str:
    """What somebody wrote, as far as it is kept; a null character cannot be."""
    return str(text).replace("\0", "").strip()[:length_max]


def require_edition(draft: Version, edition: int) -> None:
    if draft.edition != edition:
        raise DraftMoved(who=who(draft.author), when=shown(draft.changed_at))


def who(actor: str) -> str:
    return names_of([actor])[actor]


def shown(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "—"


def require_own_files(filing: Filing, sections: tuple[Section, ...], form: Form, by: Actor) -> None:
    """Raises ``FileOfOthers``: naming a file would let everyone open it who reads the form."""
    named = file_values(sections, form)
    wanted = {file for _field, files in named for file in files}
    if not wanted:
        return
    own = StoredFile.objects.filter(uuid__in=wanted, by=by.id).values_list("uuid", flat=True)
    earlier = Attachment.objects.filter(version__filing=filing, file__uuid__in=wanted)
    foreign = wanted - {*own, *earlier.values_list("file__uuid", flat=True)}
    for one, files in named:
        if foreign & set(files):
            raise FileOfOthers(label=one.label, field=one.name)


def discard(version: Version, by: Actor) -> None:
    """Throw a draft away; doing it twice is the same as once."""
    require_fill([version.filing], by)
    with transaction.atomic():
        filing = locked(version.filing)
        draft = filing.versions.filter(pk=version.pk).first()
        if draft is None:
            return
        if draft.state != Version.State.DRAFT:
            raise NotFound
        draft.delete()
        values = {"version": draft.number}
        record(by, "filings:draft:discard", subject=subject(filing), values=values)
