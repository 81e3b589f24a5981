"""A works' year by HJ 1259: plan, ledger, monthly reports, yearly report, each by its day."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import Actor, Scope, system
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.periods import Period, span_of
from wufei.hub.filings.refusals import StillProblems
from wufei.hub.filings.services.checking import form_of
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry, NewLot
from wufei.hub.ledger.models import AccountKind, Lot, Movement
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import OIL, District, build
from wufei.hub.registry.models import Quota
from wufei.hub.registry.services.refusals import QuotaExceeded

SHANGHAI = ZoneInfo("Asia/Shanghai")
CODE = "900-249-08"
BRANCH = system("branch")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


class Works:
    """The works, its clerk, and the calendar that it lives by."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.firm = district.firm("works")
        self.waste = district.waste(OIL)
        acts = {"filings.filing.edit": Scope.OWN, "filings.filing.view": Scope.OWN}
        known = self.firm.person
        self.clerk: Actor = replace(known, acts={**known.acts, **acts})

    def arises(self, mass_t: float, on: date, label: str = "") -> Movement:
        place = self.firm
        origin, stock = (
            AccountKey(kind, place.organisation.pk, self.waste.pk, place.site.pk)
            for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
        )
        lot = NewLot(uuid7(), label) if label else None
        entry = Entry(uuid7(), origin, stock, tonnes(mass_t), noon(on), lot_in=lot)
        (movement,) = ledger.post([entry], by=self.clerk, cause="form:test")
        return movement

    def sends(self, mass_t: float, on: date, received: float | None = None) -> Manifest:
        """By manifest; the receiver weighs and accepts on the same day."""
        with time_machine.travel(noon(on) + timedelta(hours=6), tick=True):
            self.district.at = noon(on)
            manifest = self.district.issue(OIL, mass_t)
            self.district.load(manifest, mass_t)
            if received is not None:
                self.district.arrive(manifest, received)
                self.district.accept(manifest)
        return manifest

    def opens(self, on: date) -> None:
        """The clock opens what has begun by this day."""
        services.open_due(on, by=BRANCH)

    def owes(self, code: str, day: date) -> Filing:
        span = span_of(filing_type(code).period, day)
        return Filing.objects.get(type=code, organisation=self.firm.organisation, first=span.first)

    def files(self, filing: Filing, on: date, change=None, reasons=None) -> Version:
        """Opens the draft, changes it, hands it in on this day."""
        with time_machine.travel(noon(on), tick=True):
            draft = services.draft_of(filing, by=self.clerk)
            if change is not None:
                form = change(form_of(draft))
                draft = services.save_draft(draft, form, edition=draft.edition, by=self.clerk)
            version = services.submit(filing, id=uuid7(), reasons=reasons, by=self.clerk)
        filing.refresh_from_db()
        return version


@pytest.fixture
def works(db: None) -> Works:
    district = build()
    district.planned = False
    works = Works(district)
    district.licence("refinery", "hazardous")
    district.licence("dangerous goods", "dangerous_road")
    # 120 t arose in the year before: key supervision. 20 t are left in the store.
    for month in (2, 6, 10):
        works.arises(40, date(2024, month, 10))
    district.quota("works", OIL, 1000)
    works.sends(100 / 4, date(2024, 11, 5), received=100 / 4)
    works.sends(100 / 4, date(2024, 11, 6), received=100 / 4)
    works.sends(100 / 4, date(2024, 11, 7), received=100 / 4)
    works.sends(100 / 4, date(2024, 11, 8), received=100 / 4)
    return works


def transfers(mass_t: str):
    """A change of the plan: so much is to be transferred, the rest stays."""

    def change(form: Form) -> Form:
        rows = dict(form.rows)
        (row,) = rows["transfer"]
        rows["transfer"] = (
            {
                **row,
                "mass": Decimal(mass_t),
                "transfer": "province",
                "receiver_kind": "licensed",
                "licence_holder": "refinery",
            },
        )
        arising = sum(row["mass"] for row in rows["arising"])
        (stored,) = rows["storage"]
        rows["storage"] = ({**stored, "mass": arising + 20 - Decimal(mass_t)},)
        return Form(form.values, rows)

    return change


