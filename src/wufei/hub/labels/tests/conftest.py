"""The manifests' small district, with drums of oil at the works and its people."""

from decimal import Decimal

import pytest

from wufei.hub.labels.rules import Facts
from wufei.hub.manifests.tests.conftest import OIL, build
from wufei.hub.registry.rules.codes import credit_code

CODE = credit_code("91371502MA3N1234")
DRUM = Facts(
    volume_l=Decimal(200),
    container="drum",
    form="liquid",
    hazard="T,I",
    components="mineral oil, water",
    harmful="petroleum hydrocarbons",
    precautions="keep away from fire",
    contact="Wang Xiaoming",
    phone="13800000000",
)


def small_district():
    found = build()
    works = found.firm("works").organisation
    works.credit_code = CODE
    works.save(update_fields=["credit_code"])
    found.licence("refinery", "hazardous")
    return found


@pytest.fixture
def district(db):
    return small_district()


@pytest.fixture
def real_district(committed):
    """A district whose commits are real, in a database of the test's own."""
    return small_district()


@pytest.fixture
def drums(district):
    """Three drums of oil that stand at the works."""
    return district.stored("works", OIL, 0.15, 0.16, 0.17)


@pytest.fixture
def people(district, sign_in):
    """``people("works")``: a clerk of that firm, signed in."""

    def enter(firm, role="clerk", **more):
        return sign_in(role, organisations=[district.firm(firm).organisation], **more)

    return enter


def drawing(monkeypatch):
    """A list that fills with the texts of the codes that are drawn."""
    drawn = []

    def svg(text):
        drawn.append(text)
        return b"<svg/>"

    monkeypatch.setattr("wufei.hub.manifests.codes.svg", svg)
    return drawn
