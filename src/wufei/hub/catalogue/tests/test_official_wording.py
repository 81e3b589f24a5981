"""Loading the publication's wording, and local codes from files."""

import csv
from datetime import date
from pathlib import Path

import pytest

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import system
from wufei.hub.base.errors import Forbidden
from wufei.hub.catalogue import services
from wufei.hub.catalogue.models import WasteType
from wufei.hub.catalogue.refusals import CodeTaken, WrongCode, WrongOfficialFile

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).parents[6] / "shared" / "data" / "hw_catalog_2021.csv"
OPERATOR = system("operator")


def official():
    """A file of the edition's shape, with invented wording."""
    return [
        {"code": w.code, "description": f"正文 {w.code}", "hazard": w.hazard}
        for w in WasteType.objects.filter(edition="HW-2021")
    ]


def refusal(rows, edition="HW-2021"):
    with pytest.raises(WrongOfficialFile) as refused:
        services.import_official(rows, edition, OPERATOR)
    assert not WasteType.objects.exclude(official_text="").exists()
    return str(refused.value)


def test_the_wording_of_an_edition_is_loaded_and_audited():
    assert services.import_official(official(), "HW-2021", OPERATOR) == 467
    assert WasteType.objects.get(code="900-214-08").official_text == "正文 900-214-08"
    assert AuditEvent.objects.get().event == "catalogue:official:import"


def test_the_publication_itself_is_accepted():
    if not SHARED.exists():
        pytest.skip(f"the publication is not at hand in {SHARED}")
    with SHARED.open(encoding="utf-8-sig") as file:
        assert services.import_official(csv.DictReader(file), "HW-2021", OPERATOR) == 467


def test_a_file_with_a_row_too_few_is_refused_whole():
    message = refusal(official()[1:])
    assert "466" in message
    assert "467" in message


def test_a_file_of_another_edition_is_refused_with_its_differences():
    rows = official()
    rows[0]["code"] = "851-001-01"
    rows[1]["hazard"] = "X"
    rows[2] = rows[3]
    message = refusal(rows)
    assert "851-001-01" in message
    assert rows[1]["code"] in message
    assert rows[3]["code"] in message


def test_a_file_without_the_columns_is_refused():
    assert "description" in refusal([{"代码": "x"}] * 467)


def test_an_edition_that_is_not_held_takes_no_wording():
    refusal(official(), "HW-2025")
    refusal([], "LOCAL")


def test_a_clerk_loads_nothing(actor):
    with pytest.raises(Forbidden):
        services.import_official(official(), "HW-2021", actor("clerk"))


def test_an_imported_line_adds_a_code_and_the_same_line_changes_nothing(actor):
    line = {"code": "LC-straw-oat", "name": "燕麦秸秆", "stream": "straw", "keywords": ""}
    admin = actor("administrator")
    first = services.write_row(line, admin)
    again = services.write_row(line, admin)
    assert first.pk == again.pk
    assert AuditEvent.objects.filter(event="catalogue:waste:create").count() == 1
    assert not AuditEvent.objects.filter(event="catalogue:waste:edit").exists()
    services.write_row(line | {"name": "燕麦秆"}, admin)
    assert WasteType.objects.get(pk=first.pk).pinyin == "ymg"


def test_an_imported_line_names_a_published_waste_by_its_code_alone(actor):
    oil = WasteType.objects.get(code="900-214-08")
    line = {"code": "90021408", "name": oil.name, "stream": oil.stream, "keywords": "机油"}
    assert services.write_row(line, actor("administrator")).pk == oil.pk
    oil.refresh_from_db()
    assert (oil.keywords, "jy" in oil.pinyin.split()) == ("机油", True)


def test_an_imported_last_day_closes_the_code(actor):
    straw = WasteType.objects.get(code="LC-straw-cotton")
    line = {"code": straw.code, "name": straw.name, "stream": "straw", "until": date(2026, 12, 31)}
    admin = actor("administrator")
    services.write_row(line, admin)
    services.write_row(line, admin)
    straw.refresh_from_db()
    assert straw.validity.upper == date(2027, 1, 1)
    assert AuditEvent.objects.filter(event="catalogue:waste:close").count() == 1


def test_an_official_third_level_code_can_be_added_to_the_draft_edition(actor):
    values = {
        "code": "900-001-s17",
        "edition": "SW-2024",
        "name": "废钢铁边角料",
        "stream": "industrial_scrap",
    }
    made = services.add(values, actor("administrator"))
    assert (made.code, made.draft) == ("900-001-S17", True)


@pytest.mark.parametrize("code", ["900-214-8", "LC_straw", "lc straw", "", "LC-" + "x" * 40])
def test_a_code_of_no_known_form_is_refused(actor, code):
    values = {"code": code, "name": "某物", "stream": "straw"}
    with pytest.raises(WrongCode):
        services.add(values, actor("administrator"))


def test_a_code_that_exists_is_refused_and_the_transaction_goes_on(actor):
    values = {"code": "LC-straw-wheat", "name": "麦秸", "stream": "straw"}
    with pytest.raises(CodeTaken):
        services.add(values, actor("administrator"))
    assert WasteType.objects.filter(code="LC-straw-wheat").count() == 1
