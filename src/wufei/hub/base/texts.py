"""What a finding says to people: each rule's room registers its words once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language

from wufei.hub.base.notices.models import filled
from wufei.ui.templatetags.wufei import amount

Text = str | Promise


@dataclass(frozen=True)
class FindingText:
    """``title`` names the rule; ``message`` is a message id with ``%(name)s`` places.

    Where the finding has ``mass_g``, the message may say ``%(mass_t)s t``.
    """

    title: Text
    message: str


# Values that are words themselves, by language: they stand in for those of the same name.
WORDS = "words"
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
    said = values.get(WORDS, {}).get(get_language(), {})
    return filled(text.message, {**values, **said, **_in_tonnes(values)})


def _in_tonnes(values: Mapping[str, Any]) -> dict[str, str]:
    """``mass_g`` gives a ``mass_t`` as well: people read tonnes."""
    return {
        f"{name.removesuffix('_g')}_t": amount(Decimal(value) / 1_000_000, 3)
        for name, value in values.items()
        if name.endswith("_g") and isinstance(value, int)
    }
