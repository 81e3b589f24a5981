"""Small conversions that every register's ``check`` uses."""

from typing import Any

from wufei.hub.base.errors import Invalid
from wufei.hub.registry.services.book import Values


def strip(values: Values) -> Values:
    """Texts without blanks around them, and without the NUL that PostgreSQL cannot keep."""
    return {
        name: value.replace("\0", "").strip() if isinstance(value, str) else value
        for name, value in values.items()
    }


def required(values: Values, entry: Any, **texts: Any) -> None:
    """Raise ``Invalid`` for a name in ``texts`` that is empty, or absent from a new entry."""
    for name, text in texts.items():
        absent = name not in values and entry is None
        if absent or (name in values and values[name] in (None, "", [])):
            raise Invalid(text, field=name)


def one_of(values: Values, name: str, allowed: Any, text: Any) -> None:
    """Raise ``Invalid`` where the value of ``name`` is none of ``allowed``."""
    if name in values and values[name] not in allowed:
        raise Invalid(text, field=name)


def keep(values: Values, entry: Any, name: str) -> Any:
    """The new value of ``name``, else the one that the entry has."""
    return values[name] if name in values else getattr(entry, name, None)
