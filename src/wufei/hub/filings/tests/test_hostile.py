"""What nobody means: sites of others, numbers beyond all measure, characters of no text."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import Invalid
from wufei.hub.filings import declarations, services
from wufei.hub.filings.declarations import Field, FieldKind
from wufei.hub.filings.forms import NUMBER_MAX, parse
from wufei.hub.filings.periods import span_of
from wufei.hub.filings.refusals import NotOfThisPeriod, StillProblems
from wufei.hub.filings.services import Item
from wufei.hub.filings.services.checking import form_of, problems_of
from wufei.hub.filings.tests.stories import MONTHLY, PLAN, WASTES, month

_NUMBERS = (FieldKind.DECIMAL, FieldKind.MASS, FieldKind.INTEGER)


def number(kind, cell):
    return parse(Field("a", "A", kind, unit="t" if kind is FieldKind.MASS else ""), cell)


@pytest.mark.parametrize("kind", _NUMBERS)
@pytest.mark.parametrize(
    "cell",
    ["9" * 30, "-" + "9" * 30, "9" * 31, "1e400", "NaN", "Infinity", "1_000", 10**400, 1e308],
)
def test_what_nothing_could_keep_is_no_number(kind, cell):
    with pytest.raises(Invalid):
        number(kind, cell)


@pytest.mark.parametrize("kind", _NUMBERS)
def test_the_largest_number_is_kept_and_nothing_is_nothing(kind):
    assert number(kind, str(NUMBER_MAX)) == NUMBER_MAX
    assert str(number(kind, "-0")) == "0"
    assert str(number(kind, "-0.000" if kind is not FieldKind.INTEGER else "0")) == "0"


def test_half_a_kilogram_is_written_in_kilograms():
    with pytest.raises(Invalid, match="decimals"):
        number(FieldKind.MASS, "0.0005")
    half = Field("a", "A", FieldKind.MASS, unit="kg")
    assert parse(half, "0.0005 t") == Decimal("0.5")


def test_a_form_speaks_of_the_filers_own_sites_only(town):
    there = replace(WASTES, fields=(*WASTES.fields, Field("at", "At", FieldKind.SITE)))
    declarations.fill([replace(MONTHLY, sections=(*MONTHLY.sections[:1], there))])
    own, foreign = town.site(town.firm()), town.site(town.firm("Mill"))
    filing, form = town.month(), month()
    for site, keys in ((foreign, ["unknown:wastes:0:at"]), (own, [])):
        rows = {"wastes": ({**form.rows["wastes"][0], "at": site.uuid},)}
        draft = town.write(filing, replace(form, rows=rows))
        assert [one.key for one in problems_of(draft)] == keys
    rows = {"wastes": ({**form.rows["wastes"][0], "at": foreign.uuid},)}
    services.discard(draft, by=town.clerk())
    (answer,) = services.submit_many([Item(filing, replace(form, rows=rows), uuid7())], town.clock)
    assert isinstance(answer, StillProblems)


def test_what_is_no_text_is_left_out_of_reasons(town):
    draft = town.write(town.month(), month(), reasons={"odd\0:::": "A second\0 line."})
    assert draft.reasons == {"odd:::": "A second line."}


def test_no_form_is_filed_beyond_the_years_of_a_calendar(town):
    by = town.clerk()
    for year in (1, 9998):
        for form in (MONTHLY, PLAN):
            span = span_of(form.period, date(year, 1, 1))
            with pytest.raises(NotOfThisPeriod):
                services.start(form, town.firm(), span=span, id=uuid7(), by=by)


def test_whatever_characters_a_text_has_it_is_kept_as_it_was_written(town):
    text = 'a\\b\tc\nd \\N \\. \\u0041 "e" <script>\u2028'
    assert form_of(town.submit(town.month(), month(contact=text))).values["contact"] == text
