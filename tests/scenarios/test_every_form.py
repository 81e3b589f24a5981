"""Every form that the domains declare, from its empty page to what follows from it.

People of the demo district fill it in as they do there: its page, its workbook, handed in again as
a file, decided by its kind's whole course, and what it does to ledger, register and statistics.
"""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from openpyxl import load_workbook
from uuid_utils.compat import uuid7

from wufei.demo import load as loading
from wufei.demo.entering import enter
from wufei.demo.forms.filling import filled
from wufei.demo.forms.gathered import FILLED
from wufei.demo.models import Load
from wufei.hub.accounts.actors import actor_for
from wufei.hub.base.actor import Actor, system
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.notices.models import Notice
from wufei.hub.base.tables import importing
from wufei.hub.base.tables.models import ImportRun
from wufei.hub.filings import services
from wufei.hub.filings.declarations import FieldKind, FilingType, Kind, Reviewer, types
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import EffectRecord, Filing, Statistic, Version
from wufei.hub.filings.pages.posted import single_name
from wufei.hub.filings.periods import span_of
from wufei.hub.filings.services.checking import form_of, problems_of, sections_of
from wufei.hub.filings.services.owing import Owing, owing
from wufei.hub.ledger.models import Movement
from wufei.hub.registry.models import Licence, ListEntry, Organisation, Quota, Site
from wufei.hub.registry.validity import today
from wufei.testing import database_copy, use_database

BY = system("test")
# So much history stands behind the forms: the whole of last month at least.
DAYS = 70
# What these post is nothing where a firm has one site, and sends nothing abroad.
# The plants of the demo have recorded what they treated.
QUIET = {"hazardous.ledger_b2", "hazardous.ledger_b5", "industrial.ledger_5", "household.plant"}
OFFICES = {"department": "officer"}
KEEPERS = {"farm", "station", "village_point", "community", "carrier"}