def keys(refusal: StillProblems) -> list[str]:
    return [problem.key for problem in refusal.problems]


def test_the_plan_is_owed_by_31_march_with_the_class_and_its_reason(works):
    works.opens(date(2025, 1, 2))
    plan = works.owes("hazardous.plan", date(2025, 1, 2))
    assert plan.due_on == date(2025, 3, 31)
    assert plan.class_code == "key"
    assert "120.000 t arose in 2024" in plan.class_reason


def test_a_plan_grants_what_manifests_may_take_and_a_new_version_changes_it(works):
    works.opens(date(2025, 1, 2))
    plan = works.owes("hazardous.plan", date(2025, 1, 2))
    version = works.files(plan, date(2025, 3, 20), transfers("110"))
    assert version.state == Version.State.ACCEPTED
    assert plan.number.startswith("HWP2025-")
    quota = Quota.objects.get(code=CODE, validity__contains=date(2025, 5, 1))
    assert quota.limit_t == 110
    assert quota.document == plan.number
    works.arises(100, date(2025, 4, 1))
    for day in (10, 11, 12):
        works.sends(30, date(2025, 4, day), received=30)
    with pytest.raises(QuotaExceeded):
        works.sends(25, date(2025, 4, 13))
    works.files(plan, date(2025, 4, 14), transfers("120"))
    assert works.sends(25, date(2025, 4, 15), received=25).pk
    quota.refresh_from_db()
    assert quota.limit_t == 120


def test_a_plan_in_which_more_goes_than_there_is_is_refused(works):
    works.opens(date(2025, 1, 2))
    plan = works.owes("hazardous.plan", date(2025, 1, 2))

    def too_much(form: Form) -> Form:
        changed = transfers("110")(form)
        rows = dict(changed.rows)
        rows["transfer"] = ({**rows["transfer"][0], "mass": Decimal(500)},)
        return Form(changed.values, rows)

    with pytest.raises(StillProblems) as refused:
        works.files(plan, date(2025, 3, 20), too_much)
    assert any(key.startswith("plan_impossible") for key in keys(refused.value))


