"""Wordings that are data: what a standard calls a thing, with a help in English beside it."""

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language


def _either(zh: str, en: str) -> str:
    return en if (get_language() or "").startswith("en") else zh


_lazy_either = lazy(_either, str)


def both(zh: str, en: str) -> str | Promise:
    """Chinese as the standard or the place has it, English as a help."""
    return _lazy_either(zh, en)
