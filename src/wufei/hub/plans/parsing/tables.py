"""Numbers to be reached, out of a table of targets (tab- or ``|``-separated lines)."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from wufei.hub.plans.parsing.lines import Flow
from wufei.hub.plans.parsing.targets import Target, Unread

_CELL = re.compile(r"[^\t|]*[\t|]?")
_YEAR = re.compile(r"(20\d\d)年?")
_BASE = re.compile(r"现状|基准|基期|现值")
_GOAL = re.compile(r"目标")
_VALUE = re.compile(
    r"(?P<sign>≥|>=|＞=?|>|≤|<=|＜=?|<|不低于|不少于|不超过|达到|达)?"
    r"(?P<value>\d+(?:\.\d+)?)(?P<unit>[%％])?(?P<tail>及?以上|以内|以下)?"
)
_LEAST = {"≥", ">=", "＞", "＞=", ">", "不低于", "不少于", "达到", "达"}
_MOST = {"≤", "<=", "＜", "＜=", "<", "不超过"}
Cell = tuple[str, int, int]


def table_targets(rows: Sequence[Flow], target_year: int | None) -> Iterator[Target | Unread]:
    """Targets of the rows below a heading row that names an indicator column and goals.

    Places are offsets in the row; the first element of the result's place is found by the caller
    through ``row``. A cell that is no number is left to the reviewer.
    """
    columns: dict[str, int | list[tuple[int, int]]] = {}
    for row in rows:
        cells = _cells(row)
        if heading := _heading(cells, target_year):
            columns = heading
        elif columns:
            yield from _row(row, cells, columns)


def _cells(row: Flow) -> list[Cell]:
    text = row.text
    offset = 1 if text.startswith("|") else 0
    cells = []
    for match in _CELL.finditer(text, offset):
        if not match[0]:
            continue
        word = match[0].rstrip("\t|")
        cells.append((word.strip(), *row.span(match.start(), match.start() + len(word))))
    return cells


def _heading(
    cells: Sequence[Cell], target_year: int | None
) -> dict[str, int | list[tuple[int, int]]]:
    """Columns by what they hold: "name", "unit", "base", "who" and "goals" (column, year)."""
    words = [cell[0] for cell in cells]
    name = next((i for i, w in enumerate(words) if "指标" in w and "级" not in w), None)
    if name is None:
        return {}
    found: dict[str, int | list[tuple[int, int]]] = {"name": name}
    goals: list[tuple[int, int]] = []
    for i, word in enumerate(words):
        year = _YEAR.search(word)
        if i == name:
            continue
        if word in ("单位", "计量单位"):
            found["unit"] = i
        elif re.search(r"责任|牵头|部门", word):
            found["who"] = i
        elif _BASE.search(word):
            found["base"] = i
        elif year or _GOAL.search(word):
            goals.append((i, int(year[1]) if year else target_year or 0))
    if goals and "base" not in found and len(goals) > 1 and not _GOAL.search(words[goals[0][0]]):
        # "2020年 | 2025年": the first of several years is where the district stood.
        found["base"] = goals.pop(0)[0]
    return found | {"goals": goals} if goals else {}


def _row(
    row: Flow, cells: Sequence[Cell], columns: dict[str, int | list[tuple[int, int]]]
) -> Iterator[Target | Unread]:
    def cell(kind: str) -> str:
        place = columns.get(kind)
        return cells[place][0] if isinstance(place, int) and place < len(cells) else ""

    name, goals = cell("name"), columns["goals"]
    assert isinstance(goals, list)
    base = _VALUE.fullmatch(cell("base"))
    for place, year in goals:
        word, start, end = cells[place] if place < len(cells) else ("", *row.span(0, 1))
        value = _VALUE.fullmatch(word)
        if not name or not year or value is None:
            yield Unread("cell", f"{name} {word}".strip(), start, end, year or None)
            continue
        yield Target(
            name=name,
            operator=_operator(value),
            value=Decimal(value["value"]),
            unit=(value["unit"] or cell("unit")).replace("％", "%"),
            year=year,
            start=start,
            end=end,
            base_value=Decimal(base["value"]) if base else None,
            responsible=cell("who"),
        )


def _operator(value: re.Match[str]) -> str:
    sign, tail = value["sign"] or "", value["tail"] or ""
    if sign in _MOST or tail in ("以内", "以下"):
        return "<="
    return ">=" if sign in _LEAST or tail else "="