def test_a_real_year_from_plan_over_months_to_the_yearly_report(works):
    works.opens(date(2025, 1, 2))
    plan = works.owes("hazardous.plan", date(2025, 1, 2))
    works.files(plan, date(2025, 3, 20), transfers("125"))
    for month in range(1, 13):
        works.opens(date(2025, month, 1))
        works.arises(10, date(2025, month, 5), label=f"D-{month}")
        if month % 3 == 0:
            works.sends(29, date(2025, month, 20), received=29)
        after = date(2025, month, 28) + timedelta(days=10)
        works.opens(after)
        report = works.owes("hazardous.report_month", date(2025, month, 1))
        assert report.due_on == after.replace(day=15)
        version = works.files(report, after)
        assert version.state == Version.State.ACCEPTED
        assert version.reasons == {}
        assert report.received_on <= report.due_on
        (row,) = form_of(version).rows["wastes"]
        stood = 20 + 10 * month - 29 * (month // 3)
        assert (row["arisen"], row["after"]) == (10, stood)
        assert row["sent"] == (29 if month % 3 == 0 else None)
        if row["sent"]:
            assert (row["receiver"], row["receiver_no"]) == ("refinery", "refinery hazardous *")
    works.opens(date(2026, 1, 2))
    year = works.owes("hazardous.report_year", date(2025, 1, 1))
    assert year.due_on == date(2026, 3, 31)
    version = works.files(year, date(2026, 3, 3))
    (row,) = form_of(version).rows["wastes"]
    assert (row["arisen"], row["sent"], row["before"], row["after"]) == (120, 116, 20, 24)
    # Nobody in the class owes quarterly reports.
    assert not Filing.objects.filter(type="hazardous.report_quarter").exists()
    with time_machine.travel(noon(date(2026, 1, 3))):
        works.opens(date(2026, 1, 3))
        next_plan = works.owes("hazardous.plan", date(2026, 1, 3))
        draft = services.draft_of(next_plan, by=works.clerk)
        (arising,) = form_of(draft).rows["arising"]
    assert arising["mass"] == 120


def test_a_report_that_leaves_the_ledger_asks_for_a_reason_and_an_impossible_one_is_refused(works):
    works.opens(date(2025, 1, 2))
    works.arises(10, date(2025, 1, 5))
    report = works.owes("hazardous.report_month", date(2025, 1, 1))

    def says(**figures: int):
        def change(form: Form) -> Form:
            (row,) = form.rows["wastes"]
            changed = {**row, **{name: Decimal(value) for name, value in figures.items()}}
            return Form(form.values, {**form.rows, "wastes": (changed,)})

        return change

    with pytest.raises(StillProblems) as refused:
        works.files(report, date(2025, 2, 3), says(after=50))
    assert any(key.startswith("report_impossible") for key in keys(refused.value))
    with pytest.raises(StillProblems) as refused:
        works.files(report, date(2025, 2, 3), says(arisen=20, after=40))
    odd = keys(refused.value)
    assert {key.partition(":")[0] for key in odd} == {
        "report_arisen_unlike_ledger",
        "report_stock_unlike_ledger",
    }
    version = works.files(report, date(2025, 2, 20), reasons=dict.fromkeys(odd, "counted anew"))
    assert version.state == Version.State.ACCEPTED
    assert report.received_on > report.due_on


def line(works, **more):
    values = {
        "batch": "HWCS20250310001",
        "happened_at": noon(date(2025, 3, 10)),
        "waste": CODE,
        "mass": Decimal("0.2"),
        "container": "D-900",
        "container_count": 1,
        "site": works.firm.site.uuid,
    }
    return values | more


def started(works: Works, code: str) -> Filing:
    span = span_of(Period.MONTH, date(2025, 3, 1))
    return services.start(
        filing_type(code), works.firm.organisation, span=span, id=uuid7(), by=works.clerk
    )


def test_a_ledger_begins_with_what_is_there_and_posts_only_what_is_new(works):
    there = works.arises(3, date(2025, 3, 5), label="D-1")
    filing = started(works, "hazardous.ledger_b1")

    def one_more(form: Form) -> Form:
        (row,) = form.rows["lines"]
        assert (row["entry"], row["container"]) == (str(there.uuid), "D-1")
        named = {**row, "batch": "HWCS20250305001", "goes_to": "stored"}
        return Form(form.values, {"lines": (named, line(works))})

    before = Movement.objects.count()
    works.files(filing, date(2025, 4, 2), one_more)
    new = Movement.objects.latest("pk")
    assert Movement.objects.count() == before + 1
    assert (new.mass_g, new.kind) == (200_000, "arising")
    assert Lot.objects.get(label="D-900").remaining_g == 200_000

    def heavier(form: Form) -> Form:
        first, second = form.rows["lines"]
        return Form(form.values, {"lines": (first, {**second, "mass": Decimal("0.25")})})

    works.files(filing, date(2025, 4, 3), heavier)
    # The old one is reversed, the new one posted; what was there is not touched.
    assert Movement.objects.count() == before + 3
    works.files(filing, date(2025, 4, 4), lambda form: form)
    assert Movement.objects.count() == before + 3


def test_a_container_is_stored_elsewhere_treated_and_the_ledger_follows(works):
    works.district.firm("works")
    filing = started(works, "hazardous.ledger_b1")
    works.files(filing, date(2025, 4, 2), lambda form: Form({}, {"lines": (line(works),)}))
    treated = started(works, "hazardous.ledger_b4")
    own = line(works, batch="HWZXLY20250311001", method="oil_refining")
    own["happened_at"] = noon(date(2025, 3, 11))
    works.files(treated, date(2025, 4, 2), lambda form: Form({}, {"lines": (own,)}))
    assert Lot.objects.get(label="D-900").remaining_g == 0
    works.files(treated, date(2025, 4, 3), lambda form: form)
    assert Movement.objects.filter(target__kind="recovered").count() == 1


def test_a_line_that_the_ledger_has_already_asks_before_it_is_posted_twice(works):
    works.arises(0.2, date(2025, 3, 10), label="D-900")
    filing = started(works, "hazardous.ledger_b1")
    with pytest.raises(StillProblems) as refused:
        works.files(filing, date(2025, 4, 2), lambda form: Form({}, {"lines": (line(works),)}))
    assert [key.partition(":")[0] for key in keys(refused.value)] == ["ledger_twice"]
