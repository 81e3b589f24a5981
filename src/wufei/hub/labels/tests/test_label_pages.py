"""Pages of labels: chosen in a list, filled in once, ordered, fetched as PDF."""

import pytest
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.tests.seeing import texts
from wufei.hub.labels.models import ContainerLabel, PrintRun
from wufei.hub.labels.tests.conftest import drawing
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.tests.conftest import OIL
from wufei.hub.registry.rules.codes import credit_code

FACTS = {
    "volume_l": "200",
    "container": "drum",
    "form": "liquid",
    "hazard": "T,I",
    "components": "mineral oil",
    "harmful": "hydrocarbons",
    "precautions": "no fire",
    "contact": "Wang",
    "phone": "138",
    "note": "",
}


def text_of(answer):
    return answer.content.decode()


def url(name, *args):
    return reverse(f"labels.{name}", args=list(args))


def ordering(lots, **more):
    """What the second page sends: facts of the one group, and the paper."""
    facts = {f"group0-{name}": value for name, value in FACTS.items()}
    values = {
        "lot": [str(lot.uuid) for lot in lots],
        "submission": str(uuid7()),
        "paper": "page",
        "language": "zh-hans",
    }
    return values | facts | more


def test_the_list_tells_which_containers_have_no_label(drums, people):
    clerk = people("works")
    answer = clerk.get(url("label.list"))
    assert text_of(answer).count("no label yet") >= 3
    assert text_of(answer).count('name="lot"') == 3
    for state, shown in (("without", 3), ("printed", 0), ("unprinted", 0), ("arrived", 0)):
        found = clerk.get(url("label.list"), {"state": state})
        assert text_of(found).count('name="lot"') == shown, state


def test_an_empty_list_says_what_to_do(district, people):
    district.firm("works")
    assert "shows here as soon as it is recorded" in text_of(people("works").get(url("label.list")))


def test_labels_are_chosen_filled_in_once_and_printed(drums, people):
    clerk = people("works")
    asked = clerk.post(url("print"), {"lot": [str(lot.uuid) for lot in drums]})
    assert asked.status_code == 200
    assert "3 containers" in text_of(asked)
    answer = clerk.post(url("print"), ordering(drums))
    run = PrintRun.objects.get()
    assert answer.headers["Location"] == url("run", run.uuid)
    assert "3 labels" in text_of(clerk.get(url("run", run.uuid)))
    pdf = clerk.get(url("run.pdf", run.uuid))
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert len(texts(pdf.content)) == 3
    listed = clerk.get(url("label.list"), {"state": "printed"})
    assert text_of(listed).count('name="lot"') == 3


def test_the_next_drum_is_filled_in_as_the_last(district, drums, people):
    clerk = people("works")
    clerk.post(url("print"), ordering(drums[:1]))
    asked = text_of(clerk.post(url("print"), {"lot": str(drums[1].uuid)}))
    for value in ("mineral oil", "hydrocarbons", "no fire", "Wang"):
        assert f'value="{value}"' in asked
    form = text_of(clerk.get(url("label.edit", drums[1].uuid)))
    assert 'value="mineral oil"' in form


def test_all_that_a_filter_shows_can_be_printed_at_once(district, drums, people):
    clerk = people("works")
    clerk.post(url("print"), ordering(drums[:1]))
    asked = text_of(clerk.post(url("print"), {"all": "state=without"}))
    assert "2 containers" in asked
    assert str(drums[0].uuid) not in asked


