"""Forms of the ledger: waste recorded, treated, counted; what is refused and how one goes on."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.models import Lot, Movement, StockTake, Treatment
from wufei.hub.registry.validity import period

BULK, LOTS = "coal_ash", "hazardous_industrial"
NINE_T_OF_BRICKS = {
    "product-0-name": "bricks",
    "product-0-value": "9",
    "product-0-unit": "t",
}
ENTRY, TREATMENT, TAKE = "ledger.entry.new", "ledger.treatment.new", "ledger.stocktake.new"


@pytest.fixture
def plant(district):
    """A plant with 10 t of ash and a drum of oil, run by the clerk who signs in."""
    district.waste(BULK)
    district.waste(LOTS)
    district.arise("plant", 10)
    district.arise("plant", 0.2, waste=LOTS)
    return district


@pytest.fixture
def clerk(plant, sign_in):
    return sign_in("clerk", organisations=[plant.place("plant").organisation])


def now():
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")


def entry(plant, **changes):
    return {
        "kind": "arising",
        "site": str(plant.place("plant").uuid),
        "waste": f"test-{BULK}",
        "value": "2.5",
        "unit": "t",
        "happened_at": now(),
        "submission": str(uuid7()),
    } | changes


def treatment(plant, **changes):
    site = plant.place("plant")
    account = plant.account(plant.key("stock", "plant"))
    return {
        "site": str(site.uuid),
        "happened_at": now(),
        "submission": str(uuid7()),
        "input-0-stock": str(account.pk),
        "input-0-method": "building_materials",
        "input-0-value": "8",
        "input-0-unit": "t",
    } | changes


def test_waste_that_arose_is_recorded_once_however_often_it_is_sent(plant, clerk):
    data = entry(plant)
    answers = [clerk.post(reverse(ENTRY), data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert plant.stock_t("plant") == 12.5


def test_cubic_metres_are_converted_before_they_are_saved(plant, clerk):
    asked = entry(plant, value="3", unit="m3", factor="800")
    html = clerk.get(reverse("ledger.entry.conversion"), asked).content.decode()
    assert "3 m³ × 800 kg/m³ = 2.400 t" in html
    clerk.post(reverse(ENTRY), asked)
    movement = Movement.objects.latest("pk")
    assert (movement.mass_g, movement.original_value, movement.original_unit) == (
        2_400_000,
        Decimal(3),
        "m3",
    )


def test_a_container_gets_its_label(plant, clerk):
    drum = {"waste": f"test-{LOTS}", "value": "200", "unit": "kg", "label": "D7"}
    clerk.post(reverse(ENTRY), entry(plant, **drum))
    assert Lot.objects.get(label="D7").mass_g == 200_000


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": "-3"}, "more than zero"),
        ({"value": "a lot"}, "is not a number"),
        ({"value": "30000000"}, "Check the unit"),
        ({"value": "5", "unit": "piece"}, "none on record"),
        ({"waste": "900-999-99"}, "900-999-99"),
        ({"happened_at": "2999-01-01T00:00"}, "in the future"),
        ({"kind": "theft"}, "valid choice"),
    ],
)
def test_bad_input_is_refused_beside_its_field(plant, clerk, changes, said):
    before = Movement.objects.count()
    response = clerk.post(reverse(ENTRY), entry(plant, **changes))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert Movement.objects.count() == before


def test_a_site_of_somebody_else_is_no_choice(plant, clerk):
    stranger = plant.place("quarry")
    response = clerk.post(reverse(ENTRY), entry(plant, site=str(stranger.uuid)))
    assert response.status_code == 422


def test_waste_without_a_storage_ledger_is_recorded_as_it_is_loaded(plant, clerk):
    WasteType.objects.create(
        code="test-straw", edition="test", name="straw", pinyin="straw", domain="agricultural",
        stream="straw", validity=period(),
    )  # fmt: skip
    response = clerk.post(reverse(ENTRY), entry(plant, waste="test-straw"))
    assert "recorded as it is loaded" in response.content.decode()


def test_the_same_form_sent_with_other_content_is_refused(plant, clerk):
    data = entry(plant)
    clerk.post(reverse(ENTRY), data)
    response = clerk.post(reverse(ENTRY), data | {"value": "9"})
    assert response.status_code == 422
    assert plant.stock_t("plant") == 12.5


def test_an_officer_may_not_record_a_treatment(plant, sign_in):
    assert sign_in("officer").get(reverse(TREATMENT)).status_code == 403


def test_a_treatment_is_recorded_with_products_and_waste_made(plant, clerk):
    data = treatment(plant) | {
        "product-0-name": "bricks",
        "product-0-value": "6.5",
        "product-0-unit": "t",
        "additive-0-name": "cement",
        "additive-0-value": "500",
        "additive-0-unit": "kg",
        "secondary-0-waste": f"test-{LOTS}",
        "secondary-0-value": "100",
        "secondary-0-unit": "kg",
        "secondary-0-label": "FA-1",
    }
    answers = [clerk.post(reverse(TREATMENT), data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    batch = Treatment.objects.get()
    assert (batch.input_g, batch.loss_g) == (8_000_000, 1_900_000)
    assert plant.stock_t("plant") == 2
    assert Lot.objects.get(label="FA-1").mass_g == 100_000
    html = clerk.get(answers[0].url).content.decode()
    assert "bricks" in html
    assert "1.900" in html


def test_a_batch_is_reversed_as_a_whole_on_its_page(plant, clerk):
    page = clerk.post(reverse(TREATMENT), treatment(plant)).url
    batch = Treatment.objects.get()
    part = reverse("ledger.movement", args=[Movement.objects.filter(kind="treatment").get().uuid])
    assert 'id="reverse"' not in clerk.get(part).content.decode()
    url, asked = reverse("ledger.treatment.reverse", args=[batch.uuid]), {"submission": uuid7()}
    assert clerk.post(url, asked).status_code == 422
    answers = [clerk.post(url, asked | {"reason": "other plant"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert plant.stock_t("plant") == 10
    html = clerk.get(page).content.decode()
    assert "were reversed" in html
    assert 'id="reverse"' not in html


def test_the_balance_is_shown_before_anything_is_saved(plant, clerk):
    data = treatment(plant) | NINE_T_OF_BRICKS
    html = clerk.post(reverse("ledger.treatment.balance"), data).content.decode()
    assert "More came out than went in" in html
    assert "−1.000" in html
    assert not Treatment.objects.exists()


def test_more_out_than_in_is_refused(plant, clerk):
    data = treatment(plant) | NINE_T_OF_BRICKS
    response = clerk.post(reverse(TREATMENT), data)
    assert response.status_code == 422
    assert "cannot be more than what went in" in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"input-0-value": "x"}, "is not a number"),
        ({"input-0-method": "oil_refining"}, "valid choice"),
        ({"input-0-value": ""}, "This field is required"),
        ({"input-0-stock": "", "input-0-method": "", "input-0-value": ""}, "at least one waste"),
        ({"happened_at": "2999-01-01T00:00"}, "in the future"),
    ],
)
def test_a_treatment_that_cannot_be_is_refused_where_it_is_wrong(plant, clerk, changes, said):
    response = clerk.post(reverse(TREATMENT), treatment(plant, **changes))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Treatment.objects.exists()


def test_what_the_book_lacks_is_one_reasoned_surplus_away(plant, clerk):
    data = treatment(plant, **{"input-0-value": "13"})
    refused = clerk.post(reverse(TREATMENT), data)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "3.000" in html
    (value,) = re.findall(r'name="surplus" value="([^"]+)"', html)
    data |= {"surplus": value, "surplus_reason": "heap measured"}
    assert clerk.post(reverse(TREATMENT), data).status_code == 302
    assert plant.stock_t("plant") == 0
    assert FindingRecord.objects.filter(code="ledger.surplus").count() == 1
    # Sent again, it stays one surplus and one batch.
    assert clerk.post(reverse(TREATMENT), data).status_code == 302
    assert Movement.objects.filter(kind="surplus").count() == 1


def test_a_surplus_without_a_reason_is_not_recorded(plant, clerk):
    data = treatment(plant, **{"input-0-value": "13"})
    account = plant.account(plant.key("stock", "plant"))
    response = clerk.post(reverse(TREATMENT), data | {"surplus": f"{account.pk}:3000000"})
    assert response.status_code == 422
    assert "Write the reason" in response.content.decode()
    assert not Movement.objects.filter(kind="surplus").exists()


def test_nobody_records_a_surplus_for_another_firm(plant, clerk):
    plant.arise("quarry", 1)
    foreign = plant.account(plant.key("stock", "quarry"))
    data = treatment(plant) | {"surplus": f"{foreign.pk}:5000000", "surplus_reason": "mine now"}
    assert clerk.post(reverse(TREATMENT), data).status_code == 302
    assert plant.stock_t("quarry") == 1
    url = reverse("ledger.surplus.new", args=[foreign.pk])
    assert clerk.get(url).status_code == 404


def test_taking_out_more_than_there_is_offers_the_surplus_too(plant, clerk):
    data = entry(plant, kind="export", value="12")
    html = clerk.post(reverse(ENTRY), data).content.decode()
    (value,) = re.findall(r'name="surplus" value="([^"]+)"', html)
    answer = clerk.post(reverse(ENTRY), data | {"surplus": value, "surplus_reason": "weighed"})
    assert answer.status_code == 302
    assert plant.stock_t("plant") == 0


def test_a_surplus_is_recorded_by_itself(plant, clerk):
    account = plant.account(plant.key("stock", "plant"))
    data = {
        "value": "1.5",
        "unit": "t",
        "happened_at": now(),
        "reason": "heap measured",
        "submission": str(uuid7()),
    }
    url = reverse("ledger.surplus.new", args=[account.pk])
    assert clerk.get(url).status_code == 200
    for _ in range(2):
        assert clerk.post(url, data).status_code == 302
    assert plant.stock_t("plant") == 11.5


def test_a_row_is_fetched_with_the_methods_and_lots_of_its_waste(plant, clerk):
    oil = plant.account(plant.key("stock", "plant", waste=LOTS))
    url = reverse("ledger.treatment.row", args=["input", 3])
    html = clerk.get(url, {"site": plant.place("plant").uuid}).content.decode()
    assert 'name="input-3-stock"' in html
    html = clerk.get(url, {"input-3-stock": oil.pk}).content.decode()
    assert "oil_refining" in html
    assert "building_materials" in html or "landfill" not in html
    assert str(oil.lots.get().uuid) in html


def test_a_named_lot_is_the_one_that_goes_in(plant, clerk):
    plant.arise("plant", 0.3, waste=LOTS)
    oil = plant.account(plant.key("stock", "plant", waste=LOTS))
    newest = oil.lots.latest("pk")
    data = treatment(plant) | {
        "input-0-stock": str(oil.pk),
        "input-0-method": "oil_refining",
        "input-0-value": "0.3",
        "input-0-lot": str(newest.uuid),
    }
    assert clerk.post(reverse(TREATMENT), data).status_code == 302
    newest.refresh_from_db()
    assert newest.remaining_g == 0


def count(plant, **changes):
    return {
        "site": str(plant.place("plant").uuid),
        "happened_at": now(),
        "submission": str(uuid7()),
    } | changes


def test_a_stock_take_posts_the_difference_with_its_reason(plant, clerk):
    account = plant.account(plant.key("stock", "plant"))
    data = count(plant, **{f"counted-{account.pk}": "9.2", f"reason-{account.pk}": "dried out"})
    for _ in range(2):
        assert clerk.post(reverse(TAKE), data).status_code == 302
    assert plant.stock_t("plant") == 9.2
    assert StockTake.objects.get().counted_g == 9_200_000
    html = clerk.get(reverse("ledger.account", args=[account.pk])).content.decode()
    assert "dried out" in html


def test_a_difference_needs_its_reason(plant, clerk):
    account = plant.account(plant.key("stock", "plant"))
    response = clerk.post(reverse(TAKE), count(plant, **{f"counted-{account.pk}": "9"}))
    assert response.status_code == 422
    assert "Write the reason" in response.content.decode()
    assert not StockTake.objects.exists()


def test_nothing_counted_is_said(plant, clerk):
    response = clerk.post(reverse(TAKE), count(plant))
    assert "at least one stock" in response.content.decode()


def test_lots_are_counted_one_by_one_and_none_is_forgotten(plant, clerk):
    plant.arise("plant", 0.3, waste=LOTS)
    oil = plant.account(plant.key("stock", "plant", waste=LOTS))
    first, second = oil.lots.order_by("pk")
    partly = count(plant, **{f"lot-{first.uuid}": "0.2"})
    assert "Count this one too" in clerk.post(reverse(TAKE), partly).content.decode()
    both = partly | {f"lot-{second.uuid}": "0", f"reason-{oil.pk}": "drum is gone"}
    for _ in range(2):
        assert clerk.post(reverse(TAKE), both).status_code == 302
    second.refresh_from_db()
    assert second.remaining_g == 0


def test_zero_is_a_count(plant, clerk):
    account = plant.account(plant.key("stock", "plant"))
    data = count(plant, **{f"counted-{account.pk}": "0", f"reason-{account.pk}": "washed away"})
    for _ in range(2):
        assert clerk.post(reverse(TAKE), data).status_code == 302
    assert plant.stock_t("plant") == 0


@pytest.mark.parametrize("name", [ENTRY, TREATMENT, TAKE])
def test_forms_open_for_who_may_and_say_what_to_do_without_a_site(name, plant, clerk, sign_in):
    assert clerk.get(reverse(name)).status_code == 200
    nobody = sign_in("clerk")
    assert nobody.get(reverse(name)).status_code == 200
    assert clerk.get(reverse(name), {"site": "nonsense"}).status_code in (200, 404)
