"""Lots are grouped and split by form, and put back from their page."""

import pytest
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.ledger.models import Lot

LOTS = "hazardous_industrial"


@pytest.fixture
def clerk(district, sign_in):
    return sign_in("clerk", organisations=[district.place("plant").organisation])


@pytest.fixture
def drums(district):
    """Two drums of oil in the plant's store."""
    for tonnes in (0.2, 0.3):
        district.arise("plant", tonnes, waste=LOTS)
    account = district.account(district.key("stock", "plant", waste=LOTS))
    return list(account.lots.order_by("pk"))


def grouping(lots, outputs, **changes):
    """Lots with the tonnes taken ("" is all that is free), labels with the tonnes put in."""
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    data = {"happened_at": at, "submission": str(uuid7())}
    for lot, value in lots.items():
        data |= {f"lot-{lot.uuid}-take": "on", f"lot-{lot.uuid}-value": value}
    for number, (label, value) in enumerate(outputs):
        data |= {f"out-{number}-label": label, f"out-{number}-value": value}
    return data | changes


def group(client, drums, data):
    return client.post(reverse("ledger.account.regroup", args=[drums[0].account.pk]), data)


def test_drums_are_chosen_and_poured_into_a_tank(clerk, drums):
    page = clerk.get(reverse("ledger.account.regroup", args=[drums[0].account.pk]))
    assert all(str(drum.uuid) in page.content.decode() for drum in drums)
    # Nobody writes the sum: the only container takes it.
    answer = group(clerk, drums, grouping(dict.fromkeys(drums, ""), [("T1", "")]))
    assert Lot.objects.get(label="T1").mass_g == 500_000
    html = clerk.get(answer.url).content.decode()
    assert "T1" in html
    assert "2 into 1" in html


def test_a_drum_is_split_and_the_last_container_takes_the_rest(clerk, drums):
    group(clerk, drums, grouping({drums[1]: "0.25"}, [("A", "0.1"), ("B", "")]))
    assert Lot.objects.get(label="B").mass_g == 150_000
    drums[1].refresh_from_db()
    assert drums[1].remaining_g == 50_000


@pytest.mark.parametrize(
    ("taken", "outputs", "said"),
    [
        ("0.9", [("A", "")], "only 0.200 t that are free"),
        ("0.2", [("A", "0.1")], "Make them equal"),
        ("0.2", [("A", "0.2"), ("B", "")], "Nothing is left for B"),
        ("0.2", [("A", ""), ("B", "")], "one container only"),
        ("a lot", [("A", "")], "is not a number"),
    ],
)
def test_what_does_not_add_up_is_refused(clerk, drums, taken, outputs, said):
    answer = group(clerk, drums, grouping({drums[0]: taken}, outputs))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Lot.objects.filter(label="A").count() == 0


def test_a_grouping_is_put_back_from_its_page(clerk, drums):
    made = group(clerk, drums, grouping({drums[0]: ""}, [("A", "")])).url
    form = {"reason": "wrong tank", "submission": str(uuid7())}
    assert clerk.post(f"{made}undo/", form).status_code == 302
    drums[0].refresh_from_db()
    assert drums[0].remaining_g == 200_000
    assert "wrong tank" in clerk.get(made).content.decode()


def test_others_do_not_group_what_is_not_theirs(clerk, drums, district, sign_in):
    stranger = sign_in("clerk", organisations=[district.place("quarry").organisation])
    assert group(stranger, drums, grouping({drums[0]: ""}, [("A", "")])).status_code == 404