@pytest.fixture(scope="module")
def district(django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """The demo's registers and the last weeks of its history, read once for all forms."""
    from django.conf import settings
    from django.test import override_settings

    media = tmp_path_factory.mktemp("files")
    with ExitStack() as stack:
        name = stack.enter_context(database_copy("forms"))
        stack.enter_context(use_database(name))
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(override_settings(DEMO=True, SIMULATE=False, MEDIA_ROOT=media))
        now = timezone.now()
        record = Load.objects.create(
            seed=settings.DEMO_SEED,
            movements_max=0,
            anchor=timezone.localdate(now),
            first=timezone.localdate(now) - timedelta(days=DAYS),
            until=now,
        )
        world = loading._world(record, enter(BY, record.anchor))
        loading._tell(record, world, BY, None)
        yield


@pytest.fixture
def desk(district: None, sign_in: Any) -> Iterator[Any]:
    """``desk(form_type)``: whoever fills it in; nothing of it stays."""
    with transaction.atomic():
        yield lambda form_type: Desk(form_type, sign_in)
        transaction.set_rollback(True)


class Desk:
    """Somebody of a demo organisation with a form of last month before them."""

    def __init__(self, form_type: FilingType, sign_in: Any) -> None:
        self.form_type, self.sign_in = form_type, sign_in
        one = _filer(form_type)
        kind = one.organisation.kind
        role = OFFICES.get(kind) or ("keeper" if kind in KEEPERS else "clerk")
        self.organisation, self.site = one.organisation, one.site
        self.client = sign_in(role, organisations=[one.organisation])
        self.by: Actor = actor_for(self.client.user)
        self.filing = services.start(
            form_type,
            one.organisation,
            span=span_of(form_type.period, _day()),
            site=one.site,
            id=uuid7(),
            by=self.by,
        )

    @property
    def sections(self) -> Any:
        return sections_of(self.filing)

    def paper(self) -> Any:
        from PIL import Image

        from wufei.hub.base.files.services import store

        target = io.BytesIO()
        Image.new("RGB", (8, 8), "white").save(target, "PNG")
        return store(SimpleUploadedFile("示例.png", target.getvalue()), self.by).uuid

    def fills_in(self) -> Form:
        return filled(self.filing, Random(1), self.paper)

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer

    # As a workbook.
    def template(self) -> Any:
        answer = self.get(f"/filings/forms/{self.form_type.code}/template/")
        return load_workbook(io.BytesIO(b"".join(answer.streaming_content)))

    def hands_in(self, book: Any) -> list[ImportRun]:
        """The workbook as a file on the form's page, worked off."""
        target = io.BytesIO()
        book.save(target)
        before = set(ImportRun.objects.values_list("pk", flat=True))
        answer = self.client.post(
            f"/filings/forms/{self.form_type.code}/import/",
            {"file": SimpleUploadedFile("forms.xlsx", target.getvalue()), "token": str(uuid7())},
        )
        assert answer.status_code == 302, answer.content.decode()
        runs = list(ImportRun.objects.exclude(pk__in=before).order_by("pk"))
        for run in runs:
            importing.work_off(run.uuid)
            run.refresh_from_db()
        return runs

    # Its course.
    def submits(self, form: Form | None = None) -> Version:
        """With a reason for all that is odd."""
        draft = services.draft_of(self.filing, by=self.by)
        if form is not None:
            draft = services.save_draft(draft, form, edition=draft.edition, by=self.by)
        reasons = {one.key: "已核对" for one in problems_of(draft)}
        version = services.submit(self.filing, id=uuid7(), reasons=reasons, by=self.by)
        self.filing.refresh_from_db()
        return version

    def official(self, role: str) -> Actor:
        if role == "officer":
            return actor_for(self.sign_in("officer").user)
        region = (self.site or self.organisation).region
        return actor_for(self.sign_in("town_officer", regions=[region.path]).user)


def _day() -> date:
    return today().replace(day=1) - timedelta(days=16)


def _filer(form_type: FilingType) -> Owing:
    """Whoever of the demo owes it, else one who may file it."""
    span = span_of(form_type.period, _day())
    if found := owing(form_type, span):
        return found[0]
    rows = Organisation.objects.filter(region__within=True)
    if form_type.filers:
        rows = rows.filter(kind__in=form_type.filers)
    if form_type.domain and "department" not in form_type.filers:
        rows = rows.filter(domains__contains=[form_type.domain])
    organisation = rows.order_by("pk").first()
    assert organisation is not None, f"nobody in the demo can file {form_type.code}"
    site = organisation.sites.order_by("pk").first() if form_type.per_site else None
    return Owing(organisation, site)


def test_somebody_of_the_demo_fills_in_every_form_and_no_other():
    assert sorted(FILLED) == sorted(one.code for one in types())


@pytest.mark.parametrize("code", [one.code for one in types()])
def test_a_form_goes_from_its_page_to_what_follows_from_it(desk: Any, code: str):
    form_type = next(one for one in types() if one.code == code)
    at = desk(form_type)
    form = at.fills_in()
    _its_page_asks_for_everything(at)
    _its_workbook_says_the_same(at, form)
    version = at.submits(form)
    _decided(at, version)
    at.filing.refresh_from_db()
    assert at.filing.state == Filing.State.ACCEPTED
    _everything_followed(at)


def _its_page_asks_for_everything(at: Desk) -> None:
    word = "phone" if at.form_type.simple else "edit"
    page = at.get(f"/filings/{at.filing.uuid}/{word}/").content.decode()
    fields = [one for section in at.sections if not section.table for one in section.fields]
    asked = [one for one in fields if _typed(one) and one.shown_when is None]
    assert [one.name for one in asked if f'name="{single_name(one)}"' not in page] == []


def _typed(one: Any) -> bool:
    return one.computed is None and one.kind is not FieldKind.FILES


def _its_workbook_says_the_same(at: Desk, form: Form) -> None:
    """Written into its template and handed in, it is the same form but for its papers."""
    book = at.template()
    for number, section in enumerate(at.form_type.sections):
        if section.code in {one.code for one in at.sections}:
            _write(at, book.worksheets[number], section, form)
        else:
            # Not asked of this filer.
            sheet = book.worksheets[number]
            sheet.delete_rows(1, sheet.max_row)
    runs = at.hands_in(book)
    faults = [(one.column, one.reason) for run in runs for one in run.faults.all()]
    taken = at.filing.versions.order_by("-number").first()
    if at.form_type.period.value == "event":
        mine = Filing.objects.filter(type=at.form_type.code).exclude(pk=at.filing.pk)
        taken = Version.objects.filter(filing__in=mine).first()
    assert taken is not None, faults
    assert _unlike(at, form_of(taken), form) == [], faults


def _write(at: Desk, sheet: Any, section: Any, form: Form) -> None:
    head = next(
        number
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)
        if row and str(row[0]).endswith("*")
    )
    names = [column.name for column in _columns(at.form_type, section)]
    rows = form.rows[section.code] if section.table else [form.values]
    keys = {
        "filer_": at.organisation.credit_code or at.organisation.name,
        "span_": str(span_of(at.form_type.period, at.filing.first)),
        "site_": at.site.name if at.site else "",
        "number_": "SL-1",
        "reason_": "已核对",
    }
    kinds = {one.name: one for one in section.fields}
    for offset, row in enumerate(rows, start=1):
        for place, name in enumerate(names, start=1):
            value = keys[name] if name in keys else _cell(kinds[name], row.get(name))
            sheet.cell(head + offset, place, value)


