"""Finding wastes: by code, by name, by what people type."""

import difflib
from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from wufei.hub.catalogue.models import Edition, Exemption, WasteType
from wufei.hub.catalogue.refusals import UnknownWaste
from wufei.hub.catalogue.rules import as_code, exempt, tidy
from wufei.hub.registry.validity import today, valid_on

_SUGGESTIONS_MAX = 3
# Similarity from which another code is worth suggesting: one or two wrong characters.
_SIMILAR = 0.75


def waste(code: str, day: date | None = None, *, field: str = "waste") -> WasteType:
    """The type that ``code`` means on ``day`` (today); ``UnknownWaste`` names the nearest ones."""
    day, code = day or today(), as_code(code)
    found = WasteType.objects.filter(valid_on(day), code=code).first()
    if found is None:
        raise UnknownWaste(code, day, nearest(code, day), field=field)
    return found


class WasteBook:
    """All waste types in memory, for imports that ask for thousands of codes on many days."""

    def __init__(self) -> None:
        self._by_code: dict[str, list[WasteType]] = {}
        for waste_type in WasteType.objects.defer("official_text"):
            self._by_code.setdefault(waste_type.code, []).append(waste_type)

    def waste(self, code: str, day: date, *, field: str = "waste") -> WasteType:
        """As the function of this name."""
        known = self._by_code.get(code) or self._by_code.get(as_code(code), [])
        for waste_type in known:
            if day in waste_type.validity:
                return waste_type
        raise UnknownWaste(as_code(code), day, nearest(as_code(code), day), field=field)


def nearest(code: str, day: date) -> list[str]:
    """Codes valid on ``day`` that look like ``code``; by name, where a name was written."""
    valid = WasteType.objects.filter(valid_on(day))
    codes = list(valid.values_list("code", flat=True))
    similar = difflib.get_close_matches(code, codes, n=_SUGGESTIONS_MAX, cutoff=_SIMILAR)
    return similar or [found.code for found in find(code, day=day)[:_SUGGESTIONS_MAX]]


def find(
    text: str, domain: str | None = None, day: date | None = None
) -> "QuerySet[WasteType, WasteType]":
    """Wastes valid on ``day`` (today) that ``text`` may mean, the likeliest first.

    Exact code, then code prefix or category, then pinyin initials or the beginning of the name,
    then anything that contains it; drafts after the others, and codes of one industry after those
    of any (900). Several words must all be there.
    """
    rows = WasteType.objects.filter(valid_on(day)).defer("official_text")
    if domain:
        rows = rows.filter(domain=domain)
    text = tidy(text)[:50]
    if not text:
        return rows
    for word in text.split():
        rows = rows.filter(_any_of(_ranks(word)))
    ranks = (When(condition, then=Value(n)) for n, condition in enumerate(_ranks(text)))
    return rows.annotate(
        rank=Case(*ranks, default=Value(99), output_field=IntegerField()),
        special=Case(When(code__startswith="900-", then=0), default=1),
    ).order_by("rank", "draft", "special", "code")


def _ranks(text: str) -> list[Q]:
    """Ways in which a waste may be meant by ``text``, the likeliest first."""
    code, letters = as_code(text), text.lower()
    return [
        Q(code=code),
        Q(code__istartswith=code) | Q(category=code),
        Q(name__startswith=text) | Q(pinyin__startswith=letters),
        Q(keywords__startswith=text) | Q(keywords__contains=f" {text}"),
        Q(pinyin__contains=f" {letters}"),
        Q(name__contains=text) | Q(keywords__contains=text),
        Q(category_name__contains=text) | Q(name_en__icontains=text),
        Q(category_name_en__icontains=text) | Q(industry__contains=text),
        Q(code__icontains=text),
        Q(pinyin__contains=letters),
    ]


def _any_of(conditions: Sequence[Q]) -> Q:
    return reduce(or_, conditions)


def exemptions_of(
    code: str, stage: str = "", day: date | None = None, *, source: str = ""
) -> list[Exemption]:
    """Exemptions that may be claimed for ``code``; each only under its condition."""
    return list(exempt(code, stage, day or today(), Exemption.objects.all(), source=source))


def categories() -> list[tuple[str, WasteType]]:
    """Categories of hazardous waste with one waste of each (for its names)."""
    first = WasteType.objects.filter(domain="hazardous").order_by("category", "code")
    return [(w.category, w) for w in first.distinct("category")]


def editions() -> list[dict[str, Any]]:
    """Editions with how many of their entries are held and how many have official wording."""
    held: dict[str, list[int]] = {}
    for edition, wording in WasteType.objects.values_list("edition", "official_text"):
        counts = held.setdefault(edition, [0, 0])
        counts[0] += 1
        counts[1] += bool(wording)
    return [
        {
            "edition": edition,
            "held": held.get(edition.code, [0, 0])[0],
            "worded": held.get(edition.code, [0, 0])[1],
        }
        for edition in Edition.objects.all()
    ]
