"""Numbers to be reached, out of sentences: "到2025年，农膜回收率达到92%以上"."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

_YEAR = re.compile(r"[到至](20\d\d)年(?:年?[底末]|之?前)?|(20\d\d)年(?:年?[底末]|之?前)")
_SENTENCE = re.compile(r"[^。；;\n]+")
_PIECE = re.compile(r"[^，,]+")
_UNITS = (
    "吨/万平方米|万吨/年|吨/日|吨/天|吨/年|吨/万元|万平方米|平方米|万吨|亿元|万元|百分点|[%％]|‰"
    "|毫米|公里|千克|m²|m2|个|座|家|处|台|套|辆|户|次|人|吨|亩"
)
_AT_LEAST = r"不低于|不少于|不小于|高于|超过|至少(?:创建|建成|建设|培育)?"
_AT_MOST = r"不超过|不高于|不大于|不多于|低于|控制在|降至|降低到|降到|下降到"
_REACHES = r"达到|达|提高到|提高至|提升到|提升至|增加到"
_IS = r"(?:保持|稳定|维持)在|为|创建|建成|建设|完成|培育"
_QUANTITY = re.compile(
    rf"(?P<verb>{_AT_MOST}|{_AT_LEAST}|{_REACHES}|{_IS})?"
    r"(?P<low>\d+(?:\.\d+)?)(?:[%％]?[-–—~～至](?P<high>\d+(?:\.\d+)?))?"
    rf"(?P<unit>{_UNITS})(?P<tail>及?以上|以内|以下)?"
)
# What leads up to a name and is no part of it.
_LEADING = re.compile(
    r"^(?:其中|确保|力争|实现|使|全面|推动|[到至]?20\d\d年(?:年?[底末]|之?前)?|[的将：:、]|“?全[市区县])+"
)
_TRAILING = re.compile(r"(?:均|全部|基本|总体|要|应|能够|将|力争)+$")
_NAME_MAX = 60


@dataclass(frozen=True)
class Target:
    """``operator`` is one of ``>=``, ``<=``, ``=``, ``between`` (``value`` to ``value_max``).

    ``start``–``end`` is the place of the statement in the text it was read from.
    """

    name: str
    operator: str
    value: Decimal
    unit: str
    year: int
    start: int
    end: int
    value_max: Decimal | None = None
    base_value: Decimal | None = None
    responsible: str = ""


@dataclass(frozen=True)
class Unread:
    """``why``: "milestone" (a year without a number), "no_year", "no_name", "cell"."""

    why: str
    text: str
    start: int
    end: int
    year: int | None = None


def statements(text: str, hidden: Iterable[tuple[int, int]] = ()) -> Iterator[Target | Unread]:
    """Targets and what is left unread in running text; ``hidden`` parts (attributions) are not
    looked at.
    """
    for start, end in hidden:
        text = text[:start] + "。" * (end - start) + text[end:]
    opening: int | None = None  # the year that a paragraph begins with holds until its end
    year, name = None, ""
    for sentence in _SENTENCE.finditer(text):
        before = text[: sentence.start()]
        if not before or before.endswith("\n"):
            begins = _YEAR.match(sentence[0])
            opening = int(begins[1] or begins[2]) if begins else None
        if not before.endswith(("；", ";")):
            # Otherwise a year reaches over semicolons ("到2023年，…；到2025年，…") only.
            year, name = opening, ""
        found = list(_sentence(text, sentence.start(), sentence.end(), year, name))
        yield from found
        targets = [one for one in found if isinstance(one, Target)]
        if targets:
            year, name = targets[-1].year, targets[-1].name
        elif years := list(_YEAR.finditer(sentence[0])):
            year, name = int(years[-1][1] or years[-1][2]), ""


def _sentence(
    text: str, start: int, end: int, year: int | None, name: str
) -> Iterator[Target | Unread]:
    stated: int | None = None
    read = False
    for piece in _PIECE.finditer(text, start, end):
        if found := _YEAR.search(piece[0]):
            stated = year = int(found[1] or found[2])
        for number in _QUANTITY.finditer(text, piece.start(), piece.end()):
            one = _one(text, piece.start(), number, year, name)
            if isinstance(one, Target):
                name, read = one.name, True
            elif stated:
                read = True
            yield one
    if stated and not read:
        yield Unread("milestone", text[start:end], start, end, stated)


def _one(
    text: str, begin: int, number: re.Match[str], year: int | None, name: str
) -> Target | Unread:
    said = text[begin : number.end()]
    if year is None:
        return Unread("no_year", said, begin, number.end())
    own = _name(text[begin : number.start()])
    if not own and not name:
        return Unread("no_name", said, begin, number.end(), year)
    high = number["high"]
    return Target(
        name=own or name,
        operator=_operator(number),
        value=Decimal(number["low"]),
        value_max=Decimal(high) if high else None,
        unit=number["unit"].replace("％", "%").replace("m2", "m²"),
        year=year,
        start=begin,
        end=number.end(),
    )


def _name(text: str) -> str:
    text = _TRAILING.sub("", _LEADING.sub("", text))
    return text.strip("“”（）()：:、")[-_NAME_MAX:]


def _operator(number: re.Match[str]) -> str:
    verb, tail = number["verb"] or "", number["tail"] or ""
    if number["high"]:
        return "between"
    if tail in ("以内", "以下") or re.fullmatch(_AT_MOST, verb):
        return "<="
    if tail or re.fullmatch(f"{_AT_LEAST}|{_REACHES}", verb):
        return ">="
    return "="
