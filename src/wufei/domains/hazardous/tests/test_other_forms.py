"""Forms of hazardous waste beside HJ 1259: drafted, held against what is known, handed in."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.domains.hazardous.filings import FILINGS, assessment
from wufei.hub.base.actor import Scope, system
from wufei.hub.catalogue.queries import waste as waste_of
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Statistic, Version
from wufei.hub.filings.periods import span_of
from wufei.hub.filings.refusals import StillProblems
from wufei.hub.filings.services import deciding
from wufei.hub.filings.services.checking import form_of
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind, Lot, Movement
from wufei.hub.ledger.services.treatments import Input
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.tests.conftest import OIL, build
from wufei.hub.registry.models import ListEntry, Organisation, Site

SHANGHAI = ZoneInfo("Asia/Shanghai")
BRANCH = system("branch")
MAY = date(2025, 5, 1)


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


@pytest.fixture
def district(db):
    return build()


class Desk:
    """Somebody who fills in forms of one firm."""

    def __init__(self, district, firm, kind="enterprise", site="storage"):
        self.firm = district.firm(firm, kind, site)
        acts = {"filings.filing.edit": Scope.OWN, "filings.filing.view": Scope.OWN}
        known = self.firm.person
        self.person = replace(known, acts={**known.acts, **acts})

    def start(self, code, day=MAY):
        form_type = filing_type(code)
        span = span_of(form_type.period, day)
        with time_machine.travel(noon(day), tick=True):
            return services.start(
                form_type, self.firm.organisation, span=span, id=uuid7(), by=self.person
            )

    def draft(self, filing):
        return form_of(services.draft_of(filing, by=self.person))

    def hand_in(self, filing, values=None, rows=None, reasons=None, on=MAY):
        with time_machine.travel(noon(on) + timedelta(hours=3), tick=True):
            draft = services.draft_of(filing, by=self.person)
            form = form_of(draft)
            form = Form({**form.values, **(values or {})}, {**form.rows, **(rows or {})})
            services.save_draft(draft, form, edition=draft.edition, by=self.person)
            version = services.submit(filing, id=uuid7(), reasons=reasons, by=self.person)
        filing.refresh_from_db()
        return version


def keys(refusal):
    return [problem.key for problem in refusal.value.problems]


def codes(refusal):
    return {key.partition(":")[0] for key in keys(refusal)}


def test_every_form_of_hazardous_waste_opens_with_what_is_known(district):
    desk = Desk(district, "works", "hospital", "medical")
    district.stored("works", OIL, 3)
    for form_type in FILINGS:
        organisation = Organisation.objects.get(pk=desk.firm.organisation.pk)
        if form_type.filers and organisation.kind not in form_type.filers:
            Organisation.objects.filter(pk=organisation.pk).update(kind=form_type.filers[0])
            organisation.refresh_from_db()
        span = span_of(form_type.period, date(2026, 5, 1))
        filing = services.start(form_type, organisation, span=span, id=uuid7(), by=BRANCH)
        services.draft_of(filing, by=BRANCH)
    assert Version.objects.filter(state="draft").count() == len(FILINGS)


def test_a_licensed_operator_reports_what_the_ledger_has(district):
    district.licence("refinery", "hazardous")
    district.licence("dangerous goods", "dangerous_road")
    district.at = noon(date(2025, 5, 6))
    district.stored("works", OIL, 20)
    with time_machine.travel(noon(date(2025, 5, 7)), tick=True):
        manifest = district.issue(OIL, 20)
        district.load(manifest, 20)
        district.arrive(manifest, 20)
        district.accept(manifest)
    refinery = Desk(district, "refinery", "plant", "treatment")
    ledger.record_treatment(
        refinery.firm.site,
        [Input(district.waste(OIL).pk, tonnes(12), "oil_refining")],
        id=uuid7(),
        happened_at=noon(date(2025, 5, 20)),
        by=BRANCH,
    )
    services.open_period(
        filing_type("hazardous.operation_month"),
        span_of(filing_type("hazardous.operation_month").period, MAY),
        by=BRANCH,
    )
    filing = Filing.objects.get(type="hazardous.operation_month")
    assert filing.organisation == refinery.firm.organisation
    assert filing.due_on == date(2025, 6, 15)
    form = refinery.draft(filing)
    (row,) = form.rows["balance"]
    names_ = ("before", "received", "made", "treated", "sent", "after")
    assert [row[name] for name in names_] == [0, 20, 0, 12, 0, 8]
    (by_method,) = form.rows["treated_by"]
    assert (by_method["method"], by_method["mass"]) == ("oil_refining", 12)
    (source,) = form.rows["sources"]
    assert (source["consignor"], source["mass"]) == ("works", 20)
    wrong = {**row, "after": Decimal(30)}
    with pytest.raises(StillProblems) as refused:
        refinery.hand_in(filing, rows={"balance": (wrong,)}, on=date(2025, 6, 3))
    assert codes(refused) == {"operation_impossible", "operation_after_unlike_ledger"}
    version = refinery.hand_in(filing, rows={"balance": (row,)}, on=date(2025, 6, 3))
    # Put on file at once, with its number.
    assert version.state == "accepted"
    assert str(filing.number).startswith("HWOM")


def batch(mass_kg="12.5", **more):
    values = {"source": "ward 3", "waste": "841-001-01", "mass": Decimal(mass_kg), "count": 3}
    return values | more


def test_a_hospital_registers_a_day_and_the_ledger_has_its_batches(district):
    hospital = Desk(district, "hospital", "hospital", "medical")
    filing = hospital.start("medical.register")
    hospital.hand_in(
        filing,
        rows={"batches": (batch(batch="B-1"), batch("3", waste="841-002-01", batch="B-2"))},
    )
    lots = Lot.objects.filter(account__holder=hospital.firm.organisation).order_by("label")
    assert [(lot.label, lot.remaining_g) for lot in lots] == [("B-1", 12_500), ("B-2", 3_000)]
    assert lots[0].arisen_at == datetime(2025, 5, 1, tzinfo=SHANGHAI)


def test_medical_waste_that_stands_too_long_is_told_when_the_next_day_is_registered(district):
    hospital = Desk(district, "hospital", "hospital", "medical")
    hospital.hand_in(hospital.start("medical.register"), rows={"batches": (batch(batch="B-1"),)})
    later = date(2025, 5, 5)
    filing = hospital.start("medical.register", later)
    rows = {"batches": (batch(batch="B-9", handed_over_at=noon(date(2025, 5, 12))),)}
    with pytest.raises(StillProblems) as refused:
        hospital.hand_in(filing, rows=rows, on=later)
    assert codes(refused) == {
        "medical_too_long",
        "medical_stands_too_long",
        "medical_days_missing",
    }
    reasons = dict.fromkeys(keys(refused), "the lorry broke down")
    assert hospital.hand_in(filing, rows=rows, reasons=reasons, on=later).reasons == reasons


def test_a_garage_says_two_numbers_and_an_amendment_moves_what_it_moved(district):
    garage = Desk(district, "garage", "garage")
    span = span_of(filing_type("social.garage").period, MAY)
    services.open_period(filing_type("social.garage"), span, by=BRANCH)
    filing = Filing.objects.get(type="social.garage")
    after = date(2025, 6, 4)
    garage.hand_in(filing, {"oil": Decimal(40), "batteries": Decimal(30)}, on=after)
    assert _arisen_g(garage) == 70_000
    garage.hand_in(filing, {"oil": Decimal(45)}, on=after)
    assert _arisen_g(garage) == 75_000
    assert not Movement.objects.filter(sign=-1, mass_g=30_000).exists()


def _arisen_g(desk):
    rows = Movement.objects.filter(source__holder=desk.firm.organisation, kind="arising")
    return sum(one.sign * one.mass_g for one in rows)


def test_a_total_posts_what_the_ledger_lacks_and_asks_where_the_ledger_has_more(district):
    garage = Desk(district, "garage", "garage")
    place, oil = garage.firm, waste_of("900-214-08", MAY)
    origin, stock = (
        AccountKey(kind, place.organisation.pk, oil.pk, place.site.pk)
        for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
    )
    ledger.post(
        [Entry(uuid7(), origin, stock, tonnes("0.02"), noon(date(2025, 5, 3)))],
        by=BRANCH,
        cause="test",
    )
    filing = garage.start("social.garage")
    after = date(2025, 6, 4)
    with pytest.raises(StillProblems) as refused:
        garage.hand_in(filing, {"oil": Decimal(10)}, on=after)
    assert keys(refused) == ["recorded_more:arisen:900-214-08:"]
    assert _arisen_g(garage) == 20_000
    garage.hand_in(filing, {"oil": Decimal(40)}, on=after)
    assert _arisen_g(garage) == 40_000
    garage.hand_in(filing, {"oil": Decimal(25)}, on=after)
    assert _arisen_g(garage) == 25_000


def test_infusion_bottles_become_figures(district):
    hospital = Desk(district, "hospital", "hospital", "medical")
    services.open_period(
        filing_type("medical.infusion"),
        span_of(filing_type("medical.infusion").period, MAY),
        by=BRANCH,
    )
    filing = Filing.objects.get(type="medical.infusion")
    values = {
        "glass_arisen": Decimal(100),
        "glass_handed": Decimal(90),
        "plastic_arisen": Decimal(50),
        "plastic_handed": Decimal(50),
        "kept_apart": True,
        "use_agreed": True,
    }
    with pytest.raises(StillProblems) as refused:
        hospital.hand_in(filing, values, on=date(2025, 6, 3))
    assert codes(refused) == {"infusion_to_whom"}
    hospital.hand_in(filing, {**values, "recycler": "sorting centre"}, on=date(2025, 6, 3))
    found = dict(Statistic.objects.values_list("code", "value"))
    assert found["medical.infusion_glass"] == 90
    assert found["medical.infusion_plastic"] == 50


def test_the_list_of_key_supervision_begins_with_the_class_and_is_kept_by_what_is_filed(district):
    district.licence("refinery", "hazardous")
    office = Desk(district, "branch office", "department")
    filing = office.start("hazardous.key_list")
    form = office.draft(filing)
    (row,) = form.rows["listed"]
    assert row["firm"] == district.firm("refinery").organisation.uuid
    assert "operating licence" in row["reason"]
    office.hand_in(filing)
    entry = ListEntry.objects.get(list="hazardous_key")
    assert entry.organisation == district.firm("refinery").organisation
    assert entry.validity.lower == date(2025, 1, 1)
    with pytest.raises(StillProblems) as refused:
        office.hand_in(filing, rows={"listed": ()})
    assert codes(refused) == {"key_list_fewer"}
    office.hand_in(filing, rows={"listed": ()}, reasons=dict.fromkeys(keys(refused), "closed"))
    entry.refresh_from_db()
    assert entry.validity.upper is not None


def test_an_officer_starts_the_forms_of_the_own_department_alone(district, sign_in):
    branch = district.firm("branch office", "department", "other").organisation
    officer = sign_in("officer", organisations=[branch])
    address = reverse("filings.type.start", args=["hazardous.key_list"])
    page = officer.get(address).content.decode()
    assert "branch office" in page
    year = date(2026, 1, 1).isoformat()
    told = {"submission": str(uuid7()), "organisation": str(branch.uuid), "period": year}
    answer = officer.post(address, told)
    assert answer.status_code in (302, 303)
    filing = Filing.objects.get(type="hazardous.key_list")
    assert filing.organisation == branch
    assert officer.get(reverse("filings.filing.edit", args=[filing.uuid])).status_code == 200


def test_the_assessment_counts_what_applies_and_asks_what_is_wrong(district):
    works = Desk(district, "works")
    filing = works.start("hazardous.assessment_self")
    producer = [one for one in assessment.items() if one.part == "producer"]
    scores = {one.name: one.points for one in producer}
    half = {**scores, producer[2].name: Decimal(0), producer[3].name: None}
    with pytest.raises(StillProblems) as refused:
        works.hand_in(filing, half)
    assert codes(refused) == {"assessment_findings"}
    version = works.hand_in(filing, {**half, "findings": "no plan"})
    form = form_of(version)
    assert (form.values["rate"], form.values["result"]) == (Decimal("88.9"), "fair")
    assert Statistic.objects.get(code="hazardous.assessment_self").value == Decimal("88.9")


def test_a_version_of_the_checklist_holds_for_its_days(tmp_path, district):
    file = tmp_path / "items.csv"
    file.write_text(
        "code,part,topic,topic_en,text,text_en,points,since,until\n"
        "old,producer,旧,Old,旧条目,Old item,5,2021-01-01,2024-12-31\n"
        "new,producer,新,New,新条目,New item,5,2025-01-01,\n",
        encoding="utf-8",
    )
    items = assessment.read(file)
    span = span_of(filing_type("hazardous.assessment_self").period, MAY)
    asked = [assessment._score(one).asked_for(span) for one in items]
    assert asked == [False, True]


def test_what_is_not_on_the_list_of_exemptions_cannot_rely_on_it(district, stored_file):
    works = Desk(district, "works")
    values = {
        "waste": "900-249-08",
        "stage": "transport",
        "condition_met": "in drums",
        "mass": Decimal(1),
        "valid_from": MAY,
        "valid_until": date(2025, 12, 31),
        "evidence": (stored_file(works.person),),
    }
    filing = works.start("hazardous.exemption")
    with pytest.raises(StillProblems) as refused:
        works.hand_in(filing, values)
    assert codes(refused) == {"not_exempt"}
    version = works.hand_in(filing, {**values, "waste": "900-052-31"})
    assert version.state == "accepted"


def test_an_identification_names_a_code_only_for_what_is_hazardous(district, stored_file):
    works = Desk(district, "works")
    filing = works.start("hazardous.identification")
    values = {
        "waste_name": "sludge",
        "process": "pretreatment",
        "laboratory": "Laboratory",
        "sampled_on": date(2025, 4, 1),
        "reported_on": date(2025, 4, 20),
        "report_no": "R-1",
        "conclusion": "hazardous",
        "report": (stored_file(works.person),),
    }
    with pytest.raises(StillProblems) as refused:
        works.hand_in(filing, values)
    assert keys(refused) == ["missing:identified::waste"]
    version = works.hand_in(filing, {**values, "conclusion": "general"})
    assert version.state == "accepted"


def test_a_cleaner_audit_goes_from_audit_to_acceptance_as_versions(district, stored_file):
    works = Desk(district, "works")
    filing = works.start("hazardous.cleaner_audit")
    values = {
        "mandatory": False,
        "stage": "audited",
        "begun_on": date(2025, 1, 10),
        "audited_on": date(2025, 4, 10),
        "waste_saved": Decimal("1.5"),
        "report": (stored_file(works.person),),
    }
    version = works.hand_in(filing, values)
    assert version.state == "submitted"
    deciding.accept(version, by=BRANCH)
    accepted = {
        **values,
        "stage": "accepted",
        "evaluated_on": date(2025, 4, 20),
        "evaluation": "good",
        "accepted_on": date(2025, 4, 30),
        "acceptance": "passed",
        "acceptance_no": "2025-7",
    }
    deciding.accept(works.hand_in(filing, accepted), by=BRANCH)
    entry = ListEntry.objects.get(list="cleaner_accepted")
    assert entry.validity.lower == date(2025, 4, 30)
    with pytest.raises(StillProblems) as refused:
        works.hand_in(filing, values)
    assert codes(refused) == {"cleaner_stage"}


def test_a_container_goes_from_one_store_to_another_and_an_export_leaves(district):
    works = Desk(district, "works")
    store = Site.objects.create(
        organisation=works.firm.organisation,
        name="second store",
        pinyin="ss",
        kind="storage",
        region=works.firm.site.region,
        validity=works.firm.site.validity,
    )
    line = {
        "happened_at": noon(date(2025, 5, 2)),
        "waste": "900-249-08",
        "mass": Decimal("0.2"),
        "container": "D-900",
        "site": works.firm.site.uuid,
    }
    arose = works.start("hazardous.ledger_b1")
    works.hand_in(arose, rows={"lines": (line,)}, on=date(2025, 6, 2))
    moved = {**line, "happened_at": noon(date(2025, 5, 3)), "site": store.uuid}
    stored = works.start("hazardous.ledger_b2")
    works.hand_in(stored, rows={"lines": (moved,)}, on=date(2025, 6, 2))
    assert _stands(store) == ["D-900"]
    # Handed in again, nothing moves a second time.
    works.hand_in(stored, on=date(2025, 6, 3))
    assert Movement.objects.filter(kind="transfer").count() == 1
    gone = {
        **moved,
        "happened_at": noon(date(2025, 5, 4)),
        "receiver_kind": "abroad",
        "abroad_receiver": "Plant abroad",
        "export_no": "CK-1",
    }
    sent = works.start("hazardous.ledger_b5")
    works.hand_in(sent, rows={"lines": (gone,)}, on=date(2025, 6, 2))
    assert _stands(store) == []
    assert Movement.objects.get(kind="export").mass_g == 200_000


def _stands(site):
    lots = Lot.objects.filter(account__place=site, remaining_g__gt=0)
    return list(lots.values_list("label", flat=True))


def test_what_leaves_without_a_manifest_asks_why_and_moves_nothing(district):
    works = Desk(district, "works")
    line = {
        "happened_at": noon(date(2025, 5, 2)),
        "waste": "900-249-08",
        "mass": Decimal("0.2"),
        "site": works.firm.site.uuid,
        "receiver_kind": "licensed",
        "licence_no": "nowhere",
    }
    filing = works.start("hazardous.ledger_b5")
    with pytest.raises(StillProblems) as refused:
        works.hand_in(filing, rows={"lines": (line,)}, on=date(2025, 6, 2))
    assert codes(refused) == {"ledger_no_manifest", "licence_unknown"}
    before = Movement.objects.count()
    reasons = dict.fromkeys(keys(refused), "on paper, follows")
    works.hand_in(filing, rows={"lines": (line,)}, reasons=reasons, on=date(2025, 6, 2))
    assert Movement.objects.count() == before
