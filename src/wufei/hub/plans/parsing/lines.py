"""From raw text to paragraphs: page breaks closed, broken lines joined, every offset kept.

Nothing is corrected here: what a recognition error made of a word stays as it is.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from wufei.hub.plans.parsing.markers import marker

_LINE = re.compile(r"[^\n\r\f\v\x85\u2028\u2029]+")
_PAGE_NUMBER = re.compile(r"[-—–―·•]*\d{1,4}[-—–―·•]*|第\d{1,4}页(?:[/，,]?共\d{1,4}页)?")
_CONTENTS = re.compile(r"目录|.+[.．…·]{3,}\d{1,4}")
_SPACES = "\u3000\u00a0\u200b\ufeff"
_ENDS = "。！？!?；;：:"
_RUNS_ON = "，、,（(〔“《—"
# A line that begins like this goes on with what stood before it.
_GOES_ON = "，。、；：！？）〕】」』”》%％"
_CLOSES = "）)〕]】］"
_ROLES = "牵头|责任|主办|主责|配合|协办|参与|落实|实施"
LABEL = rf"(?:{_ROLES})(?:单位|部门)"
OPENS = "〔（([【［"
_ATTRIBUTION = re.compile(rf"[{re.escape(OPENS)}](?={LABEL})")
_LABELLED = re.compile(rf"{LABEL}[：:]")
# Characters; a bracket that is open for longer was never closed.
_ATTRIBUTION_MAX = 600
# Lines of one length this often mean that the text was wrapped at that width.
_WRAPPED_SHARE, _WRAPPED_MIN = 0.25, 18


@dataclass(frozen=True)
class Flow:
    """Running text; ``at[i]`` is where its i-th character stands in the document.

    Where ``doubled`` has an index, a line break stood between two equal characters there.
    """

    text: str
    at: tuple[int, ...]
    doubled: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Characters ``start`` to ``end`` of this text as a span of the document."""
        if not self.at:
            return (0, 0)
        if start >= end:
            here = self.at[min(start, len(self.at) - 1)]
            return (here, here)
        return (self.at[start], self.at[end - 1] + 1)

    def part(self, start: int, end: int | None = None) -> "Flow":
        end = len(self.text) if end is None else end
        doubled = tuple(i - start for i in self.doubled if start <= i < end)
        return Flow(self.text[start:end], self.at[start:end], doubled)


def joined(flows: "list[Flow]") -> Flow:
    """Paragraphs one under the other."""
    text, at, doubled = "", list[int](), list[int]()
    for flow in flows:
        if text:
            text += "\n"
            at.append(at[-1])
        doubled += [len(text) + i for i in flow.doubled]
        text += flow.text
        at += flow.at
    return Flow(text, tuple(at), tuple(doubled))


def paragraphs(text: str) -> list[Flow]:
    """The document's paragraphs in order; table rows (with tabs or ``|``) are one each."""
    lines = list(_lines(text))
    width = _width(lines)
    found: list[Flow] = []
    begun, full = False, False
    for line in lines:
        begun = begun or marker(line.text) is not None
        if found and _continues(found[-1].text, line.text, full=full, begun=begun):
            found[-1] = _append(found[-1], line)
        else:
            found.append(line)
        full = bool(width) and len(line.text) >= width - 1
    return found


def _lines(text: str) -> Iterator[Flow]:
    for match in _LINE.finditer(text):
        line = _bare(match[0], match.start())
        if line.text and not _is_furniture(line.text):
            yield line


def _bare(line: str, start: int) -> Flow:
    """Without spaces, except one between Latin letters or digits; tabs of a table stay."""
    kept: list[int] = []
    for i, c in enumerate(line):
        if not (c.isspace() or c in _SPACES) or (kept and _kept_blank(line, kept[-1], i)):
            kept.append(i)
    text = "".join(line[i] for i in kept)
    return Flow(text, tuple(start + i for i in kept))


def _kept_blank(line: str, before: int, i: int) -> bool:
    if line[i] == "\t":
        return bool(line[i + 1 :].strip())
    return _latin(line[before]) and i + 1 < len(line) and _latin(line[i + 1])


def _latin(c: str) -> bool:
    return c.isascii() and c.isalnum()


def _is_furniture(line: str) -> bool:
    """Page numbers and lines of a table of contents."""
    return bool(_PAGE_NUMBER.fullmatch(line) or _CONTENTS.fullmatch(line))


def _width(lines: list[Flow]) -> int:
    """Characters at which the text was wrapped; 0 where a line is a paragraph."""
    lengths = Counter(len(line.text) for line in lines if len(line.text) >= _WRAPPED_MIN)
    if not lengths:
        return 0
    width, count = lengths.most_common(1)[0]
    return width if count >= _WRAPPED_SHARE * len(lines) else 0


def is_table_row(text: str) -> bool:
    return "\t" in text or text.count("|") >= 2


def _continues(before: str, line: str, *, full: bool, begun: bool) -> bool:
    """Whether ``line`` belongs to the paragraph ``before`` (a break of line or page between).

    ``full``: the line before reached the width at which the text was wrapped. ``begun``: the
    letterhead is over, where lines are short and end without a stop.
    """
    if is_table_row(line) or is_table_row(before):
        return False
    if line[0] in _GOES_ON or (open_attribution(before) and marker(line) is None):
        return True
    heading = marker(before) is not None and not any(end in before for end in "。；")
    if _ATTRIBUTION.match(line):
        return not heading
    if marker(line) is not None or _LABELLED.match(line):
        return False
    if heading:
        return full
    if not begun:
        return before[-1] in _RUNS_ON
    ended = before[-1] in _ENDS or (before[-1] in _CLOSES and _last_attribution(before))
    return not ended


def open_attribution(text: str) -> bool:
    """Whether ``text`` ends inside an attribution that nothing has closed yet."""
    starts = list(_ATTRIBUTION.finditer(text))
    if not starts or len(text) - starts[-1].start() > _ATTRIBUTION_MAX:
        return False
    return bracket_end(text, starts[-1].start()) is None


def _last_attribution(text: str) -> bool:
    starts = list(_ATTRIBUTION.finditer(text))
    return bool(starts) and bracket_end(text, starts[-1].start()) == len(text)


def bracket_end(text: str, start: int) -> int | None:
    """Behind the bracket that closes the one at ``start``, of whichever shape; None: it is open."""
    depth = 0
    for i in range(start, len(text)):
        if text[i] in OPENS:
            depth += 1
        elif text[i] in _CLOSES:
            depth -= 1
            if depth == 0:
                return i + 1
    return None


def _append(before: Flow, line: Flow) -> Flow:
    doubled = before.doubled
    if before.text[-1] == line.text[0] and "一" <= line.text[0] <= "龥":
        doubled = (*doubled, len(before.text))
    return Flow(before.text + line.text, before.at + line.at, doubled)
