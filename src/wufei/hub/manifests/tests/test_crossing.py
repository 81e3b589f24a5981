"""A load that leaves its city or its province says so, wherever it is looked at."""

from typing import Any

import pytest
from django.urls import reverse

from wufei.hub.manifests import crossing, papers
from wufei.hub.manifests.api.showing import whole
from wufei.hub.manifests.crossing import Crossing
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.pages import VIEW, rows
from wufei.hub.manifests.tests.conftest import OIL, District, person
from wufei.hub.registry.models import Region

HERE, NEXT_CITY, NEXT_PROVINCE = "37/3715/371502", "37/3701/370102", "13/1304/130402"


def region(path: str) -> Region:
    return Region(path=path)


@pytest.mark.parametrize(
    ("origin", "destination", "crosses"),
    [
        (HERE, "37/3715/371503/371503001", None),
        (HERE, NEXT_CITY, Crossing.INTER_CITY),
        (NEXT_CITY, HERE, Crossing.INTER_CITY),
        (HERE, NEXT_PROVINCE, Crossing.INTER_PROVINCE),
        (HERE, "13", Crossing.INTER_PROVINCE),
        (HERE, "37", None),
        (HERE, "RESORT", None),
        ("RESORT", NEXT_PROVINCE, None),
    ],
)
def test_the_regions_of_both_ends_say_what_is_crossed(origin, destination, crosses):
    assert crossing.between(region(origin), region(destination)) is crosses


@pytest.fixture
def loads(district: District) -> dict[str, Manifest]:
    """Three loads of oil from one yard: to a plant here, in the next city, and farther."""
    found = {}
    district.stored("works", OIL, 10)
    _lies(district, "works", HERE)
    for name, path in (
        ("plant here", "37/3715/371503"),
        ("plant there", NEXT_CITY),
        ("plant far", NEXT_PROVINCE),
    ):
        district.firm(name, "plant", "treatment")
        _lies(district, name, path)
        found[name] = district.issue(OIL, 2, receiver=name)
    return found


def _lies(district: District, firm: str, path: str) -> None:
    code = path.rpartition("/")[2]
    lies, _made = Region.objects.get_or_create(
        code=code,
        defaults={"name": code, "level": "county", "path": path, "covered_by": path.split("/")},
    )
    site = district.firm(firm).site
    site.region = lies
    site.save(update_fields=["region"])


def test_the_list_finds_them_as_each_tells_itself(district: District, loads: Any):
    actor = person(district.firm("works").organisation)
    found = rows(actor)
    for value in Crossing:
        told = {one.pk for one in found if crossing.of(one) == value}
        assert {one.pk for one in crossing.filtered(found, value)} == told
        assert len(told) == 1
    assert VIEW in actor.acts


def test_document_paper_and_api_say_it(district: District, loads: Any, sign_in: Any):
    clerk = sign_in("clerk", organisations=[district.firm("works").organisation])
    far = loads["plant far"]
    page = clerk.get(reverse("manifests.manifest.detail", args=[far.uuid])).content.decode()
    assert "inter-province" in page
    assert ["Crosses", "inter-province"] in papers.document(far)["numbers"]
    assert whole(far, district.firm("works").person)["crossing"] == "inter_province"
    here = loads["plant here"]
    assert (
        "inter-"
        not in clerk.get(reverse("manifests.manifest.detail", args=[here.uuid])).content.decode()
    )
    listed = clerk.get(reverse("manifests.manifest.list"), {"crossing": "inter_city"})
    text = listed.content.decode()
    assert loads["plant there"].local_id in text
    assert here.local_id not in text
