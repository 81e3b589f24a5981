"""Pinyin keys: what a person types to find a Chinese name. Pure."""

from itertools import chain


def initials(name: str) -> str:
    """First letters of each character, digits and Latin letters as they are: 区城管局 → qcgj."""
    # Its dictionary takes half a second to load; most processes never need it.
    from pypinyin import Style, pinyin

    parts = chain.from_iterable(pinyin(name, style=Style.FIRST_LETTER, errors="default"))
    return "".join(c for part in parts for c in part.lower() if c.isalnum())
