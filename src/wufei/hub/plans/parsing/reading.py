"""A whole plan, read: what ``services.load`` keeps and the command line reports."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wufei.hub.plans.parsing.attributions import Attribution, Name, attributions
from wufei.hub.plans.parsing.facts import Facts, facts
from wufei.hub.plans.parsing.lines import Flow
from wufei.hub.plans.parsing.matching import ALIAS, EXACT, UNKNOWN, Known, Match, Matcher
from wufei.hub.plans.parsing.sections import Section, outline
from wufei.hub.plans.parsing.tables import table_targets
from wufei.hub.plans.parsing.targets import Target, Unread, statements
from wufei.hub.plans.parsing.words import APART, INDICATORS, domain_of

_SHOWN_MAX = 160


@dataclass(frozen=True)
class Problem:
    """Something for the reviewer. ``start``–``end`` spans it in the document."""

    code: str
    path: str
    start: int
    end: int
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadTarget:
    """``source`` is the span in the document, ``indicator`` how its code was found."""

    target: Target
    source: tuple[int, int]
    raw: str
    indicator: Match
    domain: str


@dataclass(frozen=True)
class Part:
    """An attribution with what hangs on it; ``source`` spans the bracket in the document."""

    attribution: Attribution
    source: tuple[int, int]
    deadline: date | None


@dataclass(frozen=True)
class Clause:
    """A numbered part. One without attributions is a heading or an explanation."""

    section: Section
    domain: str
    parts: tuple[Part, ...]
    targets: tuple[ReadTarget, ...]


@dataclass(frozen=True)
class Plan:
    facts: Facts
    clauses: tuple[Clause, ...]
    problems: tuple[Problem, ...]
    units: Matcher

    @property
    def attributed(self) -> list[Clause]:
        """Clauses that name somebody."""
        return [clause for clause in self.clauses if clause.parts]

    @property
    def attributions(self) -> list[Attribution]:
        return [part.attribution for clause in self.clauses for part in clause.parts]

    @property
    def names(self) -> list[Name]:
        return [n for one in self.attributions for role in one.roles for n in role.names]

    @property
    def unit_codes(self) -> set[str]:
        """Codes of the units that were recognised."""
        found = (self.units.match(name.text).code for name in self.names)
        return {code for code in found if code}


def read(text: str, units: Iterable[Known]) -> Plan:
    """Everything that is in ``text``; ``units`` are those that the register knows."""
    out = outline(text)
    said = facts(out.front, out.sections)
    matcher, indicators = Matcher.of(units), Matcher.of(INDICATORS)
    titles = {section.path: section.title for section in out.sections}
    clauses, problems = [], list(_front_problems(said))
    for section in out.sections:
        domain = _domain(section, titles)
        targets, unread = _targets(section, domain, indicators, said.target_year)
        parts = tuple(_parts(section))
        clauses.append(Clause(section, domain, parts, tuple(targets)))
        problems += unread
        problems += _problems(section, parts, matcher)
    problems += _gaps(out.sections)
    problems += _contradictions(clauses)
    return Plan(said, tuple(clauses), tuple(problems), matcher)


def _domain(section: Section, titles: dict[str, str]) -> str:
    """Of the section itself or of the nearest one above it that speaks of one domain."""
    path = section.path
    while path:
        if found := domain_of(titles[path]):
            return found
        path = path.rpartition("/")[0]
    return ""


def _parts(section: Section) -> Iterator[Part]:
    for one in attributions(section.body.text):
        years = [
            int(found.year)
            for found in statements(section.body.text[one.begin : one.start])
            if found.year
        ]
        deadline = date(max(years), 12, 31) if years else None
        yield Part(one, section.body.span(one.start, one.end), deadline)


def _targets(
    section: Section, domain: str, indicators: Matcher, target_year: int | None
) -> tuple[list[ReadTarget], list[Problem]]:
    body = section.body
    hidden = [(one.start, one.end) for one in attributions(body.text)]
    found: list[tuple[Target | Unread, tuple[int, int]]] = [
        (one, body.span(one.start, one.end)) for one in statements(body.text, hidden)
    ]
    # A table's places are the document's already.
    found += [(one, (one.start, one.end)) for one in table_targets(section.rows, target_year)]
    targets, unread = [], []
    for one, source in found:
        if isinstance(one, Unread):
            values = {"path": section.path, "text": one.text[:_SHOWN_MAX], "year": one.year}
            unread.append(Problem(f"target_{one.why}", section.path, *source, values))
            continue
        match = indicator(one.name, indicators)
        own = match.code.partition(".")[0] if match.code else domain_of(one.name) or domain
        own = "hazardous" if own == "medical" else own
        raw = body.text[one.start : one.end] if source != (one.start, one.end) else one.name
        targets.append(ReadTarget(one, source, raw, match, own))
        if match.how not in (EXACT, ALIAS, UNKNOWN):
            values = {"path": section.path, "text": one.name, "indicator": match.code}
            unread.append(Problem("indicator_similar", section.path, *source, values))
    return targets, unread


def indicator(name: str, known: Matcher) -> Match:
    """Which indicator a target's name means; a word that makes it another rate keeps it apart."""
    if any(word in name for word in APART):
        return Match(None, UNKNOWN, 0.0)
    return known.match(name)


