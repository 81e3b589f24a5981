"""A plan given as facts – paths, own titles, units, numbers – instead of as its text.

Shape (JSON)::

    {"document": {"title", "issuer", "number", "issued", "base_year", "target_year"},
     "clauses": [{"path", "title", "domain"?,
                  "answer"?: [{"lead": [unit], "responsible": [unit], "by"?: year,
                               "inferred"?: true, "others"?: true}],
                  "targets"?: [{"name", "year", "is", "value", "to"?, "unit", "indicator"?,
                                "domain"?}]}]}

A unit is its code in the register, with the written form behind a colon where that differs.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from wufei.hub.plans.parsing.attributions import LEAD, RESPONSIBLE, Attribution, Name, Role
from wufei.hub.plans.parsing.facts import Facts
from wufei.hub.plans.parsing.lines import Flow
from wufei.hub.plans.parsing.markers import Marker
from wufei.hub.plans.parsing.matching import EXACT, UNKNOWN, Known, Match, Matcher
from wufei.hub.plans.parsing.reading import Clause, Part, Plan, ReadTarget
from wufei.hub.plans.parsing.sections import Section
from wufei.hub.plans.parsing.targets import Target

_NOWHERE = (0, 0)


class WrongStructure(ValueError):
    """The facts contradict the shape above; the text says where."""


def plan_of(values: Mapping[str, Any], units: Iterable[Known]) -> Plan:
    """The plan that these facts describe; raises ``WrongStructure``."""
    known = tuple(units)
    names = {one.code: one.name for one in known}
    try:
        clauses = tuple(_clause(row, names) for row in values["clauses"])
        document = values["document"]
        issued = document.get("issued")
        said = Facts(
            title=document["title"],
            issuer=document.get("issuer", ""),
            number=document.get("number", ""),
            issued=date.fromisoformat(issued) if issued else None,
            base_year=document.get("base_year"),
            first_year=document.get("first_year"),
            target_year=document.get("target_year"),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise WrongStructure(f"{type(error).__name__}: {error}") from error
    paths = [clause.section.path for clause in clauses]
    if len(paths) != len(set(paths)):
        raise WrongStructure("a path stands twice")
    return Plan(said, clauses, (), Matcher.of(known))


def _clause(row: Mapping[str, Any], names: Mapping[str, str]) -> Clause:
    path = row["path"]
    parent, _slash, label = path.rpartition("/")
    marker = Marker("", label, 0, 0)
    section = Section(path, parent, marker, row["title"], Flow("", ()), (), *_NOWHERE)
    domain = row.get("domain", "")
    return Clause(
        section,
        domain,
        tuple(_part(answer, names) for answer in row.get("answer", ())),
        tuple(_target(target, domain) for target in row.get("targets", ())),
    )


def _part(answer: Mapping[str, Any], names: Mapping[str, str]) -> Part:
    inferred, others = answer.get("inferred", False), answer.get("others", False)
    lead = _role(LEAD, answer.get("lead", ()), names, others=others)
    rest = _role(RESPONSIBLE, answer.get("responsible", ()), names, labelled=not inferred)
    by = answer.get("by")
    roles = tuple(role for role in (lead, rest) if role.names)
    return Part(Attribution(0, 0, 0, roles), _NOWHERE, date(by, 12, 31) if by else None)


def _role(
    role: str,
    units: Sequence[str],
    names: Mapping[str, str],
    *,
    others: bool = False,
    labelled: bool = True,
) -> Role:
    found = []
    for place, unit in enumerate(units, start=1):
        code, _colon, written = unit.partition(":")
        found.append(Name(written or names[code], 0, 0, others and place == len(units)))
    return Role(role, tuple(found), labelled)


def _target(row: Mapping[str, Any], domain: str) -> ReadTarget:
    code = row.get("indicator")
    target = Target(
        name=row["name"],
        operator=row["is"],
        value=Decimal(row["value"]),
        value_max=Decimal(row["to"]) if "to" in row else None,
        unit=row["unit"],
        year=row["year"],
        start=0,
        end=0,
    )
    match = Match(code, EXACT, 1.0) if code else Match(None, UNKNOWN, 0.0)
    return ReadTarget(target, _NOWHERE, "", match, row.get("domain", domain))
