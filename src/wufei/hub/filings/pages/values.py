"""Values of a form as people read them: with their units, by name and not by key."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.tables.show import NOTHING
from wufei.hub.base.tables.show import text as shown
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings.declarations import Field, FieldKind, Section
from wufei.hub.filings.forms import Form
from wufei.hub.registry.models import Organisation, Site


@dataclass(frozen=True)
class Names:
    """What the keys in forms stand for; what is no longer known is shown as it was written."""

    organisations: Mapping[UUID, Organisation] = field(default_factory=dict)
    sites: Mapping[UUID, Site] = field(default_factory=dict)
    wastes: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[UUID, StoredFile] = field(default_factory=dict)

    def of(self, one: Field, value: Any) -> str:
        """The name that a key stands for; "" where the field holds no key or it is unknown."""
        if one.kind is FieldKind.ORGANISATION:
            return str(self.organisations.get(value, ""))
        if one.kind is FieldKind.SITE:
            return str(self.sites.get(value, ""))
        if one.kind is FieldKind.WASTE:
            return self.wastes.get(value, "")
        return ""


def names_in(sections: Iterable[Section], *forms: Form | None) -> Names:
    """Names of all that these forms speak of, in four queries at most."""
    keys: dict[FieldKind, set[Any]] = {}
    for kind, value in _keys(tuple(sections), [form for form in forms if form is not None]):
        keys.setdefault(kind, set()).update(value if isinstance(value, tuple) else [value])
    return Names(
        _by_uuid(Organisation, keys.get(FieldKind.ORGANISATION)),
        _by_uuid(Site, keys.get(FieldKind.SITE)),
        _wastes(keys.get(FieldKind.WASTE)),
        _by_uuid(StoredFile, keys.get(FieldKind.FILES)),
    )


_KEYED = {FieldKind.ORGANISATION, FieldKind.SITE, FieldKind.WASTE, FieldKind.FILES}


def _keys(sections: tuple[Section, ...], forms: list[Form]) -> Iterator[tuple[FieldKind, Any]]:
    for section in sections:
        for one in section.fields:
            if one.kind not in _KEYED:
                continue
            for form in forms:
                rows = form.rows.get(section.code, ()) if section.table else (form.values,)
                yield from ((one.kind, row[one.name]) for row in rows if row.get(one.name))


def _by_uuid(model: Any, keys: set[Any] | None) -> dict[UUID, Any]:
    if not keys:
        return {}
    return {row.uuid: row for row in model.objects.filter(uuid__in=keys)}


def _wastes(codes: set[str] | None) -> dict[str, str]:
    if not codes:
        return {}
    rows = WasteType.objects.filter(code__in=codes).order_by("validity")
    return {row.code: str(row.label) for row in rows}


def text_of(one: Field, value: Any, names: Names) -> str:
    """The value without its unit; a dash for nothing."""
    if value in (None, "", ()):
        return NOTHING
    if one.kind is FieldKind.CHOICE:
        assert one.choices is not None
        return str(dict(one.choices()).get(value, value))
    if one.kind is FieldKind.WASTE:
        return f"{value} {names.of(one, value)}".strip()
    if one.kind is FieldKind.FILES:
        return "、".join(file.name for file in files_of(value, names))
    if one.kind is FieldKind.INTEGER:
        return f"{value:,}"
    if one.kind in (FieldKind.ORGANISATION, FieldKind.SITE):
        return names.of(one, value) or str(value)
    return shown(value)


def files_of(value: Any, names: Names) -> list[StoredFile]:
    return [names.files[one] for one in value or () if one in names.files]


def typed(one: Field, value: Any, names: Names) -> str:
    """The value as it stands in its input."""
    if value in (None, "", ()):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if one.kind is FieldKind.MOMENT:
        return localtime(value).strftime("%Y-%m-%dT%H:%M")
    if one.kind is FieldKind.ORGANISATION:
        found = names.organisations.get(value)
        return found.name if found else str(value)
    return str(value)


def change_of(one: Field, now: Any, before: Any) -> str:
    """By how much a number has changed, "+12.5%"; "" where that says nothing."""
    if not one.kind.is_number or not now or not before:
        return ""
    permille = (Decimal(now) - Decimal(before)) * 1000 / Decimal(before)
    sign = "+" if permille > 0 else "\N{MINUS SIGN}" if permille < 0 else "±"
    return f"{sign}{abs(permille) / 10:.1f}%" if abs(permille) < 100_000 else ""
