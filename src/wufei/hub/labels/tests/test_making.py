"""Labels made: once for each container, with a code of their own, filled in as the last one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.errors import Forbidden
from wufei.hub.labels import services
from wufei.hub.labels.formats import GENERAL, HJ_1276, ROLL, format_of
from wufei.hub.labels.models import ContainerLabel
from wufei.hub.labels.queries.lots import facts_of, usual
from wufei.hub.labels.refusals import (
    Missing,
    NoCodeYet,
    NoCreditCode,
    NothingChosen,
    SerialsUsedUp,
    TooMany,
    UnfitPart,
    UnknownLots,
    WrongVolume,
)
from wufei.hub.labels.rules import Facts, hazards
from wufei.hub.labels.tests.conftest import CODE, DRUM
from wufei.hub.manifests.tests.conftest import ASH, OIL, person


def make(district, lots, facts=DRUM, firm="works"):
    return services.make([lot.uuid for lot in lots], facts, by=district.firm(firm).person)


def test_each_drum_gets_a_code_of_its_own_from_producer_waste_day_and_serial(district, drums):
    labels = make(district, drums)
    day = timezone.localtime(drums[0].arisen_at).strftime("%Y%m%d")
    assert [label.code for label in labels] == [
        f"{CODE}90024908{day}{serial}" for serial in ("001", "002", "003")
    ]
    assert {label.lot for label in labels} == set(drums)
    assert AuditEvent.objects.filter(event="labels:label:make").count() == 3


def test_making_again_changes_nothing(district, drums):
    first = make(district, drums[:2])
    again = make(district, drums, replace(DRUM, components="something else"))
    assert [label.code for label in again[:2]] == [label.code for label in first]
    assert again[0].components == DRUM.components
    assert again[2].components == "something else"


def test_the_latest_label_fills_in_the_next(district, drums):
    works, oil = district.firm("works").organisation, district.waste(OIL)
    assert usual(works.pk, oil.pk) == Facts()
    (label,) = make(district, drums[:1])
    assert usual(works.pk, oil.pk) == facts_of(label) == DRUM
    other = usual(works.pk, district.waste(ASH).pk)
    assert other == Facts(contact=DRUM.contact, phone=DRUM.phone)


def test_two_people_who_label_the_same_drums_at_once_make_one_label_each(real_district):
    drums = real_district.stored("works", OIL, *[0.1] * 6)
    by = real_district.firm("works").person

    def work(order):
        try:
            lots = [drums[at].uuid for at in order]
            return [label.code for label in services.make(lots, DRUM, by=by)]
        finally:
            connection.close()

    orders = [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 4, 5), (5, 4, 3, 2)]
    with ThreadPoolExecutor(len(orders)) as pool:
        made = list(pool.map(work, orders))
    codes = ContainerLabel.objects.order_by("code").values_list("code", flat=True)
    assert [code[-3:] for code in codes] == ["001", "002", "003", "004", "005", "006"]
    assert set(made[0]) == set(made[1])
    assert set(made[2]) == set(made[3])


def test_a_refused_batch_uses_up_no_serial(district, drums):
    heavy = district.stored("works", OIL, 5)
    with pytest.raises(WrongVolume):
        make(district, [drums[0], *heavy])
    (label,) = make(district, drums[1:2])
    assert label.code.endswith("001")


def test_after_the_last_serial_of_the_day_nothing_is_given_twice(district, drums, settings):
    settings.LABEL_CODE = "2023-07-01 producer:18 waste:8 day:8 serial:1"
    lots = district.stored("works", OIL, *[0.1] * 7)
    make(district, [*drums, *lots[:6]])
    with pytest.raises(SerialsUsedUp):
        make(district, lots[6:])
    assert ContainerLabel.objects.count() == 9


@pytest.mark.parametrize(
    ("volume", "refusal"),
    [(None, Missing), (Decimal("0.2"), WrongVolume), (Decimal(10), WrongVolume)],
)
def test_a_volume_that_cannot_be_is_refused(district, drums, volume, refusal):
    with pytest.raises(refusal) as refused:
        make(district, drums, replace(DRUM, volume_l=volume))
    assert refused.value.field == "volume_l"
    assert not ContainerLabel.objects.exists()


@pytest.mark.parametrize("name", ["form", "components", "precautions"])
def test_what_the_standard_asks_for_cannot_be_left_out(district, drums, name):
    with pytest.raises(Missing) as refused:
        make(district, drums, Facts(**vars(DRUM) | {name: ""}))
    assert refused.value.field == name


def test_hazard_properties_come_from_the_catalogue(district, drums):
    (label,) = make(district, drums[:1], replace(DRUM, hazard=""))
    assert label.hazard == district.waste(OIL).hazard
    assert hazards("I/T, In,Z") == ["T", "I", "In", "Z"]


def test_a_producer_without_a_credit_code_gets_no_digital_code(district):
    lots = district.stored("garage", OIL, 0.1)
    with pytest.raises(NoCreditCode, match="garage"):
        make(district, lots, firm="garage")


def test_a_waste_code_that_is_none_is_refused(district, drums):
    waste = district.waste(OIL)
    waste.__class__.objects.filter(pk=waste.pk).update(code="900-249")
    with pytest.raises(UnfitPart, match="waste"):
        make(district, drums)


def test_before_the_form_holds_no_code_is_given(district, drums, settings):
    settings.LABEL_CODE = "2099-01-01 producer:18 waste:8 day:8 serial:3"
    with pytest.raises(NoCodeYet):
        make(district, drums)


def test_other_streams_carry_a_number_of_our_own(district):
    lots = district.stored("works", OIL, 0.1)
    assert format_of("hazardous_industrial") is HJ_1276
    assert format_of("medical") is ROLL
    assert format_of(ASH) is GENERAL
    waste = district.waste(OIL)
    waste.__class__.objects.filter(pk=waste.pk).update(stream="medical")
    (label,) = make(district, lots, Facts(container="bag"))
    assert label.code == f"WF{timezone.localdate():%y%m%d}000001"
    assert label.code_rule is None


def test_nobody_labels_what_is_not_theirs(district, drums):
    with pytest.raises(UnknownLots):
        make(district, drums, firm="refinery")
    driver = person(district.firm("works").organisation, role="driver")
    with pytest.raises(Forbidden):
        services.make([drums[0].uuid], DRUM, by=driver)


def test_a_changed_label_says_that_what_hangs_on_the_drum_is_old(district, drums):
    by = district.firm("works").person
    (label,) = make(district, drums[:1])
    order(district, [label])
    label.refresh_from_db()
    assert not label.outdated
    changed = services.change(label, replace(DRUM, note="second shift"), by=by)
    assert changed.outdated
    assert changed.code == label.code
    event = AuditEvent.objects.get(event="labels:label:change")
    assert event.values == {"fields": ["note"]}


def test_changing_nothing_leaves_no_trace(district, drums):
    (label,) = make(district, drums[:1])
    services.change(label, DRUM, by=district.firm("works").person)
    label.refresh_from_db()
    assert label.changed_at is None
    assert not AuditEvent.objects.filter(event="labels:label:change").exists()


# Ordered on paper.
def order(district, labels, id=None, paper="page"):
    return services.order(
        labels,
        id=id or uuid7(),
        paper=paper,
        language="zh-hans",
        site="https://wufei.example",
        by=district.firm("works").person,
    )


def test_the_second_time_a_label_is_printed_is_a_reprint(district, drums):
    labels = make(district, drums)
    order(district, labels[:1])
    run = order(district, labels)
    assert [one.number for one in run.printed.all()] == [2, 1, 1]
    event = AuditEvent.objects.filter(event="labels:label:print").latest("pk")
    assert event.values == {"labels": 3, "reprints": 1}


def test_ordering_twice_with_one_id_counts_once(district, drums):
    labels, id = make(district, drums), uuid7()
    assert order(district, labels, id) == order(district, labels, id)
    assert set(ContainerLabel.objects.values_list("prints", flat=True)) == {1}


def test_nothing_and_too_much_is_not_ordered(district, drums, monkeypatch):
    labels = make(district, drums)
    with pytest.raises(NothingChosen):
        order(district, [])
    monkeypatch.setattr("wufei.hub.labels.services.runs.LABELS_MAX", 2)
    with pytest.raises(TooMany):
        order(district, labels)


@pytest.mark.parametrize(
    ("volume_l", "size", "sides"),
    [
        ("0.1", 100, 1),
        ("50", 100, 1),
        ("50.1", 150, 1),
        ("450", 150, 1),
        ("450.1", 200, 2),
        ("100000", 200, 2),
    ],
)
def test_the_volume_decides_the_size(volume_l, size, sides):
    found = HJ_1276.size(Decimal(volume_l))
    assert (found.width_mm, found.height_mm, found.sides) == (size, size, sides)
    assert found.letters_mm == {100: 3, 150: 5, 200: 6}[size]
