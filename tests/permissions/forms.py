"""Forms of one town: what its firms fill in, and what waits for whose decision.

Small forms are declared here and nowhere else, one for each answer to who decides on it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from uuid_utils.compat import uuid7

from wufei.hub.base.actor import Actor, system
from wufei.hub.filings import declarations, services
from wufei.hub.filings.declarations import Field, FilingType, Kind, Reviewer, Section
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import DueChange, Filing, Obligation
from wufei.hub.filings.periods import Period, Span, before, span_of
from wufei.hub.filings.tests import stories
from wufei.hub.filings.tests.stories import FARM, MONTHLY
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.validity import today

if TYPE_CHECKING:
    from tests.permissions.district import Town

_REMARK = Section("head", "Head", (Field("remark", "Remark"),))
PLAN = replace(stories.PLAN, sections=(_REMARK, *stories.PLAN.sections), effects=())
TOWNS = replace(PLAN, code="test_towns", number_prefix="TT", reviewer=Reviewer.TOWN)
DEPARTMENTS = replace(PLAN, code="test_depts", number_prefix="TD", reviewer=Reviewer.DEPARTMENT)
LICENCE = replace(
    PLAN,
    code="test_licence",
    kind=Kind.MIRROR,
    number_prefix="TL",
    reviewer=Reviewer.NOBODY,
    due=None,
)
JUDGED = replace(LICENCE, code="test_judged", number_prefix="TJ", reviewer=Reviewer.DEPARTMENT)
FORMS = (MONTHLY, FARM, PLAN, TOWNS, DEPARTMENTS, LICENCE, JUDGED)


@contextmanager
def declared() -> Iterator[None]:
    """Only these forms are declared."""
    known = declarations.types()
    declarations.fill(FORMS)
    yield
    declarations.fill(known)


def month(back: int) -> Span:
    """That many months before this one."""
    return before(Period.MONTH, span_of(Period.MONTH, today()), back)


def filings_of(town: "Town") -> dict[str, Any]:
    """What the town's firms file, by the state it stands in."""
    sender, carrier = town.firm("sender"), town.firm("carrier")
    plan = _Filer(sender.organisation, sender.person)
    forwarded = plan.sent(PLAN)
    services.forward(forwarded.versions.get(), by=system("test"))
    amended = plan.sent(PLAN)
    plan.write(amended, town.unsent)
    return {
        "form": PLAN,
        "farm form": FARM,
        "unsent": plan.begun(PLAN, town.unsent),
        "sent": plan.sent(PLAN),
        "forwarded": forwarded,
        "amended": amended,
        "for towns": plan.sent(TOWNS),
        "for department": plan.sent(DEPARTMENTS),
        "licence": plan.sent(LICENCE),
        "judged": plan.sent(JUDGED),
        "haulage": _Filer(carrier.organisation, carrier.person).sent(PLAN),
        "helped": _helped(sender.organisation, sender.person),
        "late": _late(sender.organisation),
        "obligation": Obligation.objects.create(
            type=FARM.code, organisation=sender.organisation, says="owes", since=today(), reason="t"
        ),
        "due": DueChange.objects.create(
            type=MONTHLY.code, first=month(1).first, due_on=today(), reason="holidays"
        ),
    }


class _Filer:
    def __init__(self, organisation: Organisation, by: Actor) -> None:
        self.organisation, self.by = organisation, by

    def begun(self, form: FilingType, remark: str = "") -> Filing:
        day = today()
        filing = services.start(
            form, self.organisation, span=Span(day, day), id=uuid7(), by=self.by
        )
        self.write(filing, remark)
        return filing

    def write(self, filing: Filing, remark: str) -> None:
        draft = services.draft_of(filing, by=self.by)
        form = Form({"remark": remark}, stories.loads(10).rows)
        services.save_draft(draft, form, edition=draft.edition, by=self.by)

    def sent(self, form: FilingType) -> Filing:
        filing = self.begun(form)
        services.submit(filing, id=uuid7(), by=self.by)
        filing.refresh_from_db()
        return filing


def _helped(organisation: Organisation, by: Actor) -> Filing:
    filing = services.start(FARM, organisation, span=month(1), id=uuid7(), by=by)
    draft = services.draft_of(filing, by=by)
    services.save_draft(draft, stories.farm(), edition=draft.edition, by=by)
    return filing


def _late(organisation: Organisation) -> Filing:
    span = month(2)
    return Filing.objects.create(
        type=MONTHLY.code,
        organisation=organisation,
        first=span.first,
        last=span.last,
        recurs=True,
        owed=True,
        due_on=due_of_late(),
    )


def due_of_late() -> date:
    return today() - timedelta(days=3)
