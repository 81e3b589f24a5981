"""What a version holds, as the database keeps it: single values, rows of tables, files."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.rows import copying, insert
from wufei.hub.filings.declarations import Field, FieldKind, Section
from wufei.hub.filings.forms import Form, decoded, encoded
from wufei.hub.filings.models import Attachment, Row, Version

ROWS_A_WRITE = 2000


@dataclass(frozen=True)
class Content:
    """``rows`` are (section, position, values); ``files`` the uuids that the form names."""

    values: Mapping[str, Any]
    rows: tuple[tuple[str, int, Mapping[str, Any]], ...]
    files: frozenset[UUID] = frozenset()

    def digest(self, filing: UUID) -> str:
        """Of all that was written: tells a retry from something else."""
        told = [str(filing), self.values, self.rows]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def content_of(sections: Sequence[Section], form: Form) -> Content:
    values: dict[str, Any] = {}
    rows: list[tuple[str, int, Mapping[str, Any]]] = []
    for section in sections:
        if not section.table:
            values |= encoded(section.fields, form.values)
            continue
        for position, row in enumerate(form.rows.get(section.code, ())):
            rows.append((section.code, position, encoded(section.fields, row)))
    return Content(values, tuple(rows), files_in(sections, form))


def files_in(sections: Iterable[Section], form: Form) -> frozenset[UUID]:
    """Uuids of all files that the form names."""
    return frozenset(file for _field, value in file_values(sections, form) for file in value)


def file_values(sections: Iterable[Section], form: Form) -> list[tuple[Field, tuple[UUID, ...]]]:
    """Each field for files with what stands in it."""
    return [
        (one, values.get(one.name) or ())
        for section in sections
        for one in section.fields
        if one.kind is FieldKind.FILES
        for values in (form.rows.get(section.code, ()) if section.table else (form.values,))
    ]


def read(version: Version, sections: Sequence[Section]) -> Form:
    return read_many([(version, sections)])[0]


def read_many(versions: Sequence[tuple[Version, Sequence[Section]]]) -> list[Form]:
    """What stands in each version, in one query."""
    kept: dict[int, dict[str, list[Mapping[str, Any]]]] = {}
    pks = [version.pk for version, _sections in versions]
    rows = Row.objects.filter(version__in=pks).order_by("version", "section", "position")
    for version, section, values in rows.values_list("version", "section", "values"):
        kept.setdefault(version, {}).setdefault(section, []).append(values)
    return [_form(version, sections, kept.get(version.pk, {})) for version, sections in versions]


def _form(
    version: Version, sections: Sequence[Section], kept: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Form:
    values: dict[str, Any] = {}
    rows = {}
    for section in sections:
        if section.table:
            here = kept.get(section.code, ())
            rows[section.code] = tuple(decoded(section.fields, row) for row in here)
        else:
            values |= decoded(section.fields, version.values)
    return Form(values, rows)


def read_values(version: Version, sections: Sequence[Section]) -> dict[str, Any]:
    """Its single values alone."""
    return dict(_form(version, sections, {}).values)


def replace_rows(version: Version, content: Content) -> None:
    """Let a draft hold these rows and files, and no others."""
    version.rows.all().delete()
    version.attachments.all().delete()
    add_rows([(version, content)])


def copy_rows(rows: Iterable[tuple[int, str, int, Mapping[str, Any]]]) -> None:
    """Add rows (version, section, position, values): by COPY, since there may be very many.

    A parameter for each would take longer to write than all of the rest. Texts keep no
    backslash, tab or line end of their own in JSON but as an escape, so only that is doubled.
    """
    lines = (
        f"{version}\t{section}\t{position}\t{_json(values)}\n"
        for version, section, position, values in rows
    )
    if not (some := "".join(islice(lines, ROWS_A_WRITE))):
        return
    names = "version_id, section, position, values"
    statement = f"COPY {Row._meta.db_table} ({names}) FROM STDIN"
    with copying(statement) as copy:
        while some:
            copy.write(some)
            some = "".join(islice(lines, ROWS_A_WRITE))


def _json(values: Mapping[str, Any]) -> str:
    text = json.dumps(values, ensure_ascii=False)
    return text.replace("\\", "\\\\") if "\\" in text else text


def add_rows(written: Sequence[tuple[Version, Content]]) -> None:
    """Rows and files of new versions."""
    copy_rows(
        (version.pk, section, position, values)
        for version, content in written
        for section, position, values in content.rows
    )
    wanted = {file for _version, content in written for file in content.files}
    if not wanted:
        return
    files = dict(StoredFile.objects.filter(uuid__in=wanted).values_list("uuid", "pk"))
    insert(
        [
            Attachment(version=version, file_id=files[file])
            for version, content in written
            for file in sorted(content.files)
            if file in files
        ]
    )
