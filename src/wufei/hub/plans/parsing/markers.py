"""The numbers that begin a section: 第一章, 一、, （一）, 1., 1.1, （1）, ①, 专栏1."""

import re
from dataclasses import dataclass

_HAN = "[一二三四五六七八九十百]+"
# What follows a decimal that is a quantity and no number of a section.
_MEASURED = r"\d|万|亿|吨|倍|元|米|亩|平方|立方|公[里斤顷]|毫米|千克|个百分点|[%％‰°、，。；-]"
_HAN_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

# From the widest to the narrowest: a narrower one below a wider one, whichever are missing.
_KINDS: tuple[tuple[str, str], ...] = (
    ("part", rf"(第(?:{_HAN}|\d+)(?:部分|[编篇章]))"),
    ("section", rf"(第(?:{_HAN}|\d+)节)"),
    ("han", rf"({_HAN})[、.．]"),
    ("han_in_brackets", rf"[（(]({_HAN})[）)]"),
    ("dotted", rf"(\d{{1,2}}(?:[.．]\d{{1,2}})+)[.．、]?(?!{_MEASURED})"),
    ("digit", r"(\d{1,2})[.．、](?!\d)"),
    ("digit_in_brackets", r"[（(](\d{1,2})[）)]"),
    ("circled", f"([{_CIRCLED}])"),
    ("box", rf"(专栏(?:{_HAN}|\d+))"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_RANKS = {kind: rank for rank, (kind, _pattern) in enumerate(_KINDS)}


@dataclass(frozen=True)
class Marker:
    """``label`` as it stands in a path ("三", "(一)", "1"), ``length`` in characters of the line.

    ``number`` is its place in the row of its kind (0 where there is none).
    """

    kind: str
    label: str
    number: int
    length: int

    @property
    def rank(self) -> tuple[int, int]:
        """Smaller is wider; a dotted number is as deep as it has dots."""
        return _RANKS[self.kind], self.label.count(".")


def marker(line: str) -> Marker | None:
    """The number that ``line`` begins with, if it does."""
    for kind, pattern in _PATTERNS:
        if found := pattern.match(line):
            return Marker(kind, _label(kind, found[1]), _number(found[1]), found.end())
    return None


def _label(kind: str, number: str) -> str:
    number = number.replace("．", ".")
    return f"({number})" if kind.endswith("_in_brackets") else number


def _number(text: str) -> int:
    if text in _CIRCLED:
        return _CIRCLED.index(text) + 1
    core = re.sub(r"^第|^专栏|部分$|[编篇章节]$", "", text).rpartition(".")[2]
    return int(core) if core.isdigit() else _han(core)


def _han(text: str) -> int:
    """一 to 九十九; 0 for anything else."""
    tens, ten, ones = text.rpartition("十")
    if any(digit not in _HAN_DIGITS for digit in tens + ones):
        return 0
    value = (_HAN_DIGITS.get(tens, 1) * 10) if ten else 0
    return value + (_HAN_DIGITS[ones] if ones else 0)
