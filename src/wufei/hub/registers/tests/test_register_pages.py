"""The page of the registers: who sees what, what stands first, where it leads."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests.tests.conftest import OIL
from wufei.hub.registers.tests.test_works_year import arise, move

YEAR = str(timezone.localdate().year - 1)


@pytest.fixture
def works(district):
    """Six tonnes of oil arose in a drum forty days ago."""
    district.firm("works")
    arise(district, "works", tonnes(6), at=timezone.now() - timedelta(days=40), label="<b>D-1</b>")
    return district.firm("works").organisation


def page(client, holder=None, **asked):
    asked = {"from": f"{YEAR}-01-01", **asked} | ({"holder": holder.uuid} if holder else {})
    return client.get(reverse("registers.register"), asked)


def text_of(answer):
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_a_clerk_lands_on_the_register_of_their_own_organisation(works, sign_in):
    text = text_of(page(sign_in("clerk", organisations=[works])))
    assert "In storage" in text
    assert "900-249-08" in text
    assert "Meets the ledger to the gram" in text
    assert 'data-grams="6000000"' in text
    assert "&lt;b&gt;D-1&lt;/b&gt;" in text


def test_who_serves_several_chooses_among_their_own(works, district, sign_in):
    other = district.firm("smithy").organisation
    district.firm("stranger")
    text = text_of(page(sign_in("agent", organisations=[works, other])))
    assert "Choose an organisation" in text
    assert "smithy" in text
    assert "stranger" not in text


def test_an_officer_picks_any_organisation_in_reach(works, sign_in):
    officer = sign_in("officer")
    assert "Choose an organisation" in text_of(page(officer))
    assert "900-249-08" in text_of(page(officer, works))


@pytest.mark.parametrize("role", ["clerk", "agent", "keeper", "town_officer"])
def test_an_outsider_sees_nothing(works, district, sign_in, role):
    own = district.firm("stranger").organisation
    options = {"regions": ["T2"]} if role == "town_officer" else {"organisations": [own]}
    text = text_of(page(sign_in(role, **options), works))
    assert "900-249-08" not in text
    assert "works site" not in text
    answer = sign_in(role, **options).post(
        reverse("registers.register.export"), {"holder": works.uuid, "format": "csv"}
    )
    assert answer.status_code == 422


def test_a_town_officer_sees_the_firms_of_the_town(works, sign_in):
    text = text_of(page(sign_in("town_officer", regions=["T1"]), works))
    assert "900-249-08" in text


def test_drivers_and_residents_have_no_registers(db, sign_in):
    for role in ("driver", "resident"):
        assert page(sign_in(role)).status_code == 403


def test_what_cannot_be_true_stands_first_in_red(works, district, sign_in):
    move(
        district,
        "works",
        "stock",
        "recovered",
        tonnes(2),
        at=timezone.now() - timedelta(days=50),
        stream=OIL,
        method="oil_refining",
    )
    district.firm("works").site.__class__.objects.update(capacity_t=1)
    text = text_of(page(sign_in("clerk", organisations=[works])))
    first = text.index("1 day below zero")
    assert "−2.000 t" in text
    assert "More stands there than the site can hold" in text
    assert first < text.index("Meets the ledger") < text.index('id="register-table"')


def test_columns_that_nobody_records_are_named_and_their_source_is_told(works, sign_in):
    client = sign_in("clerk", organisations=[works], language="zh-hans")
    text = text_of(page(client, table="hj1259.B.1"))
    assert "HJ 1259-2022" in text
    assert "产生批次编码" in text.partition('class="panel-body muted register-source"')[2]
    assert "产生批次编码" not in text.partition("<tbody>")[0].rpartition("<thead>")[2]
    text = text_of(page(sign_in("clerk", organisations=[works]), table="industrial.3"))
    assert "columns from memory, not the official wording" in text


def test_an_empty_register_says_what_to_do(works, sign_in):
    client = sign_in("clerk", organisations=[works])
    assert "Choose a longer period or another register" in text_of(page(client, table="carried"))
    assert "fewer filters" in text_of(page(client, label="no such label"))


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "someday"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": "2026-02-01", "to": "2026-01-01"},
        {"table": "no such table"},
        {"site": "x" * 36},
        {"page": "999999"},
        {"page": "-1"},
        {"manifest": "'; DROP TABLE ledger_movement --"},
        {"counterparty": "%_\\\0"},
        {"movement": "flight"},
        {"stream": "gold"},
        {"holder": "x"},
    ],
)
def test_what_cannot_be_read_is_left_out(works, sign_in, asked):
    client = sign_in("clerk", organisations=[works])
    assert client.get(reverse("registers.register"), asked).status_code == 200


def test_rows_come_in_pages_and_lead_to_their_movements(works, district, sign_in):
    for n in range(60):
        arise(district, "works", tonnes(1), at=timezone.now() - timedelta(days=30, minutes=n))
    client = sign_in("clerk", organisations=[works])
    text = text_of(page(client))
    assert "1 / 2" in text
    assert text.count(reverse("ledger.movements") + "0") == 50
    assert text_of(page(client, page="2")).count(reverse("ledger.movements") + "0") == 11
    assert 'data-grams="66000000"' in text


def test_the_page_asks_the_same_questions_for_few_rows_and_for_many(
    works, district, sign_in, django_assert_max_num_queries
):
    for n in range(40):
        arise(district, "works", tonnes(1), at=timezone.now() - timedelta(days=30, minutes=n))
    client = sign_in("clerk", organisations=[works])
    text_of(page(client))
    with django_assert_max_num_queries(40):
        text_of(page(client))


def test_the_page_of_an_organisation_leads_to_its_registers(works, sign_in):
    client = sign_in("clerk", organisations=[works])
    text = text_of(client.get(reverse("registry.organisation.detail", args=[works.uuid])))
    assert f"{reverse('registers.register')}?holder={works.uuid}" in text
    assert reverse("registers.register.export") in text


def test_every_table_opens_in_both_languages(works, sign_in):
    from wufei.hub.registers.declarations import tables

    for language in ("en", "zh-hans"):
        client = sign_in("clerk", organisations=[works], language=language)
        for one in tables():
            assert page(client, table=one.code).status_code == 200, one.code