def _columns(form_type: FilingType, section: Any) -> Any:
    from wufei.hub.filings.sheets.columns import tables_of

    table = tables_of(form_type)[form_type.sections.index(form_type.section(section.code))]
    return table.imported


def _cell(field: Any, value: Any) -> Any:
    if value in (None, "", ()):
        return None
    if field.kind is FieldKind.ORGANISATION:
        return Organisation.objects.get(uuid=value).name
    if field.kind is FieldKind.SITE:
        return Site.objects.get(uuid=value).name
    if field.kind is FieldKind.CHOICE:
        return str(dict(field.choices())[value])
    if field.kind is FieldKind.MOMENT:
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if field.kind is FieldKind.BOOLEAN:
        return "是" if value else "否"
    return value if isinstance(value, int | date) else str(value)


def _unlike(at: Desk, one: Form, other: Form) -> list[Any]:
    """Where two forms differ, but for papers: place and both values."""
    found: list[Any] = []
    for section in at.sections:
        mine = one.rows.get(section.code, ()) if section.table else [one.values]
        others = other.rows.get(section.code, ()) if section.table else [other.values]
        if len(mine) != len(others):
            found.append((section.code, len(mine), len(others)))
        found += [
            (section.code, number, field.name, here.get(field.name), there.get(field.name))
            for number, (here, there) in enumerate(zip(mine, others, strict=False))
            for field in section.fields
            if field.kind is not FieldKind.FILES and here.get(field.name) != there.get(field.name)
        ]
    return found


# Decided by its kind's whole course.
def _decided(at: Desk, version: Version) -> None:
    if at.form_type.kind is Kind.MIRROR:
        _brought_back(at)
    elif at.form_type.reviewer:
        _sent_back(at, version)
        _accepted(at, at.submits())


def _sent_back(at: Desk, version: Version) -> None:
    by = at.official(_last_reviewer(at.form_type))
    if at.form_type.reviewer is Reviewer.BOTH and not at.form_type.kind.at_once:
        services.forward(version, by=at.official("town_officer"))
    section = at.sections[0]
    remark = {"section": section.code, "field": section.fields[0].name, "text": "请核对"}
    services.send_back(version, note="请修改", remarks=[remark], by=by)
    at.filing.refresh_from_db()
    assert at.filing.state == Filing.State.RETURNED


def _accepted(at: Desk, version: Version) -> None:
    if at.form_type.reviewer is Reviewer.BOTH and not at.form_type.kind.at_once:
        services.forward(version, by=at.official("town_officer"))
    services.accept(version, by=at.official(_last_reviewer(at.form_type)))


def _last_reviewer(form_type: FilingType) -> str:
    return "town_officer" if form_type.reviewer is Reviewer.TOWN else "officer"


def _brought_back(at: Desk) -> None:
    from wufei.hub.base.files.models import StoredFile

    by = at.official("officer") if at.form_type.reviewer else at.by
    file = None if at.form_type.reviewer else StoredFile.objects.get(uuid=at.paper())
    services.bring_back(
        at.filing, outcome="accepted", authority_no="SL-0001", decided_on=today(), file=file, by=by
    )


# What follows.
def _everything_followed(at: Desk) -> None:
    version = at.filing.in_force
    assert version is not None
    done = {one.effect: one.made for one in EffectRecord.objects.filter(version=version)}
    assert set(done) == {one.code for one in at.form_type.effects}
    # Handed in as a file first: what stood then need not be made again.
    records = EffectRecord.objects.filter(version__filing=at.filing).exclude(made=[])
    made = set(records.values_list("effect", flat=True))
    assert made == set(done) or at.form_type.code in QUIET
    for one in (one for some in done.values() for one in some):
        assert _is_there(at, version, one["subject"]), one
    page = at.get(f"/filings/{at.filing.uuid}/").content.decode()
    assert at.filing.number in page


def _is_there(at: Desk, version: Version, subject: str) -> bool:
    """Whether what an effect says that it made is to be seen where it belongs."""
    what, _colon, key = subject.partition(":")
    mine = {"organisation": at.organisation}
    match what:
        case "ledger.movement":
            cause = f"filing:{at.filing.uuid}"
            return Movement.objects.filter(uuid=key, cause=cause, reversal=None).exists()
        case "registry.quota":
            return Quota.objects.filter(code=key, **mine).exists()
        case "filings.statistic":
            return Statistic.objects.filter(code=key, version=version, replaced_at=None).exists()
        case "registry.licence":
            return Licence.objects.filter(uuid=key, **mine).exists()
        case "base.finding":
            return FindingRecord.objects.filter(code=key, cleared_at=None).exists()
        case "base.notice":
            return Notice.objects.filter(uuid=key).exists()
        case "registry.list":
            return ListEntry.objects.filter(uuid=key).exists()
    raise AssertionError(f"nobody knows where {subject} is to be seen")
