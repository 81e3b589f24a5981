"""An entry's audit records in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.tables.spec import Text

_ACTIONS: Mapping[str, Text] = {
    "create": _("Entered"),
    "edit": _("Edited"),
    "close": _("Closed"),
    "bind": _("Bound"),
    "unbind": _("Unbound"),
    "erase_contact": _("Contact erased"),
    "erase": _("Personal data erased"),
    "read": _("Personal data seen"),
    "export": _("Exported"),
}
_NAMES: Mapping[str, Text] = {
    "validity": _("validity"),
    "contact_name": _("contact"),
    "contact_phone": _("telephone"),
    "contact_email": _("e-mail"),
    "lines": _("codes and quantities"),
    "last": _("last day"),
    "first": _("first day"),
    "reason": _("reason"),
    "phone": _("telephone"),
    "name": _("name"),
    "id_number": _("identity card"),
    "qualification_number": _("qualification number"),
    "vehicle": _("vehicle"),
    "organisation": _("organisation"),
    "merged_into": _("Became part of"),
    "carrier": _("carrier"),
    "user": _("person"),
    "part_of": _("Part of"),
    "region": _("region"),
    "site": _("site"),
    "valid_from": _("valid from"),
    "valid_until": _("valid until"),
}
# Said by another field, or by the entry itself.
_SILENT = {"pinyin", "fields", "contact"}


def action(code: str) -> Text:
    return _ACTIONS.get(code, code)


def changes(
    model: type[models.Model], values: Mapping[str, Any], *, edited: bool
) -> Iterator[tuple[Text, str]]:
    """(field, what it was set to) of an audit record; an edit says "before → after".

    Personal data and references to other rows say only that they were set or changed.
    """
    for name, value in values.items():
        if name in _SILENT:
            continue
        field = _field(model, name)
        label: Text = _NAMES.get(name, getattr(field, "verbose_name", name))
        if field is not None and field.is_relation:
            yield label, ""
        elif edited and isinstance(value, list) and len(value) == 2:
            before, after = (_flat(part, field) for part in value)
            yield label, f"{before} → {after}"
        else:
            yield label, _flat(value, field)


def _field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _flat(value: Any, field: Any = None) -> str:
    if isinstance(value, list):
        return " – ".join(_flat(part) for part in value) if value else "—"
    labels = dict(getattr(field, "flatchoices", ()))
    return "—" if value in (None, "") else str(labels.get(value, value))
