"""The tree of numbered parts."""

from dataclasses import dataclass

from wufei.hub.plans.parsing.lines import (
    LABEL,
    OPENS,
    Flow,
    is_table_row,
    joined,
    paragraphs,
)
from wufei.hub.plans.parsing.markers import Marker, marker

TITLE_MAX = 120


@dataclass(frozen=True)
class Section:
    """A numbered part of the document.

    ``path`` joins the numbers from the top ("三/(一)/1/(2)"). ``body`` is its own text, without
    its title and without the sections below it; ``rows`` are the lines of tables in it.
    ``start`` and ``end`` span title and body in the document.
    """

    path: str
    parent: str
    marker: Marker
    title: str
    body: Flow
    rows: tuple[Flow, ...]
    start: int
    end: int

    @property
    def level(self) -> int:
        return self.path.count("/")


@dataclass(frozen=True)
class Outline:
    """``front`` is what stands before the first number: letterhead, title, preamble."""

    front: tuple[Flow, ...]
    sections: tuple[Section, ...]


def outline(text: str) -> Outline:
    """Sections in the order of the document; levels follow the kinds of numbers, not a layout."""
    front: list[Flow] = []
    groups: list[tuple[Marker, list[Flow]]] = []
    for paragraph in paragraphs(text):
        found = None if is_table_row(paragraph.text) else marker(paragraph.text)
        if found is not None:
            groups.append((found, [paragraph]))
        elif groups:
            groups[-1][1].append(paragraph)
        else:
            front.append(paragraph)
    return Outline(tuple(front), tuple(_numbered(groups)))


def _numbered(groups: list[tuple[Marker, list[Flow]]]) -> list[Section]:
    above: list[tuple[Marker, str]] = []
    taken: dict[str, int] = {}
    sections: list[Section] = []
    for mark, flows in groups:
        while above and above[-1][0].rank >= mark.rank:
            above.pop()
        parent = above[-1][1] if above else ""
        path = f"{parent}/{mark.label}" if parent else mark.label
        taken[path] = taken.get(path, 0) + 1
        if taken[path] > 1:
            # The document gives a number twice: both parts stay, told apart.
            path = f"{path}#{taken[path]}"
        above.append((mark, path))
        sections.append(_section(path, parent, mark, flows))
    return sections


def _section(path: str, parent: str, mark: Marker, flows: list[Flow]) -> Section:
    head, rest = _split(flows[0], mark.length)
    texts = [rest] if rest.text else []
    texts += [flow for flow in flows[1:] if not is_table_row(flow.text)]
    rows = tuple(flow for flow in flows[1:] if is_table_row(flow.text))
    return Section(
        path=path,
        parent=parent,
        marker=mark,
        title=head.text[:TITLE_MAX],
        body=joined(texts),
        rows=rows,
        start=flows[0].at[0],
        end=flows[-1].at[-1] + 1,
    )


def _split(line: Flow, begin: int) -> tuple[Flow, Flow]:
    """Title and what follows it in the same line: up to the first full stop or attribution."""
    text = line.text
    ends = [text.find("。", begin), *(text.find(o + w, begin) for o in OPENS for w in _WORDS)]
    end = min((place for place in ends if place >= 0), default=len(text))
    title = line.part(begin, end)
    rest = line.part(end + 1 if text[end : end + 1] == "。" else end)
    return title, rest


_WORDS = tuple(
    f"{role}{kind}" for role in LABEL.split(")")[0][3:].split("|") for kind in ("单位", "部门")
)
