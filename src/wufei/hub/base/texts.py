"""What a finding says to people: each rule's room registers its words once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from wufei.hub.base.notices.models import filled

Text = str | Promise


@dataclass(frozen=True)
class FindingText:
    """``title`` names the rule; ``message`` is a message id with ``%(name)s`` places."""

    title: Text
    message: str


_TEXTS: dict[str, FindingText] = {}


def finding_text(code: str, message: str, title: Text) -> None:
    """Register the words of a rule; called in a room's ``AppConfig.ready``."""
    _TEXTS[code] = FindingText(title, message)


def titles() -> list[tuple[str, Text]]:
    """(code, title) of every rule that has words."""
    return [(code, text.title) for code, text in _TEXTS.items()]


def tell(code: str, values: Mapping[str, Any]) -> str:
    """The finding in words; a rule without words shows what it saw."""
    text = _TEXTS.get(code)
    if text is None:
        return ", ".join(f"{name} {value}" for name, value in values.items())
    return filled(text.message, dict(values))
