"""What a clerk, an officer and a farmer do on the pages of filings, without a script."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.urls import reverse
from PIL import Image
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import system
from wufei.hub.filings import declarations
from wufei.hub.filings.declarations import (
    Basis,
    Checked,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Reviewer,
    Section,
    Severity,
)
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.periods import DueDay, Period, Span, before, span_of
from wufei.hub.filings.services import checking, drafting, opening, submitting
from wufei.hub.registry.models import Organisation, Region
from wufei.hub.registry.validity import period, today

BY = system("test")


def _odd(checked: Checked) -> Iterator[Problem]:
    out = checked.form.total("out", "mass_t")
    if out > Decimal(100):
        yield Problem("much_t", Severity.WARNING, "More than 100 t went out.", "out")


# By the end of March of the year itself.
AHEAD = DueDay(31, months=2, of_first=True)
WASTES = Section(
    "out",
    "Where it went",
    (
        Field("to", "Receiver", required=True),
        Field("mass_t", "Mass", FieldKind.MASS, "t", required=True, minimum=Decimal(0)),
        Field("paper", "Contract", FieldKind.FILES),
    ),
    table=True,
    key=("to",),
    totalled=("mass_t",),
)
YEARLY = FilingType(
    code="test.list",
    domain="industrial",
    name="Annual list",
    kind=Kind.APPROVE,
    period=Period.YEAR,
    due=DueDay(31, months=3),
    owes=lambda span: Q(kind="enterprise"),
    sections=(
        Section(
            "head",
            "Plant",
            (
                Field("output_t", "Output", FieldKind.DECIMAL, "t", required=True),
                Field(
                    "stored",
                    "Kept on site",
                    FieldKind.CHOICE,
                    choices=lambda: (("yes", "kept"), ("no", "not kept")),
                ),
                Field("where", "Where", shown_when=lambda values: values.get("stored") == "yes"),
                Field("partner", "Partner", FieldKind.ORGANISATION),
                Field("photo", "Photo", FieldKind.FILES),
            ),
        ),
        WASTES,
    ),
    authority="Wufei",
    number_prefix="TL",
    basis=Basis("Test rule", grade="C"),
    reviewer=Reviewer.DEPARTMENT,
    checks=(_odd,),
)
FARM = FilingType(
    code="test.farm",
    domain="agricultural",
    name="Farm record",
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    due=DueDay(10),
    owes=lambda span: Q(kind="farm"),
    sections=(
        Section(
            "head",
            "Farm",
            (
                Field(
                    "animals",
                    "Animals",
                    FieldKind.INTEGER,
                    "head",
                    required=True,
                    minimum=Decimal(0),
                ),
                Field("dead", "Dead", FieldKind.INTEGER, "head", required=True),
                Field("photo", "Photo", FieldKind.FILES),
            ),
        ),
    ),
    authority="Wufei",
    number_prefix="TF",
    basis=Basis("Test rule"),
    simple=True,
    helped=True,
)
MIRROR = FilingType(
    code="test.mirror",
    domain="hazardous",
    name="Licence request",
    kind=Kind.MIRROR,
    period=Period.EVENT,
    sections=(Section("head", "Request", (Field("what", "What", required=True),)),),
    authority="the province",
    number_prefix="TM",
    basis=Basis("Test rule"),
    reviewer=Reviewer.DEPARTMENT,
)


@pytest.fixture(autouse=True)
def forms() -> Iterator[None]:
    kept = declarations.types()
    declarations.fill([YEARLY, FARM, MIRROR])
    yield
    declarations.fill(kept)


@dataclass
class Place:
    works: Organisation
    farm: Organisation


def organisation(name: str, kind: str) -> Organisation:
    town = Region.objects.filter(within=True, level="town").order_by("path").first()
    assert town is not None
    return Organisation.objects.create(
        name=name, pinyin=name, kind=kind, region=town, validity=period(date(2020, 1, 1))
    )


@pytest.fixture
def place(db: None) -> Place:
    return Place(organisation("Lakeside works", "enterprise"), organisation("Hill farm", "farm"))


@pytest.fixture
def clerk(place: Place, sign_in: Any, settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = str(tmp_path)
    return sign_in("clerk", organisations=[place.works])


def last_year() -> Span:
    return before(Period.YEAR, span_of(Period.YEAR, today()))


def owed(form_type: FilingType, of: Organisation, span: Span) -> Filing:
    opening.open_period(form_type, span, by=BY)
    return Filing.objects.get(type=form_type.code, organisation=of, first=span.first)


@pytest.fixture
def listed(place: Place) -> Filing:
    return owed(YEARLY, place.works, last_year())


def filled(client: Any, filing: Filing, **changes: Any) -> dict[str, Any]:
    """What the page sends when somebody has filled it in: one row of a table."""
    page = client.get(reverse("filings.filing.edit", args=[filing.uuid]))
    values = {
        "edition": page.context["version"].edition,
        "submission": str(uuid7()),
        "v-output_t": "1200.5",
        "v-stored": "no",
        "v-where": "",
        "v-partner": "Hill farm",
        "v-photo-sent": "1",
        "rows-out-sent": "1",
        "rows-out": ["n1"],
        "r-out-n1-to": "brickworks",
        "r-out-n1-mass_t": "40",
        "r-out-n1-paper-sent": "1",
    }
    return values | changes


def text(answer: Any) -> str:
    return str(answer.content.decode())


def picture() -> SimpleUploadedFile:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(target, "PNG")
    return SimpleUploadedFile("yard.png", target.getvalue(), "image/png")


def decided(filing: Filing, form: Form | None = None) -> Version:
    """Handed in by the platform, as a clerk would have."""
    return handed_in(filing, form or Form({"output_t": Decimal(7)}, {"out": ()}))


def handed_in(filing: Filing, form: Form) -> Version:
    draft = drafting.draft_of(filing, by=BY)
    draft = drafting.save_draft(draft, form, edition=draft.edition, by=BY)
    return submitting.submit(filing, id=uuid7(), edition=draft.edition, by=BY)


# The calendar.
def test_what_is_late_comes_first_and_is_one_tap_from_being_filled_in(
    clerk: Any, listed: Filing, place: Place
):
    coming = owed(YEARLY, place.works, span_of(Period.YEAR, today()))
    page = clerk.get(reverse("filings.mine"), {"month": f"{listed.due_on:%Y-%m}"})
    assert [line["filing"] for line in page.context["to_do"]] == [listed, coming]
    told = text(page)
    assert "1 late" in told
    assert reverse("filings.filing.edit", args=[listed.uuid]) in told
    days = {cell.day: cell for week in page.context["weeks"] for cell in week}
    assert days[listed.due_on].tone == "bad"


def test_the_list_narrows_by_form_state_and_lateness_and_leaves_as_a_file(
    clerk: Any, listed: Filing
):
    url = reverse("filings.filing.list")
    for query in ({"type": YEARLY.code}, {"state": "late"}, {"domain": "industrial"}):
        assert "Annual list" in text(clerk.get(url, query))
    for query in ({"state": "accepted"}, {"domain": "hazardous"}, {"type": FARM.code}):
        assert reverse("filings.filing.detail", args=[listed.uuid]) not in text(
            clerk.get(url, query)
        )
    assert clerk.get(reverse("filings.filing.export"), {"format": "csv"}).status_code == 200


# The form.
def test_a_form_is_saved_and_found_again_as_it_was_left(clerk: Any, listed: Filing, place: Place):
    url = reverse("filings.filing.edit", args=[listed.uuid])
    answer = clerk.post(url, filled(clerk, listed, save="1"), follow=True)
    page = text(answer)
    assert 'value="1200.5"' in page
    assert 'value="brickworks"' in page
    assert 'value="Hill farm"' in page
    (draft,) = listed.versions.all()
    form = checking.form_of(draft)
    assert form.values["partner"] == place.farm.uuid
    assert form.total("out", "mass_t") == 40


def test_what_cannot_be_read_is_told_at_its_field_and_stays(clerk: Any, listed: Filing):
    url = reverse("filings.filing.edit", args=[listed.uuid])
    answer = clerk.post(url, filled(clerk, listed, save="1", **{"v-output_t": "plenty"}))
    page = text(answer)
    assert answer.status_code == 422
    assert 'value="plenty"' in page
    assert "must be a number in t, not “plenty”" in page


def test_while_one_types_the_answer_says_what_is_wrong_and_what_is_shown(
    clerk: Any, listed: Filing
):
    url = reverse("filings.filing.autosave", args=[listed.uuid])
    data = filled(clerk, listed, **{"v-stored": "yes", "r-out-n1-mass_t": "-3"})
    answer = clerk.post(url, data)
    page = text(answer)
    assert "Saved" in page
    assert 'name="edition" value="1"' in page
    state = answer.context["state"]
    assert [(one["section"], one["row"], one["field"]) for one in state["problems"]] == [
        ("out", 0, "mass_t")
    ]
    shown = {one["field"]: one["shown"] for one in state["fields"]}
    assert shown["where"] is True


def test_who_writes_on_an_old_draft_is_told_who_saved_it(
    clerk: Any, listed: Filing, place: Place, sign_in: Any
):
    data = filled(clerk, listed)
    url = reverse("filings.filing.autosave", args=[listed.uuid])
    colleague = sign_in("clerk", organisations=[place.works], display_name="Wang Fang")
    colleague.post(url, filled(colleague, listed))
    page = text(clerk.post(url, data))
    assert "Wang Fang saved this draft" in page
    answer = clerk.post(reverse("filings.filing.edit", args=[listed.uuid]), data | {"save": "1"})
    assert answer.status_code == 409
    assert "Wang Fang saved this draft" in text(answer)


def test_rows_come_and_go_without_a_script(clerk: Any, listed: Filing):
    url = reverse("filings.filing.edit", args=[listed.uuid])
    clerk.post(url, filled(clerk, listed, add="out"))
    page = clerk.get(url)
    (part,) = [one for one in page.context["parts"] if one.section.table]
    assert part.count == 2
    data = filled(clerk, listed, remove="out:0")
    data |= {"rows-out": ["0", "1"], "r-out-1-to": "quarry", "r-out-1-mass_t": "2"}
    clerk.post(url, data)
    (draft,) = listed.versions.all()
    assert [row["to"] for row in checking.form_of(draft).rows["out"]] == ["quarry"]


def test_submitting_asks_a_reason_for_what_is_odd_and_then_takes_it(clerk: Any, listed: Filing):
    url = reverse("filings.filing.edit", args=[listed.uuid])
    data = filled(clerk, listed, submit="1", **{"r-out-n1-mass_t": "140"})
    answer = clerk.post(url, data)
    page = text(answer)
    assert answer.status_code == 422
    assert "More than 100 t went out." in page
    assert 'name="reason-much_t:out::"' in page
    again = filled(clerk, listed, submit="1", **{"r-out-n1-mass_t": "140"})
    answer = clerk.post(url, again | {"reason-much_t:out::": "two years at once"}, follow=True)
    listed.refresh_from_db()
    assert listed.state == Filing.State.SUBMITTED
    assert "two years at once" in text(answer)


def test_what_is_still_empty_is_said_only_when_one_submits(clerk: Any, listed: Filing):
    url = reverse("filings.filing.edit", args=[listed.uuid])
    assert "must be filled in.</p>" not in text(clerk.get(url))
    answer = clerk.post(url, filled(clerk, listed, submit="1", **{"v-output_t": ""}))
    assert answer.status_code == 422
    assert "“Output” must be filled in.</p>" in text(answer)


def test_a_form_that_is_sent_twice_is_submitted_once(clerk: Any, listed: Filing):
    url = reverse("filings.filing.edit", args=[listed.uuid])
    data = filled(clerk, listed, submit="1")
    first, second = clerk.post(url, data), clerk.post(url, data)
    assert first.headers["Location"] == second.headers["Location"]
    assert listed.versions.count() == 1


def test_a_file_comes_along_and_is_for_those_who_read_the_form(
    clerk: Any, listed: Filing, sign_in: Any
):
    url = reverse("filings.filing.edit", args=[listed.uuid])
    clerk.post(url, filled(clerk, listed, save="1", **{"f-v-photo": picture()}))
    (draft,) = listed.versions.all()
    (key,) = checking.form_of(draft).values["photo"]
    download = reverse("base.file.download", args=[key])
    officer = sign_in("officer")
    assert officer.get(download).status_code == 404
    clerk.post(url, filled(clerk, listed, submit="1", **{"v-photo": str(key)}))
    assert officer.get(download).status_code == 200
    stranger = sign_in("clerk")
    assert stranger.get(download).status_code == 404


def test_a_file_that_is_handed_in_alone_comes_back_as_the_form_shows_it(clerk: Any):
    answer = clerk.post(reverse("filings.file"), {"file": picture(), "name": "v-photo"})
    assert 'name="v-photo"' in text(answer)
    assert "yard.png" in text(answer)


def test_names_are_found_as_one_types(clerk: Any):
    answer = clerk.get(reverse("filings.look.organisation"), {"q": "hill"})
    assert answer.json()["names"] == [["Hill farm", ""]]
    assert clerk.get(reverse("filings.look.organisation"), {"q": "h"}).json()["names"] == []


# Reviewing.
def test_an_officer_sends_back_with_a_remark_at_a_field_and_accepts_what_is_corrected(
    clerk: Any, listed: Filing, sign_in: Any
):
    edit = reverse("filings.filing.edit", args=[listed.uuid])
    clerk.post(edit, filled(clerk, listed, submit="1"))
    officer = sign_in("officer")
    assert "Annual list" in text(officer.get(reverse("filings.review.list")))
    url = reverse("filings.review.one", args=[listed.uuid])
    assert "1,200.5" in text(officer.get(url))
    remark = {"remark-out-0-mass_t": "the contract says 45"}
    officer.post(url, {"version": "1", "decision": "send_back", "note": "One figure"} | remark)
    page = text(clerk.get(edit))
    assert "the contract says 45" in page
    assert "One figure" in page
    clerk.post(edit, filled(clerk, listed, submit="1", **{"r-out-n1-mass_t": "45"}))
    page = text(officer.get(url))
    assert "<del>40</del>" in page
    assert "<ins>45</ins>" in page
    officer.post(url, {"version": "2", "decision": "accept", "note": ""})
    listed.refresh_from_db()
    assert listed.state == Filing.State.ACCEPTED
    assert listed.number is not None
    assert listed.number in text(clerk.get(reverse("filings.filing.detail", args=[listed.uuid])))


def test_sending_back_without_a_word_is_refused(listed: Filing, sign_in: Any):
    decided(listed)
    officer = sign_in("officer")
    url = reverse("filings.review.one", args=[listed.uuid])
    answer = officer.post(url, {"version": "1", "decision": "send_back", "note": " "})
    assert answer.status_code == 422
    assert "Say why" in text(answer)


def test_the_second_of_two_reviewers_is_told_what_the_first_decided(listed: Filing, sign_in: Any):
    decided(listed)
    url = reverse("filings.review.one", args=[listed.uuid])
    first, second = sign_in("officer", display_name="Zhao Min"), sign_in("officer")
    assert second.get(url).status_code == 200
    first.post(url, {"version": "1", "decision": "accept"})
    answer = second.post(url, {"version": "1", "decision": "reject", "note": "no"})
    assert answer.status_code == 409
    assert "Zhao Min" in text(answer)


def test_versions_are_compared_side_by_side(clerk: Any, listed: Filing, sign_in: Any):
    decided(listed)
    decided(listed, Form({"output_t": Decimal(9)}, {"out": ()}))
    page = text(
        clerk.get(
            reverse("filings.filing.detail", args=[listed.uuid]), {"version": "2", "with": "1"}
        )
    )
    assert reverse("filings.filing.print", args=[listed.uuid]) in page
    assert "<del>7</del>" in page
    assert "<ins>9</ins>" in page


def test_a_draft_is_nobody_elses_business(clerk: Any, listed: Filing, sign_in: Any):
    url = reverse("filings.filing.edit", args=[listed.uuid])
    clerk.post(url, filled(clerk, listed, save="1"))
    page = text(sign_in("officer").get(reverse("filings.filing.detail", args=[listed.uuid])))
    assert "brickworks" not in page
    assert sign_in("leader").get(url).status_code == 403
    # An officer fills in the forms of their own department, and no other's.
    assert sign_in("officer").get(url).status_code == 403
    assert sign_in("clerk").get(url).status_code == 404


def test_what_is_withdrawn_can_be_changed_and_thrown_away(clerk: Any, listed: Filing):
    edit = reverse("filings.filing.edit", args=[listed.uuid])
    clerk.post(edit, filled(clerk, listed, submit="1"))
    clerk.post(reverse("filings.filing.withdraw", args=[listed.uuid]))
    listed.refresh_from_db()
    assert listed.state == Filing.State.OPEN
    clerk.post(edit, filled(clerk, listed, discard="1"))
    assert not listed.versions.filter(state=Version.State.DRAFT).exists()


def test_what_another_authority_decides_is_brought_back_with_its_number(
    place: Place, sign_in: Any, clerk: Any
):
    day = today()
    filing = opening.start(MIRROR, place.works, span=Span(day, day), id=uuid7(), by=BY)
    handed_in(filing, Form({"what": "store"}, {}))
    officer = sign_in("officer")
    url = reverse("filings.review.bring_back", args=[filing.uuid])
    assert "the province" in text(officer.get(url))
    data = {"outcome": "accepted", "decided_on": day.isoformat(), "authority_no": ""}
    assert officer.post(url, data).status_code == 422
    officer.post(url, data | {"authority_no": "LC-2026-9"})
    filing.refresh_from_db()
    assert (filing.state, filing.authority_no) == (Filing.State.ACCEPTED, "LC-2026-9")


# The catalogue.
def test_the_catalogue_says_who_files_what_until_when_and_on_which_basis(clerk: Any):
    page = text(clerk.get(reverse("filings.type.list")))
    assert "Farm record" in page
    assert "not checked" in page
    assert "Farm record" not in text(clerk.get(reverse("filings.type.list"), {"q": "annual"}))
    page = text(clerk.get(reverse("filings.type.detail", args=[YEARLY.code])))
    assert "the department reviews it" in page
    assert clerk.get(reverse("filings.type.detail", args=["no.such"])).status_code == 404


def test_a_form_is_started_for_a_period(clerk: Any, place: Place):
    url = reverse("filings.type.start", args=[YEARLY.code])
    assert "Lakeside works" in text(clerk.get(url))
    first = span_of(Period.YEAR, today()).first.isoformat()
    data = {"organisation": str(place.works.uuid), "period": first, "submission": str(uuid7())}
    answer = clerk.post(url, data)
    filing = Filing.objects.get(organisation=place.works)
    assert answer.headers["Location"] == reverse("filings.filing.edit", args=[filing.uuid])
    assert clerk.post(url, data | {"period": "2019-01-01"}).status_code == 422


# Completeness.
def test_completeness_counts_by_form_and_town_and_names_who_is_missing(
    place: Place, listed: Filing, sign_in: Any
):
    other = organisation("Bridge works", "enterprise")
    opening.open_period(YEARLY, last_year(), by=BY)
    decided(listed)
    officer = sign_in("officer")
    query = {"month": f"{listed.due_on:%Y-%m}"}
    page = officer.get(reverse("filings.completeness"), query)
    total = page.context["total"]
    assert (total.expected, total.received, total.late, total.missing) == (2, 1, 1, 1)
    assert [filing.organisation for filing in page.context["late"]] == [other]
    export = officer.get(reverse("filings.completeness.export"), query | {"format": "csv"})
    assert "Annual list" in b"".join(export.streaming_content).decode("utf-8-sig")
    names = officer.get(
        reverse("filings.completeness.export"), query | {"format": "csv", "names": "1"}
    )
    assert "Bridge works" in b"".join(names.streaming_content).decode("utf-8-sig")


def test_whoever_is_missing_is_reminded_once_a_day(listed: Filing, sign_in: Any, clerk: Any):
    officer = sign_in("officer")
    url = reverse("filings.filing.remind", args=[listed.uuid])
    assert "1 was reminded" in text(officer.post(url, follow=True))
    assert "reminded today already" in text(officer.post(url, follow=True))
    assert "You are asked for" in text(clerk.get(reverse("base.notice.list")))
    assert clerk.post(url).status_code == 403


# The phone.
def month_before() -> Span:
    return before(Period.MONTH, span_of(Period.MONTH, today()))


def test_a_farmer_reports_two_numbers_and_a_photo(
    place: Place, sign_in: Any, settings: Any, tmp_path: Any
):
    settings.MEDIA_ROOT = str(tmp_path)
    earlier = owed(FARM, place.farm, before(Period.MONTH, month_before()))
    handed_in(earlier, Form({"animals": 315, "dead": 1}, {}))
    filing = owed(FARM, place.farm, month_before())
    farmer = sign_in("keeper", organisations=[place.farm])
    url = reverse("filings.filing.phone", args=[filing.uuid])
    assert url in text(farmer.get(reverse("filings.mine")))
    page = farmer.get(url)
    assert "last time 315" in text(page)
    data = {
        "edition": page.context["version"].edition,
        "submission": str(uuid7()),
        "v-animals": "320",
        "v-dead": "2",
        "v-photo-sent": "1",
        "f-v-photo": picture(),
        "submit": "1",
    }
    answer = farmer.post(url, data, follow=True)
    filing.refresh_from_db()
    assert filing.state == Filing.State.ACCEPTED
    assert filing.number is not None
    assert filing.number in text(answer)


def test_the_same_as_last_month_fills_the_phone_page(place: Place, sign_in: Any):
    earlier = owed(FARM, place.farm, before(Period.MONTH, month_before()))
    handed_in(earlier, Form({"animals": 315, "dead": 1}, {}))
    filing = owed(FARM, place.farm, month_before())
    farmer = sign_in("keeper", organisations=[place.farm])
    url = reverse("filings.filing.phone", args=[filing.uuid])
    edition = farmer.get(url).context["version"].edition
    page = text(farmer.post(url, {"edition": edition, "same": "1"}))
    assert 'value="315"' in page


def test_a_town_helps_with_what_it_may_help_with_and_nothing_else(
    place: Place, listed: Filing, sign_in: Any
):
    filing = owed(FARM, place.farm, month_before())
    town = sign_in("town_officer", regions=[place.farm.region.path])
    assert town.get(reverse("filings.filing.phone", args=[filing.uuid])).status_code == 200
    assert town.get(reverse("filings.filing.edit", args=[listed.uuid])).status_code == 403


def test_the_desk_says_what_is_due_and_what_is_to_be_reviewed(
    clerk: Any, listed: Filing, sign_in: Any
):
    assert "Annual list" in text(clerk.get(reverse("desk")))
    decided(listed)
    assert "Review: Annual list" in text(sign_in("officer").get(reverse("desk")))


def test_the_list_asks_the_database_no_more_for_many_than_for_few(
    clerk: Any, place: Place, django_assert_max_num_queries: Any
):
    spans: Iterable[Span] = [last_year(), span_of(Period.YEAR, today())]
    for span in spans:
        owed(YEARLY, place.works, span)
    clerk.get(reverse("filings.mine"))
    with django_assert_max_num_queries(24):
        clerk.get(reverse("filings.mine"))


# Looking is not writing.
def test_who_only_looks_at_a_form_leaves_nothing_behind(
    clerk: Any, listed: Filing, place: Place, sign_in: Any
):
    assert 'value="0"' in text(clerk.get(reverse("filings.filing.edit", args=[listed.uuid])))
    record = owed(FARM, place.farm, month_before())
    farmer = sign_in("keeper", organisations=[place.farm])
    assert farmer.get(reverse("filings.filing.phone", args=[record.uuid])).status_code == 200
    assert not Version.objects.exists()


def test_the_first_word_that_is_typed_begins_the_draft(clerk: Any, listed: Filing):
    page = clerk.get(reverse("filings.filing.edit", args=[listed.uuid]))
    data = filled(clerk, listed) | {"version": page.context["version"].number}
    clerk.post(reverse("filings.filing.autosave", args=[listed.uuid]), data)
    (draft,) = listed.versions.all()
    assert (draft.number, draft.edition) == (1, 1)


def test_what_was_handed_in_elsewhere_is_not_amended_by_a_page_left_open(
    clerk: Any, listed: Filing
):
    edit = reverse("filings.filing.edit", args=[listed.uuid])
    left_open = filled(clerk, listed, **{"v-output_t": "77"}) | {"version": "1"}
    clerk.post(edit, filled(clerk, listed, submit="1"))
    page = text(clerk.post(reverse("filings.filing.autosave", args=[listed.uuid]), left_open))
    assert "handed in or thrown away elsewhere" in page
    answer = clerk.post(edit, left_open | {"save": "1"})
    assert answer.status_code == 409
    assert 'value="77"' in text(answer)
    assert listed.versions.count() == 1


def test_a_page_left_open_writes_nothing_over_the_version_begun_since(clerk: Any, listed: Filing):
    edit = reverse("filings.filing.edit", args=[listed.uuid])
    left_open = filled(clerk, listed, **{"v-output_t": "77"}) | {"version": "1"}
    clerk.post(edit, filled(clerk, listed, submit="1"))
    clerk.post(reverse("filings.filing.amend", args=[listed.uuid]))
    # The amendment that was begun is at the edition at which the first version was opened.
    for said in ({"submission": str(uuid7()), "submit": "1"}, {"save": "1"}):
        assert clerk.post(edit, left_open | said).status_code == 409
    first, draft = listed.versions.order_by("number")
    assert (first.number, draft.state, draft.edition) == (1, "draft", 0)


def test_a_month_that_is_not_over_is_handed_in_with_a_reason_only(place: Place, sign_in: Any):
    filing = owed(FARM, place.farm, span_of(Period.MONTH, today()))
    farmer = sign_in("keeper", organisations=[place.farm])
    url = reverse("filings.filing.phone", args=[filing.uuid])
    data = {"edition": 0, "submission": str(uuid7()), "v-animals": "3", "v-dead": "0"}
    answer = farmer.post(url, data | {"submit": "1"})
    assert answer.status_code == 422
    assert "is not over" in text(answer)
    told = {"reason-not_over:::": "the farm is given up", "edition": 1}
    farmer.post(url, data | told | {"submit": "1"})
    filing.refresh_from_db()
    assert filing.state == Filing.State.ACCEPTED


def test_a_plan_for_the_year_is_never_too_early(clerk: Any, place: Place):
    plan = replace(YEARLY, code="test.ahead", number_prefix="TA", due=AHEAD)
    declarations.fill([YEARLY, FARM, MIRROR, plan])
    filing = owed(plan, place.works, span_of(Period.YEAR, today()))
    page = clerk.get(reverse("filings.filing.edit", args=[filing.uuid]))
    assert not page.context["general"]
