"""The field by which any form asks for a waste."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.urls import reverse

from wufei.hub.catalogue.forms import WasteChoiceField
from wufei.hub.catalogue.models import WasteType

pytestmark = pytest.mark.django_db


class AnyForm(forms.Form):
    waste = WasteChoiceField()


class HazardousForm(forms.Form):
    waste = WasteChoiceField(domain="hazardous")


def cleaned(text, form=AnyForm):
    filled = form({"waste": text})
    assert filled.is_valid(), filled.errors
    return filled.cleaned_data["waste"].code


def error(text, form=AnyForm):
    filled = form({"waste": text})
    assert not filled.is_valid()
    return str(filled.errors["waste"][0])


def test_it_takes_what_a_chosen_option_wrote():
    assert cleaned(str(WasteType.objects.get(code="900-214-08"))) == "900-214-08"


def test_it_takes_a_code_however_it_is_typed():
    assert cleaned("90021408") == "900-214-08"
    assert cleaned(" hw08 900-214-08"[5:]) == "900-214-08"


def test_it_takes_a_name_that_only_one_waste_has():
    assert cleaned("废电瓶") == "900-052-31"


def test_it_asks_back_where_several_fit():
    assert "Several" in error("废油") or "several" in error("废油").lower()


def test_it_suggests_the_nearest_code_for_a_wrong_one():
    assert "900-249-08" in error("900-249-80")


def test_it_keeps_to_its_domain():
    assert error("LC-straw-wheat", HazardousForm)


def test_it_asks_for_the_meaning_on_the_day_of_the_form():
    form: Any = AnyForm({"waste": "900-214-08"})
    form.fields["waste"].day = date(2020, 12, 31)
    assert not form.is_valid()


def test_it_shows_a_type_an_id_or_a_text_again():
    waste = WasteType.objects.get(code="900-214-08")
    for initial in (waste, waste.pk, str(waste)):
        assert "900-214-08" in str(AnyForm(initial={"waste": initial})["waste"])


def test_it_is_a_combobox_for_screen_readers():
    html = str(AnyForm()["waste"])
    assert 'role="combobox"' in html
    assert 'role="listbox"' in html
    assert 'aria-controls="id_waste-found"' in html


def suggested(client, **values):
    response = client.get(reverse("catalogue.waste.suggest"), values)
    assert response.status_code == 200
    return response.content.decode()


def test_it_suggests_by_pinyin_within_its_domain(sign_in):
    client = sign_in("clerk")
    assert "900-214-08" in suggested(client, field="waste", waste="fjy")
    assert "900-214-08" not in suggested(client, field="waste", waste="fjy", domain="household")


def test_a_chosen_option_finds_itself_again(sign_in):
    page = suggested(sign_in("clerk"), field="waste", waste="900-214-08 废机油（车船机械维修）")
    assert page.count('role="option"') == 1


def test_it_says_when_nothing_matches_and_escapes_what_was_typed(sign_in):
    page = suggested(sign_in("clerk"), field="waste", waste="<script>alert(1)</script>")
    assert "No waste matches" in page
    assert "<script>" not in page


def test_strangers_get_no_suggestions(client):
    assert client.get(reverse("catalogue.waste.suggest")).status_code == 302
