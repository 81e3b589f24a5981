"""Who answers for a clause: 〔牵头单位：…；责任单位：…〕 in the forms that documents use.

**An attribution is one bracket** (or, in layouts without brackets, one line) that names the lead
unit 牵头单位 or the responsible units 责任单位 of the text before it. A clause with several
brackets has several attributions, each for its own part of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wufei.hub.plans.parsing.lines import LABEL, OPENS, bracket_end

LEAD, RESPONSIBLE = "lead", "responsible"
_LEADS = ("牵头", "主办", "主责")
_BRACKET = re.compile(f"[{re.escape(OPENS)}]")
_LABEL = re.compile(rf"({LABEL})[：:]?")
_LINE = re.compile(rf"^(?:{LABEL})[：:].+$", re.MULTILINE)
# "（区发改局牵头，区住建局按职责分工负责）"
_VERB = re.compile(
    r"(?:按(?:照)?(?:各自)?职责(?:分工)?)?(?:共同)?(牵头|负责|配合|参与|落实)(?:负责)?$"
)
_OFFICE = re.compile(r"(?:局|委|办|中心|部门|政府|街道|大队|公司|院|镇|办事处|单位|分局)等?$")
_BREAK = re.compile("[；;]")
_NAME = re.compile(r"[^、，,；;/\s]+")
_MANY = re.compile(r"各?乡?镇[（(]街道(?:办事处)?[）)]")
_OTHERS = "等"


@dataclass(frozen=True)
class Name:
    """A unit as it is written; ``others`` where 等 says that there are more than are named."""

    text: str
    start: int
    end: int
    others: bool = False


@dataclass(frozen=True)
class Role:
    """``labelled`` is False where the role follows from the place only (no 责任单位 before it)."""

    role: str
    names: tuple[Name, ...]
    labelled: bool = True


@dataclass(frozen=True)
class Attribution:
    """``start``–``end`` is the bracket in the clause's text; ``begin`` is where the part begins
    that it speaks of (behind the attribution before it). ``closed`` is False where the bracket
    never ends.
    """

    begin: int
    start: int
    end: int
    roles: tuple[Role, ...]
    closed: bool = True


def attributions(text: str) -> list[Attribution]:
    """All attributions of a clause's text, in order."""
    found: list[Attribution] = []
    begin = 0
    for start, end, closed in _places(text):
        inner = (start + 1, end - 1 if closed else end) if text[start] in OPENS else (start, end)
        roles = tuple(_roles(text, *inner))
        if roles:
            found.append(Attribution(begin, start, end, roles, closed))
            begin = end
    return found


def _places(text: str) -> Iterator[tuple[int, int, bool]]:
    behind = 0
    for match in _BRACKET.finditer(text):
        start = match.start()
        if start < behind:
            continue
        end = bracket_end(text, start)
        inner = text[start + 1 : end - 1 if end else None]
        if _LABEL.match(inner) or (end and _spoken(inner)):
            behind = end or len(text)
            yield start, behind, end is not None
    if not behind:
        yield from ((line.start(), line.end(), True) for line in _LINE.finditer(text))


def _spoken(inner: str) -> bool:
    """Units with a verb in place of labels; more than one office, or it is any remark."""
    verb = _VERB.search(inner.rstrip("。"))
    return bool(verb) and any(_OFFICE.search(_VERB.sub("", n)) for n in _NAME.findall(inner))


def _roles(text: str, start: int, end: int) -> Iterator[Role]:
    labels = list(_LABEL.finditer(text, start, end))
    if not labels:
        yield from _spoken_roles(text, start, end)
        return
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        until = following.start() if following else end
        role = LEAD if label[1].startswith(_LEADS) else RESPONSIBLE
        semicolon = _BREAK.search(text, label.end(), until)
        names = tuple(_names(text, label.end(), semicolon.start() if semicolon else until))
        if names:
            yield Role(role, names)
        # "牵头单位：甲；乙、丙": who stands behind the semicolon is responsible.
        behind = tuple(_names(text, semicolon.end(), until)) if semicolon else ()
        if behind:
            yield Role(RESPONSIBLE, behind, labelled=False)


def _spoken_roles(text: str, start: int, end: int) -> Iterator[Role]:
    waiting: list[Name] = []
    for match in re.compile(r"[^，,；;]+").finditer(text, start, end):
        words = match[0].rstrip("。")
        verb = _VERB.search(words)
        stop = match.start() + (verb.start() if verb else len(words))
        waiting += _names(text, match.start(), stop)
        if verb and waiting:
            yield Role(LEAD if verb[1] == "牵头" else RESPONSIBLE, tuple(waiting))
            waiting = []


def _names(text: str, start: int, end: int) -> Iterator[Name]:
    """Names between separators. 各镇（街道） names two groups of units and yields both."""
    for match in _NAME.finditer(text, start, end):
        verb = _VERB.search(match[0])
        word = match[0][: verb.start()] if verb else match[0]
        word = word.strip("。.：:")
        others = len(word) > 1 and word.endswith(_OTHERS)
        word = word.removesuffix(_OTHERS) if others else word
        if not word:
            continue
        place = match.start() + match[0].index(word)
        if _MANY.fullmatch(word):
            cut = re.search(r"[（(]", word)
            assert cut is not None
            yield Name(word[: cut.start()], place, place + cut.start())
            inside = place + cut.end()
            yield Name(f"各{word[cut.end() : -1]}", inside, place + len(word) - 1, others)
        else:
            yield Name(word, place, place + len(word), others)
