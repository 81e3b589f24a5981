"""A small town with a works, a farm and those who look after them, and four small forms.

The forms are declared here and nowhere else: a monthly one that is put on file, a phone form of
farms, one that town and department approve, one that is decided elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from uuid_utils.compat import uuid7

from wufei.hub.accounts.permissions import acts_of
from wufei.hub.base.actor import Actor, ActorKind, system
from wufei.hub.base.errors import Refusal
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings import services
from wufei.hub.filings.declarations import (
    Accepted,
    Basis,
    Checked,
    Class,
    Effect,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Made,
    Problem,
    Reviewer,
    Section,
    Severity,
    Source,
)
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.periods import DueDay, DueWithin, Period, Span, span_of
from wufei.hub.registry.models import Organisation, Region, Site
from wufei.hub.registry.validity import period

SEPTEMBER = span_of(Period.MONTH, date(2026, 9, 1))
OCTOBER = span_of(Period.MONTH, date(2026, 10, 1))
NOVEMBER = span_of(Period.MONTH, date(2026, 11, 1))


class NoRoom(Refusal):
    code = "test_no_room"
    message = "There is no room for %(mass)s t."


# A monthly form, put on file, with a table.
HEAD = Section(
    "head",
    "Month",
    (
        Field("output", "Output", FieldKind.INTEGER, unit="pcs", required=True),
        Field("contact", "Contact", personal=True),
        Field("photos", "Photos", FieldKind.FILES),
        Field("share", "Share", FieldKind.DECIMAL, computed=lambda v: Decimal(v["output"] or 0)),
    ),
)
WASTES = Section(
    "wastes",
    "Wastes",
    (
        Field("waste", "Waste", FieldKind.WASTE, required=True),
        Field("mass", "Mass", FieldKind.MASS, unit="t", required=True, minimum=Decimal(0)),
        Field("to", "Sent to", FieldKind.ORGANISATION),
    ),
    table=True,
    key=("waste",),
    totalled=("mass",),
)
KEY_ONLY = Section("more", "More", (Field("remark", "Remark"),), classes=frozenset({"key"}))


def more_than_double(checked: Checked) -> Iterator[Problem]:
    now = checked.form.total("wastes", "mass")
    before = checked.last.total("wastes", "mass") if checked.last else None
    if before and now > 2 * before:
        yield Problem(
            "more_than_double",
            Severity.WARNING,
            "More than double of last month.",
            values={"now_t": str(now)},
        )


def more_than_there_is(checked: Checked) -> Iterator[Problem]:
    if checked.form.total("wastes", "mass") > checked.facts["limit_t"]:
        yield Problem("more_than_there_is", Severity.ERROR, "More than there is.", "wastes")


def prefilled(checked: Checked) -> Mapping[str, Any]:
    last = checked.last.values["output"] if checked.last else 100
    return {"output": last, "wastes": [{"waste": "X-1", "mass": Decimal(5)}], "unknown": 1}


def classified(subject: Any) -> Class:
    big = "Big" in subject.organisation.name
    return Class("key" if big else "simple", "", "It is big." if big else "It is small.")


MONTHLY = FilingType(
    code="test_monthly",
    domain="industrial",
    name="Monthly summary",
    kind=Kind.FILE,
    period=Period.MONTH,
    sections=(HEAD, WASTES, KEY_ONLY),
    authority="Branch office",
    number_prefix="TM",
    basis=Basis("A rule"),
    due=DueDay(15, working=True),
    owes=lambda span: Q(kind=Organisation.Kind.ENTERPRISE),
    filers=(Organisation.Kind.ENTERPRISE,),
    reviewer=Reviewer.DEPARTMENT,
    classify=classified,
    reads=(Source("limit_t", lambda subject: Decimal(1000)),),
    prefill=prefilled,
    checks=(more_than_double, more_than_there_is),
)
# Three taps.
FARM = FilingType(
    code="test_farm",
    domain="agricultural",
    name="Farm's month",
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(
        Section("head", "Month", (Field("heads", "Heads", FieldKind.INTEGER, required=True),)),
    ),
    authority="Agriculture",
    number_prefix="TF",
    basis=Basis("A rule"),
    due=DueDay(5),
    owes=lambda span: Q(kind=Organisation.Kind.FARM),
    simple=True,
    helped=True,
)


def store(accepted: Accepted, by: Actor) -> Sequence[Made]:
    """Keeps what it did in ``STORED``, and what it was told to replace."""
    mass = accepted.form.total("loads", "mass")
    if mass > 50:
        raise NoRoom(mass=mass)
    STORED.append((mass, [one.text for one in accepted.made_before]))
    return [Made(f"test.store:{accepted.version.number}", f"{mass} t stored")]


STORED: list[Any] = []
STORE = Effect("store", "Storing", lambda a: [f"{a.form.total('loads', 'mass')} t"], store)
PLAN = FilingType(
    code="test_plan",
    domain="construction",
    name="Disposal plan",
    kind=Kind.APPROVE,
    period=Period.EVENT,
    sections=(
        Section(
            "loads",
            "Loads",
            (Field("mass", "Mass", FieldKind.MASS, unit="t", required=True),),
            table=True,
            rows_min=1,
        ),
    ),
    authority="City management",
    number_prefix="TP",
    basis=Basis("A rule"),
    due=DueWithin(3),
    reviewer=Reviewer.BOTH,
    effects=(STORE,),
)
LICENCE = replace(
    PLAN,
    code="test_licence",
    name="Licence",
    kind=Kind.MIRROR,
    number_prefix="TL",
    reviewer=Reviewer.NOBODY,
    due=None,
)
FORMS = (MONTHLY, FARM, PLAN, LICENCE)


@dataclass
class Town:
    """Invented places and people; verbs that read as sentences."""

    region: Region
    clock: Actor = field(default_factory=lambda: system("test"))
    firms: dict[str, Organisation] = field(default_factory=dict)

    def firm(self, name: str = "Works", kind: str = "enterprise", **more: Any) -> Organisation:
        if name not in self.firms:
            more.setdefault("validity", period(date(2020, 1, 1)))
            self.firms[name] = Organisation.objects.create(
                name=name, pinyin=name, kind=kind, region=more.pop("region", self.region), **more
            )
        return self.firms[name]

    def site(self, firm: Organisation, name: str = "Yard") -> Site:
        return Site.objects.create(
            organisation=firm,
            name=name,
            pinyin=name,
            kind="storage",
            region=firm.region,
            validity=period(date(2020, 1, 1)),
        )

    def clerk(self, firm: Organisation | None = None, role: str = "clerk") -> Actor:
        return person(role, organisation_ids=frozenset({(firm or self.firm()).pk}))

    def officer(self) -> Actor:
        return person("officer")

    def town_officer(self) -> Actor:
        return person("town_officer", region_codes=frozenset({self.region.path}))

    def month(
        self, span: Span = SEPTEMBER, *, firm: Organisation | None = None, form: Any = MONTHLY
    ) -> Filing:
        """The month's filing, opened for all who owe it."""
        firm = firm or self.firm()
        services.open_period(form, span, by=self.clock)
        return Filing.objects.get(type=form.code, organisation=firm, first=span.first)

    def plan(self, mass: Any = 10, *, form: FilingType = PLAN, by: Actor | None = None) -> Filing:
        """A plan with a draft of one load."""
        firm, by = self.firm(), by or self.clerk()
        day = Span(date(2026, 11, 2), date(2026, 11, 2))
        filing = services.start(form, firm, span=day, id=uuid7(), by=by)
        self.write(filing, loads(mass), by=by)
        return filing

    def write(self, filing: Filing, form: Form, *, by: Actor | None = None, **more: Any) -> Version:
        by = by or self.clerk(filing.organisation)
        draft = services.draft_of(filing, by=by)
        return services.save_draft(draft, form, edition=draft.edition, by=by, **more)

    def submit(self, filing: Filing, form: Form | None = None, **more: Any) -> Version:
        by = more.pop("by", None) or self.clerk(filing.organisation)
        if form is not None:
            self.write(filing, form, by=by)
        version = services.submit(filing, id=more.pop("id", None) or uuid7(), by=by, **more)
        filing.refresh_from_db()
        return version


def person(role: str, **more: Any) -> Actor:
    return Actor(
        ActorKind.PERSON,
        id=f"person:{uuid7()}",
        name=role,
        role=role,
        acts=acts_of(role),
        **more,
    )


def month(mass: Any = 5, output: int | None = 100, waste: str = "X-1", **more: Any) -> Form:
    row = {"waste": waste, "mass": Decimal(mass), "to": more.pop("to", None)}
    return Form({"output": output, "contact": "", "photos": (), **more}, {"wastes": (row,)})


def loads(*masses: Any) -> Form:
    return Form({}, {"loads": tuple({"mass": Decimal(one)} for one in masses)})


def farm(heads: int | None = 40) -> Form:
    return Form({"heads": heads}, {})


def build() -> Town:
    region, _new = Region.objects.get_or_create(
        code="T1",
        defaults={
            "name": "Test town",
            "level": "town",
            "path": "T1",
            "pinyin": "tt",
            "covered_by": ["T1"],
        },
    )
    WasteType.objects.get_or_create(
        code="X-1",
        edition="test",
        defaults={
            "name": "slag",
            "pinyin": "slag",
            "domain": "industrial",
            "stream": "coal_ash",
            "validity": period(date(2020, 1, 1)),
        },
    )
    return Town(region)