def test_printing_sent_twice_is_printed_once(drums, people):
    clerk, sent = people("works"), ordering(drums)
    first, second = (clerk.post(url("print"), sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert set(ContainerLabel.objects.values_list("prints", flat=True)) == {1}


def test_printing_again_is_marked_and_asks_nothing_but_the_paper(drums, people):
    clerk = people("works")
    clerk.post(url("print"), ordering(drums))
    asked = text_of(clerk.post(url("print"), {"lot": [str(lot.uuid) for lot in drums]}))
    assert "3 reprints" in asked
    assert "group0" not in asked
    clerk.post(url("print"), ordering(drums))
    run = PrintRun.objects.latest("pk")
    assert all("补打1" in text for text in texts(clerk.get(url("run.pdf", run.uuid)).content))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("volume_l", "", "This field is required"),
        ("volume_l", "0", "more than nothing"),
        ("volume_l", "-5", "greater than or equal to 0"),
        ("volume_l", "1e9", "Ensure"),
        ("volume_l", "NaN", "Enter a number"),
        ("volume_l", "10", "150.0 kg do not fit into 10 L"),
        ("form", "steam", "Select a valid choice"),
        ("components", "", "This field is required"),
        ("components", "x" * 121, "at most 120 characters"),
        ("note", "\0", "Null characters"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(drums, people, field, value, said):
    clerk = people("works")
    batch = clerk.post(url("print"), ordering(drums[:1], **{f"group0-{field}": value}))
    alone = clerk.post(url("label.edit", drums[0].uuid), FACTS | {field: value})
    for answer in (batch, alone):
        assert answer.status_code == 422
        assert said in text_of(answer)
    assert not ContainerLabel.objects.exists()


def test_a_refusal_keeps_what_was_typed(district, people):
    lots = district.stored("garage", OIL, 0.1)
    answer = people("garage").post(url("print"), ordering(lots))
    assert answer.status_code == 422
    assert "unified social credit code" in text_of(answer)
    assert 'value="mineral oil"' in text_of(answer)


def test_nothing_chosen_is_told(drums, people):
    assert people("works").post(url("print"), {}).status_code == 422


def test_a_label_is_made_and_mended_on_its_page(drums, people):
    clerk, lot = people("works"), drums[0]
    assert "There is no label yet" in text_of(clerk.get(url("label.detail", lot.uuid)))
    assert clerk.get(url("label.picture", lot.uuid)).status_code == 404
    answer = clerk.post(url("label.edit", lot.uuid), FACTS)
    assert answer.headers["Location"] == url("label.detail", lot.uuid)
    page = text_of(clerk.get(url("label.detail", lot.uuid)))
    assert "90024908" in page
    assert url("label.picture", lot.uuid) in page
    picture = clerk.get(url("label.picture", lot.uuid))
    assert picture.content.startswith(b"\x89PNG")
    assert "not the standard" in page
    clerk.post(url("label.edit", lot.uuid), FACTS | {"note": "second shift"})
    assert "second shift" in text_of(clerk.get(url("label.detail", lot.uuid)))


def test_the_list_can_be_taken_out(drums, people):
    answer = people("works").get(url("label.export"), {"format": "csv"})
    assert b"no label yet" in b"".join(answer.streaming_content)


def test_pages_speak_chinese(drums, people):
    clerk = people("works", language="zh-hans")
    assert "尚无标签" in text_of(clerk.get(url("label.list")))
    assert "容器容积" in text_of(clerk.post(url("print"), {"lot": str(drums[0].uuid)}))


@pytest.mark.parametrize("role", ["clerk", "keeper", "agent"])
def test_labels_of_others_are_not_there(drums, people, district, role):
    clerk = people("works")
    clerk.post(url("print"), ordering(drums))
    run, lot = PrintRun.objects.get(), drums[0]
    district.firm("stranger")
    stranger = people("stranger", role)
    assert 'name="lot"' not in text_of(stranger.get(url("label.list")))
    for name in ("label.detail", "label.edit", "label.code", "label.picture"):
        assert stranger.get(url(name, lot.uuid)).status_code == 404
    assert stranger.post(url("print"), {"lot": str(lot.uuid)}).status_code == 404
    # An order is its maker's, even within one firm.
    for other in (stranger, people("works", role)):
        assert other.get(url("run", run.uuid)).status_code == 404
        assert other.get(url("run.pdf", run.uuid)).status_code == 404


@pytest.mark.parametrize(
    "role", ["driver", "leader", "dispatcher", "town_officer", "auditor", "resident"]
)
def test_who_has_no_labels_to_print_is_told(drums, sign_in, role):
    client = sign_in(role)
    assert client.get(url("label.list")).status_code == 403
    assert client.post(url("print"), {"lot": str(drums[0].uuid)}).status_code == 403


def test_an_officer_prints_for_a_firm(drums, sign_in):
    officer = sign_in("officer")
    assert officer.post(url("print"), ordering(drums)).status_code == 302
    assert ContainerLabel.objects.filter(prints=1).count() == 3


def test_codes_carry_the_public_address(drums, people, settings, monkeypatch):
    drawn = drawing(monkeypatch)
    clerk = people("works")
    clerk.get(url("label.code", drums[0].uuid))
    settings.PUBLIC_URL = "https://wufei.example"
    clerk.get(url("label.code", drums[0].uuid))
    path = url("container", drums[0].uuid)
    assert drawn == [f"http://testserver{path}", f"https://wufei.example{path}"]


def test_a_list_of_labels_asks_a_fixed_number_of_questions(
    district, drums, people, django_assert_max_num_queries
):
    district.stored("works", OIL, *[0.1] * 20)
    clerk = people("works")
    clerk.get(url("label.list"))
    with django_assert_max_num_queries(25):
        clerk.get(url("label.list"))


def received(district, lots):
    """The lots go to the refinery; returns what stands there then."""
    manifest = district.issue(OIL, sum(lot.remaining_g for lot in lots) / 1e6, lots=lots)
    district.load(manifest, sum(lot.remaining_g for lot in lots) / 1e6)
    district.arrive(manifest, sum(lot.mass_g for lot in lots) / 1e6)
    district.accept(manifest)
    owner = district.firm("refinery").organisation
    return list(Lot.objects.filter(account__holder=owner, account__kind="stock"))


def test_what_arrives_keeps_the_label_that_it_came_with(district, drums, people):
    people("works").post(url("print"), ordering(drums[:1]))
    (arrived,) = received(district, drums[:1])
    refinery = people("refinery")
    assert "came in its container" in text_of(refinery.get(url("label.list")))
    label = ContainerLabel.objects.get()
    page = text_of(refinery.get(url("label.detail", arrived.uuid)))
    assert label.code[-3:] in page
    refinery.post(url("print"), ordering([arrived]))
    assert ContainerLabel.objects.get().prints == 2


def test_what_arrives_without_a_label_gets_one_of_the_day_it_came(district, drums, people):
    (arrived,) = received(district, drums[:1])
    owner = district.firm("refinery").organisation
    owner.credit_code = credit_code("91371502MA3N9999")
    owner.save(update_fields=["credit_code"])
    people("refinery").post(url("print"), ordering([arrived]))
    label = ContainerLabel.objects.get()
    assert label.holder == owner
    assert label.produced_on == timezone.localtime(arrived.since).date()
