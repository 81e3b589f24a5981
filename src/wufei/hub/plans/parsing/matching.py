"""Which known name a written one means: exactly, by another spelling, or by likeness."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

EXACT, ALIAS, SIMILAR, UNKNOWN = "exact", "alias", "similar", "unknown"
# Likeness from which a name counts as meant, and how much nearer it must be than any other.
# Two offices of a district differ in one of four characters (0.75); that must not be enough.
LIKENESS_MIN, LEAD_MIN = 0.8, 0.08
# Characters that recognition takes for each other cost less than any two.
_LOOK_ALIKE_COST = 0.4
_LOOK_ALIKE = (
    "城域诚", "住往佳柱", "建健键", "农衣", "局同居", "牛生", "态恋", "环坏杯", "境镜", "经径轻",
    "发友", "政攻改", "市布", "审宙", "批比", "服眼报", "务劳", "财材", "税锐悦", "安按", "育肓",
    "体休", "汁计", "交文", "大太犬", "化花", "旅族", "目自", "资货贷", "源原", "规现", "党常",
    "办为", "明朋", "度渡", "区匹", "业亚", "未末", "管菅", "理埋", "商商", "监盐", "督督",
    "场扬", "秸桔", "畜蓄", "膜模", "废度", "利和", "综棕", "圾级", "垃拉",
)  # fmt: skip
_PAIRS = frozenset(
    frozenset((a, b)) for group in _LOOK_ALIKE for a in group for b in group if a != b
)


@dataclass(frozen=True)
class Match:
    """``score`` is 1 for the name itself and for a spelling that is known; ``nearest`` is what
    an unknown name is most like, for the reviewer.
    """

    code: str | None
    how: str
    score: float
    nearest: str = ""


@dataclass(frozen=True)
class Known:
    code: str
    name: str
    spellings: tuple[str, ...] = ()


@dataclass
class Matcher:
    known: tuple[Known, ...]
    _found: dict[str, Match] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Iterable[Known]) -> "Matcher":
        return cls(tuple(known))

    def match(self, written: str) -> Match:
        """Never a silent guess: what is not clearly nearest to one known name stays unknown."""
        if written not in self._found:
            self._found[written] = self._match(written)
        return self._found[written]

    @cached_property
    def _names(self) -> dict[str, str]:
        return {one.name: one.code for one in self.known}

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return {spelling: one.code for one in self.known for spelling in one.spellings if spelling}

    def _match(self, written: str) -> Match:
        if code := self._names.get(written):
            return Match(code, EXACT, 1.0)
        if code := self._spellings.get(written):
            return Match(code, ALIAS, 1.0)
        best: dict[str, float] = {}
        for name, code in (self._names | self._spellings).items():
            best[code] = max(best.get(code, 0.0), likeness(written, name))
        if not best:
            return Match(None, UNKNOWN, 0.0)
        (score, code), *others = sorted(((s, c) for c, s in best.items()), reverse=True)
        second = others[0][0] if others else 0.0
        if score >= LIKENESS_MIN and score - second >= LEAD_MIN:
            return Match(code, SIMILAR, score)
        return Match(None, UNKNOWN, score, nearest=code)


def likeness(a: str, b: str) -> float:
    """1 for equal texts, 0 for nothing in common: one less the edits for each character."""
    longest = max(len(a), len(b))
    if not longest:
        return 1.0
    row = [float(i) for i in range(len(b) + 1)]
    for i, one in enumerate(a, start=1):
        before, row[0] = row[0], float(i)
        for j, other in enumerate(b, start=1):
            changed = before + _cost(one, other)
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, changed)
    return 1 - row[-1] / longest


def _cost(a: str, b: str) -> float:
    if a == b:
        return 0.0
    return _LOOK_ALIKE_COST if frozenset((a, b)) in _PAIRS else 1.0