def _problems(section: Section, parts: tuple[Part, ...], units: Matcher) -> Iterator[Problem]:
    def at(flow: Flow, start: int, end: int, code: str, **values: Any) -> Problem:
        said = {"path": section.path, **values}
        return Problem(code, section.path, *flow.span(start, end), said)

    body = section.body
    for part in parts:
        one = part.attribution
        if not one.closed:
            yield at(body, one.start, one.end, "bracket_open", text=body.text[one.start :][:40])
        if not any(role.role == "lead" for role in one.roles):
            yield at(body, one.start, one.end, "no_lead", text=body.text[one.start : one.end])
        for role in one.roles:
            if not role.labelled:
                names = "、".join(name.text for name in role.names)
                yield at(body, role.names[0].start, role.names[-1].end, "role_inferred", text=names)
            for name in role.names:
                yield from _name_problems(section, name, units)
    for place in body.doubled:
        shown = body.text[max(0, place - 5) : place + 5]
        yield at(body, place - 1, place + 1, "doubled", text=shown)


def _name_problems(section: Section, name: Name, units: Matcher) -> Iterator[Problem]:
    match = units.match(name.text)
    span = section.body.span(name.start, name.end)
    said = {"path": section.path, "text": name.text}
    if match.code is None:
        values = said | {"nearest": match.nearest, "score": round(match.score, 3)}
        yield Problem("unit_unknown", section.path, *span, values)
    elif match.how not in (EXACT, ALIAS):
        values = said | {"unit": match.code, "score": round(match.score, 3)}
        yield Problem("unit_similar", section.path, *span, values)
    if name.others:
        yield Problem("unit_others", section.path, *span, said)


def _front_problems(said: Facts) -> Iterator[Problem]:
    missing = [
        name
        for name in ("title", "issuer", "number", "issued", "target_year")
        if not getattr(said, name)
    ]
    if missing:
        yield Problem("facts_missing", "", 0, 0, {"missing": ", ".join(missing)})


def _gaps(sections: tuple[Section, ...]) -> Iterator[Problem]:
    """A number that is not the one before plus one: a part may have been lost."""
    last: dict[tuple[str, str], int] = {}
    for section in sections:
        row = (section.parent, section.marker.kind)
        number, expected = section.marker.number, last.get(row, 0) + 1
        if number and number != expected:
            values = {"path": section.path, "expected": expected, "number": number}
            yield Problem("numbering", section.path, section.start, section.start + 1, values)
        last[row] = number or expected


def _contradictions(clauses: list[Clause]) -> Iterator[Problem]:
    """The same indicator, the same year, different numbers."""
    seen: dict[tuple[str, int], ReadTarget] = {}
    for clause in clauses:
        for one in clause.targets:
            key = (one.indicator.code or one.target.name, one.target.year)
            first = seen.setdefault(key, one)
            if (first.target.value, first.target.unit) != (one.target.value, one.target.unit):
                values = {
                    "path": clause.section.path,
                    "text": one.target.name,
                    "year": one.target.year,
                    "one": str(first.target.value),
                    "other": str(one.target.value),
                }
                yield Problem("contradiction", clause.section.path, *one.source, values)
