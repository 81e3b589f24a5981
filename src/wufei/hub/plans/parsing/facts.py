"""What the letterhead and the chapter on scope say about the document itself."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from wufei.hub.plans.parsing.lines import Flow
from wufei.hub.plans.parsing.sections import Section

_NUMBER = re.compile(r"[\u4e00-\u9fa5]{2,12}[〔\[［（(【]20\d\d[〕\]］）)】]第?\d{1,4}号")
_DATE = re.compile(r"(20\d\d)年(\d{1,2})月(\d{1,2})日")
_TITLE = re.compile(r"(?:方案|规划|计划|行动计划|意见)(?:（[^）]*）)?$")
_ISSUER = re.compile(r"(.+(?:委员会|人民政府|政府|办公室|厅|局|指挥部|领导小组))(?:文件)?$")
_BASE = re.compile(r"基准年(?:份)?(?:为|是)?[：:]?(20\d\d)")
_PERIOD = re.compile(r"(20\d\d)年?[-–—~～至到]+(20\d\d)年")
_YEARS = re.compile(r"[到至](20\d\d)年")


@dataclass(frozen=True)
class Facts:
    """ "" and None where the document does not say; the reviewer fills them in."""

    title: str
    issuer: str
    number: str
    issued: date | None
    base_year: int | None
    first_year: int | None
    target_year: int | None


def facts(front: Sequence[Flow], sections: Sequence[Section]) -> Facts:
    lines = [flow.text for flow in front]
    body = [section.title + section.body.text for section in sections]
    base = next((int(m[1]) for text in (*lines, *body) if (m := _BASE.search(text))), None)
    period = next((m for text in body if "阶段" in text and (m := _PERIOD.search(text))), None)
    return Facts(
        title=_title(lines),
        issuer=_issuer(lines),
        number=next((m[0] for line in lines if (m := _NUMBER.fullmatch(line))), ""),
        issued=_issued(lines),
        base_year=base,
        first_year=int(period[1]) if period else None,
        target_year=int(period[2]) if period else _last_year(body),
    )


def _title(lines: Sequence[str]) -> str:
    """The last line of its own that ends like a plan's name; a letter about it comes before."""
    found = [line for line in lines if len(line) <= 60 and _TITLE.search(line)]
    return found[-1] if found else ""


def _issuer(lines: Sequence[str]) -> str:
    return next((m[1] for line in lines if len(line) <= 40 and (m := _ISSUER.match(line))), "")


def _issued(lines: Iterable[str]) -> date | None:
    for line in lines:
        if len(line) <= 30 and (found := _DATE.search(line)):
            try:
                return date(*(int(part) for part in found.groups()))
            except ValueError:
                return None
    return None


def _last_year(texts: Iterable[str]) -> int | None:
    """Where no period is given: the year that most goals are set for."""
    years = [int(year) for text in texts for year in _YEARS.findall(text)]
    return max(set(years), key=years.count) if years else None
