"""Writing a plan that was read: a handful of bulk inserts, in the caller's transaction."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from wufei.hub.plans.models import Assignment, Attribution, Clause, Document, Target, Task
from wufei.hub.plans.parsing.matching import Match
from wufei.hub.plans.parsing.reading import Clause as ReadClause
from wufei.hub.plans.parsing.reading import Part, Plan, ReadTarget
from wufei.hub.registry.models import Unit

TITLE_MAX = 120


def keep(plan: Plan, document: Document) -> Document:
    """Save ``document`` with all that hangs on it."""
    document.save()
    units = {unit.code: unit for unit in Unit.objects.all()}
    clauses = _clauses(plan, document)
    parts = [
        (read, number, part) for read in plan.clauses for number, part in enumerate(read.parts)
    ]
    rows = Attribution.objects.bulk_create(
        _attribution(clauses[read.section.path], read, number, part) for read, number, part in parts
    )
    Task.objects.bulk_create(
        _task(row, read, part, document)
        for row, (read, _number, part) in zip(rows, parts, strict=True)
    )
    Assignment.objects.bulk_create(
        assignment
        for row, (_read, _number, part) in zip(rows, parts, strict=True)
        for assignment in _assignments(row, part, plan, units)
    )
    Target.objects.bulk_create(
        _target(clauses[read.section.path], number, one, _lead(read, one, plan, units))
        for read in plan.clauses
        for number, one in enumerate(read.targets)
    )
    return document


def _clauses(plan: Plan, document: Document) -> dict[str, Clause]:
    """Level by level, since a row must know its parent's key."""
    found: dict[str, Clause] = {}
    by_level: dict[int, list[tuple[int, ReadClause]]] = {}
    for position, read in enumerate(plan.clauses):
        by_level.setdefault(read.section.level, []).append((position, read))
    for level in sorted(by_level):
        rows = [
            Clause(
                document=document,
                parent=found.get(read.section.parent),
                path=read.section.path,
                position=position,
                title=read.section.title[:TITLE_MAX],
                text=read.section.body.text,
                domain=read.domain,
                attributed=len(read.parts),
                start=read.section.start,
                end=read.section.end,
            )
            for position, read in by_level[level]
        ]
        found |= {row.path: row for row in Clause.objects.bulk_create(rows)}
    return found


def _attribution(clause: Clause, read: ReadClause, number: int, part: Part) -> Attribution:
    one = part.attribution
    return Attribution(
        clause=clause,
        position=number,
        raw=read.section.body.text[one.start : one.end],
        begin=one.begin,
        start=one.start,
        end=one.end,
    )


def _task(row: Attribution, read: ReadClause, part: Part, document: Document) -> Task:
    end = date(document.target_year, 12, 31) if document.target_year else None
    return Task(
        clause=row.clause,
        attribution=row,
        title=task_title(read.section.title, row.position, len(read.parts)),
        deadline=part.deadline or end,
        deadline_stated=part.deadline is not None,
    )


def task_title(title: str, position: int, count: int) -> str:
    """A clause with several attributions gives several tasks: "… (2/3)"."""
    return f"{title[:TITLE_MAX]} ({position + 1}/{count})" if count > 1 else title[:TITLE_MAX]


def _assignments(
    row: Attribution, part: Part, plan: Plan, units: dict[str, Unit]
) -> Iterator[Assignment]:
    position = 0
    for role in part.attribution.roles:
        for name in role.names:
            match = plan.units.match(name.text)
            yield Assignment(
                attribution=row,
                position=position,
                role=role.role,
                role_inferred=not role.labelled,
                unit=units[match.code] if match.code else None,
                raw=name.text[:80],
                others=name.others,
                how=match.how,
                score=_score(match),
                start=name.start,
                end=name.end,
            )
            position += 1


def _score(match: Match) -> Decimal:
    return Decimal(str(round(match.score, 3)))


def _lead(read: ReadClause, one: ReadTarget, plan: Plan, units: dict[str, Unit]) -> Unit | None:
    """Who answers for a target: as its table says, else the first lead of the attribution that
    follows it."""
    if one.target.responsible:
        code = plan.units.match(one.target.responsible.partition("、")[0]).code
        return units[code] if code else None
    for part in read.parts:
        if one.source[1] <= part.source[0]:
            leads = [r for r in part.attribution.roles if r.role == "lead"]
            code = plan.units.match(leads[0].names[0].text).code if leads else None
            return units[code] if code else None
    return None


def _target(clause: Clause, number: int, one: ReadTarget, lead: Unit | None) -> Target:
    said = one.target
    return Target(
        clause=clause,
        position=number,
        indicator=one.indicator.code or "",
        how=one.indicator.how if one.indicator.code else Assignment.How.UNKNOWN,
        name=said.name[:100],
        operator=said.operator,
        value=said.value,
        value_max=said.value_max,
        unit=said.unit,
        year=said.year,
        base_value=said.base_value,
        domain=one.domain,
        responsible=lead,
        raw=one.raw[:200],
        start=one.source[0],
        end=one.source[1],
    )
